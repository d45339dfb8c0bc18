// A job as it stands this moment: what the tick last wrote, and what has happened since.
import { listRuns } from '../../store/items/job-runs.ts';
import type { Job } from '../../store/items/jobs.ts';
import type { Table } from '../../store/port.ts';
import { judge } from './judge.ts';
import { settledRuns } from './judging/settled.ts';

/** Enough to see the runs since the tick last looked. */
const RUNS_READ = 10;
/** Enough to hold them to those before. */
const HISTORY_READ = 50;

/** Judges a job by its latest runs without writing anything. */
export async function standing(table: Table, job: Job, nowMs: number): Promise<Job> {
  if (job.retiredAt !== undefined) return job;
  const limit = looksBack(job) ? HISTORY_READ : RUNS_READ;
  const { runs } = await listRuns(table, job, { limit, consistent: true });
  const knownFrom = runs.length < limit ? -Infinity : runs.at(-1)?.startedAt;
  return judge(job, settledRuns(job, runs, nowMs), nowMs, knownFrom).job;
}

const looksBack = ({ failures, expect, duration, notMoreThan, overlap, finishBy }: Job) =>
  [failures, expect, duration, notMoreThan, overlap, finishBy].some((term) => term !== undefined);
