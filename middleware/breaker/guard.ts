// One instance's own breaker: stands when the store is away, and opens on failures in a row that only this instance meets.
import type { BreakerState } from '../../store/items/breaker-record.ts';
import { CLOSED, claimed, opened, settled, standingOf, type Result, type Standing } from './machine.ts';
import { CallWindow, SEGMENTS } from './call-window.ts';
import { tripReason } from './detect.ts';
import { minimumCallsAt, placeOf } from './ramp.ts';
import type { BreakerSettings } from './settings.ts';
import { fits, windowOf, type OwnWindow } from './own-window.ts';

/** What was counted while alone so long ago says nothing about now. */
const FORGOTTEN_MS = 10_000;

/** What an attempt was admitted under; results of an earlier epoch change nothing. */
export interface GuardTicket {
  readonly epoch: number;
  readonly token: string | undefined;
}

export class InstanceGuard {
  readonly #name: string;
  readonly #onChange: (from: string, to: string) => void;
  #state: BreakerState = CLOSED;
  #epoch = 0;
  #inARow = 0;
  #window: OwnWindow | undefined;
  /** The newest calls made while alone. */
  #newest: CallWindow | undefined;
  #aloneAt = -Infinity;
  #passing: GuardTicket = { epoch: 0, token: undefined };
  #probes = 0;
  /** The fleet's epoch whose open state this guard has taken over, since the store could not be asked. */
  #tookOver: number | undefined;

  constructor(name: string, onChange: (from: string, to: string) => void) {
    this.#name = name;
    this.#onChange = onChange;
  }

  get closed(): boolean {
    return this.#state.kind === 'CLOSED';
  }

  /** Admits an attempt, as a probe if it must be one; otherwise tells when to come back. */
  admit(
    requestId: string,
    settings: BreakerSettings,
    nowMs: number,
    leaseMs: number,
  ): GuardTicket | (Standing & { kind: 'refuse' }) {
    if (this.#state === CLOSED) return this.#passing;
    const standing = standingOf({ state: this.#state, forced: undefined }, settings, nowMs);
    if (standing.kind === 'refuse') return standing;
    if (standing.kind === 'ramp' && placeOf(requestId, this.#name) >= standing.share) {
      return { kind: 'refuse', retryAfterMs: standing.retryAfterMs, ramp: true };
    }
    if (standing.kind !== 'probe') return this.#passing;
    const token = String(this.#probes++);
    const next = claimed(this.#state, { by: '', token, until: nowMs + leaseMs }, settings.probes, nowMs);
    if (next) this.#become(next);
    return { epoch: this.#epoch, token };
  }

  /** `alone`: the store does not answer, so that this instance's own window decides. */
  record(
    ticket: GuardTicket,
    result: Result,
    slow: boolean,
    settings: BreakerSettings,
    nowMs: number,
    alone: boolean,
  ): void {
    if (ticket.epoch !== this.#epoch) return;
    if (ticket.token !== undefined) {
      const next = settled(this.#state, ticket.token, result, slow, settings, nowMs);
      if (next) this.#become(next);
      return;
    }
    if (result === 'ignored' || this.#state.kind !== 'CLOSED') return;
    if (!this.#window || !fits(this.#window, settings.window)) this.#window = windowOf(settings.window);
    this.#window.add(nowMs, result === 'failure', slow);
    this.#inARow = result === 'failure' ? this.#inARow + 1 : 0;
    const { consecutiveFailures } = settings;
    const tooMany = consecutiveFailures !== undefined && this.#inARow >= consecutiveFailures;
    const surges = alone && this.#surges(result === 'failure', settings, nowMs);
    if (tooMany || surges || (alone && this.#tripped(this.#window, settings, nowMs))) {
      this.#become(opened(settings, nowMs, this.#state));
    }
  }

  #tripped(window: OwnWindow, settings: BreakerSettings, nowMs: number): boolean {
    const minimumCalls = minimumCallsAt(this.#state, settings, nowMs);
    const given = minimumCalls === settings.minimumCalls ? settings : { ...settings, minimumCalls };
    return tripReason(window.totals(nowMs), given) !== undefined;
  }

  /** An instance knows all of its own calls: the newest ones stand in for the fleet's surge, however seldom they come. */
  #surges(failure: boolean, { surge }: BreakerSettings, nowMs: number): boolean {
    if (!surge) return false;
    const { minimumCalls, failureRate } = surge;
    const width = Math.ceil(minimumCalls / SEGMENTS);
    if (this.#newest?.width !== width || nowMs - this.#aloneAt > FORGOTTEN_MS) this.#newest = new CallWindow(width);
    this.#aloneAt = nowMs;
    this.#newest.add(nowMs, failure, false);
    const { calls, failures } = this.#newest.totals();
    return failures >= failureRate * Math.max(calls, minimumCalls);
  }

  /** Goes on from the fleet's open state, whose time is over, without the store: the next attempt here is a probe. */
  takeOver(fleetEpoch: number, openForMs: number, nowMs: number): void {
    if (this.#tookOver === fleetEpoch) return;
    this.#tookOver = fleetEpoch;
    if (this.#state.kind === 'CLOSED') this.#become({ kind: 'OPEN', until: nowMs, openForMs });
  }

  /** The fleet has closed: what was counted before says nothing about what comes. */
  startAfresh(): void {
    this.#inARow = 0;
    this.#window?.clear();
    this.#newest?.clear();
  }

  #become(state: BreakerState): void {
    const from = this.#state.kind;
    this.#state = state;
    if (from === state.kind) return;
    // One more epoch a transition; probes taken in one half-open period share it.
    this.#epoch += 1;
    this.#passing = { epoch: this.#epoch, token: undefined };
    if (state.kind === 'CLOSED') this.startAfresh();
    this.#onChange(from, state.kind);
  }
}
