// What instances counted by revision in a minute of a gray publication, as the judge reads it. Pure.
import type { SideCounts, SidesData } from '../../../store/items/gray-sides.ts';
import { bucketsOf } from '../sums/buckets.ts';
import type { Slot } from '../sums/slot.ts';
import { SERVICE } from '../sums/subject.ts';
import type { Sum } from '../sums/sum.ts';

/** Undefined when no instance told revisions apart: nothing is written then. */
export function sidesOf(slot: Slot): SidesData | undefined {
  const all = slot.sum(SERVICE);
  const sides = slot.sides();
  if (!all || sides.size === 0) return undefined;
  return {
    all: countsOf(all),
    sides: Object.fromEntries([...sides].map(([revision, sum]) => [revision, countsOf(sum)])),
  };
}

function countsOf(sum: Sum): SideCounts {
  const durations = sum.histogramOf('durations');
  return {
    outcomes: Object.fromEntries(sum.countsOf('outcomes')),
    durations: durations ? bucketsOf(durations).map(({ index, count }) => [index, count] as const) : [],
  };
}
