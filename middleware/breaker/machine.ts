// The breaker's state machine, pure: when it opens, what may pass, whose probe it is, and what a probe's result leads to.
import type { BreakerProbe, BreakerRecord, BreakerState, ForcedState } from '../../store/items/breaker-record.ts';
import type { Counts } from './window.ts';

/** What the machine needs of a compiled rule; shares are between 0 and 1. */
export interface Thresholds {
  readonly minimumCalls: number;
  readonly failureRate: number;
  readonly slowRate: number | undefined;
  readonly openForMs: number;
  readonly openForFactor: number;
  readonly maxOpenForMs: number;
  /** Probes that must succeed, one after the other, before it closes. */
  readonly probes: number;
}

/** `ignored`: an outcome that says nothing about the dependency (refused, aborted, never sent). */
export type Result = 'success' | 'failure' | 'ignored';

export type Standing =
  | { readonly kind: 'pass' }
  /** May pass as the probe, for whoever claims its slot. */
  | { readonly kind: 'probe' }
  /** `retryAfterMs` is undefined when only an operator can say. */
  | { readonly kind: 'refuse'; readonly retryAfterMs: number | undefined; readonly forced?: true };

const PASS: Standing = { kind: 'pass' };
const PROBE: Standing = { kind: 'probe' };

export const CLOSED: BreakerState = { kind: 'CLOSED' };

/** An epoch is the transition's time, strictly increasing whatever the clocks. */
export const nextEpoch = (epoch: number, nowMs: number) => Math.max(nowMs, epoch + 1);

/** Why a closed breaker opens on these counts; the rates are reached, not exceeded. */
export function tripReason(counts: Counts, thresholds: Thresholds): 'failureRate' | 'slowRate' | undefined {
  const { calls, failures, slow } = counts;
  if (calls < thresholds.minimumCalls) return undefined;
  if (failures > 0 && failures >= thresholds.failureRate * calls) return 'failureRate';
  const { slowRate } = thresholds;
  return slowRate !== undefined && slow > 0 && slow >= slowRate * calls ? 'slowRate' : undefined;
}

/** Open for the first time, or again and longer after a probe failed. */
export function opened(thresholds: Thresholds, nowMs: number, lastOpenForMs?: number): BreakerState {
  const openForMs =
    lastOpenForMs === undefined
      ? thresholds.openForMs
      : Math.min(thresholds.maxOpenForMs, Math.max(lastOpenForMs, thresholds.openForMs) * thresholds.openForFactor);
  return { kind: 'OPEN', until: nowMs + openForMs, openForMs };
}

/** What an operator forced, if it is in force at `nowMs`. */
export function forcedAt(record: BreakerRecord, nowMs: number): ForcedState | undefined {
  const { forced } = record;
  return forced && (forced.until === undefined || nowMs < forced.until) ? forced : undefined;
}

/** What a call meets at `nowMs`. */
export function standingOf(record: BreakerRecord, nowMs: number): Standing {
  const forced = forcedAt(record, nowMs);
  if (forced?.state === 'FORCED_CLOSED') return PASS;
  if (forced) {
    return {
      kind: 'refuse',
      retryAfterMs: forced.until === undefined ? undefined : forced.until - nowMs,
      forced: true,
    };
  }
  const { state } = record;
  switch (state.kind) {
    case 'CLOSED':
      return PASS;
    case 'OPEN':
      return nowMs < state.until ? { kind: 'refuse', retryAfterMs: state.until - nowMs } : PROBE;
    case 'HALF_OPEN': {
      const { probe } = state;
      return probe && nowMs <= probe.until ? { kind: 'refuse', retryAfterMs: probe.until - nowMs + 1 } : PROBE;
    }
  }
}

/** Half-open with the slot taken by `probe`; undefined when there is no slot to take. */
export function claimed(state: BreakerState, probe: BreakerProbe): BreakerState | undefined {
  if (state.kind === 'CLOSED') return undefined;
  const successes = state.kind === 'HALF_OPEN' ? state.successes : 0;
  return { kind: 'HALF_OPEN', openForMs: state.openForMs, successes, probe };
}

/** Where the result of the probe holding `token` leads; undefined when that probe no longer holds the slot. */
export function settled(
  state: BreakerState,
  token: string,
  result: Result,
  thresholds: Thresholds,
  nowMs: number,
): BreakerState | undefined {
  if (state.kind !== 'HALF_OPEN' || state.probe?.token !== token) return undefined;
  if (result === 'failure') return opened(thresholds, nowMs, state.openForMs);
  if (result === 'ignored') return { ...state, probe: undefined };
  const successes = state.successes + 1;
  return successes >= thresholds.probes ? CLOSED : { ...state, successes, probe: undefined };
}
