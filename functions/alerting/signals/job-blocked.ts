// What stands still when a job does not go on: the blocking jobs that wait for it, by themselves or through others.
import { daily } from '../../api/schedule/daily.ts';
import { expectationOf } from '../../batch-monitor/judge.ts';
import { judgedNow } from '../../batch-monitor/standing.ts';
import { awaits } from '../../../store/items/job-marks.ts';
import { listWaiters, type JobName } from '../../../store/items/job-waiters.ts';
import { readJob, type Job } from '../../../store/items/jobs.ts';
import type { Table } from '../../../store/port.ts';
import type { Blocked } from './job-condition.ts';

/** Jobs that are looked at on the way; who has more behind one job hears of the first of each service. */
const MOST_WAITERS = 40;
/** Names alone, of which those that are looked at are taken. */
const MOST_NAMES = 1_000;

const nameOf = ({ service, job }: JobName) => `${service}:${job}`;

/** The jobs that wait for a job, by themselves or through others, nearest first, as they stand now. */
export async function waitersOf(table: Table, job: JobName, nowMs: number): Promise<Job[]> {
  const seen = new Set([nameOf(job)]);
  const waiting: Job[] = [];
  // A list is walked to its end, also what is added on the way.
  const awaited: JobName[] = [job];
  let looks = 0;
  for (const each of awaited) {
    if (looks >= MOST_WAITERS) break;
    for (const waiter of inTurns(await listWaiters(table, each, MOST_NAMES))) {
      if (seen.has(nameOf(waiter))) continue;
      if (looks++ >= MOST_WAITERS) break;
      const known = await readJob(table, waiter.service, waiter.job);
      if (known === undefined || known.retiredAt !== undefined || !awaits(known, each)) continue;
      seen.add(nameOf(waiter));
      waiting.push(await judgedNow(table, known, nowMs));
      awaited.push(known);
    }
  }
  return waiting;
}

/** The first of each service, then the second of each: one with many jobs keeps those of no other out. */
function inTurns(names: readonly JobName[]): JobName[] {
  const turns: JobName[][] = [];
  const turnOf = new Map<string, number>();
  for (const name of names) {
    const turn = turnOf.get(name.service) ?? 0;
    turnOf.set(name.service, turn + 1);
    (turns[turn] ??= []).push(name);
  }
  return turns.flat();
}

/** What of them people wait for, and by when. Pure. */
export function blockedBy(waiters: readonly Job[], nowMs: number): Blocked {
  const blocking = waiters.filter((job) => job.blocking === true);
  const deadlines = blocking.map((job) => deadlineOf(job, nowMs));
  const first = Math.min(...deadlines);
  return { names: blocking.map(nameOf), neededBy: Number.isFinite(first) ? first : undefined };
}

/** By when it has to have begun, or to be done. */
function deadlineOf(job: Job, nowMs: number): number {
  const { finishBy, timezone = 'UTC' } = job;
  const begun = expectationOf(job)?.deadline ?? Infinity;
  const done = finishBy === undefined ? Infinity : (daily(finishBy, timezone).next(nowMs) ?? Infinity);
  return Math.min(begun, done);
}
