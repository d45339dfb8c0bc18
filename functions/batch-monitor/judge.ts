// What a job's runs say about the job: finds slots nobody started, and replays what happened into a state. Pure.
import type { Run } from '../../store/items/job-runs.ts';
import type { Job, JobChange } from '../../store/items/jobs.ts';
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
  const all = [
    ...missed.map((slot): JobEvent => ({ at: slot + lateBy, kind: 'missed' })),
    ...late.events,
    ...runs.flatMap((run) => eventsOfRun(run, lateBy, late.late.has(run))),
    ...ends.events,
  ];
  const events = all.filter(({ at }) => at >= ends.from);
  const known = job.changes.filter((change) => !isTakenBack(change, runs, all));
  const changes = replay(before(known, events), events);
  const first = changes[0]?.at ?? Infinity;
  const last = changes.at(-1) ?? (known.length < job.changes.length ? (known.at(-1) ?? atFirst(job)) : undefined);
  return {
    missed,
    job: {
      ...told,
      anchorAt,
      ...(last ? { status: last.to, since: last.at } : {}),
      changes: [...known.filter(({ at }) => at < first), ...changes].slice(-CHANGES_KEPT),
      dueAt: earlier(nextDueAt, late.nextAt),
    },
  };
}

const earlier = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

/** The state before the runs at hand: older ones are not read again. */
function before(known: readonly JobChange[], events: readonly JobEvent[]): 'new' | Job['status'] {
  const first = events.reduce((earliest, { at }) => Math.min(earliest, at), Infinity);
  return known.filter(({ at }) => at < first).pop()?.to ?? 'new';
}

/**
 * Whether a run that was waited for in vain had ended in time after all: its end came late to the store, and the moment at
 * which it went wrong is none any more. What older runs did is not taken back.
 */
function isTakenBack({ at }: JobChange, runs: readonly Run[], events: readonly JobEvent[]): boolean {
  const isOneOf = runs.some(({ maxRuntimeAt, limitAt }) => at === maxRuntimeAt || at === limitAt);
  return isOneOf && !events.some((event) => event.at === at);
}

const atFirst = ({ watchFrom }: Job) => ({ to: 'new', at: watchFrom }) as const;
