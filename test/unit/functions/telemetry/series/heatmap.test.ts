import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heatmapOf } from '../../../../../functions/telemetry/series/heatmap.ts';
import { Histogram } from '../../../../../middleware/telemetry/histogram.ts';

function histogramOf(...values: number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('a heat map', () => {
  it('has a row for each bucket in use while they are few, and a column for each step', () => {
    const rows = heatmapOf([histogramOf(1, 1, 1.09), undefined, histogramOf(1.06)]);
    expect(rows).toEqual([
      { overMs: 0.957603, upToMs: 1, counts: [2, 0, 0] },
      { overMs: 1, upToMs: 1.04427, counts: [0, 0, 0] },
      { overMs: 1.04427, upToMs: 1.09051, counts: [1, 0, 1] },
    ]);
  });

  it('joins buckets by powers of two when they are many, so that doublings fit in whole', () => {
    const rows = heatmapOf([histogramOf(1.5, 3, 60_000)]);
    expect(
      rows.map(({ overMs, upToMs }) => upToMs / overMs).every((ratio) => Math.abs(ratio - Math.SQRT2) < 1e-4),
    ).toBe(true);
    expect(rows).toHaveLength(31);
    expect(rows[0]).toMatchObject({ overMs: 1.41421, upToMs: 2, counts: [1] });
  });

  it('has no rows when nothing was measured', () => {
    expect(heatmapOf([undefined, new Histogram()])).toEqual([]);
  });

  it('counts everything once, in up to 40 rows without gaps', () => {
    const steps = fc.array(fc.array(fc.double({ min: 0, max: 1e8, noNaN: true })), { minLength: 1 });
    fc.assert(
      fc.property(steps, (values) => {
        const rows = heatmapOf(values.map((one) => histogramOf(...one)));
        expect(rows.length).toBeLessThanOrEqual(40);
        values.forEach((one, step) => {
          expect(rows.reduce((sum, { counts }) => sum + (counts[step] ?? NaN), 0)).toBe(one.length);
        });
        rows.slice(1).forEach(({ overMs }, i) => expect(overMs).toBe(rows[i]?.upToMs));
      }),
    );
  });
});
