// When a check's next ping is expected: so long after the last one, or at the schedule's next time. Pure.
import type { CheckKind, CheckSettings } from '../../../store/items/check-record.ts';
import { parseSchedule } from '../../api/schedule.ts';

/** The moment after `lastMs`, in ms since the epoch; undefined when the schedule has no more. */
export function expectedAfter(check: CheckSettings, lastMs: number): number | undefined {
  const { kind, timeoutMs, schedule, timezone } = check;
  if (kind === 'simple') return lastMs + timeoutMs;
  return parseSchedule(schedule, timezone, 0, kind).next(lastMs);
}

/** A single line of five words is cron; what is not, is systemd's OnCalendar. */
export function kindOfSchedule(expression: string): Exclude<CheckKind, 'simple'> {
  const text = expression.trim();
  return !text.includes('\n') && text.split(/\s+/).length === 5 ? 'cron' : 'oncalendar';
}

/** Whether a check may have it, in a timezone. */
export function isSchedule(expression: string, timezone = 'UTC'): boolean {
  try {
    return parseSchedule(expression, timezone, 0, kindOfSchedule(expression)).next(0) !== undefined;
  } catch {
    return false;
  }
}
