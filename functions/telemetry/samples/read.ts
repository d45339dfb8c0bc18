// Reads samples, newest first, half an hour at a time, until there are as many as a page takes.
import { readSeries } from '../../../store/items/series.ts';
import type { Sample } from '../../../store/items/telemetry-detail.ts';
import type { Table } from '../../../store/port.ts';
import type { SamplesData } from '../merge/samples.ts';
import { MINUTE_MS } from '../series/span.ts';
import type { SamplesQuery } from './query.ts';

const WINDOW_MS = 30 * MINUTE_MS;
/** What an instance puts under the minute it began in may have happened later: a few minutes, when the table was away. */
const PUT_BEFORE_MS = 6 * MINUTE_MS;
/** Windows that one request looks into: when few samples fit, its page is short and its cursor goes on. */
const MOST_WINDOWS = 8;

/** Where a page ended: the last sample's time and request, and how many of just these it has shown. */
export interface Position {
  readonly at: number;
  readonly requestId: string;
  readonly shown: number;
}

export interface SamplesPage {
  readonly samples: readonly Sample[];
  /** Where the next page begins; undefined at the end. */
  readonly next: Position | undefined;
}

export async function readSamples(
  table: Table,
  query: SamplesQuery,
  limit: number,
  after: Position | undefined,
): Promise<SamplesPage> {
  const { from, to } = query;
  const samples: Sample[] = [];
  let end = after === undefined ? to : Math.min(to, after.at + 1);
  for (let windows = 0; end > from && windows < MOST_WINDOWS; windows++) {
    const begin = Math.max(from, end - WINDOW_MS);
    const found = await readWindow(table, query, begin, end);
    samples.push(...(windows === 0 && after ? following(found, after) : found));
    const last = samples[limit - 1];
    if (last && samples.length > limit) {
      const page = samples.slice(0, limit);
      return { samples: page, next: positionOf(last, page, after) };
    }
    end = begin;
  }
  return { samples, next: end > from ? { at: end - 1, requestId: BEFORE_ALL, shown: 0 } : undefined };
}

/** Sorts, backwards, before every request id there is. */
const BEFORE_ALL = '\uffff';

/** Those that happened in [begin, end), newest first. */
async function readWindow(
  table: Table,
  { service, fits }: SamplesQuery,
  begin: number,
  end: number,
): Promise<Sample[]> {
  const found: Sample[] = [];
  for await (const { data } of readSeries(table, { kind: 'samples', service }, begin - PUT_BEFORE_MS, end)) {
    for (const sample of (data as Partial<SamplesData>).samples ?? []) {
      if (sample.at >= begin && sample.at < end && fits(sample)) found.push(sample);
    }
  }
  return found.sort(newestFirst);
}

function newestFirst(a: Pick<Sample, 'at' | 'requestId'>, b: Pick<Sample, 'at' | 'requestId'>): number {
  if (a.at !== b.at) return b.at - a.at;
  return a.requestId === b.requestId ? 0 : a.requestId < b.requestId ? 1 : -1;
}

/** What comes after a position. Records of one batch have one request id, and may have begun at the same time. */
function following(sorted: readonly Sample[], after: Position): Sample[] {
  const same = sorted.filter((sample) => newestFirst(sample, after) === 0);
  return [...same.slice(after.shown), ...sorted.filter((sample) => newestFirst(sample, after) > 0)];
}

function positionOf(last: Sample, page: readonly Sample[], before: Position | undefined): Position {
  const shown = page.filter((sample) => newestFirst(sample, last) === 0).length;
  const earlier = before && newestFirst(before, last) === 0 ? before.shown : 0;
  return { at: last.at, requestId: last.requestId, shown: shown + earlier };
}
