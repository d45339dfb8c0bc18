// What a job's runs say about the job: finds slots nobody started, and replays what happened into a state. Pure.
import type { Run } from '../../store/items/job-runs.ts';
import type { Job } from '../../store/items/jobs.ts';
import { failing } from './judging/failing.ts';
import { finishing } from './judging/finishing.ts';
import { eventsOfRun, tell } from './judging/runs.ts';
import { slotsOf, startDeadlineMs } from './judging/slots.ts';
import { replay, type JobEvent } from './replay.ts';

export { expectationOf } from './judging/slots.ts';

const CHANGES_KEPT = 20;

export interface Judgement {
  readonly job: Job;
  /** Slots found to be missed, oldest first. */
  readonly missed: readonly number[];
}

/**
 * The job after its latest runs (any order), at `nowMs`. The state follows from what happened and when, not from the
 * order in which it was noticed: judging again, or after dying half-way, changes nothing but what time has brought.
 * `knownFrom`: every run that started at or after it is among `runs`.
 */
export function judge(job: Job, runs: readonly Run[], nowMs: number, knownFrom = -Infinity): Judgement {
  if (job.retiredAt !== undefined) return { job: { ...job, dueAt: undefined }, missed: [] };
  const told = runs.reduce(tell, job);
  const { missed, anchorAt, nextDueAt } = slotsOf(job, runs, nowMs, knownFrom);
  const late = finishing(job, runs, missed, nowMs, knownFrom);
  const ends = failing(job, runs, knownFrom === -Infinity);
  const lateBy = startDeadlineMs(job);
  const events = [
    ...missed.map((slot): JobEvent => ({ at: slot + lateBy, kind: 'missed' })),
    ...late.events,
    ...runs.flatMap((run) => eventsOfRun(run, lateBy, late.late.has(run))),
    ...ends.events,
  ].filter(({ at }) => at >= ends.from);
  const changes = replay(before(told, events), events);
  const last = changes[changes.length - 1];
  return {
    missed,
    job: {
      ...told,
      anchorAt,
      ...(last ? { status: last.to, since: last.at } : {}),
      changes: [...job.changes.filter((known) => !last || known.at < (changes[0]?.at ?? 0)), ...changes].slice(
        -CHANGES_KEPT,
      ),
      dueAt: earlier(nextDueAt, late.nextAt),
    },
  };
}

const earlier = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

/** The state before the runs at hand: older ones are not read again. */
function before(job: Job, events: readonly JobEvent[]): 'new' | Job['status'] {
  const first = events.reduce((earliest, { at }) => Math.min(earliest, at), Infinity);
  return job.changes.filter(({ at }) => at < first).pop()?.to ?? 'new';
}
