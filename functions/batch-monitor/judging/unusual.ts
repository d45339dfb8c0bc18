// `duration`: a success that took much more or less time than the job's runs do is marked, and stays a success. Pure.
import { parseTimes } from '../../../middleware/kernel/rules/job-terms.ts';
import type { Run, RunMark } from '../../../store/items/job-runs.ts';
import type { Job } from '../../../store/items/jobs.ts';
import { medianOf } from './history.ts';
import { inWords, tookMs } from './took.ts';

const COMPARED_WITH = 20;
/** Less than this is a cold start more or less, whatever it is compared with. */
const LEAST_DIFFERENCE_MS = 1_000;

/** `successes` are those before it, oldest first. */
export function unusual({ duration }: Job, run: Run, successes: readonly Run[]): RunMark[] {
  if (duration === undefined) return [];
  const times = parseTimes(duration.anomaly);
  const median = medianOf(successes.map(tookMs), COMPARED_WITH);
  const ms = tookMs(run);
  if (median === undefined || Math.abs(ms - median) < LEAST_DIFFERENCE_MS) return [];
  const mark = ms > median * times ? 'slow' : ms < median / times ? 'fast' : undefined;
  if (mark === undefined) return [];
  const known = Math.min(successes.length, COMPARED_WITH);
  return [{ mark, reason: `it took ${inWords(ms)}; the median of the last ${known} successes is ${inWords(median)}` }];
}
