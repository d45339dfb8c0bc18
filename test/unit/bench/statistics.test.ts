import { describe, expect, it } from 'vitest';
import { median, quantile, rounded, spread } from '../../../bench/statistics.ts';

describe('medians and spreads', () => {
  it.each([
    [[7], 7],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 2, 9, 100, 1], 9],
  ])('the median of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it.each([
    [0, 0],
    [0.1, 1],
    [0.25, 2.5],
    [1, 10],
  ])('the value below which %d of 0 to 10 lie is %d', (share, expected) => {
    expect(quantile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0], share)).toBe(expected);
  });

  it('the spread leaves out the tenth at each end', () => {
    expect(spread([-1000, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1000])).toBe(8);
  });

  it('there is no median of nothing', () => {
    expect(() => median([])).toThrow('no quantile of no values');
  });

  it('figures are kept to two decimals', () => {
    expect(rounded(1.23456)).toBe(1.23);
  });
});
