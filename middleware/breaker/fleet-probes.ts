// The fleet's probes: claimed by one instance each for one attempt, and given back with what the attempt has shown.
import type { BreakerState } from '../../store/items/breaker-record.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { FleetView } from './fleet-view.ts';
import { claimed, nextEpoch, settled, type Result } from './machine.ts';
import type { BreakerSettings } from './settings.ts';

/** A probe's lease outlasts its attempt by the time it takes to write the result. */
const WRITE_MARGIN_MS = 1_000;
/** Whoever loses a race for a slot tries for another one; each race lost is one that another instance has won. */
const CLAIM_TRIES = 4;
const SETTLE_TRIES = 20;
/** A fleet that sees a slot come free claims it at this rate at the most: half of what one item takes. */
const CLAIMS_PER_S = 500;

const causeOf = ({ kind }: BreakerState) => (kind === 'CLOSED' ? 'probesPassed' : 'probeFailed');

/** A probe this instance holds. */
export interface Held {
  readonly epoch: number;
  readonly token: string;
  /** Epoch ms. */
  readonly until: number;
}

/** What the store has not yet been seen to know: a result, or that a slot is not wanted. */
interface Owed {
  readonly held: Held;
  readonly result: Result;
  readonly slow: boolean;
  readonly settings: BreakerSettings;
  /** The claim had no answer: whether it was applied is to be read first. */
  readonly unseen: boolean;
}

export class FleetProbes {
  readonly #view: FleetView;
  readonly #owed = new Map<string, Owed>();
  #settling = 0;
  #freeSince = 0;
  #turnAt = 0;

  constructor(view: FleetView) {
    this.#view = view;
  }

  /**
   * How long until this instance may claim a slot that everybody has seen come free at `since`, ms. The turns of a large
   * fleet are spread, lest all that is asked of the item at once keeps the probe's own result from it.
   */
  turnInMs(since: number, nowMs: number): number {
    if (since !== this.#freeSince) {
      const { instance, fleetSize } = this.#view;
      this.#freeSince = since;
      this.#turnAt = since + (instance.random() * (fleetSize - 1) * 1_000) / CLAIMS_PER_S;
    }
    return Math.max(0, this.#turnAt - nowMs);
  }

  /**
   * Claims a slot, waiting for the store within the invocation's budget. `away`: the store gave no answer. A claim is
   * fenced by its token and epoch, and its lease outlasts the attempt.
   */
  async claim(invocation: Invocation, settings: BreakerSettings): Promise<Held | 'lost' | 'away'> {
    const view = this.#view;
    const { clock } = view;
    const { id } = view.instance;
    if (view.away(clock.now())) return view.alone(clock.now()) ? 'away' : 'lost';
    const token = `${id}/${view.exchanges}`;
    let held: Held | undefined;
    let waiting = true;
    const claiming = view.exchange(async (signal) => {
      for (let tries = 0; tries < CLAIM_TRIES && waiting && !held; tries++) {
        const nowMs = clock.now();
        if (view.standing(settings, nowMs).kind !== 'probe') return;
        const { epoch, state } = view.record;
        const until = nowMs + Math.min(settings.leaseMs, invocation.remainingMs()) + WRITE_MARGIN_MS;
        const next = claimed(state, { by: id, token, until }, settings.probes, nowMs);
        if (!next) return;
        const nextIn =
          state.kind === 'HALF_OPEN'
            ? { epoch, state: next }
            : { epoch: nextEpoch(epoch, nowMs), state: next, because: view.because('probing') };
        const asked = { epoch: nextIn.epoch, token, until };
        // Until there is an answer it may have been applied: the slot would then be nobody's for as long as its lease.
        this.#owed.set(token, { held: asked, result: 'ignored', slow: false, settings, unseen: true });
        const answer = await view.store.move({ epoch, state }, nextIn, [], { signal });
        if (signal.aborted) return;
        this.#owed.delete(token);
        view.adopt(answer.record, true);
        if (answer.applied) held = asked;
      }
      // Nobody waits for it any more: the slot is free again at once.
      if (held && !waiting) void this.settle(held, 'ignored', false, settings);
    });
    await view.within(invocation, claiming);
    waiting = false;
    if (held) return held;
    return view.alone(clock.now()) ? 'away' : 'lost';
  }

  /** Writes what a probe has shown, if it still holds its slot; settled before the invocation ends. */
  settle(held: Held, result: Result, slow: boolean, settings: BreakerSettings): Promise<void> {
    this.#owed.set(held.token, { held, result, slow, settings, unseen: false });
    return this.#settleOwed();
  }

  /** Tries again what the store has not answered, beside the handler: a repeated result finds its token gone. */
  settleOverdue(nowMs: number): void {
    if (this.#owed.size === 0 || this.#settling > 0 || this.#view.away(nowMs)) return;
    void this.#settleOwed();
  }

  #settleOwed(): Promise<void> {
    this.#settling += 1;
    return this.#view
      .exchange(async (signal) => {
        for (const owed of [...this.#owed.values()]) await this.#settleOne(owed, signal);
      })
      .finally(() => {
        this.#settling -= 1;
      });
  }

  async #settleOne({ held, result, slow, settings, unseen }: Owed, signal: AbortSignal): Promise<void> {
    const view = this.#view;
    const { clock } = view;
    const { epoch: heldIn, token, until } = held;
    if (unseen && clock.now() <= until) {
      const record = await view.store.read({ signal });
      if (signal.aborted) return;
      view.adopt(record, true);
    }
    for (let tries = 0; tries < SETTLE_TRIES; tries++) {
      const nowMs = clock.now();
      const { epoch, state, buckets } = view.record;
      const next = epoch === heldIn ? settled(state, token, result, slow, settings, nowMs) : undefined;
      if (!next) {
        this.#owed.delete(token);
        return;
      }
      const nextIn =
        next.kind === 'HALF_OPEN'
          ? { epoch, state: next }
          : { epoch: nextEpoch(epoch, nowMs), state: next, because: view.because(causeOf(next)) };
      const answer = await view.store.move({ epoch, state }, nextIn, buckets, { signal });
      if (signal.aborted) return;
      view.adopt(answer.record, true);
    }
  }
}
