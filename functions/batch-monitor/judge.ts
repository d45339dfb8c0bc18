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
 */
export function judge(job: Job, runs: readonly Run[], nowMs: number): Judgement {
  if (job.retiredAt !== undefined) return { job: { ...job, dueAt: undefined }, missed: [] };
  const told = runs.reduce(tell, job);
  const { missed, anchorAt, nextDueAt } = slotsOf(told, nowMs);
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
  const covers = run.scheduledAt ?? run.startedAt + START_TOLERANCE_MS;
  const { run: id, startedAt, status, endedAt } = run;
  return {
    ...job,
    anchorAt: Math.max(job.anchorAt ?? -Infinity, covers),
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

/** Slots that went by without a start, and when the next one would have. */
function slotsOf(job: Job, nowMs: number) {
  const missed: number[] = [];
  let anchorAt = job.anchorAt;
  for (;;) {
    const expected = expectationOf({ ...job, anchorAt });
    if (expected === undefined) return { missed, anchorAt, nextDueAt: undefined };
    // At the deadline itself it is missed: due is that moment, not the minute after.
    if (expected.deadline > nowMs) return { missed, anchorAt, nextDueAt: expected.deadline };
    if (missed.length >= MOST_MISSED) return { missed, anchorAt, nextDueAt: nowMs };
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
