// The components of OnCalendar: `*`, or a list of values, ranges `1..5` and repetitions `0/15`.
import type { DayField } from './day-fields.ts';
import { ascending } from './field.ts';
import { FIRST_YEAR, LAST_YEAR } from './wall-times.ts';
import { ordinal, spans } from './words.ts';

interface Component {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

interface Term {
  readonly from: number;
  readonly to: number | undefined;
  readonly step: number | undefined;
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const SECOND_US = 1_000_000;
const MILLISECOND_US = 1000;
/** Every month has as many days. */
const SHORTEST_MONTH = 28;

/** @throws {RangeError} */
export function numbersOf(text: string, component: Component): number[] {
  const { min, max } = component;
  if (text === '*') return stepped({ from: min, to: max, step: 1 }, max, 1);
  return ascending(text.split(',').flatMap((term) => stepped(termOf(term, component, wholeNumber), max, 1)));
}

/** Two digits are of 1970 to 2069. Undefined for all of them. */
export function yearsOf(text: string): number[] | undefined {
  if (text === '*') return undefined;
  const component = { name: 'year', min: FIRST_YEAR, max: LAST_YEAR };
  const yearOf = (digits: string) => {
    const year = wholeNumber(digits);
    return digits.length > 2 ? year : year + (year < 70 ? 2000 : 1900);
  };
  const terms = text.split(',').map((term) => termOf(term, component, yearOf, wholeNumber));
  return ascending(terms.flatMap((term) => stepped(term, LAST_YEAR, 1)));
}

/** Days of the month, from its end on where they are written so; undefined for all of them. */
export function dayOf(text: string, fromEnd: boolean): DayField | undefined {
  if (text === '*') return undefined;
  if (!fromEnd) {
    const days = numbersOf(text, { name: 'day', min: 1, max: 31 });
    return { isDay: ({ day }) => days.includes(day), words: `the ${spans(days, ordinal)}` };
  }
  const component = { name: 'day from the end of the month', min: 1, max: SHORTEST_MONTH };
  const days = ascending(text.split(',').flatMap((term) => towardsEnd(termOf(term, component, wholeNumber))));
  // Counted down, as they come.
  const words = `the ${spans(
    days.toReversed().map((day) => -day),
    (day) => (day === -1 ? 'last' : `${ordinal(-day)} last`),
  )} day`;
  return { isDay: ({ day, daysInMonth }) => days.includes(daysInMonth - day + 1), words };
}

/** Repetitions go on towards the end of the month: `07/1` is the last seven days. */
function towardsEnd({ from, to, step }: Term): number[] {
  const farthest = Math.max(from, to ?? from);
  const nearest = to === undefined ? (step === undefined ? from : 1) : Math.min(from, to);
  const every = step ?? 1;
  return Array.from({ length: Math.floor((farthest - nearest) / every) + 1 }, (_, i) => farthest - i * every);
}

/** In ms within the minute: fractions are rounded to microseconds as by systemd, and what is within one ms is one. */
export function secondsMsOf(text: string): number[] {
  const minute = 60 * SECOND_US - 1;
  const component = { name: 'second', min: 0, max: minute };
  const terms = text === '*' ? [{ from: 0, to: minute, step: SECOND_US }] : text.split(',').map(secondsTerm);
  return ascending(
    terms.flatMap((term) => stepped(term, minute, SECOND_US)).map((us) => Math.floor(us / MILLISECOND_US)),
  );

  function secondsTerm(term: string): Term {
    const read = termOf(term, component, microseconds);
    if (read.step !== undefined && read.step < MILLISECOND_US) {
      throw new RangeError(`the second ${term} is repeated more often than each millisecond`);
    }
    const length = (read.to ?? read.from) - read.from;
    if (read.step === undefined && length > 0 && length < SECOND_US) {
      throw new RangeError(
        `the second ${term} is a range within one second; write what it is repeated after (${term}/0.1)`,
      );
    }
    return read;
  }
}

/** `Mon`, `Mon..Fri` or as it once was `Mon-Fri`, lists of them, with a comma behind or not. */
export function weekdaysOf(text: string): Set<number> {
  const found = new Set<number>();
  for (const term of text.replace(/,$/, '').split(',')) {
    const [first = '', last, ...rest] = term.split(/\.\.|-/);
    // A week begins on Monday.
    const from = (weekdayOf(first, text) + 6) % 7;
    const to = last === undefined ? from : (weekdayOf(last, text) + 6) % 7;
    if (rest.length > 0) throw new RangeError(`the weekdays ${term} are no range; write Mon..Fri`);
    if (to < from) {
      throw new RangeError(
        `the weekdays ${term} run backwards: a week begins on Monday; write ${first}..Sun,${to === 0 ? 'Mon' : `Mon..${last ?? ''}`}`,
      );
    }
    for (let day = from; day <= to; day++) found.add((day + 1) % 7);
  }
  return found;
}

export const isWeekdays = (text: string): boolean =>
  text.split(/,|\.\.|-/).every((name) => name === '' || weekdayNumber(name) !== undefined);

function weekdayOf(name: string, text: string): number {
  const day = weekdayNumber(name);
  if (day !== undefined) return day;
  throw new RangeError(`the weekday ${name === '' ? `of ${text} is empty` : `${name} is none`}; write Mon or Monday`);
}

function weekdayNumber(name: string): number | undefined {
  const wanted = name.toLowerCase();
  const day = DAYS.findIndex((each) => each === wanted || each.slice(0, 3) === wanted);
  return day === -1 ? undefined : day;
}

function termOf(
  text: string,
  { name, min, max }: Component,
  read: (digits: string) => number,
  readStep: (digits: string) => number = read,
): Term {
  const found = /^([0-9]+(?:\.[0-9]+)?)(?:\.\.([0-9]+(?:\.[0-9]+)?))?(?:\/([0-9]+(?:\.[0-9]+)?))?$/.exec(text);
  const wrong = (why: string) => new RangeError(`the ${name} ${text === '' ? 'is empty' : text} ${why}`.trimEnd());
  if (!found) throw wrong(text === '' ? '' : 'cannot be read; write *, 5, 1..5, 0/15, or a list of those without *');
  const [first, last, every] = found.slice(1);
  const from = first === undefined ? undefined : read(first);
  const to = last === undefined ? undefined : read(last);
  const step = every === undefined ? undefined : readStep(every);
  if (from === undefined) throw wrong('has no value');
  for (const value of [from, to]) {
    if (value !== undefined && !(value >= min && value <= max)) {
      const [least, most] = name === 'second' ? [0, '59.999999'] : [min, max];
      throw wrong(`is out of range; it is ${least} to ${most}`);
    }
  }
  if (to !== undefined && to < from) throw wrong('runs backwards');
  if (step !== undefined && !(step > 0)) throw wrong('is repeated after nothing');
  return { from, to, step };
}

/** A value alone is one; with a repetition it goes on to the highest. */
function stepped({ from, to, step }: Term, highest: number, unit: number): number[] {
  const end = to ?? (step === undefined ? from : highest);
  const every = step ?? unit;
  return Array.from({ length: Math.floor((end - from) / every) + 1 }, (_, i) => from + i * every);
}

/** Not a number where there are fractions. */
const wholeNumber = (digits: string): number => (/^[0-9]{1,6}$/.test(digits) ? Number(digits) : Number.NaN);

const microseconds = (digits: string): number => Math.round(Number(digits) * SECOND_US);
