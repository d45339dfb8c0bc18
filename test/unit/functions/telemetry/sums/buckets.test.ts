import { describe, expect, it } from 'vitest';
import { bucketsOf, countUpTo, endOf, middleOf } from '../../../../../functions/telemetry/sums/buckets.ts';
import { Histogram, RELATIVE_ERROR } from '../../../../../middleware/telemetry/histogram.ts';

function histogramOf(...values: number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('the buckets of a histogram', () => {
  it.each([
    [1, -1],
    [1.0001, 0],
    [2, 15],
    [2.01, 16],
    [0.5, -17],
    [1024, 159],
    [0, -160],
    [2 ** 40, 383],
  ])('hold %d in number %i, as OpenTelemetry numbers them', (value, index) => {
    expect(bucketsOf(histogramOf(value))).toEqual([{ index, count: 1 }]);
  });

  it('are in order, with what each counts', () => {
    expect(bucketsOf(histogramOf(...Array.from({ length: 300 }, () => 4), 1, 16))).toEqual([
      { index: -1, count: 1 },
      { index: 31, count: 300 },
      { index: 63, count: 1 },
    ]);
    expect(bucketsOf(new Histogram())).toEqual([]);
  });

  it('have a middle that is off from both ends by no more than the error of a percentile', () => {
    for (const index of [-160, -1, 0, 17, 383]) {
      expect((endOf(index) - middleOf(index)) / endOf(index)).toBeCloseTo(RELATIVE_ERROR, 12);
      expect((middleOf(index) - endOf(index - 1)) / endOf(index - 1)).toBeCloseTo(RELATIVE_ERROR, 12);
    }
  });

  it('tell exactly how many values do not exceed a power of two', () => {
    const buckets = bucketsOf(histogramOf(1, 2, 3, 4, 4.01, 1000, 1024, 1025));
    expect([1, 2, 4, 8, 1024, 2048].map((end) => countUpTo(buckets, end))).toEqual([1, 2, 4, 5, 7, 8]);
  });
});
