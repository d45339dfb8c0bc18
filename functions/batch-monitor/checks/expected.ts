// When a check's next ping is expected: so long after the last one, or at the schedule's next time. Pure.
import type { CheckSettings } from '../../../store/items/check-record.ts';
import { parseSchedule } from '../../api/schedule.ts';

/** The moment after `lastMs`, in ms since the epoch; undefined when the schedule has no more. */
export function expectedAfter(check: CheckSettings, lastMs: number): number | undefined {
  const { kind, timeoutMs, schedule, timezone } = check;
  if (kind === 'simple') return lastMs + timeoutMs;
  return parseSchedule(schedule, timezone).next(lastMs);
}
