// Jobs and runs as the API shows them: times as ISO text, states as they are now.
import { functionReference } from '../../middleware/kernel/function-name.ts';
import type { Run } from '../../store/items/job-runs.ts';
import type { Job, JobStatus } from '../../store/items/jobs.ts';
import { holdAt } from './holding.ts';
import { judgedJob, judgedRun } from './judged.ts';
import { expectationOf } from './judge.ts';
import { pausesOf } from './judging/pauses.ts';
import type { Standing } from './standing.ts';

/** As a job is shown: `paused` is what a check can be, and a declared job while somebody has paused it. */
export type ShownStatus = JobStatus | 'paused';

export const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());

/** States that a pause stands in place of; what a run does in one is told all the same. */
const QUIET: ReadonlySet<JobStatus> = new Set(['new', 'up', 'late', 'missed']);

/** `late` lies between a slot nobody has started and its deadline: nothing is stored for it, and it began at the slot. */
export function standingNow(job: Job, nowMs: number): { readonly status: ShownStatus; readonly since: number } {
  const pause = QUIET.has(job.status) ? pauseAt(job, nowMs) : undefined;
  if (pause !== undefined) return { status: 'paused', since: pause };
  if (job.status === 'up' || job.status === 'new') {
    const expected = expectationOf(job);
    if (expected !== undefined && expected.slot < nowMs) return { status: 'late', since: expected.slot };
  }
  return { status: job.status, since: job.since };
}

/** When the pause began that a moment lies in; of one that is planned, at the latest when the job last changed. */
function pauseAt(job: Job, nowMs: number): number | undefined {
  if (pausesOf(job)(nowMs) === undefined) return undefined;
  return holdAt(job, nowMs)?.from ?? job.since;
}

export function jobView(job: Standing, nowMs: number): Record<string, unknown> {
  const { service, lastRun } = job;
  const { status, since } = standingNow(job, nowMs);
  const hold = holdAt(job, nowMs);
  return {
    id: `${service}:${job.job}`,
    kind: 'declared',
    service,
    job: job.job,
    owner: job.owner,
    schedule: job.schedule,
    timezone: job.timezone ?? 'UTC',
    maxRuntime: job.maxRuntime,
    startDeadline: job.startDeadline,
    function: functionShown(job.ranBy?.name),
    ...judgedJob(job),
    status,
    since: iso(since),
    paused: hold && { from: iso(hold.from), until: iso(hold.until), reason: hold.reason, by: hold.by },
    lastRun: lastRun && {
      run: lastRun.run,
      status: lastRun.status,
      startedAt: iso(lastRun.startedAt),
      endedAt: iso(lastRun.endedAt),
    },
    recentMs: job.recentMs,
    nextExpectedAt: job.retiredAt === undefined ? iso(expectationOf(job)?.slot) : undefined,
  };
}

/** Its name, and its alias or version behind a colon: in which account it is, is no reader's business. */
function functionShown(named: string | undefined): string | undefined {
  const { name, qualifier } = functionReference(named ?? '') ?? { name: named, qualifier: undefined };
  return qualifier === undefined ? name : `${String(name)}:${qualifier}`;
}

export const changesView = (job: Job) => job.changes.map((change) => ({ ...change, at: iso(change.at) }));

export function runView(run: Run): Record<string, unknown> {
  const { status, startedAt, scheduledAt, endedAt, durationMs, heardAt, progress, counts, error, instance, requestId } =
    run;
  return {
    run: run.run,
    status,
    scheduledAt: iso(scheduledAt),
    startedAt: status === 'missed' ? undefined : iso(startedAt),
    endedAt: status === 'missed' ? undefined : iso(endedAt),
    durationMs,
    heardAt: iso(heardAt),
    progress,
    counts,
    reason: run.reason,
    ...judgedRun(run),
    error,
    function: functionShown(run.function),
    startedBy: run.startedBy,
    instance: instance || undefined,
    requestId: requestId || undefined,
  };
}
