// Which minutes are still to be merged, of which service: ranges of time, with what was done taken out. Pure.
import { EVERY_SERVICE, type MergeProgress, type OpenRange } from '../../../store/items/merge-progress.ts';

export type Open = MergeProgress['open'];
export type Ranges = readonly OpenRange[];

const MINUTE_MS = 60_000;

/** With one more range, ascending and joined where they touch. */
export function withRange(ranges: Ranges, [from, to]: OpenRange): Ranges {
  if (from >= to) return ranges;
  const apart = ranges.filter(([a, b]) => b < from || a > to);
  const touching = ranges.filter(([a, b]) => b >= from && a <= to);
  const joined: OpenRange = [Math.min(from, ...touching.map(([a]) => a)), Math.max(to, ...touching.map(([, b]) => b))];
  return [...apart, joined].sort(([a], [b]) => a - b);
}

/** What is left when [from, to) is done. */
export function withoutRange(ranges: Ranges, [from, to]: OpenRange): Ranges {
  const parts = ranges.flatMap(([a, b]): OpenRange[] => [
    [a, Math.min(b, from)],
    [Math.max(a, to), b],
  ]);
  return parts.filter(([a, b]) => a < b);
}

/** Beginnings of a service's open minutes in [from, to), newest first: its own, and those of every service. */
export function openMinutes(open: Open, service: string, [from, to]: OpenRange): number[] {
  const minutes = new Set<number>();
  for (const [a, b] of [...rangesOf(open, EVERY_SERVICE), ...rangesOf(open, service)]) {
    for (let at = Math.max(a, from); at < Math.min(b, to); at += MINUTE_MS) minutes.add(at);
  }
  return [...minutes].sort((a, b) => b - a);
}

/** The end of the newest open minute before `beforeMs`; undefined when there is none. */
export function newestOpen(open: Open, beforeMs: number): number | undefined {
  let newest: number | undefined;
  for (const [from, to] of Object.values(open).flat()) {
    if (from >= beforeMs) continue;
    const end = Math.min(to, beforeMs);
    if (newest === undefined || end > newest) newest = end;
  }
  return newest;
}

export function opened(open: Open, service: string, range: OpenRange): Open {
  return { ...open, [service]: withRange(rangesOf(open, service), range) };
}

/** After all services were tried: what is open in the range is what each of them left, by beginnings of minutes. */
export function settled(open: Open, range: OpenRange, left: ReadonlyMap<string, readonly number[]>): Open {
  const rest = Object.entries(open).map(([service, ranges]) => [service, withoutRange(ranges, range)] as const);
  let result: Open = Object.fromEntries(rest);
  for (const [service, minutes] of left) {
    for (const at of minutes) result = opened(result, service, [at, at + MINUTE_MS]);
  }
  return Object.fromEntries(Object.entries(result).filter(([, ranges]) => ranges.length > 0));
}

/** Without what began before `oldestMs`: it can no longer be merged. */
export function since(open: Open, oldestMs: number): Open {
  return settled(open, [-Infinity, oldestMs], new Map());
}

/** How many minutes of services are open; those of every service count once. */
export function countOpen(open: Open): number {
  return Object.values(open)
    .flat()
    .reduce((sum, [from, to]) => sum + (to - from) / MINUTE_MS, 0);
}

function rangesOf(open: Open, service: string): Ranges {
  return Object.hasOwn(open, service) ? (open[service] ?? []) : [];
}
