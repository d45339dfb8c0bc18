// A job as it stands this moment: what the tick last wrote, what has happened since, and what that is because of.
import { listRuns, type Run } from '../../store/items/job-runs.ts';
import { readJob, type Job, type JobStatus } from '../../store/items/jobs.ts';
import type { Table } from '../../store/port.ts';
import { orUnreadable, UNREADABLE } from '../api/unreadable.ts';
import { judge } from './judge.ts';
import { settledRuns } from './judging/settled.ts';

/** Enough to see the runs since the tick last looked. */
const RUNS_READ = 10;
/** Durations that are shown of a job. */
const DURATIONS_SHOWN = 10;
/** Enough to hold them to those before. */
const HISTORY_READ = 50;
/** Jobs that are looked at on the way to a root cause. */
const MOST_AWAITED = 10;

export interface Standing extends Job {
  /** The job whose failure keeps it: `service:job`, at the root of what waits for what. */
  readonly because?: string | undefined;
  /** How long its last runs took, oldest first. */
  readonly recentMs?: readonly number[] | undefined;
}

/** Judges a job by its latest runs without writing anything. */
export async function standing(table: Table, job: Job, nowMs: number): Promise<Standing> {
  const { job: judged, runs } = await look(table, job, nowMs);
  return { ...judged, because: await causeOf(table, judged, nowMs), recentMs: recentOf(runs) };
}

/** The same without what it is because of. */
export async function judgedNow(table: Table, job: Job, nowMs: number): Promise<Job> {
  return (await look(table, job, nowMs)).job;
}

async function look(
  table: Table,
  job: Job,
  nowMs: number,
): Promise<{ readonly job: Job; readonly runs: readonly Run[] }> {
  if (job.retiredAt !== undefined) return { job, runs: [] };
  const limit = looksBack(job) ? HISTORY_READ : RUNS_READ;
  const { runs } = await listRuns(table, job, { limit, consistent: true });
  const knownFrom = runs.length < limit ? -Infinity : runs.at(-1)?.startedAt;
  return { job: judge(job, settledRuns(job, runs, nowMs), nowMs, knownFrom).job, runs };
}

/** Of the runs that were read anyway, latest first. */
function recentOf(runs: readonly Run[]): readonly number[] | undefined {
  const took = runs.flatMap(({ durationMs }) => (durationMs === undefined ? [] : [durationMs]));
  return took.length === 0 ? undefined : took.slice(0, DURATIONS_SHOWN).reverse();
}

const looksBack = ({ failures, expect, duration, notMoreThan, overlap, finishBy }: Job) =>
  [failures, expect, duration, notMoreThan, overlap, finishBy].some((term) => term !== undefined);

const WRONG: ReadonlySet<JobStatus> = new Set(['missed', 'failed', 'overrunning']);

/**
 * What a job that is wrong waits for, if that was wrong when this one became so; and what that waits for in turn. Follows
 * each job once, so that services that wait for each other end somewhere.
 */
async function causeOf(table: Table, job: Job, nowMs: number): Promise<string | undefined> {
  const seen = new Set([`${job.service}:${job.job}`]);
  let cause: string | undefined;
  let wrong: Job | undefined = WRONG.has(job.status) ? job : undefined;
  let at = job.since;
  while (wrong !== undefined) {
    const { service, after = [] } = wrong;
    wrong = undefined;
    for (const id of after.map((each) => (each.includes(':') ? each : `${service}:${each}`))) {
      if (seen.has(id) || seen.size > MOST_AWAITED) continue;
      seen.add(id);
      const [ofService = '', name = ''] = id.split(':');
      const awaited = await orUnreadable(async () => {
        const known = await readJob(table, ofService, name);
        return known && judgedNow(table, known, nowMs);
      });
      // What cannot be read is nobody's cause: this one stands as it does all the same.
      if (awaited === undefined || awaited === UNREADABLE) continue;
      const since = wrongSince(awaited, at);
      if (since === undefined) continue;
      cause = id;
      wrong = awaited;
      at = since;
      break;
    }
  }
  return cause;
}

/** Since when a job was wrong at a moment; undefined when it was not. */
function wrongSince({ changes }: Job, atMs: number): number | undefined {
  const change = changes.findLast(({ at }) => at <= atMs);
  return change !== undefined && WRONG.has(change.to) ? change.at : undefined;
}
