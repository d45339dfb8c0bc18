// What EventBridge Scheduler takes: `cron(…)` of six fields, `rate(…)` and `at(…)`; EventBridge's own rules take the first two.
import { clocked } from './clocked.ts';
import { dayOfMonth, dayOfWeek, EVENTBRIDGE_WEEKDAY } from './day-fields.ts';
import { DAY_OF_MONTH, HOUR, MINUTE, MONTH, numbersOf, type Field } from './field.ts';
import type { Schedule } from './kinds.ts';
import type { ClockRules } from './placed.ts';
import { FIRST_YEAR, LAST_YEAR, lengthOf, type WallTimes } from './wall-times.ts';
import { inWords } from './words.ts';

const YEAR: Field = { name: 'year', min: FIRST_YEAR, max: LAST_YEAR };
const RATE_UNIT_MS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
const RULES: ClockRules = { repeated: 'once', skipped: 'never' };

/** `cron(minutes hours day-of-month month day-of-week year)`. @throws {RangeError} saying which field is wrong. */
export function eventBridgeCron(inner: string, timezone: string): Schedule {
  const [minute, hour, monthDay, month, weekday, year] = sixFields(inner);
  const days =
    monthDay === '?'
      ? // `L` alone is the last day of the week.
        dayOfWeek(weekday === 'L' ? 'SAT' : inSteps(weekday, EVENTBRIDGE_WEEKDAY), EVENTBRIDGE_WEEKDAY)
      : dayOfMonth(inSteps(monthDay, DAY_OF_MONTH));
  const times: WallTimes = {
    years: year === '*' ? undefined : numbersOf(inSteps(year, YEAR), YEAR),
    months: numbersOf(inSteps(month, MONTH), MONTH),
    isDay: days.isDay,
    hours: numbersOf(inSteps(hour, HOUR), HOUR),
    minutes: numbersOf(inSteps(minute, MINUTE), MINUTE),
    secondsMs: [0],
  };
  const words = inWords(times, monthDay === '*' || weekday === '*' ? undefined : days.words);
  return clocked('eventbridge', timezone, [{ placed: { times, timezone, rules: RULES }, words }]);
}

function sixFields(inner: string): [string, string, string, string, string, string] {
  const fields = inner.trim().split(/\s+/);
  const [minute, hour, monthDay, month, weekday, year] = fields;
  if (
    fields.length !== 6 ||
    minute === undefined ||
    hour === undefined ||
    monthDay === undefined ||
    month === undefined ||
    weekday === undefined ||
    year === undefined
  ) {
    const found = inner.trim() === '' ? 0 : fields.length;
    const five = found === 5 ? `; five fields of cron are written without cron(…): ${inner.trim()}` : '';
    throw new RangeError(
      `cron(…) has ${found} field${found === 1 ? '' : 's'}; it takes six: minutes, hours, day of month, month, day of week, year${five}`,
    );
  }
  if ((monthDay === '?') === (weekday === '?')) {
    throw new RangeError('there must be a ? in the day of month or in the day of week, and not in both');
  }
  if ([minute, hour, month, year].includes('?')) {
    throw new RangeError('there may be a ? in the day of month or in the day of week alone');
  }
  return [minute, hour, monthDay, month, weekday, year];
}

/** `/15` is every 15; a step that leads out of the field is refused. */
function inSteps(text: string, { name, min, max }: Field): string {
  for (const [, step = ''] of text.matchAll(/\/([0-9]+)/g)) {
    if (Number(step) > max - min + 1) {
      throw new RangeError(`the step of the ${name} ${text} is longer than its ${max - min + 1} values`);
    }
  }
  return text.replace(/(^|,)\//g, '$1*/');
}

/**
 * `rate(value unit)` is time gone by, whatever the clock shows. `anchorMs` is a slot: EventBridge counts from the moment
 * the rule was made, which an expression does not tell. @throws {RangeError}
 */
export function rate(inner: string, timezone: string, anchorMs: number): Schedule {
  const [, count = '', unit = '', plural] = /^([1-9][0-9]{0,5}) (minute|hour|day)(s?)$/.exec(inner.trim()) ?? [];
  const everyMs = Number(count) * (RATE_UNIT_MS[unit] ?? Number.NaN);
  if (count === '' || !(everyMs > 0)) {
    throw new RangeError(`rate(${inner}) is not a rate; write rate(5 minutes), rate(1 hour) or rate(7 days)`);
  }
  if ((count === '1') !== (plural === '')) {
    throw new RangeError(
      `rate(${inner}) would be refused by EventBridge; write rate(${count} ${count === '1' ? unit : `${unit}s`})`,
    );
  }
  return {
    kind: 'eventbridge',
    everyMs,
    timezone,
    next: (afterMs) => anchorMs + (Math.floor((afterMs - anchorMs) / everyMs) + 1) * everyMs,
    previous: (beforeMs) => anchorMs + (Math.ceil((beforeMs - anchorMs) / everyMs) - 1) * everyMs,
    changes: () => [],
    describe: () => `every ${count === '1' ? unit : `${count} ${unit}s`}`,
  };
}

/** `at(2026-12-24T18:00:00)`: once. @throws {RangeError} */
export function at(inner: string, timezone: string): Schedule {
  const found = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})$/.exec(inner.trim());
  if (!found) throw new RangeError(`at(${inner}) is not a time; write at(2026-12-24T18:00:00), without a zone`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= lengthOf(year, month);
  if (!isDate || year < FIRST_YEAR || year > LAST_YEAR || hour > 23 || minute > 59 || second > 59) {
    throw new RangeError(`at(${inner}) is no date and time of the years ${FIRST_YEAR} to ${LAST_YEAR}`);
  }
  const times: WallTimes = {
    years: [year],
    months: [month],
    isDay: (date) => date.day === day,
    hours: [hour],
    minutes: [minute],
    secondsMs: [second * 1000],
  };
  const words = `once, on ${inner.trim().replace('T', ' at ')}`;
  return clocked('eventbridge', timezone, [{ placed: { times, timezone, rules: RULES }, words }]);
}
