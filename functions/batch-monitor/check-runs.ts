// The runs of a check, made of its pings: a start and the end that names the same run, or an end alone. Pure.
import type { NumberedPing } from '../../store/items/check-log.ts';
import type { Check } from '../../store/items/check-record.ts';
import { iso } from './views.ts';

/**
 * The runs that pings (newest first) tell of, each where its last ping stands. `later` are pings after these: a start
 * whose end is among them is told of there.
 */
export function runsOfPings(
  check: Check,
  pings: readonly NumberedPing[],
  later: readonly NumberedPing[],
  nowMs: number,
): Record<string, unknown>[] {
  /** Starts that an end has been found for, by time and run. */
  const ended = new Set([...pings, ...later].flatMap(startOfEnd));
  return pings.flatMap(({ n, ping }) => {
    const { at, kind, rid, exitStatus, durationMs } = ping;
    const run = rid ?? `ping-${n}`;
    if (kind === 'success' || kind === 'fail') {
      const status = kind === 'success' ? 'succeeded' : 'failed';
      const startedAt = iso(at - (durationMs ?? 0));
      return [{ run, status, startedAt, endedAt: iso(at), durationMs, exitStatus }];
    }
    if (kind !== 'start' || ended.has(nameOf(at, rid))) return [];
    return [{ run, status: openStatus(check, at, rid, nowMs), startedAt: iso(at) }];
  });
}

const nameOf = (startedAt: number, rid: string | undefined) => `${startedAt}#${rid ?? ''}`;

/** Which start an end is of; of an end alone, none. */
function startOfEnd({ ping: { at, rid, durationMs } }: NumberedPing): string[] {
  return durationMs === undefined ? [] : [nameOf(at - durationMs, rid)];
}

/** What nobody waits for any more is lost: another start has taken its place, or somebody has paused the check. */
function openStatus(check: Check, at: number, rid: string | undefined, nowMs: number): string {
  if (!check.openRuns.some((open) => open.at === at && open.rid === rid)) return 'lost';
  return nowMs >= at + check.graceMs ? 'overran' : 'running';
}
