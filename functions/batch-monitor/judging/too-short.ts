// `minRuntime`: a success that took less time than its work can take has not done it. Pure.
import { parseDuration } from '../../../middleware/kernel/units.ts';
import type { Run } from '../../../store/items/job-runs.ts';
import type { Job } from '../../../store/items/jobs.ts';
import { inWords, tookMs } from './took.ts';

/** What a run broke, in words. */
export function tooShort({ minRuntime }: Job, run: Run): string[] {
  const ms = tookMs(run);
  if (minRuntime === undefined || ms >= parseDuration(minRuntime)) return [];
  return [`too short: it took ${inWords(ms)}, and at least ${minRuntime} is expected`];
}
