// Checks planned pauses of jobs, and other planned times: that they have an end, and that they come to it.
import type { JobRule } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { checkTimezone } from '../../../middleware/kernel/zone.ts';
import type { Planned } from '../../api/planned.ts';
import { parseSchedule, type Schedule } from '../../api/schedule.ts';
import type { Place, Report } from './findings.ts';

/** How often a pause that recurs is looked at, to see whether it is ever over before the next. */
const SAMPLE = 20;
const SAMPLE_FROM = Date.UTC(2026, 0, 1);

/** `schedule` is the job's, or undefined when it cannot be read. */
export function checkPauses(rule: JobRule, schedule: Schedule | undefined, place: Place, report: Report): void {
  rule.pauses?.forEach((pause, i) => {
    if (schedule || 'from' in pause) checkPlanned(pause, { timezone: schedule?.timezone }, [...place, i], report);
  });
}

interface Around {
  /** That of schedules that say none. */
  readonly timezone?: string | undefined;
  /** So much time has to lie between one and the next, ms; by itself any. */
  readonly apartMs?: number;
  /** What comes of it when there is less. */
  readonly endless?: string;
  /** What such a time is called. */
  readonly called?: string;
}

export function checkPlanned(
  planned: Planned,
  { timezone = 'UTC', apartMs = 1, endless = 'it is never over', called = 'pause' }: Around,
  place: Place,
  report: Report,
): void {
  if ('from' in planned) {
    if (Date.parse(planned.from) >= Date.parse(planned.to)) {
      report([...place, 'to'], `${planned.to} is not after ${planned.from}, where the ${called} begins`);
    }
    return;
  }
  const zone = planned.timezone ?? timezone;
  const unknown = reasonAgainst(() => {
    checkTimezone(zone);
  });
  if (unknown !== undefined) {
    report([...place, 'timezone'], unknown);
    return;
  }
  const unread = reasonAgainst(() => parseSchedule(planned.schedule, zone));
  if (unread !== undefined) {
    report([...place, 'schedule'], unread);
    return;
  }
  const recurring = parseSchedule(planned.schedule, zone);
  if (recurring.everyMs !== undefined) {
    report([...place, 'schedule'], `a rate(…) tells no time at which the ${called} begins; write 0 22 * * 5`);
  } else if (isTooClose(recurring, parseDuration(planned.for) + apartMs)) {
    report([...place, 'for'], `${planned.for} is as long as the time until it comes again: ${endless}`);
  }
}

function reasonAgainst(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function isTooClose(schedule: Schedule, leastMs: number): boolean {
  let at = schedule.next(SAMPLE_FROM);
  for (let i = 0; at !== undefined && i < SAMPLE; i++) {
    const next = schedule.next(at);
    if (next === undefined || next - at >= leastMs) return false;
    at = next;
  }
  return at !== undefined;
}
