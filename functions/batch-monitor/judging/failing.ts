// `failures`: how many of its last runs must have failed for a job to be failed; by itself, the last one alone. Pure.
import { parseFailures } from '../../../middleware/kernel/rules/job-terms.ts';
import type { Run } from '../../../store/items/job-runs.ts';
import type { Job } from '../../../store/items/jobs.ts';
import type { JobEvent } from '../replay.ts';
import { endsOf } from './runs.ts';

interface Failing {
  readonly events: readonly JobEvent[];
  /** Before this moment too little is known of the runs to tell. */
  readonly from: number;
}

/** What each end makes of the job, in order of time. `all`: no run is older than those at hand. */
export function failing(job: Job, runs: readonly Run[], all: boolean): Failing {
  const { failures, of } = parseFailures(job.failures ?? '1 of 1');
  const ends = runs.flatMap((run) => endsOf(run).map((end) => ({ ...end, run }))).sort((a, b) => a.at - b.at);
  const events: JobEvent[] = [];
  let last: typeof ends = [];
  for (const end of ends) {
    // A run that was given up and ended after all is one run.
    last = [...last.filter(({ run }) => run !== end.run), end].slice(-of);
    if (!all && last.length < of) continue;
    const failed = last.filter(({ ok }) => !ok).length >= failures;
    events.push({ at: end.at, kind: failed ? 'failed' : 'succeeded' });
  }
  return { events, from: all || of === 1 ? -Infinity : (events[0]?.at ?? Infinity) };
}
