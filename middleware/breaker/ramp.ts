// The ramp after a breaker has closed, pure: which share of the calls is let back in, and which call is in the share.
import type { BreakerState } from '../../store/items/breaker-record.ts';

export interface RampSettings {
  /** Ascending shares, the last of them 1; none when everybody comes back at once. */
  readonly ramp: readonly number[];
  readonly rampStageMs: number;
}

export interface RampStage {
  /** Counts from 0. */
  readonly stage: number;
  readonly share: number;
  readonly endsAt: number;
}

/** The stage a closed breaker is in; undefined when it has no ramp, or the last stage, that of everybody, is over. */
export function rampAt(state: BreakerState, settings: RampSettings, nowMs: number): RampStage | undefined {
  if (state.kind !== 'CLOSED' || state.ramp === undefined) return undefined;
  const { ramp, rampStageMs } = settings;
  // The clock of whoever closed it may be ahead of this one's.
  const stage = Math.max(0, Math.floor((nowMs - state.ramp.from) / rampStageMs));
  const share = ramp[stage];
  return share === undefined ? undefined : { stage, share, endsAt: state.ramp.from + (stage + 1) * rampStageMs };
}

/** So few calls decide while it ramps: there are few, and what they show matters at once. */
export function minimumCallsAt(
  state: BreakerState,
  settings: RampSettings & { readonly minimumCalls: number; readonly probes: number },
  nowMs: number,
): number {
  const { minimumCalls, probes } = settings;
  if (rampAt(state, settings, nowMs) === undefined) return minimumCalls;
  return Math.min(minimumCalls, Math.max(probes, Math.ceil(minimumCalls / 4)));
}

/**
 * Where a request lies in [0, 1) for one breaker: the same for all of its attempts, and another for another breaker, so
 * that it is not the same requests that wait everywhere. FNV-1a, mixed as MurmurHash3 does.
 */
export function placeOf(requestId: string, breaker: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < requestId.length; i++) hash = Math.imul(hash ^ requestId.charCodeAt(i), 0x01000193);
  for (let i = 0; i < breaker.length; i++) hash = Math.imul(hash ^ breaker.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
