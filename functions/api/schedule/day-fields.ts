// The two day fields of cron: day of month with `L`, `LW` and `15W`, day of week with `L` and `#`.
import { DAY_OF_MONTH, numberOf, numbersOfTerm, WEEKDAYS, type Field } from './field.ts';
import { listed, ordinal, spans } from './words.ts';
import type { CalendarDay } from './wall-times.ts';

/** Which days a field names, and how one says so. */
export interface DayField {
  readonly isDay: (day: CalendarDay) => boolean;
  readonly words: string;
}

const WEEK = 7;
const WEEKDAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** @throws {RangeError} saying what is wrong with it. */
export function dayOfMonth(text: string): DayField {
  const days = new Set<number>();
  const others: DayField[] = [];
  for (const term of text.toUpperCase().split(',')) {
    if (term === 'L') others.push({ isDay: ({ day, daysInMonth }) => day === daysInMonth, words: 'the last day' });
    else if (term === 'LW') {
      others.push({ isDay: (date) => date.day === nearestWeekday(date, date.daysInMonth), words: 'the last weekday' });
    } else if (term.endsWith('W')) {
      const wanted = numberOf(term.slice(0, -1), DAY_OF_MONTH);
      others.push({
        isDay: (date) => wanted <= date.daysInMonth && date.day === nearestWeekday(date, wanted),
        words: `the weekday nearest to the ${ordinal(wanted)}`,
      });
    } else for (const day of numbersOfTerm(term, DAY_OF_MONTH)) days.add(day);
  }
  return either(days.size === 0 ? [] : [daysOfMonth(days)], others);
}

function daysOfMonth(days: ReadonlySet<number>): DayField {
  const words = `the ${spans(
    [...days].sort((a, b) => a - b),
    ordinal,
  )}`;
  return { isDay: ({ day }) => days.has(day), words };
}

/**
 * `field` says which number is which day: its numbers count from `SUN`.
 * @throws {RangeError} saying what is wrong with it.
 */
export function dayOfWeek(text: string, field: Field): DayField {
  const weekdays = new Set<number>();
  const others: DayField[] = [];
  const weekdayOf = (name: string) => (numberOf(name, field) - field.min) % WEEK;
  for (const term of text.toUpperCase().split(',')) {
    const [name = '', nth] = term.split('#', 2);
    if (nth === 'L') others.push(lastWeekday(weekdayOf(name)));
    else if (nth !== undefined) {
      if (!/^[1-5]$/.test(nth)) throw new RangeError(`the ${field.name} ${term} must end in #1 to #5, or #L`);
      others.push(nthWeekday(weekdayOf(name), Number(nth)));
    } else if (term.length > 1 && term.endsWith('L')) {
      others.push(lastWeekday(weekdayOf(term.slice(0, -1))));
    } else for (const number of numbersOfTerm(term, field)) weekdays.add((number - field.min) % WEEK);
  }
  return either(weekdays.size === 0 ? [] : [daysOfWeek(weekdays)], others);
}

function nthWeekday(wanted: number, nth: number): DayField {
  return {
    isDay: ({ day, weekday }) => weekday === wanted && Math.ceil(day / WEEK) === nth,
    words: `the ${ordinal(nth)} ${nameOf(wanted)} of the month`,
  };
}

function lastWeekday(wanted: number): DayField {
  return {
    isDay: ({ day, weekday, daysInMonth }) => weekday === wanted && day + WEEK > daysInMonth,
    words: `the last ${nameOf(wanted)} of the month`,
  };
}

export function daysOfWeek(weekdays: ReadonlySet<number>): DayField {
  // People's weeks begin on Monday.
  const sorted = [...weekdays].map((day) => (day + 6) % WEEK).sort((a, b) => a - b);
  return { isDay: ({ weekday }) => weekdays.has(weekday), words: spans(sorted, (day) => nameOf((day + 1) % WEEK)) };
}

const nameOf = (weekday: number): string => WEEKDAY_NAMES[weekday] ?? '';

function either(first: readonly DayField[], others: readonly DayField[]): DayField {
  const all = [...first, ...others];
  return { isDay: (date) => all.some(({ isDay }) => isDay(date)), words: listed(all.map(({ words }) => words)) };
}

/** The day of Monday to Friday that is nearest to a day, within its month. */
function nearestWeekday({ day, weekday, daysInMonth }: CalendarDay, wanted: number): number {
  const falls = (((weekday + wanted - day) % WEEK) + WEEK) % WEEK;
  if (falls === 6) return wanted === 1 ? wanted + 2 : wanted - 1;
  if (falls === 0) return wanted === daysInMonth ? wanted - 2 : wanted + 1;
  return wanted;
}

/** `0` and `7` are Sunday. */
export const CRON_WEEKDAY: Field = { name: 'day of week', min: 0, max: 7, names: WEEKDAYS };
/** `1` is Sunday. */
export const EVENTBRIDGE_WEEKDAY: Field = { name: 'day of week', min: 1, max: 7, names: WEEKDAYS };
