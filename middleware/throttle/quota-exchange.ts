// Takes from a quota's counter in the table, reports to it, and starts beside the handler what follows from how it stands.
import { quotaCounter, type Counted, type QuotaRecord, type QuotaTake } from '../../store/items/quota.ts';
import { StoreRejected, StoreUnavailable, type CallOptions } from '../../store/port.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Patience } from './fleet.ts';
import type { FleetState } from './limiter.ts';
import { expirationOf, type Counting, type Quota } from './quota.ts';
import { mostBeforeLease, type QuotaLease } from './quota-lease.ts';
import { noteQuota, noteUnanswered } from './quota-notes.ts';
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
  readonly #counting: Counting;

  constructor(instance: Instance, quota: Quota, state: FleetState, window: Window) {
    const counter = quotaCounter(instance.table, { service: instance.service, ...state }, window.startMs);
    this.#counting = { instance, quota, state, window, counter };
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
    const { limit } = this.#counting.quota;
    let asked = Math.min(wanted, limit);
    let record: QuotaRecord | undefined;
    for (let tries = 0; tries < 2 && asked >= atLeast && asked > 0; tries++) {
      const take = { tokens: asked, most: limit - asked, limit, ...this.#dated() };
      const counted = await this.#take(take, optionsOf(patience));
      record = counted.record;
      if (counted.applied) return { tokens: asked, record };
      asked = Math.min(asked, limit - (record?.taken ?? 0));
    }
    return { tokens: 0, record };
  }

  /** Takes what is wanted for a lease, or nothing, and reports what was spent of it. */
  async takeLease(lease: QuotaLease, { now, goal, untilMs }: LeaseWanted, patience: Patience): Promise<Counted> {
    const { limit } = this.#counting.quota;
    // Before anything is taken for reported: there may be no time left.
    const options = optionsOf(patience);
    const leased = Math.max(0, goal - lease.unspent);
    const tokens = now + leased;
    const report = lease.report(goal);
    const most = mostBeforeLease(limit, goal) - now;
    const take = { tokens, most, limit, ...this.#dated(), lease: { leased, ...report, untilMs } };
    const counted = await onceReported(lease, report, () => this.#take(take, options));
    if (!counted.applied) lease.restore(report);
    else if (!patience.signal?.aborted) lease.add(leased, untilMs);
    return counted;
  }

  /** Reports what was spent of a lease, and gives the rest back. */
  async settle(lease: QuotaLease, patience: Patience): Promise<void> {
    const options = optionsOf(patience);
    const report = lease.report(0);
    await onceReported(lease, report, () => this.#counting.counter.settle(report, options));
  }

  giveBack(tokens: number, signal: AbortSignal): Promise<void> {
    return this.#counting.counter.giveBack(tokens, { signal });
  }

  #dated(): { nowMs: number; expiration: number } {
    const { instance, window } = this.#counting;
    return { nowMs: instance.clock.now(), expiration: expirationOf(window) };
  }

  async #take(take: QuotaTake, options: CallOptions): Promise<Counted> {
    try {
      const counted = await this.#counting.counter.take(take, options);
      const { applied, record } = counted;
      if (record) noteQuota(this.#counting, record, applied && record.taken === take.tokens);
      return counted;
    } catch (error) {
      if (!hasNotArrived(error)) noteUnanswered(this.#counting);
      throw error;
    }
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

/** @throws {StoreUnavailable} when no time is left. */
function optionsOf(patience: Patience): CallOptions {
  const { signal } = patience;
  return { timeoutMs: patience.timeoutMs(), ...(signal ? { signal } : {}) };
}
