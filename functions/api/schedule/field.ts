// One field of a cron expression that names numbers: lists, ranges, steps and names.

export interface Field {
  /** As in a sentence: `day of month`. */
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of the numbers from `min` on, in capitals. */
  readonly names?: readonly string[];
}

export const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] as const;
export const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;

export const MINUTE: Field = { name: 'minute', min: 0, max: 59 };
export const HOUR: Field = { name: 'hour', min: 0, max: 23 };
export const DAY_OF_MONTH: Field = { name: 'day of month', min: 1, max: 31 };
export const MONTH: Field = { name: 'month', min: 1, max: 12, names: MONTHS };

/** All numbers that a field names, ascending. @throws {RangeError} saying what is wrong with it. */
export function numbersOf(text: string, field: Field): number[] {
  return ascending(text.split(',').flatMap((term) => numbersOfTerm(term, field)));
}

export const ascending = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b);

/** `*`, `5`, `1-5`, and each of them with a step; `5/15` is from 5 on. */
export function numbersOfTerm(term: string, field: Field): number[] {
  const [range = '', step, ...rest] = term.split('/');
  if (rest.length > 0) throw new RangeError(`the ${field.name} ${term} has more than one step`);
  const every = step === undefined ? 1 : stepOf(step, term, field);
  const [from, to] = boundsOf(range, step !== undefined, field);
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, i) => from + i * every);
}

function boundsOf(range: string, hasStep: boolean, field: Field): [from: number, to: number] {
  if (range === '*') return [field.min, field.max];
  const [first = '', last, ...rest] = range.split('-');
  if (rest.length > 0) throw new RangeError(`the ${field.name} ${range} is no range; write ${field.min}-${field.max}`);
  const from = numberOf(first, field);
  if (last === undefined) return [from, hasStep ? field.max : from];
  const to = numberOf(last, field);
  if (to < from) {
    throw new RangeError(
      `the ${field.name} ${range} runs backwards; write ${first}-${field.max},${field.min}-${last} to go round`,
    );
  }
  return [from, to];
}

function stepOf(step: string, term: string, { name }: Field): number {
  const every = /^[0-9]{1,4}$/.test(step) ? Number(step) : 0;
  if (every === 0) throw new RangeError(`the step of the ${name} ${term} must be a number of at least 1`);
  return every;
}

/** @throws {RangeError} when the field has no such value. */
export function numberOf(text: string, { name, min, max, names = [] }: Field): number {
  const named = names.indexOf(text.toUpperCase());
  if (named !== -1) return min + named;
  const number = /^[0-9]{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  const last = names.length > 0 ? `, or ${names[0] ?? ''} to ${names[names.length - 1] ?? ''}` : '';
  const what = text === '' ? `the ${name} has an empty value` : `the ${name} cannot be ${text}`;
  throw new RangeError(`${what}; it is ${min} to ${max}${last}`);
}
