// Runs as the monitor is about to write them: what has become of each, and whether its success is taken for one. Pure.
import type { Run } from '../../../store/items/job-runs.ts';
import type { Job } from '../../../store/items/jobs.ts';
import { verdictOf } from '../verdict.ts';
import { tooShort } from './too-short.ts';

/**
 * A job's latest runs as they stand at `nowMs`. What the monitor has seen the end of stays as it said then; the rest is
 * held to what the job's rules say now.
 */
export function settledRuns(job: Job, runs: readonly Run[], nowMs: number): Run[] {
  return runs.map((run) =>
    run.dueAt === undefined ? run : accepted(job, { ...run, dueAt: undefined, ...verdictOf(run, nowMs) }),
  );
}

/** A success that breaks what is expected of one is a failure, and says why. */
function accepted(job: Job, run: Run): Run {
  if (run.status !== 'succeeded') return run;
  const reasons = [tooShort(job, run)].filter((reason) => reason !== undefined);
  return reasons.length === 0 ? run : { ...run, status: 'failed', reason: reasons.join('; ') };
}
