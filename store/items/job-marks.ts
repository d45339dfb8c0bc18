// What there may be something new to say of when a job is written: of itself, and of what it waits for. Pure.
import { isDeepStrictEqual } from 'node:util';
import { jobSubject, type MarkSubject } from './alert-marks.ts';
import { definitionOf } from './job-definition.ts';
import type { Job, JobStatus } from './job-record.ts';
import type { JobName } from './job-waiters.ts';

const WRONG: ReadonlySet<JobStatus> = new Set(['missed', 'failed', 'overrunning']);

/** A change of state always tells something; of a job that is wrong, whatever is told of it. Runs of one that is well do not. */
export function tells(before: Job | undefined, after: Job): boolean {
  if (before === undefined) return awaitedBy(after).length > 0;
  if (before.status !== after.status || before.since !== after.since) return true;
  if (!isDeepStrictEqual(awaitedBy(before), awaitedBy(after)) || before.blocking !== after.blocking) return true;
  return WRONG.has(after.status) && !isDeepStrictEqual(told(before), told(after));
}

function told(job: Job) {
  const { lastEnd, lastRun, anchorAt, holds } = job;
  // An attribute that is not there and one without a value are the same to the table.
  return JSON.parse(JSON.stringify({ ...definitionOf(job), lastEnd, lastRun, anchorAt, holds })) as unknown;
}

/** The jobs that a job waits for. */
export function awaitedBy({ service, after = [] }: Pick<Job, 'service' | 'after'>): JobName[] {
  return after.map((id) => {
    const [first = '', second] = id.split(':');
    return second === undefined ? { service, job: first } : { service: first, job: second };
  });
}

export const awaits = (job: Pick<Job, 'service' | 'after'>, other: JobName): boolean =>
  awaitedBy(job).some((each) => each.service === other.service && each.job === other.job);

/** What it blocks, and until when that can wait, is said with what it waits for. */
export const markedWith = (job: Job): MarkSubject[] => [jobSubject(job), ...awaitedBy(job).map(jobSubject)];
