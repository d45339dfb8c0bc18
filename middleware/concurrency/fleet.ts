// Permits that the whole fleet shares: claimed before the handler, prolonged while it runs, given back beside the answer.
import { permitStore, type PermitStore } from '../../store/items/permits.ts';
import { StoreUnavailable } from '../../store/port.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { storeLimitMs } from '../kernel/patience.ts';
import type { Priority } from '../kernel/rules/document.ts';
import { correctedNow, expiryUs, isOver, LONGEST_LEASE_MS, renewInMs, termAt } from './lease.ts';
import type { CompiledConcurrency } from './rule.ts';
import { chooseSlot, type Slot } from './slots.ts';

/** How long one look for a free slot may keep an invocation waiting for the store, ms. */
const STORE_LIMIT_MS = storeLimitMs(100);
/** Slots asked for in one look: whoever loses so many races has met a limit that is as good as reached. */
const MOST_TRIES = 5;
/** A renewal that got no answer is tried again after this long, ms. */
const RENEW_AGAIN_MS = 1_000;

/** A slot this invocation holds. */
export class FleetPermit {
  readonly #invocation: Invocation;
  readonly #rule: CompiledConcurrency;
  readonly #store: PermitStore;
  readonly #slot: Slot;
  readonly #endsAtMs: number;
  #expiryUs: number;
  /** What a renewal under way may have made of it. */
  #nextUs: number | undefined;
  #over = false;
  #cancel = () => {};

  constructor(invocation: Invocation, rule: CompiledConcurrency, slot: Slot, expiry: number) {
    this.#invocation = invocation;
    this.#rule = rule;
    this.#slot = slot;
    this.#store = storeOf(invocation, rule, slot.shard);
    this.#expiryUs = expiry;
    this.#endsAtMs = nowOf(invocation) + remainingMsOf(invocation);
  }

  /** Prolongs the permit for as long as the invocation lasts, with a timer that ends with it. */
  keep(): void {
    const inMs = renewInMs(this.#expiryUs, nowOf(this.#invocation), this.#endsAtMs);
    if (inMs !== undefined) this.#renewIn(inMs);
  }

  #renewIn(ms: number): void {
    this.#cancel = this.#invocation.instance.clock.after(ms, () => {
      const { syncs } = this.#invocation.instance;
      void syncs.start(`concurrency-renew:${this.#label}`, () => this.#renew());
    });
  }

  get #label(): string {
    return `${this.#rule.name}:${this.#invocation.requestId}:${this.#slot.shard}:${this.#slot.slot}`;
  }

  async #renew(): Promise<void> {
    const nowMs = nowOf(this.#invocation);
    if (this.#over) return;
    // After an hour frozen the slot is somebody else's.
    if (isOver(this.#expiryUs, nowMs)) {
      this.#lose();
      return;
    }
    const { instance } = this.#invocation;
    this.#nextUs ??= expiryUs(nowMs, Math.max(0, this.#endsAtMs - nowMs), instance.random());
    const toUs = this.#nextUs;
    try {
      const { applied, record } = await this.#store.renew(this.#slot.slot, this.#expiryUs, toUs, {
        timeoutMs: STORE_LIMIT_MS,
      });
      // An attempt before this one may have arrived although its answer did not.
      if (!applied && record?.expiries.get(this.#slot.slot) !== toUs) {
        this.#lose();
        return;
      }
      this.#expiryUs = toUs;
      this.#nextUs = undefined;
      if (!this.#isOver()) this.keep();
    } catch (error) {
      instance.recorder.internal('concurrency:renewal-failed');
      if (!this.#isOver()) this.#renewIn(RENEW_AGAIN_MS);
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  /** The invocation may have ended while a renewal was under way. */
  #isOver(): boolean {
    return this.#over;
  }

  #lose(): void {
    this.#over = true;
    this.#invocation.instance.recorder.internal('concurrency:permit-lost');
  }

  /** Gives the slot back, beside the answer. An answer that does not come leaves it to its expiry. */
  release(): void {
    this.#cancel();
    if (this.#over) return;
    this.#over = true;
    const own: [number, ...number[]] = [this.#expiryUs];
    if (this.#nextUs !== undefined) own.push(this.#nextUs);
    const { instance } = this.#invocation;
    void instance.syncs.start(`concurrency-release:${this.#label}`, async (signal) => {
      // Not ended with the signal: a permit given back late is better than one that is not.
      const { record } = await this.#store.release(this.#slot.slot, own, { timeoutMs: STORE_LIMIT_MS });
      if (!signal.aborted) this.#rule.memory.saw(this.#slot.shard, record, instance.clock.now());
    });
  }
}

/**
 * Takes a slot; undefined when all this invocation may have are taken. `doubtful` is given what a claim without an answer
 * may have taken all the same.
 * @throws {StoreUnavailable} and whatever else the store says.
 */
export async function claimFromFleet(
  invocation: Invocation,
  rule: CompiledConcurrency,
  priority: Priority,
  doubtful: (permit: FleetPermit) => void,
): Promise<FleetPermit | undefined> {
  const { clock, random } = invocation.instance;
  const { memory } = rule;
  const startedMs = clock.precise();
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const nowMs = nowOf(invocation);
    const term = termAt(nowMs);
    const slot = chooseSlot(rule.claimableBy(priority), memory.views, clock.now(), term, random);
    if (!slot) return undefined;
    const timeoutMs = Math.min(STORE_LIMIT_MS, invocation.remainingMs()) - (clock.precise() - startedMs);
    if (timeoutMs < 1) {
      // The store has answered: the permits are sought after, and it is not away.
      if (tries > 0) return undefined;
      throw new StoreUnavailable('timeout', 'no time is left in this invocation to wait for the store');
    }
    const expiry = expiryUs(nowMs, remainingMsOf(invocation), random());
    const permit = new FleetPermit(invocation, rule, slot, expiry);
    try {
      const store = storeOf(invocation, rule, slot.shard);
      const seen = memory.views.get(slot.shard)?.expiries.get(slot.slot);
      const foreignUs = seen !== undefined && seen > term.beyondUs ? seen : undefined;
      const wanted = { expiryUs: expiry, pastUs: term.pastUs, foreignUs };
      const { applied, record } = await store.claim(slot.slot, wanted, { timeoutMs });
      memory.saw(slot.shard, record, clock.now());
      if (applied) return permit;
    } catch (error) {
      if (error instanceof StoreUnavailable && error.reason === 'timeout') doubtful(permit);
      throw error;
    }
  }
  return undefined;
}

function storeOf({ instance }: Invocation, rule: CompiledConcurrency, shard: number): PermitStore {
  return permitStore(instance.table, instance.service, rule.name, shard);
}

function nowOf({ instance: { clock, table } }: Invocation): number {
  return correctedNow(clock.now(), table.skew?.());
}

/** What the platform gives, not the deadline: a handler that passes that goes on all the same. */
function remainingMsOf({ context }: Invocation): number {
  return context.getRemainingTimeInMillis?.() ?? LONGEST_LEASE_MS;
}
