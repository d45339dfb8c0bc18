// Checks jobs: schedules and time zones that can be read.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { checkTimezone } from '../../../middleware/kernel/zone.ts';
import { parseSchedule } from '../../api/schedule.ts';
import type { Report } from './findings.ts';

export function checkJobs(jobs: NonNullable<RuleDocument['jobs']>, report: Report): void {
  // To see that a schedule never comes, decades are searched: once for all jobs that have it.
  const faults = new Map<string, string | undefined>();
  for (const [name, { schedule, timezone = 'UTC' }] of Object.entries(jobs)) {
    const zoneFault = faultOf(() => checkTimezone(timezone));
    if (zoneFault !== undefined) report(['jobs', name, 'timezone'], zoneFault);
    // A schedule is read in its zone; with that in doubt, its form is still checked.
    const zone = zoneFault === undefined ? timezone : 'UTC';
    const read = JSON.stringify([schedule, zone]);
    if (!faults.has(read))
      faults.set(
        read,
        faultOf(() => parseSchedule(schedule, zone)),
      );
    const scheduleFault = faults.get(read);
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
