// What one run says of its job: what happened when, and whether its end speaks well of it. Pure.
import type { Run } from '../../../store/items/job-runs.ts';
import type { Job, LastEnd } from '../../../store/items/jobs.ts';
import type { JobEvent } from '../replay.ts';

/** The job told of a run: its last run and its last end. */
export function tell(job: Job, run: Run): Job {
  const newest = job.lastRun === undefined || run.startedAt >= job.lastRun.startedAt;
  const { run: id, startedAt, status, endedAt } = run;
  return {
    ...job,
    lastRun: newest && status !== 'missed' ? { run: id, startedAt, status, endedAt } : job.lastRun,
    lastEnd: laterEnd(job.lastEnd, endOf(run)),
  };
}

/** How a run speaks for its job: a skipped or missed one says neither well nor ill. */
export function endOf({ status, endedAt }: Run): LastEnd | undefined {
  if (endedAt === undefined || status === 'skipped' || status === 'missed') return undefined;
  return { at: endedAt, ok: status === 'succeeded' };
}

function laterEnd(a: LastEnd | undefined, b: LastEnd | undefined): LastEnd | undefined {
  if (!a || !b) return a ?? b;
  return b.at >= a.at ? b : a;
}

/** `lateBy` is how long after its slot a job that nobody started is missed, in ms. */
export function eventsOfRun(run: Run, lateBy: number): JobEvent[] {
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
