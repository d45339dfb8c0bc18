// Says times of a clock in words: "at 02:00, Monday to Friday, in January".
import type { WallTimes } from './wall-times.ts';

const MONTH_NAMES = 'January February March April May June July August September October November December'.split(' ');
/** More times of day than these are told by their hours and minutes. */
const MOST_TIMES = 6;
const MINUTE_MS = 60_000;

/** `on` says which days; undefined for every day. */
export function inWords(times: WallTimes, on: string | undefined): string {
  const { months, years } = times;
  return [
    timesOfDay(times),
    ...(on === undefined ? [] : [`on ${on}`]),
    ...(months.length === 12 ? [] : [`in ${spans(months, (month) => MONTH_NAMES[month - 1] ?? '')}`]),
    ...(years === undefined ? [] : [`in ${spans(years, String)}`]),
  ].join(', ');
}

function timesOfDay({ hours, minutes, secondsMs }: WallTimes): string {
  if (hours.length * minutes.length * secondsMs.length <= MOST_TIMES) {
    const times = hours.flatMap((hour) =>
      minutes.flatMap((minute) => secondsMs.map((ms) => `${padded(hour)}:${padded(minute)}${secondsOf(ms)}`)),
    );
    return `at ${listed(times)}`;
  }
  const parts: string[] = [];
  if (secondsMs.length > 1 || secondsMs[0] !== 0) {
    parts.push(
      often(
        secondsMs.map((ms) => ms / 1000),
        60,
        'second',
      ),
    );
  }
  if (minutes.length < 60 || parts.length === 0) parts.push(often(minutes, 60, 'minute'));
  if (hours.length < 24) parts.push(often(hours, 24, 'hour'));
  return parts.join(' of ');
}

/** `every 15 minutes` where the numbers go evenly round; else which they are. */
function often(numbers: readonly number[], length: number, unit: string): string {
  const step = length / numbers.length;
  if (step === 1) return `every ${unit}`;
  if (numbers.every((number, i) => Math.abs(number - i * step) < 1e-9)) return `every ${step} ${unit}s`;
  return `${unit}${numbers.length > 1 ? 's' : ''} ${spans(numbers, String)}`;
}

function secondsOf(ms: number): string {
  if (ms === 0) return '';
  const fraction = ms % 1000 === 0 ? '' : `.${String(ms % 1000).padStart(3, '0')}`;
  return `:${padded(Math.floor((ms % MINUTE_MS) / 1000))}${fraction}`;
}

const padded = (number: number): string => String(number).padStart(2, '0');

/** Ascending numbers, with those in a row as "9 to 17". */
export function spans(numbers: readonly number[], say: (number: number) => string): string {
  const rows: number[][] = [];
  for (const number of numbers) {
    const row = rows[rows.length - 1];
    if (row?.[row.length - 1] === number - 1) row.push(number);
    else rows.push([number]);
  }
  const said = rows.flatMap((row) =>
    row.length > 2 ? [`${say(row[0] ?? 0)} to ${say(row[row.length - 1] ?? 0)}`] : row.map(say),
  );
  return listed(said);
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  const last = words[words.length - 1] ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** Days of which both are to be true. */
export const onBoth = (days: string, weekdays: string): string =>
  `${days} if that is ${weekdays.replace(/ and (\S+)$/, ' or $1')}`;

export function ordinal(number: number): string {
  const tens = number % 100;
  const ending = tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}
