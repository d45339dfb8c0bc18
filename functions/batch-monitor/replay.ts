// Replays what happened to a job, in order of time, into its changes of state. Pure.
import type { JobChange, JobStatus } from '../../store/items/jobs.ts';

export interface JobEvent {
  /** ms since the epoch: when it happened, not when it was noticed. */
  readonly at: number;
  readonly kind: 'started' | 'succeeded' | 'failed' | 'overran' | 'missed';
}

const AFTER: Readonly<Record<Exclude<JobEvent['kind'], 'started'>, JobStatus>> = {
  succeeded: 'up',
  failed: 'failed',
  overran: 'overrunning',
  missed: 'missed',
};

/** The changes of state that events (in any order) bring, starting from `initial`. */
export function replay(initial: JobStatus, events: readonly JobEvent[]): JobChange[] {
  const changes: JobChange[] = [];
  let status = initial;
  /** What a start goes back to when the job had been missed. */
  let settled: JobStatus = initial === 'missed' ? 'new' : initial;
  for (const { at, kind } of [...events].sort((a, b) => a.at - b.at)) {
    const next: JobStatus = kind !== 'started' ? AFTER[kind] : status === 'missed' ? settled : status;
    if (next === 'up' || next === 'failed') settled = next;
    if (next === status) continue;
    changes.push({ at, from: status, to: next });
    status = next;
  }
  return changes;
}
