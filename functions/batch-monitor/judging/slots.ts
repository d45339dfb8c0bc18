// When a job is expected to start, and which of its slots nobody started in time. Pure.
import type { Run } from '../../../store/items/job-runs.ts';
import type { Job } from '../../../store/items/jobs.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { parseSchedule } from '../../api/schedule.ts';

export const START_DEADLINE_MS = 5 * 60_000;
/** Slots noted as missed at one look; a monitor that was away for a week takes a few ticks to say so. */
const MOST_MISSED = 20;
/** A run without its slot's time may carry a clock that is a little slow. */
const START_TOLERANCE_MS = 2_000;

/** When the slot that is awaited next comes, and when it will have been missed. */
export function expectationOf(job: Job): { readonly slot: number; readonly deadline: number } | undefined {
  const from = Math.max(job.anchorAt ?? -Infinity, job.watchFrom);
  const slot = parseSchedule(job.schedule, job.timezone, from).next(from);
  return slot === undefined ? undefined : { slot, deadline: slot + startDeadlineMs(job) };
}

export const startDeadlineMs = (job: Job) =>
  job.startDeadline === undefined ? START_DEADLINE_MS : parseDuration(job.startDeadline);

export interface Slots {
  /** Slots whose deadline passed before anybody started them. */
  readonly missed: readonly number[];
  readonly anchorAt: number | undefined;
  readonly nextDueAt: number | undefined;
}

/** Goes from start to start: what nobody began in time was missed, also when a run came for it after all. */
export function slotsOf(job: Job, runs: readonly Run[], nowMs: number, knownFrom: number): Slots {
  const missed: number[] = [];
  let { anchorAt } = job;
  for (const run of runs.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const covered = run.scheduledAt ?? run.startedAt + START_TOLERANCE_MS;
    if (covered <= (anchorAt ?? -Infinity)) continue;
    if (run.startedAt > knownFrom) {
      const gap = unstarted({ ...job, anchorAt }, run.startedAt, MOST_MISSED - missed.length);
      missed.push(...gap.missed);
      anchorAt = gap.anchorAt;
      if (gap.more) return { missed, anchorAt, nextDueAt: nowMs };
    }
    anchorAt = Math.max(anchorAt ?? -Infinity, covered);
  }
  const rest = unstarted({ ...job, anchorAt }, nowMs, MOST_MISSED - missed.length);
  missed.push(...rest.missed);
  return { missed, anchorAt: rest.anchorAt, nextDueAt: rest.more ? nowMs : rest.nextDueAt };
}

/** Slots after the job's anchor whose deadline had passed at `untilMs` (the deadline itself is too late), `most` at most. */
function unstarted(job: Job, untilMs: number, most: number) {
  const missed: number[] = [];
  let { anchorAt } = job;
  for (;;) {
    const expected = expectationOf({ ...job, anchorAt });
    if (expected === undefined || expected.deadline > untilMs) {
      return { missed, anchorAt, more: false, nextDueAt: expected?.deadline };
    }
    if (missed.length >= most) return { missed, anchorAt, more: true, nextDueAt: undefined };
    missed.push(expected.slot);
    anchorAt = expected.slot;
  }
}
