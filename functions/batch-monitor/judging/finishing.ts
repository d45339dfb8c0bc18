// `finishBy`: a slot whose run has not succeeded by that time of the day is late from then on, whatever it does. Pure.
import type { Run } from '../../../store/items/job-runs.ts';
import type { Job } from '../../../store/items/jobs.ts';
import { parseSchedule } from '../../api/schedule.ts';
import { daily } from '../../api/schedule/daily.ts';
import type { JobEvent } from '../replay.ts';
import { endsOf } from './runs.ts';
import { pausesOf } from './pauses.ts';
import { slotReader } from './slots.ts';

interface Finishing {
  readonly events: readonly JobEvent[];
  /** The next time at which a slot that has been started, or missed, will be late; undefined when there is none. */
  readonly nextAt: number | undefined;
  /** Runs that began when their slot was late already: nothing is well by such a start. */
  readonly late: ReadonlySet<Run>;
}

/** `missed` are slots nobody started; slots up to `knownFrom` have runs that are not among `runs`. */
export function finishing(
  job: Job,
  runs: readonly Run[],
  missed: readonly number[],
  nowMs: number,
  knownFrom: number,
): Finishing {
  const { finishBy } = job;
  if (finishBy === undefined) return { events: [], nextAt: undefined, late: new Set() };
  const schedule = parseSchedule(job.schedule, job.timezone);
  const by = daily(finishBy, schedule.timezone);
  const slotOf = slotReader(job);
  const pauseEnd = pausesOf(job);
  const bySlot = new Map<number, Run[]>(missed.map((slot) => [slot, []]));
  for (const run of runs) {
    const slot = run.status === 'missed' ? run.startedAt : slotOf(run);
    if (slot !== undefined) bySlot.set(slot, [...(bySlot.get(slot) ?? []), run]);
  }
  const from = Math.max(job.watchFrom, job.finishFrom ?? -Infinity, knownFrom);
  const events: JobEvent[] = [];
  const late = new Set<Run>();
  let nextAt: number | undefined;
  for (const [slot, tries] of bySlot) {
    if (slot <= from || pauseEnd(slot) !== undefined) continue;
    const at = by.next(slot);
    // Of several slots before it, the last one is to be done by then.
    if (at === undefined || schedule.previous(at) !== slot) continue;
    const doneAt = Math.min(...tries.map(succeededAt));
    if (doneAt <= at) continue;
    if (at > nowMs) {
      nextAt = Math.min(nextAt ?? Infinity, at);
      continue;
    }
    events.push({ at, kind: kindAt(at, tries) });
    for (const run of tries) {
      if (run.startedAt < at || run.startedAt > doneAt || run.status === 'skipped' || run.status === 'missed') continue;
      late.add(run);
    }
  }
  return { events, nextAt, late };
}

const succeededAt = ({ status, endedAt }: Run) =>
  status === 'succeeded' && endedAt !== undefined ? endedAt : Infinity;

/** What keeps a slot from being done: a run that still runs, or one that failed, or that there was none. */
function kindAt(at: number, tries: readonly Run[]): JobEvent['kind'] {
  const begun = tries.filter(({ startedAt, status }) => startedAt <= at && status !== 'missed' && status !== 'skipped');
  if (begun.some((run) => (endsOf(run)[0]?.at ?? Infinity) > at)) return 'overran';
  return begun.length > 0 ? 'failed' : 'missed';
}
