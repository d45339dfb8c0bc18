// The store's own breaker: a store that is away, or a table that is misnamed, must not cost every request a round trip.
import { StoreRejected, StoreUnavailable, type Table } from './port.ts';
import type { TimeSource } from './time.ts';

const CONSECUTIVE_FAILURES = 3;
/** Of those that were throttled: it may be one key alone, which the others are not to suffer for. */
const CONSECUTIVE_THROTTLED = 15;
const FIRST_BACK_OFF_MS = 1000;
const LONGEST_BACK_OFF_MS = 30_000;

/**
 * `epoch` grows with every change between closed and open and with every probe: a result is told in which one its call
 * was admitted, and a late result of an earlier epoch changes nothing.
 */
export type GuardState = { readonly epoch: number; readonly everSucceeded: boolean; readonly failures: number } & (
  | { readonly phase: 'closed' }
  | { readonly phase: 'open'; readonly backOffMs: number; readonly retryAtMs: number; readonly probeInFlight: boolean }
);

export type Admission =
  | { readonly admitted: true; readonly state: GuardState }
  | { readonly admitted: false; readonly state: GuardState; readonly retryInMs: number };

/**
 * `ignored`: the call says nothing about the store (its caller gave up, or it never left). `throttled`: it is there, and
 * asked too much, perhaps for one key alone: worth a pause, but no longer one each time.
 */
export type GuardResult = 'success' | 'failure' | 'throttled' | 'ignored';

export const initialGuard: GuardState = { epoch: 0, phase: 'closed', everSucceeded: false, failures: 0 };

/** Decides whether a call may go. Once the back-off is over, exactly one may: the probe. */
export function admit(state: GuardState, nowMs: number): Admission {
  if (state.phase === 'closed') return { admitted: true, state };
  if (state.probeInFlight || nowMs < state.retryAtMs) {
    return { admitted: false, state, retryInMs: Math.max(0, state.retryAtMs - nowMs) };
  }
  return { admitted: true, state: { ...state, epoch: state.epoch + 1, probeInFlight: true } };
}

/** Takes in the result of a call that was admitted in `epoch`. */
export function settle(state: GuardState, epoch: number, result: GuardResult, nowMs: number): GuardState {
  if (epoch !== state.epoch) return state;
  if (result === 'ignored') return state.phase === 'open' ? { ...state, probeInFlight: false } : state;
  if (result === 'success') return closed(state);
  const failures = state.failures + 1;
  if (state.phase === 'open') {
    if (result === 'throttled') return opened(state, failures, FIRST_BACK_OFF_MS, nowMs);
    return opened(state, failures, Math.min(state.backOffMs * 2, LONGEST_BACK_OFF_MS), nowMs);
  }
  // A store that never answered is most likely misnamed or out of reach: no reason to try it thrice.
  const most = result === 'throttled' ? CONSECUTIVE_THROTTLED : CONSECUTIVE_FAILURES;
  const tripping = failures >= (state.everSucceeded ? most : 1);
  return tripping ? opened(state, failures, FIRST_BACK_OFF_MS, nowMs) : { ...state, failures };
}

function closed(state: GuardState): GuardState {
  if (state.phase === 'closed' && state.everSucceeded && state.failures === 0) return state;
  const epoch = state.phase === 'closed' ? state.epoch : state.epoch + 1;
  return { epoch, phase: 'closed', everSucceeded: true, failures: 0 };
}

function opened({ epoch, everSucceeded }: GuardState, failures: number, backOffMs: number, nowMs: number): GuardState {
  const retryAtMs = nowMs + backOffMs;
  return { epoch: epoch + 1, phase: 'open', everSucceeded, failures, backOffMs, retryAtMs, probeInFlight: false };
}

export type GuardView = 'closed' | 'backing-off' | 'probing';

/** `probing`: the back-off is over, and one call is, or may now go, out to see whether the store is back. */
export function viewOf(state: GuardState, nowMs: number): GuardView {
  if (state.phase === 'closed') return 'closed';
  return state.probeInFlight || nowMs >= state.retryAtMs ? 'probing' : 'backing-off';
}

/**
 * What a rejection says about the store. No answer counts, and so does a refusal of the table or of our role, which the
 * next call would meet as well. An expression or a cursor that is wrong concerns that call alone: the store answered.
 */
export function resultOf(error: unknown): GuardResult {
  if (error instanceof StoreUnavailable) {
    if (error.reason === 'throttled') return 'throttled';
    return error.reason === 'aborted' ? 'ignored' : 'failure';
  }
  if (!(error instanceof StoreRejected) || error.type === 'InvalidCursor') return 'ignored';
  return error.type === 'ValidationException' ? 'success' : 'failure';
}

export interface GuardedTable extends Table {
  state(nowMs: number): GuardView;
}

/**
 * The table behind the guard: while it backs off, calls reject at once with `StoreUnavailable`: `throttled` if that was
 * what the last one was, else `backing-off`.
 */
export function guardedTable(table: Table, clock: TimeSource): GuardedTable {
  let state = initialGuard;
  let last: GuardResult = 'ignored';

  async function guarded<T>(call: () => Promise<T>): Promise<T> {
    const admission = admit(state, clock.now());
    state = admission.state;
    if (!admission.admitted) throw backingOff(state.failures, admission.retryInMs, last);
    const { epoch } = state;
    try {
      const answer = await call();
      state = settle(state, epoch, 'success', clock.now());
      return answer;
    } catch (error) {
      const result = resultOf(error);
      if (result !== 'ignored') last = result;
      state = settle(state, epoch, result, clock.now());
      throw error;
    }
  }

  return {
    get: (key, options) => guarded(() => table.get(key, options)),
    put: (request) => guarded(() => table.put(request)),
    update: (request) => guarded(() => table.update(request)),
    delete: (request) => guarded(() => table.delete(request)),
    query: (request) => guarded(() => table.query(request)),
    skew: () => table.skew?.(),
    state: (nowMs) => viewOf(state, nowMs),
  };
}

function backingOff(failures: number, retryInMs: number, last: GuardResult): StoreUnavailable {
  const next =
    retryInMs > 0 ? `the next try is due in ${Math.ceil(retryInMs)} ms` : 'one call is out to see whether it is back';
  return new StoreUnavailable(
    last === 'throttled' ? last : 'backing-off',
    `No call was made: the store failed ${failures === 1 ? 'the last call' : `the last ${failures} calls`}; ${next}`,
  );
}
