// What one run says of its job: what happened when, and whether its end speaks well of it. Pure.
import type { Run } from '../../../store/items/job-runs.ts';
import type { Job, LastEnd, Said } from '../../../store/items/jobs.ts';
import type { JobEvent } from '../replay.ts';

/** The job told of a run: its last run with its marks, its last end, and what ran it. */
export function tell(job: Job, run: Run): Job {
  const newest = job.lastRun === undefined || run.startedAt >= job.lastRun.startedAt;
  const { run: id, startedAt, status, endedAt, marks } = run;
  return {
    ...job,
    ...(newest && status !== 'missed' ? { lastRun: { run: id, startedAt, status, endedAt }, marks } : {}),
    lastEnd: endsOf(run).reduce(laterEnd, job.lastEnd),
    ...(run.function === undefined ? {} : { ranBy: laterSaid(job.ranBy, { at: startedAt, name: run.function }) }),
    ...(run.schedule === undefined ? {} : { ranOn: laterSaid(job.ranOn, { at: startedAt, name: run.schedule }) }),
  };
}

const laterSaid = (known: Said | undefined, said: Said): Said =>
  known === undefined || said.at >= known.at ? said : known;

/**
 * How a run speaks for its job, oldest first: a skipped or missed one says neither well nor ill, and one that was given
 * up for its silence and ended after all has spoken twice.
 */
export function endsOf({ status, endedAt, lostAt = Infinity }: Run): LastEnd[] {
  const ends: LastEnd[] = [];
  if (lostAt < (endedAt ?? Infinity)) ends.push({ at: lostAt, ok: false });
  if (endedAt !== undefined && status !== 'skipped' && status !== 'missed') {
    ends.push({ at: endedAt, ok: status === 'succeeded' });
  }
  return ends;
}

function laterEnd(a: LastEnd | undefined, b: LastEnd): LastEnd {
  return a === undefined || b.at >= a.at ? b : a;
}

/**
 * What it did before it ended. `lateBy` is how long after its slot a job that nobody started is missed, in ms; `late`:
 * its slot was to be done before it began.
 */
export function eventsOfRun(run: Run, lateBy: number, late: boolean): JobEvent[] {
  if (run.status === 'missed') return [{ at: run.startedAt + lateBy, kind: 'missed' }];
  const { maxRuntimeAt, startedAt } = run;
  const events: JobEvent[] = [{ at: startedAt, kind: late ? 'overran' : 'started' }];
  // What was given up is no longer waited for.
  const until = endsOf(run)[0]?.at ?? run.endedAt ?? -Infinity;
  if (maxRuntimeAt !== undefined && (run.status === 'overran' || until > maxRuntimeAt)) {
    events.push({ at: maxRuntimeAt, kind: 'overran' });
  }
  return events;
}
