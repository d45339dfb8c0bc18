// The leases of quotas that an instance has open: what their keys used is reported, and the rest given back, when they end.
import type { Recorder } from '../kernel/recorder.ts';
import type { Syncable } from '../kernel/sync.ts';
import type { QuotaExchange } from './quota-exchange.ts';
import type { QuotaLease } from './quota-lease.ts';

/** At most so many are settled beside one handler. */
const MOST_AT_ONCE = 25;
/** Open leases are looked through at most once in so many ms. */
const LOOKED_THROUGH_MS = 1_000;
/** What could not be reported is tried again after so many ms. */
const AGAIN_MS = 10_000;
/** An exchange beside the handler ends at the limit of syncs at the latest. */
const LONGEST_BESIDE_MS = 1_000;

/** A lease and the counter it is of. */
export interface Holding {
  readonly lease: QuotaLease;
  readonly exchange: QuotaExchange;
}

export class OpenLeases implements Syncable {
  readonly name = 'quota-leases';
  readonly #recorder: () => Recorder;
  readonly #open = new Set<Holding>();
  #nextMs = Infinity;

  constructor(recorder: () => Recorder) {
    this.#recorder = recorder;
  }

  /** Watches over a lease that holds something or has something to report. */
  add(holding: Holding): void {
    if (holding.lease.settled) return;
    this.#open.add(holding);
    this.#nextMs = Math.min(this.#nextMs, holding.lease.untilMs);
  }

  due(nowMs: number): boolean {
    return nowMs >= this.#nextMs;
  }

  async run(nowMs: number, signal: AbortSignal): Promise<void> {
    const ended: Holding[] = [];
    this.#nextMs = Infinity;
    for (const holding of this.#open) {
      const { lease } = holding;
      if (lease.settled) this.#open.delete(holding);
      else if (lease.untilMs <= nowMs && ended.length < MOST_AT_ONCE) ended.push(holding);
      else this.#nextMs = Math.min(this.#nextMs, Math.max(lease.untilMs, nowMs + LOOKED_THROUGH_MS));
    }
    await Promise.all(ended.map((holding) => this.#settle(holding, nowMs, signal)));
  }

  async #settle(holding: Holding, nowMs: number, signal: AbortSignal): Promise<void> {
    const { lease, exchange } = holding;
    this.#open.delete(holding);
    try {
      await exchange.settle(lease, { timeoutMs: () => LONGEST_BESIDE_MS, signal });
    } catch {
      this.#recorder().internal('quota:unreported');
      lease.untilMs = nowMs + AGAIN_MS;
      this.add(holding);
    }
  }
}
