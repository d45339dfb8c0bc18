// Checks planned pauses of jobs: that they have an end, and that they come to it.
import type { JobRule } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { parseSchedule, type Schedule } from '../../api/schedule.ts';
import type { Place, Report } from './findings.ts';

/** How often a pause that recurs is looked at, to see whether it is ever over before the next. */
const SAMPLE = 20;
const SAMPLE_FROM = Date.UTC(2026, 0, 1);

/** `schedule` is the job's, or undefined when it cannot be read. */
export function checkPauses(rule: JobRule, schedule: Schedule | undefined, place: Place, report: Report): void {
  rule.pauses?.forEach((pause, i) => {
    if ('from' in pause) {
      if (Date.parse(pause.from) >= Date.parse(pause.to)) {
        report([...place, i, 'to'], `${pause.to} is not after ${pause.from}, where the pause begins`);
      }
      return;
    }
    if (!schedule) return;
    const recurring = readSchedule(pause.schedule, schedule.timezone);
    if (typeof recurring === 'string') report([...place, i, 'schedule'], recurring);
    else if (recurring.everyMs !== undefined) {
      report([...place, i, 'schedule'], 'a rate(…) tells no time at which a pause begins; write 0 22 * * 5');
    } else if (isEndless(recurring, parseDuration(pause.for))) {
      report([...place, i, 'for'], `${pause.for} is as long as the time until it comes again: it is never over`);
    }
  });
}

function readSchedule(text: string, timezone: string): Schedule | string {
  try {
    return parseSchedule(text, timezone);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function isEndless(schedule: Schedule, forMs: number): boolean {
  let at = schedule.next(SAMPLE_FROM);
  for (let i = 0; at !== undefined && i < SAMPLE; i++) {
    const next = schedule.next(at);
    if (next === undefined || next - at > forMs) return false;
    at = next;
  }
  return at !== undefined;
}
