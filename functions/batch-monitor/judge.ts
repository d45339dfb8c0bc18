// What a job's runs say about the job: finds slots nobody started, and replays what happened into a state. Pure.
import type { Run } from '../../store/items/job-runs.ts';
import type { Job, LastEnd } from '../../store/items/jobs.ts';
import { parseDuration } from '../../middleware/kernel/units.ts';
import { parseSchedule } from '../api/schedule.ts';
import { replay, type JobEvent } from './replay.ts';

export const START_DEADLINE_MS = 5 * 60_000;
/** Slots noted as missed at one look; a monitor that was away for a week takes a few ticks to say so. */
const MOST_MISSED = 20;
/** A run without its slot's time may carry a clock that is a little slow. */
const START_TOLERANCE_MS = 2_000;
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
  const events = eventsOf(told, runs, missed);
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
      dueAt: nextDueAt,
    },
  };
}

/** When the slot that is awaited next comes, and when it will have been missed. */
export function expectationOf(job: Job): { readonly slot: number; readonly deadline: number } | undefined {
  const from = Math.max(job.anchorAt ?? -Infinity, job.watchFrom);
  const slot = parseSchedule(job.schedule, job.timezone, from).next(from);
  return slot === undefined ? undefined : { slot, deadline: slot + startDeadlineMs(job) };
}

const startDeadlineMs = (job: Job) =>
  job.startDeadline === undefined ? START_DEADLINE_MS : parseDuration(job.startDeadline);

function tell(job: Job, run: Run): Job {
  const newest = job.lastRun === undefined || run.startedAt >= job.lastRun.startedAt;
  const { run: id, startedAt, status, endedAt } = run;
  return {
    ...job,
    lastRun: newest && status !== 'missed' ? { run: id, startedAt, status, endedAt } : job.lastRun,
    lastEnd: laterEnd(job.lastEnd, endOf(run)),
  };
}

/** How a run speaks for its job: a skipped or missed one says neither well nor ill. */
function endOf({ status, endedAt }: Run): LastEnd | undefined {
  if (endedAt === undefined || status === 'skipped' || status === 'missed') return undefined;
  return { at: endedAt, ok: status === 'succeeded' };
}

function laterEnd(a: LastEnd | undefined, b: LastEnd | undefined): LastEnd | undefined {
  if (!a || !b) return a ?? b;
  return b.at >= a.at ? b : a;
}

interface Slots {
  /** Slots whose deadline passed before anybody started them. */
  readonly missed: readonly number[];
  readonly anchorAt: number | undefined;
  readonly nextDueAt: number | undefined;
}

/** Goes from start to start: what nobody began in time was missed, also when a run came for it after all. */
function slotsOf(job: Job, runs: readonly Run[], nowMs: number, knownFrom: number): Slots {
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

function eventsOf(job: Job, runs: readonly Run[], missed: readonly number[]): JobEvent[] {
  const lateBy = startDeadlineMs(job);
  return [
    ...missed.map((slot): JobEvent => ({ at: slot + lateBy, kind: 'missed' })),
    ...runs.flatMap((run) => eventsOfRun(run, lateBy)),
  ];
}

function eventsOfRun(run: Run, lateBy: number): JobEvent[] {
  if (run.status === 'missed') return [{ at: run.startedAt + lateBy, kind: 'missed' }];
  const events: JobEvent[] = [{ at: run.startedAt, kind: 'started' }];
  const { maxRuntimeAt, endedAt, status } = run;
  if (maxRuntimeAt !== undefined && (status === 'overran' || (endedAt !== undefined && endedAt > maxRuntimeAt))) {
    events.push({ at: maxRuntimeAt, kind: 'overran' });
  }
  const end = endOf(run);
  if (end) events.push({ at: end.at, kind: end.ok ? 'succeeded' : 'failed' });
  return events;
}

/** The state before the runs at hand: older ones are not read again. */
function before(job: Job, events: readonly JobEvent[]): 'new' | Job['status'] {
  const first = events.reduce((earliest, { at }) => Math.min(earliest, at), Infinity);
  return job.changes.filter(({ at }) => at < first).pop()?.to ?? 'new';
}
