// Five-field cron, as Debian's cron has it.
import { clocked } from './clocked.ts';
import { CRON_WEEKDAY, dayOfMonth, dayOfWeek, type DayField } from './day-fields.ts';
import { HOUR, MINUTE, MONTH, numbersOf } from './field.ts';
import type { Schedule } from './kinds.ts';
import type { ClockRules } from './placed.ts';
import type { WallTimes } from './wall-times.ts';
import { inWords, onBoth } from './words.ts';

const NICKNAMES: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/** What has a star for its minute or hour is run by the clock as it stands. */
const BY_THE_CLOCK: ClockRules = { repeated: 'twice', skipped: 'never' };
/** A fixed time comes once a day: what was skipped when that is over, what is repeated the first time. */
const ONCE_A_DAY: ClockRules = { repeated: 'once', skipped: 'afterwards' };

/** @throws {RangeError} saying which field is wrong. */
export function cron(text: string, timezone: string): Schedule {
  const fields = fieldsOf(text);
  const [minute, hour, monthDay, month, weekday] = fields;
  const { isDay, on } = daysOf(monthDay, weekday);
  const times: WallTimes = {
    years: undefined,
    months: numbersOf(month, MONTH),
    isDay,
    hours: numbersOf(hour, HOUR),
    minutes: numbersOf(minute, MINUTE),
    secondsMs: [0],
  };
  const rules = minute.startsWith('*') || hour.startsWith('*') ? BY_THE_CLOCK : ONCE_A_DAY;
  return clocked('cron', timezone, [{ placed: { times, timezone, rules }, words: inWords(times, on) }]);
}

function fieldsOf(text: string): [string, string, string, string, string] {
  const [minute, hour, monthDay, month, weekday, ...rest] = (NICKNAMES.get(text.toLowerCase()) ?? text).split(/\s+/);
  if (
    minute === undefined ||
    hour === undefined ||
    monthDay === undefined ||
    month === undefined ||
    weekday === undefined ||
    rest.length > 0
  ) {
    if (text.startsWith('@')) throw new RangeError(`cron knows ${[...NICKNAMES.keys()].join(', ')} alone`);
    throw new RangeError('write five cron fields: minute, hour, day of month, month, day of week (0 2 * * *)');
  }
  return [minute, hour, monthDay, month, weekday];
}

/** Of the two day fields either one will do, unless one of them begins with a star: then both are to fit. */
function daysOf(monthDay: string, weekday: string): { isDay: DayField['isDay']; on: string | undefined } {
  const [ofMonth, ofWeek] = [monthDay, weekday].map((field) => (field === '?' ? '*' : field));
  const inMonth = dayOfMonth(ofMonth ?? '');
  const inWeek = dayOfWeek(ofWeek ?? '', CRON_WEEKDAY);
  if (ofWeek === '*') return { isDay: inMonth.isDay, on: ofMonth === '*' ? undefined : inMonth.words };
  if (ofMonth === '*') return { isDay: inWeek.isDay, on: inWeek.words };
  const both = ofMonth?.startsWith('*') === true || ofWeek?.startsWith('*') === true;
  return {
    isDay: both ? (day) => inMonth.isDay(day) && inWeek.isDay(day) : (day) => inMonth.isDay(day) || inWeek.isDay(day),
    on: both ? onBoth(inMonth.words, inWeek.words) : `${inMonth.words} as well as on ${inWeek.words}`,
  };
}
