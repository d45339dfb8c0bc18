// What each service takes in, from pictures of the whole cell five minutes long: one look serves every row. Pure.
import type { Topology } from './answers.ts';

export const WINDOW_MS = 5 * 60_000;
/** An hour of them. */
export const WINDOWS = 12;

export interface Inbound {
  readonly count: number;
  readonly failed: number;
  readonly refused: number;
}

export type Window = ReadonlyMap<string, Inbound>;

const PREFIX = 'service:';

/** By service, what came in through all edges that lead to it. */
export function inboundOf(edges: Topology['edges']): Window {
  const sums = new Map<string, Inbound>();
  for (const { to, count, errorShare, refusedShare } of edges) {
    if (!to.startsWith(PREFIX)) continue;
    const service = to.slice(PREFIX.length);
    const was = sums.get(service) ?? { count: 0, failed: 0, refused: 0 };
    sums.set(service, {
      count: was.count + count,
      failed: was.failed + count * (errorShare ?? 0),
      refused: was.refused + count * (refusedShare ?? 0),
    });
  }
  return sums;
}

/** The beginnings of the last windows that are summed up, oldest first. */
export function windowsUntil(completeUntil: number): number[] {
  const end = Math.floor(completeUntil / WINDOW_MS) * WINDOW_MS;
  return Array.from({ length: WINDOWS }, (_, i) => end - (WINDOWS - i) * WINDOW_MS);
}

/** Five minutes of the whole cell. */
export interface Seen {
  /** ms since the epoch. */
  readonly from: number;
  /** Undefined where they are not known (yet). */
  readonly sums: Window | undefined;
}

export interface Traffic {
  /** Requests a second in each window; null where it is not known. */
  readonly rates: readonly (number | null)[];
  /** In the newest window that is summed up; null while it is not known, or the service was not there yet. */
  readonly rate: number | null;
  /** In the same window; null of no requests. */
  readonly failedShare: number | null;
  readonly refusedShare: number | null;
}

const NONE: Inbound = { count: 0, failed: 0, refused: 0 };

/** `since` is when flyball has first heard of the service, ms since the epoch: that nothing was counted before is no zero. */
export function trafficOf(service: string, since: number, windows: readonly Seen[]): Traffic {
  const rates: (number | null)[] = [];
  for (const { from, sums } of windows) {
    const { count } = sums?.get(service) ?? NONE;
    const isKnown = sums !== undefined && (count > 0 || from + WINDOW_MS > since);
    rates.push(isKnown ? (count * 1_000) / WINDOW_MS : null);
  }
  const { count, failed, refused } = windows.at(-1)?.sums?.get(service) ?? NONE;
  const share = (part: number) => (count === 0 ? null : part / count);
  return { rates, rate: rates.at(-1) ?? null, failedShare: share(failed), refusedShare: share(refused) };
}
