// Reads a series from the table: a query a minute, some at a time, bounded.
import { minuteOf, readMinutes } from '../../store/items/telemetry.ts';
import type { Table } from '../../store/port.ts';
import { Problem } from '../api/index.ts';
import type { SeriesQuery } from './query.ts';
import { Series } from './series.ts';

const AT_ONCE = 16;
/** About as much as can be read and added up within this function's time. */
export const MOST_INSTANCE_MINUTES = 50_000;

export interface ReadSeries {
  readonly series: Series;
  /** Instance minutes that were found, of whichever resource or dependency. */
  readonly read: number;
  /** Instance minutes that a newer flyball wrote, and this one cannot read. */
  readonly unreadable: number;
}

/** @throws {Problem} 400 when the range holds more than can be read at once. */
export async function readSeries(
  table: Table,
  query: SeriesQuery,
  most: number = MOST_INSTANCE_MINUTES,
): Promise<ReadSeries> {
  const series = new Series(query);
  const minutes = series.minutes()[Symbol.iterator]();
  let read = 0;
  let unreadable = 0;

  async function readNext(): Promise<void> {
    for (const minute of minutes) {
      let cursor: string | undefined;
      do {
        const page = await readMinutes(table, query.service, minuteOf(minute), cursor);
        for (const found of page.minutes) series.add(found);
        unreadable += page.unreadable;
        read += page.minutes.length;
        if (read > most) throw tooMuch(most);
        cursor = page.cursor;
      } while (cursor !== undefined);
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, readNext));
  return { series, read, unreadable };
}

function tooMuch(most: number): Problem {
  const detail = `The range holds more than ${most} minutes of instances; ask for a shorter one.`;
  return new Problem(400, detail, { code: 'RANGE_TOO_LARGE' });
}
