// `notMoreThan` and `overlap`: starts that come too soon after others, or while another run is under way, are marked. Pure.
import { parseRate } from '../../../middleware/kernel/rates.ts';
import type { Run, RunMark } from '../../../store/items/job-runs.ts';
import type { Job } from '../../../store/items/jobs.ts';
import { endsOf } from './runs.ts';
import { slotReader, startDeadlineMs } from './slots.ts';
import { inWords } from './took.ts';

/** The marks of each run that has begun. */
export function startMarks(job: Job, runs: readonly Run[]): Map<Run, RunMark[]> {
  if (job.notMoreThan === undefined && job.overlap !== 'forbid') return new Map();
  const begun = runs
    .filter(({ status }) => status !== 'missed' && status !== 'skipped')
    .sort((a, b) => a.startedAt - b.startedAt || (a.run < b.run ? -1 : 1));
  const often = tooOften(job, begun);
  return new Map(
    begun.map((run, i) => [
      run,
      [often(run, i), overlapping(job, run, begun.slice(0, i))].filter((mark) => mark !== undefined),
    ]),
  );
}

/** What the schedule itself asked for is never too often, and no more is a second try after a failure. */
function tooOften(job: Job, begun: readonly Run[]): (run: Run, i: number) => RunMark | undefined {
  const { notMoreThan } = job;
  if (notMoreThan === undefined) return () => undefined;
  const { tokens, perMs } = parseRate(notMoreThan);
  const lateBy = startDeadlineMs(job);
  const slotOf = slotReader(job);
  const slots = begun.map(slotOf);
  const isRetry = begun.map(({ startedAt }, i) =>
    begun.some((other, j) => j < i && slots[j] !== undefined && slots[j] === slots[i] && hasFailed(other, startedAt)),
  );
  return (run, i) => {
    const slot = slots[i];
    const first = slot !== undefined && slots.indexOf(slot) === i && run.startedAt < slot + lateBy;
    if (first || isRetry[i] === true) return undefined;
    const before = begun.filter((other, j) => j < i && isRetry[j] !== true && other.startedAt > run.startedAt - perMs);
    if (before.length < tokens) return undefined;
    const reason = `it is start ${before.length + 1} within ${inWords(perMs)}, and no more than ${notMoreThan} is expected`;
    return { mark: 'too often', reason };
  };
}

const hasFailed = (run: Run, atMs: number) => endsOf(run).some(({ at, ok }) => !ok && at <= atMs);

/** Whether a run that had begun by then had neither ended nor been given up. */
export const underWayAt = ({ endedAt, limitAt, lostAt = Infinity }: Run, atMs: number) =>
  Math.min(endedAt ?? limitAt, lostAt) > atMs;

function overlapping({ overlap }: Job, run: Run, earlier: readonly Run[]): RunMark | undefined {
  if (overlap !== 'forbid') return undefined;
  const other = earlier.find((one) => underWayAt(one, run.startedAt));
  return other && { mark: 'overlapping', reason: `it began while ${other.run} was running` };
}
