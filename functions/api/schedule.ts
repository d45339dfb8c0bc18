// Reads a job's schedule (EventBridge `cron(…)` and `rate(…)`, five-field cron) and tells when it is due before and after a moment.
import { fiveFieldCron, type Schedule } from './schedule-cron.ts';
import { eventBridgeCron } from './schedule-eventbridge.ts';
import { checkTimezone } from '../../middleware/kernel/zone.ts';

export type { Schedule } from './schedule-cron.ts';

const RATE_UNIT_MS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const LONGEST_EXPRESSION = 256;

/**
 * The schedule an expression stands for. `anchorMs` is a slot of a `rate(…)`: EventBridge counts those from the moment
 * the rule was made, which an expression does not tell.
 * @throws {RangeError} saying what is wrong with the expression or the timezone.
 */
export function parseSchedule(expression: string, timezone = 'UTC', anchorMs = 0): Schedule {
  if (expression.length > LONGEST_EXPRESSION) {
    throw new RangeError(`a schedule has ${LONGEST_EXPRESSION} characters at most, this one has ${expression.length}`);
  }
  checkTimezone(timezone);
  const text = expression.trim();
  const call = /^(cron|rate)\((.*)\)$/.exec(text);
  if (call?.[1] === 'rate') return rate(call[2] ?? '', anchorMs);
  const schedule = call ? eventBridgeCron(call[2] ?? '', timezone) : fiveFieldCron(text, timezone);
  if (schedule.next(0) === undefined)
    throw new RangeError(`"${expression}" never comes: no date fits all of its fields`);
  return schedule;
}

function rate(inner: string, anchorMs: number): Schedule {
  const [, count = '', unit = '', plural] = /^([1-9][0-9]{0,5}) (minute|hour|day)(s?)$/.exec(inner.trim()) ?? [];
  const everyMs = Number(count) * (RATE_UNIT_MS[unit] ?? Number.NaN);
  if (count === '' || !(everyMs > 0)) {
    throw new RangeError(`"rate(${inner})" is not a rate; write rate(5 minutes), rate(1 hour) or rate(7 days)`);
  }
  if ((count === '1') !== (plural === '')) {
    throw new RangeError(
      `"rate(${inner})" would be refused by EventBridge; write rate(${count} ${count === '1' ? unit : `${unit}s`})`,
    );
  }
  return {
    kind: 'rate',
    everyMs,
    next: (afterMs) => anchorMs + (Math.floor((afterMs - anchorMs) / everyMs) + 1) * everyMs,
    previous: (beforeMs) => anchorMs + (Math.ceil((beforeMs - anchorMs) / everyMs) - 1) * everyMs,
    describe: () => `every ${count === '1' ? unit : `${count} ${unit}s`}`,
  };
}
