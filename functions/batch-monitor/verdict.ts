// What has become of a run that is due: still running, overrun, lost without a word, or ended. Pure.
import { END_GRACE_MS, type Run, type RunWord } from '../../store/items/job-runs.ts';

export function verdictOf(run: Run, nowMs: number): RunWord {
  const lostAt = silentSince(run, nowMs);
  if (run.endedAt !== undefined) return { status: run.status, lostAt };
  const givenUpAt = run.limitAt + END_GRACE_MS;
  // It went wrong when it fell silent or the platform ended it, not when that was noticed.
  if (nowMs >= givenUpAt) return { status: 'lost', endedAt: lostAt ?? run.limitAt, lostAt };
  if (lostAt !== undefined) return { status: 'lost', lostAt, dueAt: givenUpAt };
  const againAt = Math.min(silentAt(run) + END_GRACE_MS, givenUpAt);
  const { maxRuntimeAt = Infinity } = run;
  if (nowMs >= maxRuntimeAt) return { status: 'overran', dueAt: againAt };
  return { status: run.status, dueAt: Math.min(maxRuntimeAt, againAt) };
}

/** Since when it counts as lost for its silence; an end that came after all does not undo that it was silent. */
function silentSince(run: Run, nowMs: number): number | undefined {
  const at = silentAt(run);
  const { endedAt = Infinity } = run;
  const given = at < run.limitAt && at + END_GRACE_MS <= Math.min(nowMs, endedAt);
  return run.lostAt ?? (given ? at : undefined);
}

/** When it has been silent for as long as it may, from what was heard of it last. */
const silentAt = ({ startedAt, heardAt = startedAt, silenceMs = Infinity }: Run) => heardAt + silenceMs;
