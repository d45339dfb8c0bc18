// Runs as the monitor is about to write them: what has become of each, and whether its success is taken for one. Pure.
import type { Run, RunMark } from '../../../store/items/job-runs.ts';
import type { Job } from '../../../store/items/jobs.ts';
import { verdictOf } from '../verdict.ts';
import { miscounted } from './counted.ts';
import { startMarks } from './starts.ts';
import { tooShort } from './too-short.ts';
import { unusual } from './unusual.ts';

/**
 * A job's latest runs as they stand at `nowMs`. What the monitor has seen the end of stays as it said then; the rest is
 * held to what the job's rules say now, and to the runs before it.
 */
export function settledRuns(job: Job, runs: readonly Run[], nowMs: number): Run[] {
  const settled = runs.map((run): Run =>
    run.dueAt === undefined ? run : { ...run, dueAt: undefined, marks: undefined, ...verdictOf(run, nowMs) },
  );
  const order = runs.map((_, i) => i).sort((a, b) => endedAt(settled[a]) - endedAt(settled[b]));
  const successes: Run[] = [];
  for (const i of order) {
    const run = settled[i];
    if (run?.status !== 'succeeded') continue;
    const held = runs[i]?.dueAt === undefined ? run : heldTo(job, run, successes);
    settled[i] = held;
    if (held.status === 'succeeded') successes.push(held);
  }
  const marks = startMarks(job, settled);
  return settled.map((run, i) =>
    runs[i]?.dueAt === undefined ? run : marked(run, [...(marks.get(run) ?? []), ...(run.marks ?? [])]),
  );
}

const endedAt = (run: Run | undefined) => run?.endedAt ?? Number.MAX_VALUE;

/** A success that breaks what is expected of one is a failure, and says why. */
function heldTo(job: Job, run: Run, successes: readonly Run[]): Run {
  const reasons = [...tooShort(job, run), ...miscounted(job, run, successes)];
  if (reasons.length > 0) return { ...run, status: 'failed', reason: reasons.join('; '), marks: undefined };
  return { ...run, marks: unusual(job, run, successes) };
}

const marked = (run: Run, marks: readonly RunMark[]): Run => ({
  ...run,
  marks: marks.length > 0 ? [...marks] : undefined,
});
