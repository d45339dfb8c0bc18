// `minRuntime`: a success that took less time than its work can take has not done it. Pure.
import { parseDuration } from '../../../middleware/kernel/units.ts';
import type { Run } from '../../../store/items/job-runs.ts';
import type { Job } from '../../../store/items/jobs.ts';
import { inWords, tookMs } from './took.ts';

export function tooShort({ minRuntime }: Job, run: Run): string | undefined {
  if (minRuntime === undefined) return undefined;
  const ms = tookMs(run);
  return ms < parseDuration(minRuntime)
    ? `too short: it took ${inWords(ms)}, and at least ${minRuntime} is expected`
    : undefined;
}
