// Checks jobs: schedules and time zones that can be read, that agree, and that the monitor can keep up with.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { checkTimezone } from '../../../middleware/kernel/zone.ts';
import { parseSchedule, type Schedule } from '../../api/schedule.ts';
import type { Report } from './findings.ts';
import { checkOrder } from './job-order.ts';
import { checkTerms } from './job-terms.ts';

/** The monitor looks once a minute. */
const SHORTEST_MS = 60_000;
/** Slots of a schedule that are looked at to see how far apart they are. */
const SAMPLE = 10;
const CRON_FIELDS = [
  ['minute', 59],
  ['hour', 23],
  ['day of the month', 31],
  ['month', 12],
  ['day of the week', 7],
] as const;

type Jobs = NonNullable<RuleDocument['jobs']>;

interface Known {
  /** All jobs of the document, faulty ones too. */
  readonly named: ReadonlySet<string>;
  /** What is in force: a job that is over since may stay as it is. */
  readonly before: Jobs;
  /** When the document is to come in force; before all times when nothing is to be found too late. */
  readonly nowMs: number;
}

export function checkJobs(service: string, jobs: Jobs, { named, before, nowMs }: Known, report: Report): void {
  checkOrder(service, jobs, named, report);
  // To see that a schedule never comes, centuries are searched: once for all jobs that have it.
  const known = new Map<string, Schedule | string>();
  for (const [name, rule] of Object.entries(jobs)) {
    const { schedule: text, timezone } = rule;
    const zoneFault = faultOf(() => checkTimezone(timezone ?? 'UTC'));
    if (zoneFault !== undefined) report(['jobs', name, 'timezone'], zoneFault);
    // A schedule is read in its zone; with that in doubt, its form is still checked.
    const zone = zoneFault === undefined ? (timezone ?? 'UTC') : 'UTC';
    const key = JSON.stringify([text, zone]);
    const schedule = known.get(key) ?? read(text, zone);
    known.set(key, schedule);
    if (typeof schedule === 'string') report(['jobs', name, 'schedule'], schedule);
    else if (timezone !== undefined && zoneFault === undefined && schedule.timezone !== zone) {
      report(['jobs', name, 'timezone'], `the schedule itself says ${schedule.timezone}; leave this one out`);
    }
    const last = typeof schedule === 'string' ? undefined : endedAt(schedule, nowMs);
    const same = Object.hasOwn(before, name) ? before[name] : undefined;
    if (last !== undefined && (same?.schedule !== text || same.timezone !== timezone)) {
      const reason = `"${text}" came last at ${new Date(last).toISOString()}, and never again`;
      report(['jobs', name, 'schedule'], `${reason}; write a time to come, or take the job out`);
    }
    checkTerms(rule, typeof schedule === 'string' ? undefined : schedule, ['jobs', name], report);
  }
}

/** A job that comes no more is watched for nothing. */
function endedAt(schedule: Schedule, nowMs: number): number | undefined {
  if (nowMs === -Infinity || schedule.next(nowMs) !== undefined) return undefined;
  return schedule.previous(nowMs + 1) ?? nowMs;
}

/** The schedule, or what is wrong with it. */
function read(text: string, timezone: string): Schedule | string {
  try {
    const schedule = parseSchedule(text, timezone);
    if (isTooOften(schedule)) return `"${text}" comes more often than each minute; jobs are looked at once a minute`;
    return (schedule.kind === 'cron' ? longStepOf(text) : undefined) ?? schedule;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

/** Cron takes a step that leads out of its field for the first value alone, which nobody means who writes it. */
function longStepOf(text: string): string | undefined {
  for (const [i, field] of text.trim().split(/\s+/).entries()) {
    const [, step] = /\/([0-9]+)/.exec(field) ?? [];
    const [unit, highest] = CRON_FIELDS[i] ?? ['', Infinity];
    if (Number(step) > highest)
      return `"${text}": no ${unit} comes ${step ?? ''} after another; steps begin anew each time`;
  }
  return undefined;
}

function isTooOften(schedule: Schedule): boolean {
  let last = schedule.next(-1);
  for (let i = 1; i < SAMPLE && last !== undefined; i++) {
    const next = schedule.next(last);
    if (next !== undefined && next - last < SHORTEST_MS) return true;
    last = next;
  }
  return false;
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
