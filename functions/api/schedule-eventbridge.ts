// EventBridge's `cron(minutes hours day-of-month month day-of-week year)` with the daylight-saving rules of EventBridge Scheduler.
import { Cron } from 'croner';
import { compile, type Schedule } from './schedule-cron.ts';
import { toInstant, toWallClock } from '../../middleware/kernel/zone.ts';

const HIGHEST = { minutes: 59, hours: 23, dayOfMonth: 31, month: 12, dayOfWeek: 7, year: 2199 } as const;
const HOUR_MS = 3_600_000;

/**
 * Slots are found on the wall clock, where every day has 24 hours, and then placed in time: a time the clock skips does
 * not come, one it repeats comes once (docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html).
 * @throws {RangeError} saying which field is wrong.
 */
export function eventBridgeCron(inner: string, timezone: string): Schedule {
  const text = `cron(${inner})`;
  const pattern = translate(inner, text);
  const cron = compile(
    () => new Cron(pattern, { mode: '7-part', timezone: 'UTC', alternativeWeekdays: true, paused: true }),
    text,
  );
  return {
    kind: 'cron',
    everyMs: undefined,
    next: (afterMs) =>
      // A repeated hour lies behind the wall clock of `afterMs`, so the search starts before it.
      search(
        toWallClock(afterMs, timezone) - 2 * HOUR_MS,
        (wall) => cron.nextRun(new Date(wall))?.getTime(),
        timezone,
        (instant) => instant > afterMs,
      ),
    previous: (beforeMs) =>
      search(
        toWallClock(beforeMs, timezone) + 2 * HOUR_MS,
        (wall) => cron.previousRuns(1, new Date(wall))[0]?.getTime(),
        timezone,
        (instant) => instant < beforeMs,
      ),
    describe: () => `${text} in ${timezone}`,
  };
}

function search(
  from: number,
  step: (wall: number) => number | undefined,
  timezone: string,
  fits: (instant: number) => boolean,
): number | undefined {
  for (let wall = step(from); wall !== undefined; wall = step(wall)) {
    const instant = toInstant(wall, timezone);
    if (instant !== undefined && fits(instant)) return instant;
  }
  return undefined;
}

/** EventBridge's six fields as the seven that croner reads: seconds first, steps and `L` spelled its way. */
function translate(inner: string, text: string): string {
  const fields = inner.trim().split(/\s+/);
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields;
  if (
    fields.length !== 6 ||
    minutes === undefined ||
    hours === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    dayOfWeek === undefined ||
    year === undefined
  ) {
    throw new RangeError(
      `"${text}" has ${fields.length} fields; it takes six: minutes, hours, day of month, month, day of week, year`,
    );
  }
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new RangeError(`"${text}" must have a ? in the day of month or in the day of week, and not in both`);
  }
  if ([minutes, hours, month, year].includes('?')) {
    throw new RangeError(`"${text}" may have a ? in the day of month or in the day of week alone`);
  }
  checkYears(year, text);
  return [
    '0',
    stepsFrom(minutes, HIGHEST.minutes),
    stepsFrom(hours, HIGHEST.hours),
    stepsFrom(dayOfMonth, HIGHEST.dayOfMonth),
    stepsFrom(month, HIGHEST.month),
    // `L` alone is the last day of the week; `6L` and `FRIL` are the last Friday of the month.
    dayOfWeek === 'L' ? '7' : stepsFrom(dayOfWeek, HIGHEST.dayOfWeek),
    stepsFrom(year, HIGHEST.year),
  ].join(' ');
}

/** `5/15`, from 5 on every 15, is `5-59/15` to croner; `/15` is every 15. */
function stepsFrom(field: string, highest: number): string {
  return field
    .split(',')
    .map((part) => part.replace(/^([0-9]+)\//, `$1-${highest}/`).replace(/^\//, '*/'))
    .join(',');
}

function checkYears(year: string, text: string): void {
  for (const found of year.match(/[0-9]+/g) ?? []) {
    const isStep = year.includes(`/${found}`);
    if (!isStep && (Number(found) < 1970 || Number(found) > HIGHEST.year)) {
      throw new RangeError(`"${text}" names the year ${found}; years are 1970 to ${HIGHEST.year}`);
    }
  }
}
