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
    all: withoutAccess(all, countsOf(all)),
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

/** As instances do on their sides: what `access` refuses anybody can have refused as often as they like. */
function withoutAccess(sum: Sum, { outcomes, durations }: SideCounts): SideCounts {
  let refused = outcomes['refused'] ?? 0;
  for (const [key, count] of sum.countsOf('refusals')) if (key.startsWith('access/')) refused -= count;
  return { outcomes: { ...outcomes, refused: Math.max(0, refused) }, durations };
}
