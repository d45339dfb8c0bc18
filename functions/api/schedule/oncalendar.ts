// systemd's OnCalendar, several lines of it too, as systemd.time(7) and healthchecks.io have it.
import { checkTimezone } from '../../../middleware/kernel/zone.ts';
import { clocked } from './clocked.ts';
import { daysOfWeek } from './day-fields.ts';

import type { Schedule } from './kinds.ts';
import { dayOf, isWeekdays, numbersOf, secondsMsOf, weekdaysOf, yearsOf } from './oncalendar-fields.ts';
import type { ClockRules, Placed } from './placed.ts';
import { FIRST_YEAR, LAST_YEAR, type WallTimes } from './wall-times.ts';
import { inWords, onBoth } from './words.ts';

/** What systemd-analyze(1) shows on both nights: what the clock skips does not come, what it repeats comes once. */
const RULES: ClockRules = { repeated: 'once', skipped: 'never' };

const HALF_YEARLY = '*-01,07-01 00:00:00';
const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ['minutely', '*-*-* *:*:00'],
  ['hourly', '*-*-* *:00:00'],
  ['daily', '*-*-* 00:00:00'],
  ['weekly', 'Mon *-*-* 00:00:00'],
  ['monthly', '*-*-01 00:00:00'],
  ['quarterly', '*-01,04,07,10-01 00:00:00'],
  ['semiannually', HALF_YEARLY],
  ['semi-annually', HALF_YEARLY],
  ['biannually', HALF_YEARLY],
  ['bi-annually', HALF_YEARLY],
  ['yearly', '*-01-01 00:00:00'],
  ['annually', '*-01-01 00:00:00'],
]);

interface Line {
  readonly placed: Placed;
  readonly words: string;
}

/**
 * Each line may name a zone of its own; what is due earliest of all lines counts.
 * @throws {RangeError} saying which part is wrong.
 */
export function onCalendar(text: string, timezone: string): Schedule {
  const lines = text.trim().split('\n');
  const parts = lines.map((line, i) => {
    try {
      return lineOf(line.trim(), timezone);
    } catch (error) {
      if (lines.length > 1 && error instanceof RangeError) throw new RangeError(`line ${i + 1}: ${error.message}`);
      throw error;
    }
  });
  const zones = [...new Set(parts.map(({ placed }) => placed.timezone))];
  return clocked('oncalendar', zones.length === 1 ? (zones[0] ?? timezone) : timezone, parts);
}

function lineOf(line: string, defaultZone: string): Line {
  const tokens = line.split(/\s+/);
  const timezone = zoneOf(tokens);
  if (timezone !== undefined) tokens.pop();
  const [first = '', ...others] = tokens;
  if (first.startsWith('@') && others.length === 0) return epoch(first);
  const shorthand = others.length === 0 ? SHORTHANDS.get(first.toLowerCase()) : undefined;
  const { times, on } = timesOf(shorthand?.split(' ') ?? tokens);
  return { placed: { times, timezone: timezone ?? defaultZone, rules: RULES }, words: inWords(times, on) };
}

/** The zone that a line ends in. */
function zoneOf(tokens: readonly string[]): string | undefined {
  const last = tokens[tokens.length - 1] ?? '';
  if (tokens.length < 2 || !/^[a-z]/i.test(last) || isWeekdays(last)) return undefined;
  checkTimezone(last);
  return last.toUpperCase() === 'UTC' ? 'UTC' : last;
}

function timesOf(tokens: readonly string[]): { times: WallTimes; on: string | undefined } {
  const left = [...tokens];
  const weekday = /^[a-z]/i.test(left[0] ?? '') ? left.shift() : undefined;
  const date = /[-~]/.test(left[0] ?? '') ? left.shift() : undefined;
  const time = left[0]?.includes(':') === true ? left.shift() : undefined;
  const [unread] = left;
  if (unread !== undefined || (weekday ?? date ?? time) === undefined) {
    const what = unread === undefined || unread === '' ? 'it is empty' : `"${unread}" is no part of it`;
    throw new RangeError(
      `${what}; write a weekday, a date, a time and a timezone, each if needed (Mon..Fri *-*-* 02:00 UTC)`,
    );
  }
  const weekdays = weekday === undefined ? undefined : daysOfWeek(weekdaysOf(weekday));
  const { years, months, day } = dateOf(date);
  return {
    times: {
      years,
      months,
      isDay: (each) => (day?.isDay(each) ?? true) && (weekdays?.isDay(each) ?? true),
      ...timeOf(time ?? '0:0:0'),
    },
    on: day && weekdays ? onBoth(day.words, weekdays.words) : (day?.words ?? weekdays?.words),
  };
}

/** `2026-12-24`, `12-24`, and with the days counted from the end of the month `12~03`. */
function dateOf(date = '*-*-*') {
  const fromEnd = date.includes('~');
  const parts = date.split(/[-~]/);
  const day = parts.pop();
  const month = parts.pop();
  const [year = '*', ...rest] = parts;
  if (day === undefined || month === undefined || rest.length > 0 || (fromEnd && !/^[^~]*~[^-~]*$/.test(date))) {
    throw new RangeError(
      `the date ${date} is none; write year-month-day, month-day, or month~day from its end (*-02~03)`,
    );
  }
  return {
    years: yearsOf(year),
    months: numbersOf(month, { name: 'month', min: 1, max: 12 }),
    day: dayOf(day, fromEnd),
  };
}

function timeOf(time: string): Pick<WallTimes, 'hours' | 'minutes' | 'secondsMs'> {
  const [hour = '', minute = '', second = '0', ...rest] = time.split(':');
  if (rest.length > 0) throw new RangeError(`the time ${time} has more than hours, minutes and seconds`);
  return {
    hours: numbersOf(hour, { name: 'hour', min: 0, max: 23 }),
    minutes: numbersOf(minute, { name: 'minute', min: 0, max: 59 }),
    secondsMs: secondsMsOf(second),
  };
}

/** `@1800000000`: seconds since the epoch, once. */
function epoch(text: string): Line {
  const seconds = /^@[0-9]{1,10}$/.test(text) ? Number(text.slice(1)) : Number.NaN;
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR)) {
    throw new RangeError(`${text} is no moment; write the seconds since the epoch, whole ones (@1800000000)`);
  }
  const times: WallTimes = {
    years: [year],
    months: [date.getUTCMonth() + 1],
    isDay: ({ day }) => day === date.getUTCDate(),
    hours: [date.getUTCHours()],
    minutes: [date.getUTCMinutes()],
    secondsMs: [date.getUTCSeconds() * 1000],
  };
  const words = `once, on ${date.toISOString().slice(0, 19).replace('T', ' at ')}`;
  return { placed: { times, timezone: 'UTC', rules: RULES }, words };
}

export const SHORTHAND_NAMES: readonly string[] = [...SHORTHANDS.keys()];
