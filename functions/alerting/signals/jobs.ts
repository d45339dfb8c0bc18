// What there is to say of a job, and of those that wait for it and are wrong: read from what the batch monitor knows.
import { settledRuns } from '../../batch-monitor/judging/settled.ts';
import { standing } from '../../batch-monitor/standing.ts';
import { listRuns } from '../../../store/items/job-runs.ts';
import { readJob, type Job } from '../../../store/items/jobs.ts';
import type { Table } from '../../../store/port.ts';
import type { Condition } from '../condition.ts';
import { blockedBy, waitersOf } from './job-blocked.ts';
import { isWrong, jobCondition, turnsAfter, unknownJob } from './job-condition.ts';
import type { Said } from './said.ts';

/** Enough to see how often in a row it has failed. */
const RUNS_READ = 50;

/** Of those that wait and are wrong so many are looked at with it; others when something is written of them. */
const MOST_FOLLOWERS = 20;

/** Of a job that nobody waits for it is one condition; of others also those that may be wrong because of it. */
export async function conditionsOfJob(table: Table, service: string, name: string, nowMs: number): Promise<Said> {
  const job = await readJob(table, service, name);
  if (job === undefined) return { conditions: [unknownJob(service, name, nowMs)] };
  const waiters = await waitersOf(table, job, nowMs);
  const wrong = waiters.filter((waiter) => isWrong(waiter, nowMs)).slice(0, MOST_FOLLOWERS);
  const followers = await Promise.all(
    wrong.map(async (waiter) => saidOf(table, waiter, await waitersOf(table, waiter, nowMs), nowMs)),
  );
  const { condition, turnsAt } = await saidOf(table, job, waiters, nowMs);
  return { conditions: [condition, ...followers.map((follower) => follower.condition)], turnsAt };
}

async function saidOf(
  table: Table,
  job: Job,
  waiters: readonly Job[],
  nowMs: number,
): Promise<{ readonly condition: Condition; readonly turnsAt: number | undefined }> {
  const stands = await standing(table, job, nowMs);
  const { runs } = isWrong(stands, nowMs)
    ? await listRuns(table, job, { limit: RUNS_READ, consistent: true })
    : { runs: [] };
  const condition = jobCondition(stands, settledRuns(job, runs, nowMs), blockedBy(waiters, nowMs), nowMs);
  return { condition, turnsAt: turnsAfter(stands, nowMs) };
}
