// How states of jobs and runs look, and which of them come first.
import type { Kind } from '../../parts/state.tsx';
import type { Job, JobStatus, RunStatus } from './answers.ts';

/** Worst first. */
export const STATUSES = ['failed', 'missed', 'overrunning', 'late', 'new', 'up', 'paused', 'retired'] as const;

export const KIND_OF_JOB: Readonly<Record<JobStatus, Kind>> = {
  failed: 'bad',
  missed: 'bad',
  overrunning: 'warn',
  late: 'warn',
  new: 'unknown',
  up: 'ok',
  paused: 'held',
  retired: 'off',
};

export const KIND_OF_RUN: Readonly<Record<RunStatus, Kind>> = {
  running: 'unknown',
  succeeded: 'ok',
  failed: 'bad',
  skipped: 'off',
  overran: 'warn',
  lost: 'bad',
  missed: 'bad',
};

const ILL: ReadonlySet<JobStatus> = new Set(['failed', 'missed', 'overrunning', 'late']);

/** Whether something is wrong that could be acknowledged. */
export const isIll = ({ status }: Job): boolean => ILL.has(status);

/** By what needs somebody: what nobody has seen, what somebody has, and the rest. */
export function urgencyOf(job: Job): number {
  const place = STATUSES.indexOf(job.status);
  return isIll(job) && job.acknowledged ? place + 3.5 : place;
}
