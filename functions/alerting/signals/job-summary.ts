// What is wrong with a job, in one sentence. Pure.
import { endsOf } from '../../batch-monitor/judging/runs.ts';
import { startDeadlineMs } from '../../batch-monitor/judging/slots.ts';
import { daily } from '../../api/schedule/daily.ts';
import type { Run } from '../../../store/items/job-runs.ts';
import type { Job } from '../../../store/items/jobs.ts';
import { lasting, moment } from '../channels/moments.ts';
import { oneLine, whatOf } from './exception.ts';

const MINUTE_MS = 60_000;

/** `runs` are its latest ones as they stand, newest first; `failures` how many of them failed in a row. */
export function summaryOf(job: Job, runs: readonly Run[], failures: number): string {
  const { status, job: name, maxRuntime, timezone = 'UTC' } = job;
  const inARow = failures > 1 ? `, ${failures} times in a row` : '';
  if (isLate(job)) return `${name} had not succeeded by ${job.finishBy ?? ''} ${timezone}${inARow}`;
  const since = moment(job.since, timezone);
  if (status === 'missed') {
    const slot = moment(job.since - startDeadlineMs(job), timezone);
    return failures > 1
      ? `${name} has not been started since its slot of ${slot}${inARow}`
      : `${name} was not started: its slot of ${slot} is over`;
  }
  if (status === 'overrunning') {
    return maxRuntime === undefined
      ? `${name} has been running for too long since ${since}`
      : `${name} has been running for more than ${maxRuntime} since ${since}`;
  }
  const run = lastFailed(runs);
  if (run === undefined) return `${name} failed at ${since}${inARow}`;
  if (run.status === 'lost' || run.endedAt === undefined)
    return `${name} was lost at ${since}: ${lostOf(run)}${inARow}`;
  const took = (run.durationMs ?? 0) < MINUTE_MS ? '' : ` after ${lasting(run.durationMs ?? 0)}`;
  if (run.reason !== undefined) return `${name} ran and counts as failed${inARow}: ${oneLine(run.reason)}`;
  return `${name} failed${took}${inARow}: ${oneLine(whatOf(run.error ?? { name: 'an error', message: '' }))}`;
}

/** The run whose end speaks ill of the job, the last one. */
export function lastFailed(runs: readonly Run[]): Run | undefined {
  let found: { readonly at: number; readonly run: Run } | undefined;
  for (const run of runs) {
    for (const { at, ok } of endsOf(run)) if (!ok && at > (found?.at ?? -Infinity)) found = { at, run };
  }
  return found?.run;
}

/** Whether it is wrong since the time of the day by which it was to be done. */
function isLate({ finishBy, timezone = 'UTC', since }: Job): boolean {
  return finishBy !== undefined && daily(finishBy, timezone).previous(since + 1) === since;
}

const lostOf = ({ lostAt, limitAt }: Run): string =>
  lostAt !== undefined && lostAt < limitAt
    ? 'nothing was heard of it for too long'
    : 'the platform ended it, or it never said how it ended';
