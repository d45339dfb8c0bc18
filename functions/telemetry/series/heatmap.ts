// A heat map of durations: rows of buckets, columns of steps; few enough rows to draw. Pure.
import type { Histogram } from '../../../middleware/telemetry/histogram.ts';
import { bucketsOf, endOf } from '../sums/buckets.ts';

const MOST_ROWS = 40;

/** What took more than `overMs` and not more than `upToMs`: how many in each step. */
export interface HeatmapRow {
  readonly overMs: number;
  readonly upToMs: number;
  readonly counts: readonly number[];
}

/** Rows from the fastest to the slowest, without gaps; none when nothing was measured. */
export function heatmapOf(steps: readonly (Histogram | undefined)[]): HeatmapRow[] {
  const columns = steps.map((histogram) => (histogram ? bucketsOf(histogram) : []));
  const indexes = columns.flatMap((buckets) => [buckets[0]?.index, buckets.at(-1)?.index]);
  const used = indexes.filter((index) => index !== undefined);
  if (used.length === 0) return [];
  const [lowest, highest] = [least(used), most(used)];
  const width = widthOf(lowest, highest);
  const first = Math.floor(lowest / width);
  const rows = Array.from({ length: Math.floor(highest / width) - first + 1 }, (_, row) => ({
    overMs: rounded(endOf((first + row) * width - 1)),
    upToMs: rounded(endOf((first + row + 1) * width - 1)),
    counts: steps.map(() => 0),
  }));
  columns.forEach((buckets, step) => {
    for (const { index, count } of buckets) {
      const counts = rows[Math.floor(index / width) - first]?.counts;
      if (counts) counts[step] = (counts[step] ?? 0) + count;
    }
  });
  return rows;
}

/** How many buckets a row joins: a power of two, so that rows begin and end where buckets do, and doublings fit in whole. */
function widthOf(lowest: number, highest: number): number {
  let width = 1;
  while (Math.floor(highest / width) - Math.floor(lowest / width) + 1 > MOST_ROWS) width *= 2;
  return width;
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
const rounded = (ms: number) => Number(ms.toPrecision(6));
