// The fleet's probe: claimed by one instance for one attempt, and given back with what the attempt has shown.
import type { BreakerState } from '../../store/items/breaker-record.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { FleetView } from './fleet-view.ts';
import { claimed, nextEpoch, settled, type Result } from './machine.ts';
import type { BreakerSettings } from './settings.ts';

/** A probe's lease outlasts its attempt by the time it takes to write the result. */
const WRITE_MARGIN_MS = 1_000;

const causeOf = ({ kind }: BreakerState) => (kind === 'CLOSED' ? 'probesPassed' : 'probeFailed');

/** The probe this instance holds. */
export interface Held {
  readonly epoch: number;
  readonly token: string;
}

export class FleetProbes {
  readonly #view: FleetView;

  constructor(view: FleetView) {
    this.#view = view;
  }

  /**
   * Claims the probe's slot, waiting for the store within the invocation's budget. `away`: the store gave no answer.
   * A claim is fenced by its token and epoch, and its lease outlasts the attempt.
   */
  async claim(invocation: Invocation, settings: BreakerSettings): Promise<Held | 'lost' | 'away'> {
    const view = this.#view;
    const { clock, id } = view.instance;
    if (view.away(clock.now())) return 'away';
    const token = `${id}/${view.exchanges}`;
    let held: Held | undefined;
    let waiting = true;
    const claiming = view.exchange(async (signal) => {
      const nowMs = clock.now();
      if (!waiting || view.standing(nowMs).kind !== 'probe') return;
      const { epoch, state } = view.record;
      const until = nowMs + Math.min(settings.attemptMs, invocation.remainingMs()) + WRITE_MARGIN_MS;
      const next = claimed(state, { by: id, token, until });
      if (!next) return;
      const nextIn =
        state.kind === 'HALF_OPEN'
          ? { epoch, state: next }
          : { epoch: nextEpoch(epoch, nowMs), state: next, because: view.because('probing') };
      const answer = await view.store.move({ epoch, freeAt: nowMs }, nextIn, [], { signal });
      if (signal.aborted) return;
      view.adopt(answer.record);
      if (!answer.applied) return;
      held = { epoch: nextIn.epoch, token };
      // Nobody waits for it any more: the slot is free again at once.
      if (!waiting) void this.settle(held, 'ignored', settings);
    });
    await view.within(invocation, claiming);
    waiting = false;
    if (held) return held;
    return view.away(clock.now()) ? 'away' : 'lost';
  }

  /** Writes what the probe has shown, if it still holds its slot; settled before the invocation ends. */
  settle(held: Held, result: Result, settings: BreakerSettings): Promise<void> {
    const view = this.#view;
    const { clock } = view.instance;
    return view.exchange(async (signal) => {
      const nowMs = clock.now();
      const { epoch, state, buckets } = view.record;
      if (epoch !== held.epoch) return;
      const next = settled(state, held.token, result, settings, nowMs);
      if (!next) return;
      const nextIn =
        next.kind === 'HALF_OPEN'
          ? { epoch, state: next }
          : { epoch: nextEpoch(epoch, nowMs), state: next, because: view.because(causeOf(next)) };
      const answer = await view.store.move({ epoch, holding: held.token }, nextIn, buckets, { signal });
      if (signal.aborted) return;
      view.adopt(answer.record);
    });
  }
}
