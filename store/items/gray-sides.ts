// What was counted in one minute of a gray publication, by revision: the merge writes it, the judge reads it.
import type { CallOptions, Table } from '../port.ts';
import { putSeries, readSeries } from './series.ts';
import type { Counts } from './telemetry.ts';

export interface SideCounts {
  readonly outcomes: Counts;
  /** Buckets of a histogram that are not empty, a sixteenth of a doubling wide each, ascending. */
  readonly durations: readonly (readonly [bucket: number, count: number])[];
}

export interface SidesData {
  /** All there was, whatever its revision: libraries that know nothing of gray publications say only that. */
  readonly all: SideCounts;
  readonly sides: { readonly [revision: string]: SideCounts };
}

export async function putSides(
  table: Table,
  service: string,
  minute: { readonly from: number; readonly data: SidesData },
  options: CallOptions & { readonly fence?: number } = {},
): Promise<void> {
  await putSeries(table, { kind: 'sides', service }, minute, options);
}

/** Of the minutes that begin in [fromMs, toMs) and have any, in order of time. */
export async function* readSides(
  table: Table,
  service: string,
  fromMs: number,
  toMs: number,
): AsyncGenerator<{ readonly from: number; readonly data: SidesData }> {
  for await (const { from, data } of readSeries(table, { kind: 'sides', service }, fromMs, toMs, {
    consistent: true,
  })) {
    // The merge alone writes these.
    yield { from, data: data as SidesData };
  }
}
