// Reads a job's schedule (cron, systemd's OnCalendar, EventBridge) and tells when it is due before and after a moment.
import { checkTimezone } from '../../middleware/kernel/zone.ts';
import { cron } from './schedule/cron.ts';
import { kindOf } from './schedule/dialect.ts';
import { at, eventBridgeCron, rate } from './schedule/eventbridge.ts';
import type { Schedule, ScheduleKind } from './schedule/kinds.ts';
import { onCalendar } from './schedule/oncalendar.ts';

export { SCHEDULE_KINDS, type ClockChange, type Schedule, type ScheduleKind } from './schedule/kinds.ts';

const LONGEST_EXPRESSION = 256;

/**
 * The schedule an expression stands for. `anchorMs` is a slot of a `rate(…)`: EventBridge counts those from the moment
 * the rule was made, which an expression does not tell. Without a `kind`, the text says which it is.
 * @throws {RangeError} saying what is wrong with the expression or the timezone.
 */
export function parseSchedule(expression: string, timezone = 'UTC', anchorMs = 0, kind?: ScheduleKind): Schedule {
  if (expression.length > LONGEST_EXPRESSION) {
    throw new RangeError(`a schedule has ${LONGEST_EXPRESSION} characters at most, this one has ${expression.length}`);
  }
  checkTimezone(timezone);
  const text = expression.trim();
  const schedule = wellNamed(text, () => read(text, kind ?? kindOf(text), timezone, anchorMs));
  if (schedule.next(-1) === undefined) {
    throw new RangeError(`"${expression}" never comes: no date fits all of its fields, or the clock skips it`);
  }
  return schedule;
}

function read(text: string, kind: ScheduleKind, timezone: string, anchorMs: number): Schedule {
  if (kind === 'cron') return cron(text, timezone);
  if (kind === 'oncalendar') return onCalendar(text, timezone);
  if (kind === 'eventbridge-rule') return { ...ruleOf(text, timezone, anchorMs), kind };
  return eventBridge(text, timezone, anchorMs);
}

/** @throws {RangeError} for what EventBridge Scheduler alone takes. */
function ruleOf(text: string, timezone: string, anchorMs: number): Schedule {
  if (timezone.toUpperCase() !== 'UTC') {
    throw new RangeError('rules of EventBridge run in UTC; leave the timezone out, or use EventBridge Scheduler');
  }
  if (text.startsWith('at(')) throw new RangeError('rules of EventBridge take no at(…); use EventBridge Scheduler');
  return eventBridge(text, timezone, anchorMs);
}

function eventBridge(text: string, timezone: string, anchorMs: number): Schedule {
  const [, call, inner = ''] = /^(cron|rate|at)\((.*)\)$/.exec(text) ?? [];
  if (call === 'cron') return eventBridgeCron(inner, timezone);
  if (call === 'rate') return rate(inner, timezone, anchorMs);
  if (call === 'at') return at(inner, timezone);
  throw new RangeError('EventBridge takes cron(0 2 * * ? *), rate(5 minutes) or at(2026-12-24T18:00:00)');
}

/** What is wrong, and of what. */
function wellNamed(text: string, parse: () => Schedule): Schedule {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`"${text}" is not a schedule: ${error.message}`, { cause: error });
  }
}
