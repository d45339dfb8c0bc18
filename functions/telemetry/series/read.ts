// Reads a series: at the coarsest resolution its steps are made of, and more finely where that is still to come.
import type { Table } from '../../../store/port.ts';
import type { SumData } from '../sums/data.ts';
import type { SubjectName } from '../sums/subject.ts';
import { gaps } from './gaps.ts';
import { subjectName, type SeriesQuery } from './query.ts';
import { Reader } from './reader.ts';
import { Series } from './series.ts';
import { isSettled, type Settled } from './settled.ts';
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
  const resolution = resolutionOf(stepMs);

  /** Minutes tell of all subjects; what is made of them tells of one. */
  async function addNames(): Promise<void> {
    if (resolution === MINUTES) return;
    const last = Math.floor((Math.min(to, nowMs) - 1) / DAY_MS) * DAY_MS;
    const first = Math.max(last - DAY_MS, Math.floor(from / DAY_MS) * DAY_MS);
    await reader.overviews(first, last + DAY_MS, (_day, { subjects }) => series.names.add(Object.keys(subjects)));
  }

  const sums = readSums(
    reader,
    subjectName(subject),
    { resolution, from, to, nowMs, settled },
    {
      add: (at, data) => series.add(at, data),
      names: (subjects) => series.names.add(subjects),
    },
  );
  await Promise.all([sums, addNames()]);
  return { series, read: reader.items, unreadable: reader.unreadable };
}

export interface SumsWanted {
  readonly resolution: Resolution;
  /** Epoch ms, on whole steps of the resolution. */
  readonly from: number;
  readonly to: number;
  readonly nowMs: number;
  readonly settled: Settled;
}

export interface SumsTaken {
  /** What was counted from an instant on, for no longer than a step of the resolution. */
  add(fromMs: number, data: SumData): void;
  /** Minutes tell of more subjects than the one. */
  names?(subjects: readonly string[]): void;
}

/** One subject's sums, each once: those of the resolution where they are settled, and of finer ones where they are not. */
export async function readSums(
  reader: Reader,
  subject: SubjectName,
  wanted: SumsWanted,
  taken: SumsTaken,
): Promise<void> {
  const { nowMs, settled } = wanted;

  async function addRange(level: Resolution, begin: number, end: number): Promise<void> {
    if (level === MINUTES) {
      await reader.minutes(begin, end, (at, { subjects }) => {
        taken.names?.(Object.keys(subjects));
        const data = Object.hasOwn(subjects, subject) ? subjects[subject] : undefined;
        if (data) taken.add(at, data);
      });
      return;
    }
    const there = new Set<number>();
    await reader.slots(level, subject, begin, end, (at, data) => {
      if (!isSettled(settled, at, at + level.ms)) return;
      there.add(at);
      taken.add(at, data);
    });
    const finer = level === HOURS ? FIVE_MINUTES : MINUTES;
    await Promise.all(gaps(level, begin, end, there, nowMs).map(([low, high]) => addRange(finer, low, high)));
  }

  await addRange(wanted.resolution, wanted.from, wanted.to);
}
