// The meters that judge a simulated fleet: checked against the plain definitions they stand for.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unfairnessPct, waterFilling, WindowMeter } from '../../../../bench/throttle/simulation/meter.ts';

/** By the definition: of all windows from one admission to another, the one with the most beyond rate · w. */
function worstOfAllWindows(admissions: readonly (readonly [number, number])[], ratePerMs: number): number {
  let worst = 0;
  for (const [i, [from]] of admissions.entries()) {
    let admitted = 0;
    for (const [to, tokens] of admissions.slice(i)) {
      admitted += tokens;
      worst = Math.max(worst, admitted - (to - from) * ratePerMs);
    }
  }
  return worst;
}

describe('the window meter', () => {
  it('finds what the worst of all windows took beyond its rate', () => {
    const stream = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 5 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(stream, fc.double({ min: 0.01, max: 2, noNaN: true }), (gaps, ratePerMs) => {
        let nowMs = 0;
        const admissions = gaps.map(([gap, tokens]) => [(nowMs += gap), tokens] as const);
        const meter = new WindowMeter(() => ratePerMs);
        for (const [atMs, tokens] of admissions) meter.admit(atMs, tokens);
        expect(meter.worst).toBeCloseTo(worstOfAllWindows(admissions, ratePerMs), 6);
      }),
    );
  });

  it('follows a rate that changes', () => {
    const meter = new WindowMeter((nowMs) => (nowMs < 1_000 ? 0.1 : 0));
    meter.admit(0, 10);
    meter.admit(100, 10);
    expect(meter.worst).toBe(10);
    meter.admit(1_000, 5);
    expect(meter.worst).toBe(15);
  });
});

describe('max-min fairness', () => {
  it.each([
    { demands: [1, 2, 3], capacity: 10, shares: [1, 2, 3] },
    { demands: [1, 5, 5], capacity: 7, shares: [1, 3, 3] },
    { demands: [5, 1, 5], capacity: 7, shares: [3, 1, 3] },
    { demands: [4, 4, 4], capacity: 3, shares: [1, 1, 1] },
    { demands: [0, 2], capacity: 1, shares: [0, 1] },
  ])('$demands of $capacity get $shares', ({ demands, capacity, shares }) => {
    expect(waterFilling(demands, capacity)).toEqual(shares);
  });

  it('is missed by the share of admissions that went to others', () => {
    expect(unfairnessPct([10, 10], [5, 5])).toBe(0);
    expect(unfairnessPct([10, 10], [10, 0])).toBe(50);
    expect(unfairnessPct([10, 10], [0, 0])).toBe(0);
  });
});
