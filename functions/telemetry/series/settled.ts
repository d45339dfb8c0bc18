// Up to when series have everything, by how far the merge has come. Pure, but for the look at its progress.
import {
  EVERY_SERVICE,
  readMergeProgress,
  type MergeProgress,
  type OpenRange,
} from '../../../store/items/merge-progress.ts';
import type { Table } from '../../../store/port.ts';
import { MINUTE_MS } from './span.ts';

/** What an instance counts in a minute has all been put and merged three minutes after it began; the merge passes once a minute. */
const AFTER_MS = 3 * MINUTE_MS;

export interface Settled {
  /** Epoch ms: minutes before it are merged for good, but for those that are open and what instances put late. */
  readonly upTo: number;
  /** Minutes that the merge could not read or write yet. */
  readonly open: readonly OpenRange[];
}

/** As it is while the merge runs when it should. */
export function settledByTime(nowMs: number): Settled {
  return { upTo: Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - AFTER_MS, open: [] };
}

/** As it is for a service. */
export function settledFor(service: string, progress: MergeProgress | undefined, nowMs: number): Settled {
  if (!progress) return settledByTime(nowMs);
  const { upTo, open } = progress;
  const ranges = [EVERY_SERVICE, service].flatMap((name) => (Object.hasOwn(open, name) ? (open[name] ?? []) : []));
  return { upTo, open: ranges.filter(([from]) => from < upTo).toSorted(([a], [b]) => a - b) };
}

export async function readSettled(table: Table, service: string, nowMs: number): Promise<Settled> {
  return settledFor(service, await readMergeProgress(table), nowMs);
}

/** Whether nothing that lies in [from, to) may grow, but for what instances put late. */
export function isSettled({ upTo, open }: Settled, from: number, to: number): boolean {
  return to <= upTo && !open.some(([low, high]) => low < to && high > from);
}

/** Epoch ms: everything before it is settled. */
export function completeUntil({ upTo, open }: Settled): number {
  return Math.min(upTo, open[0]?.[0] ?? upTo);
}

/** How much longer ago than it should be the merge has passed; 0 while it runs when it should. */
export function behindMs(settled: Settled, nowMs: number): number {
  return Math.max(0, settledByTime(nowMs).upTo - completeUntil(settled));
}

/** As answers say it; `to` is the end of their range. */
export function shownSettled(settled: Settled, to: number, nowMs: number) {
  const behind = behindMs(settled, nowMs);
  return {
    completeUntil: new Date(Math.min(to, completeUntil(settled))).toISOString(),
    // The merge has missed its turns: what is shown is that much older than it looks.
    ...(behind > 0 ? { behindMs: behind } : {}),
  };
}
