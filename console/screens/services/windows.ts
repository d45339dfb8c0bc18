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

export interface Traffic {
  /** Requests a second in each window; null where it is not known. */
  readonly rates: readonly (number | null)[];
  /** In the last window that is known. */
  readonly rate: number | null;
  /** Of the hour; null of none. */
  readonly failedShare: number | null;
  readonly refusedShare: number | null;
}

export function trafficOf(service: string, windows: readonly (Window | undefined)[]): Traffic {
  const rates = windows.map((window) => (window ? ((window.get(service)?.count ?? 0) * 1_000) / WINDOW_MS : null));
  const sums = windows.map((window) => window?.get(service)).filter((sum) => sum !== undefined);
  const count = sums.reduce((sum, one) => sum + one.count, 0);
  const share = (of: 'failed' | 'refused') =>
    count === 0 ? null : sums.reduce((sum, one) => sum + one[of], 0) / count;
  return { rates, rate: rates.at(-1) ?? null, failedShare: share('failed'), refusedShare: share('refused') };
}
