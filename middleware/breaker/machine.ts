// The breaker's state machine, pure: when it opens, what may pass, whose probe it is, and what a probe's result leads to.
import type {
  BreakerProbe,
  BreakerRecord,
  BreakerState,
  ForcedState,
  HalfOpenState,
} from '../../store/items/breaker-record.ts';
import { rampAt, type RampSettings } from './ramp.ts';

/** What the machine needs of a compiled rule; shares are between 0 and 1. */
export interface Thresholds extends RampSettings {
  readonly minimumCalls: number;
  readonly failureRate: number;
  readonly slowRate: number | undefined;
  readonly openForMs: number;
  readonly openForFactor: number;
  readonly maxOpenForMs: number;
  /** So many results of probes decide whether it closes. */
  readonly probes: number;
}

/** `ignored`: an outcome that says nothing about the dependency (refused, aborted, never sent). */
export type Result = 'success' | 'failure' | 'ignored';

export type Standing =
  | { readonly kind: 'pass' }
  /** May pass as a probe, for whoever claims a slot; everybody has seen that one is free since `since` (epoch ms). */
  | { readonly kind: 'probe'; readonly since: number }
  /** Those may pass whose place is below `share`; the others come back when this stage of the ramp is over. */
  | { readonly kind: 'ramp'; readonly share: number; readonly retryAfterMs: number }
  /** `retryAfterMs` is undefined when only an operator can say. */
  | {
      readonly kind: 'refuse';
      readonly retryAfterMs: number | undefined;
      readonly forced?: true;
      /** It is closed, and the call is not yet among those let back in. */
      readonly ramp?: true;
    };

const PASS: Standing = { kind: 'pass' };

export const CLOSED: BreakerState = { kind: 'CLOSED' };

/** So many probes are out at once at the most, however many results the rule wants. */
const MOST_SLOTS = 10;

/** An epoch is the transition's time, strictly increasing whatever the clocks. */
export const nextEpoch = (epoch: number, nowMs: number) => Math.max(nowMs, epoch + 1);

/** Open for the first time; or again and longer, when probes or the ramp after them have failed. */
export function opened(thresholds: Thresholds, nowMs: number, before: BreakerState = CLOSED): BreakerState {
  const last = lastOpenForMs(before, thresholds, nowMs);
  const openForMs =
    last === undefined
      ? thresholds.openForMs
      : Math.min(thresholds.maxOpenForMs, Math.max(last, thresholds.openForMs) * thresholds.openForFactor);
  return { kind: 'OPEN', until: nowMs + openForMs, openForMs };
}

/** How long it was open before a state that has yet to prove that the dependency is well. */
function lastOpenForMs(state: BreakerState, thresholds: Thresholds, nowMs: number): number | undefined {
  if (state.kind !== 'CLOSED') return state.openForMs;
  return rampAt(state, thresholds, nowMs) && state.ramp?.openForMs;
}

/** What an operator forced, if it is in force at `nowMs`. */
export function forcedAt(record: Pick<BreakerRecord, 'forced'>, nowMs: number): ForcedState | undefined {
  const { forced } = record;
  return forced && (forced.until === undefined || nowMs < forced.until) ? forced : undefined;
}

/** What a call meets at `nowMs`. */
export function standingOf(
  record: Pick<BreakerRecord, 'state' | 'forced'>,
  settings: RampSettings & Pick<Thresholds, 'probes'>,
  nowMs: number,
): Standing {
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
    case 'CLOSED': {
      if (state.ramp === undefined) return PASS;
      const stage = rampAt(state, settings, nowMs);
      if (stage === undefined || stage.share >= 1) return PASS;
      return { kind: 'ramp', share: stage.share, retryAfterMs: stage.endsAt - nowMs };
    }
    case 'OPEN':
      return nowMs < state.until
        ? { kind: 'refuse', retryAfterMs: state.until - nowMs }
        : { kind: 'probe', since: state.until };
    case 'HALF_OPEN': {
      const out = probesOut(state, nowMs);
      const slots = slotsOf(state, settings.probes);
      if (out.length < slots)
        return { kind: 'probe', since: state.probes.length < slots ? 0 : lastLease(state, nowMs) };
      return { kind: 'refuse', retryAfterMs: Math.min(...out.map(({ until }) => until)) - nowMs + 1 };
    }
  }
}

/** The probes whose lease lasts. */
export function probesOut(state: HalfOpenState, nowMs: number): BreakerProbe[] {
  return state.probes.filter(({ until }) => nowMs <= until);
}

/** When the last lease that is over was over. */
function lastLease({ probes }: HalfOpenState, nowMs: number): number {
  return Math.max(0, ...probes.filter(({ until }) => until < nowMs).map(({ until }) => until));
}

/** As many slots as results are missing; always one, since the rule may have come to want fewer than there are. */
function slotsOf({ successes, failed }: HalfOpenState, probes: number): number {
  return Math.max(1, Math.min(MOST_SLOTS, probes - successes - failed));
}

/**
 * Half-open with one more slot taken, by `probe`; undefined when there is none to take. Whoever's lease is over loses its
 * slot with it.
 */
export function claimed(
  state: BreakerState,
  probe: BreakerProbe,
  probes: number,
  nowMs: number,
): HalfOpenState | undefined {
  if (state.kind === 'CLOSED') return undefined;
  const { openForMs } = state;
  if (state.kind === 'OPEN') {
    if (nowMs < state.until) return undefined;
    return { kind: 'HALF_OPEN', openForMs, successes: 0, failed: 0, slowed: 0, probes: [probe], turn: 1 };
  }
  const out = probesOut(state, nowMs);
  if (out.length >= slotsOf(state, probes)) return undefined;
  return { ...state, probes: [...out, probe], turn: state.turn + 1 };
}

/**
 * Where the result of the probe holding `token` leads; undefined when that probe no longer holds a slot. As resilience4j
 * has it, the rates of the closed state decide over `probes` results; what they can no longer change is not waited for.
 */
export function settled(
  state: BreakerState,
  token: string,
  result: Result,
  slow: boolean,
  thresholds: Thresholds,
  nowMs: number,
): BreakerState | undefined {
  if (state.kind !== 'HALF_OPEN') return undefined;
  const probes = state.probes.filter((probe) => probe.token !== token);
  if (probes.length === state.probes.length) return undefined;
  const turn = state.turn + 1;
  if (result === 'ignored') return { ...state, probes, turn };
  const failed = state.failed + (result === 'failure' ? 1 : 0);
  const successes = state.successes + (result === 'success' ? 1 : 0);
  const slowed = state.slowed + (slow ? 1 : 0);
  const { failureRate, slowRate } = thresholds;
  const bad = (count: number, rate: number) => count > 0 && count >= rate * thresholds.probes;
  if (bad(failed, failureRate) || (slowRate !== undefined && bad(slowed, slowRate))) {
    return opened(thresholds, nowMs, state);
  }
  if (failed + successes < thresholds.probes) return { ...state, failed, successes, slowed, probes, turn };
  return thresholds.ramp.length === 0 ? CLOSED : { kind: 'CLOSED', ramp: { from: nowMs, openForMs: state.openForMs } };
}
