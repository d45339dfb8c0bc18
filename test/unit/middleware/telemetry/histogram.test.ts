import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram, RELATIVE_ERROR } from '../../../../middleware/telemetry/histogram.ts';

const durations = fc.array(fc.double({ min: 0.001, max: 900_000, noNaN: true }), { minLength: 1, maxLength: 300 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

function exactQuantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? NaN;
}

describe('a histogram', () => {
  it('states a relative error of 2.2 %', () => {
    expect(RELATIVE_ERROR).toBeGreaterThan(0.021);
    expect(RELATIVE_ERROR).toBeLessThan(0.022);
  });

  it.each([0.5, 0.95, 0.99, 1])('gives quantile %s within the stated error of the exact one', (q) => {
    fc.assert(
      fc.property(durations, (values) => {
        const exact = exactQuantile(values, q);
        const estimated = histogramOf(values).quantile(q) ?? NaN;
        expect(Math.abs(estimated - exact) / exact).toBeLessThanOrEqual(RELATIVE_ERROR + 1e-9);
      }),
    );
  });

  it('gives after merging what one histogram of all values gives', () => {
    fc.assert(
      fc.property(durations, durations, (a, b) => {
        const [merged, fromBytes, other] = [histogramOf(a), histogramOf(a), histogramOf(b)];
        merged.add(other);
        fromBytes.addEncoded(other.encode(), other.max);
        const whole = histogramOf([...a, ...b]);
        for (const sum of [merged, fromBytes]) {
          expect(sum.encode()).toEqual(whole.encode());
          expect([sum.count, sum.max]).toEqual([whole.count, whole.max]);
        }
      }),
    );
  });

  it('comes back from its bytes as it went', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const before = histogramOf(values);
        const after = Histogram.decode(before.encode(), before.max);
        expect([after.count, after.max, after.quantile(0.95)]).toEqual([
          before.count,
          before.max,
          before.quantile(0.95),
        ]);
      }),
    );
  });

  it.each([
    ['an empty one', [], undefined],
    ['a single value, exactly', [37.5], 37.5],
    ['no time at all', [0, 0, 0], 0],
    ['a value beyond the range at the largest seen', [2 ** 30], 2 ** 30],
  ])('knows the median of %s', (_what, values, median) => {
    const found = histogramOf(values).quantile(0.5);
    if (median === undefined) expect(found).toBeUndefined();
    else
      expect(Math.abs((found ?? NaN) - median)).toBeLessThanOrEqual(
        median === 2 ** 30 ? 2 ** 30 : median * RELATIVE_ERROR,
      );
  });

  it('takes two or three bytes a bucket that is not empty', () => {
    const spread = histogramOf(Array.from({ length: 1000 }, (_, i) => 20 * 1.0025 ** i));
    expect(spread.encode().length).toBeLessThan(150);
  });

  it('counts beyond 32 bits when fleets are merged', () => {
    const bytes = histogramOf([5]).encode();
    let sum = Histogram.decode(bytes, 5);
    for (let doubling = 0; doubling < 40; doubling++) sum.add(Histogram.decode(sum.encode(), sum.max));
    sum = Histogram.decode(sum.encode(), sum.max);
    expect(sum.count).toBe(2 ** 40);
  });

  it('starts over when cleared', () => {
    const histogram = histogramOf([1, 2, 3]);
    histogram.clear();
    expect([histogram.count, histogram.max, histogram.encode().length]).toEqual([0, 0, 0]);
  });

  it.each([
    ['a number without end', [0x80]],
    ['more buckets than there are', [0xff, 0x7f, 1]],
  ])('refuses bytes with %s', (_what, bytes) => {
    expect(() => Histogram.decode(Uint8Array.from(bytes), 0)).toThrow(RangeError);
  });
});
