// What has become of a run that is due: still running, overrun, lost without a word, or ended. Pure.
import { END_GRACE_MS, type Run, type RunStatus } from '../../store/items/job-runs.ts';

export interface Verdict {
  readonly status: RunStatus;
  readonly endedAt?: number;
  /** When to look again; never, when left out. */
  readonly dueAt?: number;
}

export function verdictOf(run: Run, nowMs: number): Verdict {
  if (run.endedAt !== undefined) return { status: run.status };
  const lostAt = run.limitAt + END_GRACE_MS;
  // It went wrong when the platform ended it, not when that was noticed.
  if (nowMs >= lostAt) return { status: 'lost', endedAt: run.limitAt };
  const overran = run.maxRuntimeAt !== undefined && nowMs >= run.maxRuntimeAt;
  if (overran) return { status: 'overran', dueAt: lostAt };
  return { status: run.status, dueAt: Math.min(run.maxRuntimeAt ?? Infinity, lostAt) };
}
