// A job's schedule as the viewer reads it.
import { locale, useTexts, type Tell } from '../../text/language.ts';
import type { Job } from './answers.ts';
import { spansOf, whenOf, type When } from './schedule-words.ts';
import { jobsTexts } from './texts.ts';

export type Told = Tell<keyof (typeof jobsTexts)['en']>;

export interface Schedule {
  readonly said: string;
  /** `said` is the schedule as it is written: there are no words for it. */
  readonly isWritten: boolean;
  readonly written: string;
  /** Whose clock it goes by, where it goes by one. */
  readonly zone: string | undefined;
}

export function useSchedule(job: Job): Schedule {
  const t = useTexts(jobsTexts);
  return scheduleOf(job, t);
}

export function scheduleOf(
  { schedule, timezone, period }: Pick<Job, 'schedule' | 'timezone' | 'period'>,
  t: Told,
): Schedule {
  if (schedule === undefined) {
    const span = spanOf(period ?? '');
    const said =
      period === undefined
        ? t('unscheduled')
        : span && span.unit !== 'second'
          ? wordsOf({ kind: 'every', count: span.count, unit: span.unit }, t)
          : t('every', { time: spanWords(period) });
    return { said, isWritten: false, written: period ?? '', zone: undefined };
  }
  const when = whenOf(schedule);
  const zone = when?.kind === 'every' ? undefined : timezone;
  const written = timezone === undefined ? schedule : `${schedule} · ${timezone}`;
  return { said: when ? told(schedule, when, t) : schedule, isWritten: !when, written, zone };
}

/** Words by what they were made of: of many jobs most have the schedule of others. */
const said = new Map<string, string>();

function told(schedule: string, when: When, t: Told): string {
  const key = `${locale()} ${schedule}`;
  const words = said.get(key) ?? wordsOf(when, t);
  said.set(key, words);
  return words;
}

export function wordsOf(when: When, t: Told): string {
  if (when.kind === 'every') {
    if (when.count === 1) return t(`each.${when.unit}`);
    return t('every', { time: counted(when.count, when.unit) });
  }
  if (when.kind === 'hourly') {
    return t('hourly', { minutes: listed(when.minutes.map((minute) => `:${String(minute).padStart(2, '0')}`)) });
  }
  const times = listed(when.times);
  if (when.weekdays) return t('onDays', { times, days: spansOf(when.weekdays).map(daysOf).join(t('comma')) });
  if (when.dates) return t('onDates', { times, dates: spansOf(when.dates).map(datesOf).join(t('comma')) });
  return t('daily', { times });
}

const listed = (words: readonly string[]): string =>
  new Intl.ListFormat(locale(), { type: 'conjunction', style: 'short' }).format(words);

const counted = (count: number, unit: string): string =>
  new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'long' }).format(count);

/** 2017-01-01 was a Sunday. */
const dayName = (day: number): string =>
  new Intl.DateTimeFormat(locale(), { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2017, 0, 1 + day));

const daysOf = ([from, to]: readonly [number, number]): string =>
  from === to ? dayName(from) : `${dayName(from)}–${dayName(to)}`;

const datesOf = ([from, to]: readonly [number, number]): string =>
  from === to ? String(from) : `${String(from)}–${String(to)}`;

const UNITS: Readonly<Record<string, 'second' | 'minute' | 'hour' | 'day'>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
};

/** `90m`: how many of which unit. */
function spanOf(span: string) {
  const parts = /^(\d+)([smhd])$/.exec(span);
  const unit = UNITS[parts?.[2] ?? ''];
  return parts && unit !== undefined ? { count: Number(parts[1]), unit } : undefined;
}

/** `90m` as `90 minutes`. */
export function spanWords(span: string): string {
  const parts = spanOf(span);
  return parts ? counted(parts.count, parts.unit) : span;
}
