// Adds up what was counted: of two minutes of an instance, and of what has no room of its own in an item. Pure.
import type { Counts, Tallies, Tally } from '../../store/items/telemetry.ts';
import { Histogram } from './histogram.ts';
import type { Counted } from './recorder.ts';
import { OTHER } from './tally.ts';

export function mergeCounted(a: Counted, b: Counted): Counted {
  return {
    resources: mergeTallies(a.resources, b.resources),
    calls: mergeTallies(a.calls, b.calls),
    attempts: mergeTallies(a.attempts, b.attempts),
    refusals: mergeCounts(a.refusals, b.refusals),
    shadow: mergeCounts(a.shadow, b.shadow),
    transitions: mergeCounts(a.transitions, b.transitions),
    internal: mergeCounts(a.internal, b.internal),
  };
}

/** Keeps the `most` busiest names of each kind; the rest is counted as `other`. */
export function keepBusiest(counted: Counted, most: number): Counted {
  const counts = (all: Counts) =>
    busiest(
      all,
      most,
      (count) => count,
      (a, b) => a + b,
    );
  const tallies = (all: Tallies) => busiest(all, most, (tally) => totalOf(tally.outcomes), mergeTally);
  return {
    resources: tallies(counted.resources),
    calls: tallies(counted.calls),
    attempts: tallies(counted.attempts),
    refusals: counts(counted.refusals),
    shadow: counts(counted.shadow),
    transitions: counts(counted.transitions),
    internal: counts(counted.internal),
  };
}

/** The same without durations: what is left when even the busiest do not fit. */
export function withoutDurations(counted: Counted): Counted {
  const bare = (tallies: Tallies) =>
    Object.fromEntries(Object.entries(tallies).map(([name, tally]) => [name, { ...tally, durations: undefined }]));
  return {
    ...counted,
    resources: bare(counted.resources),
    calls: bare(counted.calls),
    attempts: bare(counted.attempts),
  };
}

export function mergeCounts(a: Counts, b: Counts): Counts {
  return merged(a, b, (x, y) => x + y);
}

export function totalOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function mergeTallies(a: Tallies, b: Tallies): Tallies {
  return merged(a, b, mergeTally);
}

function mergeTally(a: Tally, b: Tally): Tally {
  return {
    outcomes: mergeCounts(a.outcomes, b.outcomes),
    cold: (a.cold ?? 0) + (b.cold ?? 0) || undefined,
    slow: (a.slow ?? 0) + (b.slow ?? 0) || undefined,
    durations: mergeDurations(a.durations, b.durations),
    maxMs: Math.max(a.maxMs ?? 0, b.maxMs ?? 0) || undefined,
  };
}

function mergeDurations(a: Uint8Array | undefined, b: Uint8Array | undefined): Uint8Array | undefined {
  if (!a || !b) return a ?? b;
  const sum = Histogram.decode(a, 0);
  sum.addEncoded(b, 0);
  return sum.encode();
}

export function merged<T>(
  a: { readonly [name: string]: T },
  b: { readonly [name: string]: T },
  merge: (x: T, y: T) => T,
): { [name: string]: T } {
  const sum = new Map(Object.entries(a));
  for (const [name, value] of Object.entries(b)) {
    const before = sum.get(name);
    sum.set(name, before === undefined ? value : merge(before, value));
  }
  return Object.fromEntries(sum);
}

function busiest<T>(
  all: { readonly [name: string]: T },
  most: number,
  weight: (value: T) => number,
  merge: (a: T, b: T) => T,
): { [name: string]: T } {
  const ranked = Object.entries(all).sort((a, b) => weight(b[1]) - weight(a[1]));
  if (ranked.length <= most) return { ...all };
  const kept: { readonly [name: string]: T } = Object.fromEntries(ranked.slice(0, most));
  return ranked.slice(most).reduce((sum, [, value]) => merged(sum, { [OTHER]: value }, merge), { ...kept });
}
