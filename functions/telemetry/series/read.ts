// Reads a series: at the coarsest resolution its steps are made of, and more finely where that is still to come.
import type { Table } from '../../../store/port.ts';
import { gaps } from './gaps.ts';
import { subjectName, type SeriesQuery } from './query.ts';
import { Reader } from './reader.ts';
import { Series } from './series.ts';
import { isSettled } from './settled.ts';
import { DAY_MS, FIVE_MINUTES, HOURS, MINUTES, resolutionOf, type Resolution } from './span.ts';

export interface ReadSeries {
  readonly series: Series;
  /** Items that were found. */
  readonly read: number;
  /** Items and minutes of instances that a newer flyball wrote, and this one cannot read. */
  readonly unreadable: number;
}

/** @throws {Problem} 400 when the range holds more than can be read at once. */
export async function readSeries(table: Table, query: SeriesQuery, most?: number): Promise<ReadSeries> {
  const { service, subject, from, to, stepMs, nowMs, settled } = query;
  const reader = new Reader(table, service, most);
  const series = new Series(query);
  const name = subjectName(subject);
  const resolution = resolutionOf(stepMs);

  async function addRange(level: Resolution, begin: number, end: number): Promise<void> {
    if (level === MINUTES) {
      await reader.minutes(begin, end, (at, { subjects }) => {
        series.names.add(Object.keys(subjects));
        const data = Object.hasOwn(subjects, name) ? subjects[name as keyof typeof subjects] : undefined;
        if (data) series.add(at, data);
      });
      return;
    }
    const there = new Set<number>();
    await reader.slots(level, name, begin, end, (at, data) => {
      if (!isSettled(settled, at, at + level.ms)) return;
      there.add(at);
      series.add(at, data);
    });
    const finer = level === HOURS ? FIVE_MINUTES : MINUTES;
    await Promise.all(gaps(level, begin, end, there, nowMs).map(([low, high]) => addRange(finer, low, high)));
  }

  /** Minutes tell of all subjects; what is made of them tells of one. */
  async function addNames(): Promise<void> {
    if (resolution === MINUTES) return;
    const last = Math.floor((Math.min(to, nowMs) - 1) / DAY_MS) * DAY_MS;
    const first = Math.max(last - DAY_MS, Math.floor(from / DAY_MS) * DAY_MS);
    await reader.overviews(first, last + DAY_MS, (_day, { subjects }) => series.names.add(Object.keys(subjects)));
  }

  await Promise.all([addRange(resolution, from, to), addNames()]);
  return { series, read: reader.items, unreadable: reader.unreadable };
}
