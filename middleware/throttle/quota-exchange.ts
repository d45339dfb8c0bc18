// Takes from a quota's counter in the table, reports to it, and starts beside the handler what follows from how it stands.
import { quotaCounter, type Counted, type QuotaCounter, type QuotaRecord } from '../../store/items/quota.ts';
import { StoreRejected, StoreUnavailable } from '../../store/port.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Patience } from './fleet.ts';
import type { FleetState } from './limiter.ts';
import { expirationOf, type Quota } from './quota.ts';
import { mostBeforeLease, type QuotaLease } from './quota-lease.ts';
import { noteQuota } from './quota-notes.ts';
import type { Window } from './window.ts';

/** What is taken with one write for a request and to be held. */
export interface LeaseWanted {
  /** For the request that waits, if one does. */
  readonly now: number;
  /** To be held after it. */
  readonly goal: number;
  /** When what is held then is given back, epoch ms. */
  readonly untilMs: number;
}

/** One key's counter in one window. */
export class QuotaExchange {
  readonly #counter: QuotaCounter;
  readonly #instance: Instance;
  readonly #quota: Quota;
  readonly #state: FleetState;
  readonly #window: Window;

  constructor(instance: Instance, quota: Quota, state: FleetState, window: Window) {
    this.#counter = quotaCounter(instance.table, { service: instance.service, ...state }, window.startMs);
    this.#instance = instance;
    this.#quota = quota;
    this.#state = state;
    this.#window = window;
  }

  /**
   * Takes up to `wanted` tokens, and none rather than fewer than `atLeast`. A second write only for what the first found
   * left; should that be gone by then, there is nothing.
   */
  async takeExactly(
    wanted: number,
    atLeast: number,
    patience: Patience,
  ): Promise<{ readonly tokens: number; readonly record: QuotaRecord | undefined }> {
    const { limit } = this.#quota;
    let asked = Math.min(wanted, limit);
    let record: QuotaRecord | undefined;
    for (let tries = 0; tries < 2 && asked >= atLeast && asked > 0; tries++) {
      const take = { tokens: asked, most: limit - asked, limit, ...this.#dated() };
      const counted = this.#noted(asked, await this.#counter.take(take, optionsOf(patience)));
      record = counted.record;
      if (counted.applied) return { tokens: asked, record };
      asked = Math.min(asked, limit - (record?.taken ?? 0));
    }
    return { tokens: 0, record };
  }

  /** Takes what is wanted for a lease, or nothing, and reports what was spent of it. */
  async takeLease(lease: QuotaLease, { now, goal, untilMs }: LeaseWanted, patience: Patience): Promise<Counted> {
    const { limit } = this.#quota;
    const leased = Math.max(0, goal - lease.unspent);
    const tokens = now + leased;
    const report = lease.report(goal);
    const most = mostBeforeLease(limit, goal) - now;
    const take = { tokens, most, limit, ...this.#dated(), lease: { leased, ...report, untilMs } };
    const counted = await onceReported(lease, report, () => this.#counter.take(take, optionsOf(patience)));
    if (!counted.applied) lease.restore(report);
    else if (!patience.signal?.aborted) lease.add(leased, untilMs);
    return this.#noted(tokens, counted);
  }

  /** Reports what was spent of a lease, and gives the rest back. */
  async settle(lease: QuotaLease, patience: Patience): Promise<void> {
    const report = lease.report(0);
    await onceReported(lease, report, () => this.#counter.settle(report, optionsOf(patience)));
  }

  giveBack(tokens: number, signal: AbortSignal): Promise<void> {
    return this.#counter.giveBack(tokens, { signal });
  }

  #dated(): { nowMs: number; expiration: number } {
    return { nowMs: this.#instance.clock.now(), expiration: expirationOf(this.#window) };
  }

  #noted(tokens: number, counted: Counted): Counted {
    const { applied, record } = counted;
    if (record) {
      const isNew = applied && record.taken === tokens;
      noteQuota(this.#instance, this.#quota, this.#state, this.#window, this.#counter, record, isNew);
    }
    return counted;
  }
}

/**
 * A report is sent once: whatever may have arrived is not sent again, or tokens given back would be another's and this
 * instance's as well.
 */
async function onceReported<T>(
  lease: QuotaLease,
  report: Parameters<QuotaLease['restore']>[0],
  send: () => Promise<T>,
) {
  try {
    return await send();
  } catch (error) {
    if (hasNotArrived(error)) lease.restore(report);
    throw error;
  }
}

function hasNotArrived(error: unknown): boolean {
  if (error instanceof StoreRejected) return true;
  return error instanceof StoreUnavailable && (error.reason === 'throttled' || error.reason === 'backing-off');
}

function optionsOf(patience: Patience) {
  const { signal } = patience;
  return { timeoutMs: patience.timeoutMs(), ...(signal ? { signal } : {}) };
}
