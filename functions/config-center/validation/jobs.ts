// Checks jobs: schedules and time zones that can be read.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { checkTimezone } from '../../api/schedule-zone.ts';
import { parseSchedule } from '../../api/schedule.ts';
import type { Report } from './findings.ts';

export function checkJobs(jobs: NonNullable<RuleDocument['jobs']>, report: Report): void {
  for (const [name, { schedule, timezone }] of Object.entries(jobs)) {
    const zoneFault = faultOf(() => checkTimezone(timezone ?? 'UTC'));
    if (zoneFault !== undefined) report(['jobs', name, 'timezone'], zoneFault);
    // A schedule is read in its zone; with that in doubt, its form is still checked.
    const scheduleFault = faultOf(() => parseSchedule(schedule, zoneFault === undefined ? timezone : 'UTC'));
    if (scheduleFault !== undefined) report(['jobs', name, 'schedule'], scheduleFault);
  }
}

function faultOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
