// A job's changes of state as anybody would tell them who has all facts before them: the plainest way there is, to hold the
// monitor to.
import type { JobChange, JobStatus } from '../../store/items/jobs.ts';

export interface RunFacts {
  /** The slot it stands for. Times are epoch ms. */
  readonly slot: number;
  readonly startedAt: number;
  readonly maxRuntimeAt?: number | undefined;
  /** Since when it was given up for its silence. */
  readonly lostAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly ok?: boolean | undefined;
}

export interface JobFacts {
  readonly slots: readonly number[];
  /** How long after its slot a start is still in time. */
  readonly deadlineMs: number;
  readonly runs: readonly RunFacts[];
}

type Happening = readonly [at: number, to: JobStatus | 'started'];

/** What happened until `nowMs`, told in order of time; no two things happen at once. */
export function changesOf({ slots, deadlineMs, runs }: JobFacts, nowMs: number): JobChange[] {
  const happenings: Happening[] = [];
  for (const slot of slots) {
    const isStarted = runs.some((run) => run.slot === slot && run.startedAt < slot + deadlineMs);
    if (!isStarted) happenings.push([slot + deadlineMs, 'missed']);
  }
  for (const { startedAt, maxRuntimeAt, lostAt = Infinity, endedAt = Infinity, ok = false } of runs) {
    happenings.push([startedAt, 'started']);
    // Nobody waits any longer for one that was given up.
    if (maxRuntimeAt !== undefined && maxRuntimeAt < Math.min(lostAt, endedAt)) {
      happenings.push([maxRuntimeAt, 'overrunning']);
    }
    if (lostAt < endedAt) happenings.push([lostAt, 'failed']);
    if (endedAt < Infinity) happenings.push([endedAt, ok ? 'up' : 'failed']);
  }
  const changes: JobChange[] = [];
  let status: JobStatus = 'new';
  let spoken: JobStatus = 'new';
  for (const [at, what] of happenings.filter(([when]) => when <= nowMs).sort(([a], [b]) => a - b)) {
    // A start makes good for slots that were missed, and for nothing else.
    const to: JobStatus = what !== 'started' ? what : status === 'missed' ? spoken : status;
    if (to === 'up' || to === 'failed') spoken = to;
    if (to !== status) changes.push({ at, from: status, to });
    status = to;
  }
  return changes;
}
