// When a job is expected to start, and which of its slots nobody started in time. Pure.
import type { Run } from '../../../store/items/job-runs.ts';
import type { Job } from '../../../store/items/jobs.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { parseSchedule } from '../../api/schedule.ts';
import { pausesOf } from './pauses.ts';

export const START_DEADLINE_MS = 5 * 60_000;
/** Slots noted as missed at one look; a monitor that was away for a week takes a few ticks to say so. */
const MOST_MISSED = 20;
/** A run without its slot's time may carry a clock that is a little slow. */
const START_TOLERANCE_MS = 2_000;
/** Pauses that follow each other without a slot between them: whoever has more expects nothing. */
const MOST_PAUSES = 1_000;

export interface Expectation {
  readonly slot: number;
  /** When the slot will have been missed. */
  readonly deadline: number;
}

/** The slot that is awaited next. */
export function expectationOf(job: Job): Expectation | undefined {
  return expecting(job)(job.anchorAt);
}

export const startDeadlineMs = (job: Job) =>
  job.startDeadline === undefined ? START_DEADLINE_MS : parseDuration(job.startDeadline);

/** What is awaited after a start that counts. */
function expecting(job: Job): (anchorAt: number | undefined) => Expectation | undefined {
  const lateBy = startDeadlineMs(job);
  const pauseEnd = pausesOf(job);
  const whole = parseSchedule(job.schedule, job.timezone);
  return (anchorAt) => {
    const from = Math.max(anchorAt ?? -Infinity, job.watchFrom);
    const schedule = whole.everyMs === undefined ? whole : parseSchedule(job.schedule, job.timezone, from);
    let slot = schedule.next(from);
    for (let i = 0; slot !== undefined && i < MOST_PAUSES; i++) {
      const end = pauseEnd(slot);
      if (end === undefined) return { slot, deadline: slot + lateBy };
      slot = end === Infinity ? undefined : schedule.next(end - 1);
    }
    return undefined;
  };
}

/** The slot that a run stands for; only its event tells which slot of a `rate(…)` that is. */
export function slotReader(job: Job): (run: Run) => number | undefined {
  const schedule = parseSchedule(job.schedule, job.timezone);
  if (schedule.everyMs !== undefined) return ({ scheduledAt }) => scheduledAt;
  return (run) => schedule.previous(coveredBy(run) + 1);
}

/** The latest slot that a run can stand for. */
const coveredBy = ({ scheduledAt, startedAt }: Run) => scheduledAt ?? startedAt + START_TOLERANCE_MS;

export interface Slots {
  /** Slots whose deadline passed before anybody started them. */
  readonly missed: readonly number[];
  readonly anchorAt: number | undefined;
  readonly nextDueAt: number | undefined;
}

/** Goes from start to start: what nobody began in time was missed, also when a run came for it after all. */
export function slotsOf(job: Job, runs: readonly Run[], nowMs: number, knownFrom: number): Slots {
  const missed: number[] = [];
  const expected = expecting(job);
  let { anchorAt } = job;
  for (const run of runs.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const covered = coveredBy(run);
    if (covered <= (anchorAt ?? -Infinity)) continue;
    if (run.startedAt > knownFrom) {
      const gap = unstarted(expected, anchorAt, run.startedAt, MOST_MISSED - missed.length);
      missed.push(...gap.missed);
      anchorAt = gap.anchorAt;
      if (gap.more) return { missed, anchorAt, nextDueAt: nowMs };
    }
    anchorAt = Math.max(anchorAt ?? -Infinity, covered);
  }
  const rest = unstarted(expected, anchorAt, nowMs, MOST_MISSED - missed.length);
  missed.push(...rest.missed);
  return { missed, anchorAt: rest.anchorAt, nextDueAt: rest.more ? nowMs : rest.nextDueAt };
}

/** Slots after the anchor whose deadline had passed at `untilMs` (the deadline itself is too late), `most` at most. */
function unstarted(
  expecting: (anchorAt: number | undefined) => Expectation | undefined,
  anchorAt: number | undefined,
  untilMs: number,
  most: number,
) {
  const missed: number[] = [];
  for (;;) {
    const expected = expecting(anchorAt);
    if (expected === undefined || expected.deadline > untilMs) {
      return { missed, anchorAt, more: false, nextDueAt: expected?.deadline };
    }
    if (missed.length >= most) return { missed, anchorAt, more: true, nextDueAt: undefined };
    missed.push(expected.slot);
    anchorAt = expected.slot;
  }
}
