// Tests what a drawn limit would have refused, and how it is written as a rule.
import { describe, expect, it } from 'vitest';
import { parseRate } from '../../../../middleware/kernel/rates.ts';
import {
  firstLimit,
  freeName,
  movedBy,
  rateText,
  refusedAbove,
  roundedRate,
} from '../../../../console/screens/services/limit.ts';

describe('what a limit would have refused', () => {
  it('is what lies above it, of all that was asked', () => {
    // 100/s, 150/s and 50/s for a minute each; 100/s refuses a minute of 50/s.
    expect(refusedAbove([100, 150, 50], 60_000, 100)).toEqual({ share: 3_000 / 18_000, count: 3_000, of: 18_000 });
  });

  it('leaves out what is not known', () => {
    expect(refusedAbove([null, 20], 60_000, 10)).toEqual({ share: 0.5, count: 600, of: 1_200 });
  });

  it('is nothing of nothing', () => {
    expect(refusedAbove([], 60_000, 10).share).toBe(0);
    expect(refusedAbove([0, 0], 60_000, 10).share).toBe(0);
  });
});

describe('a limit as rules have it', () => {
  it.each([
    [120, '120/s'],
    [119.6, '120/s'],
    [10, '10/s'],
    [3, '3/s'],
    [2.5, '150/min'],
    [0.5, '30/min'],
    [0.001, '1/min'],
  ])('%d a second is %s', (perSecond, text) => {
    expect(rateText(perSecond)).toBe(text);
  });

  it('says the rate that the line shows', () => {
    for (const perSecond of [0.01, 0.3, 1, 2.37, 9.99, 10.4, 77.7, 1_234.5]) {
      const { tokens, perMs } = parseRate(rateText(perSecond));
      expect((tokens * 1_000) / perMs).toBeCloseTo(roundedRate(perSecond), 6);
    }
  });

  it('begins where all but one in twenty moments stayed below', () => {
    const demand = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(firstLimit(demand)).toBe(96);
    expect(firstLimit([null, 0])).toBe(10);
  });

  it('moves by a hundredth of the axis, and never by nothing', () => {
    expect(movedBy(1, 100, 500)).toBe(105);
    expect(movedBy(-10, 100, 500)).toBe(50);
    expect(movedBy(1, 10, 20)).toBe(11);
    expect(movedBy(-1, 10, 20)).toBe(9);
    expect(movedBy(1, 0.5, 1)).toBeCloseTo(31 / 60);
    expect(movedBy(-10, 0.5, 100)).toBeCloseTo(1 / 60);
  });
});

describe('the name of a new throttle', () => {
  it('is of its resource, and free', () => {
    expect(freeName('create-order', [])).toBe('create-order-at-most');
    expect(freeName('', ['all-at-most', 'all-at-most-2'])).toBe('all-at-most-3');
  });
});
