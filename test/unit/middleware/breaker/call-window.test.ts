// Windows that count calls: where pieces go, what the last ten segments hold, and that nothing counted is lost.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockOf,
  CallWindow,
  isOldBlock,
  isOldSegment,
  newestOf,
  placed,
  segmentTotals,
} from '../../../../middleware/breaker/call-window.ts';
import type { BreakerTally } from '../../../../store/items/breaker-tallies.ts';

const WIDTH = 10;
const START = 1_800_000_000_000;
const piece = (calls: number, failures = 0, slow = 0) => ({ calls, failures, slow });

/** What `ADD` makes of what there was and what is added. */
function added(to: readonly BreakerTally[], more: readonly BreakerTally[]): BreakerTally[] {
  const sums = new Map<string, BreakerTally>();
  for (const one of [...to, ...more]) {
    const name = `${one.of} ${one.start} ${one.width}`;
    sums.set(name, { ...one, count: one.count + (sums.get(name)?.count ?? 0) });
  }
  return [...sums.values()];
}

describe('pieces', () => {
  it('fill the newest segment and go on in the next', () => {
    let tallies = added([], placed([piece(6, 2)], [], WIDTH, 0));
    tallies = added(tallies, placed([piece(4, 1, 1)], tallies, WIDTH, 0));
    expect(newestOf(tallies, WIDTH, 0)).toBe(0);
    tallies = added(tallies, placed([piece(1)], tallies, WIDTH, 0));
    expect(newestOf(tallies, WIDTH, 0)).toBe(1);
    expect(segmentTotals(tallies, WIDTH, 0)).toEqual({ calls: 11, failures: 3, slow: 1 });
  });

  it('are as long as a segment, and the last ten are kept', () => {
    const window = new CallWindow(WIDTH);
    for (let call = 0; call < 125; call++) window.add(START, call >= 120, false);
    const pieces = window.take();
    expect(pieces.map(({ calls }) => calls)).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 5]);
    expect(pieces.at(-1)).toEqual(piece(5, 5));
    expect(window.take()).toEqual([]);
  });
});

describe('the window', () => {
  it('is the last ten segments, whenever they were', () => {
    let tallies: BreakerTally[] = [];
    for (let i = 0; i < 15; i++) tallies = added(tallies, placed([piece(10, i < 5 ? 10 : 0)], tallies, WIDTH, 0));
    expect(segmentTotals(tallies, WIDTH, 0)).toEqual({ calls: 100, failures: 0, slow: 0 });
  });

  it('begins anew with each epoch', () => {
    const before = placed([piece(10, 10)], [], WIDTH, 1_000);
    expect(segmentTotals(before, WIDTH, 1_000).failures).toBe(10);
    expect(segmentTotals(before, WIDTH, 1_001).failures).toBe(0);
    const [first] = placed([piece(1)], before, WIDTH, 1_001);
    expect(first?.start).toBe(1_001_000);
    expect(isOldSegment(before[0]?.start ?? 0, WIDTH, before, 1_001)).toBe(true);
  });

  it('of another revision counts for itself', () => {
    expect(segmentTotals(placed([piece(5, 5)], [], 5, 0), WIDTH, 0)).toEqual({ calls: 0, failures: 0, slow: 0 });
  });

  it('keeps what a block of ten still says of the window, and no more', () => {
    let tallies: BreakerTally[] = [];
    for (let i = 0; i < 25; i++) tallies = added(tallies, placed([piece(10)], tallies, WIDTH, 0));
    expect(blockOf(newestOf(tallies, WIDTH, 0), 0)).toBe(20);
    expect([9, 10, 24].map((start) => isOldBlock(start, WIDTH, tallies, 0))).toEqual([true, false, false]);
    expect([14, 15, 24].map((start) => isOldSegment(start, WIDTH, tallies, 0))).toEqual([true, false, false]);
  });
});

it('however reporters take turns, the sum of what is placed is the sum of what was counted', () => {
  const reports = fc.array(fc.array(fc.boolean(), { maxLength: 30 }), { maxLength: 12 });
  fc.assert(
    fc.property(reports, fc.nat(3), (all, behind) => {
      const views: BreakerTally[][] = [[]];
      let counted = 0;
      for (const ends of all) {
        const window = new CallWindow(WIDTH);
        for (const failed of ends) window.add(START, failed, false);
        counted += ends.filter(Boolean).length;
        // Placed by a view that is so many reports old.
        const view = views[Math.max(0, views.length - 1 - behind)] ?? [];
        views.push(added(views.at(-1) ?? [], placed(window.take(), view, WIDTH, 0)));
      }
      const sum = (views.at(-1) ?? [])
        .filter(({ of }) => of === 'segmentFailures')
        .reduce((n, { count }) => n + count, 0);
      expect(sum).toBe(counted);
    }),
  );
});
