// The fleet's breaker as one instance sees it: the last view, what it has not reported yet, and its exchanges with the store.
import { NO_BREAKER, type BreakerRecord } from '../../store/items/breaker-record.ts';
import { breakerStore, type BreakerStore } from '../../store/items/breaker.ts';
import { StoreRejected, StoreUnavailable } from '../../store/port.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { claimed, forcedAt, nextEpoch, opened, settled, standingOf, tripReason } from './machine.ts';
import type { Result, Standing } from './machine.ts';
import type { BreakerSettings } from './settings.ts';
import { isStale, totalsOf, Window } from './window.ts';
import { storeLimitMs } from '../kernel/patience.ts';

/** A view older than this is refreshed beside the handler; a healthy instance reports no more often. */
const SYNC_INTERVAL_MS = 5_000;
/** A view older than the instance's `maxStaleMs` is awaited before the call, for at most this. */
const WAIT_MS = storeLimitMs(100);
/** Failures are reported at once, but no more often than this. */
const FAILURE_GAP_MS = 50;
/** While half-open, whoever is refused looks again after this, doubling to the sync interval. */
const HALF_OPEN_GAP_MS = 100;
/** After an exchange without an answer, none is tried for this long. */
const AWAY_MS = 1_000;
/** A probe's lease outlasts its attempt by the time it takes to write the result. */
const WRITE_MARGIN_MS = 1_000;

/** The probe this instance holds. */
export interface Held {
  readonly epoch: number;
  readonly token: string;
}

export class FleetBreaker {
  readonly #name: string;
  readonly #instance: Instance;
  readonly #store: BreakerStore;
  #view: BreakerRecord = NO_BREAKER;
  #seenAt: number | undefined;
  #shown: string = 'CLOSED';
  #pending: Window | undefined;
  #urgent = false;
  #refreshMs = SYNC_INTERVAL_MS;
  #syncedAt = -Infinity;
  #publishedAt = -Infinity;
  #syncing: Promise<void> | undefined;
  #awayUntil = -Infinity;
  /** Exchanges of one breaker go one after the other, so that views arrive in their order. */
  #last: Promise<void> | undefined;
  #exchanges = 0;

  constructor(name: string, instance: Instance) {
    this.#name = name;
    this.#instance = instance;
    this.#store = breakerStore(instance.table, instance.service, name);
  }

  /** Attempts carry the epoch they were admitted in: a later one takes no notice of them. */
  get epoch(): number {
    return this.#view.epoch;
  }

  get openForMs(): number | undefined {
    return this.#view.state.kind === 'CLOSED' ? undefined : this.#view.state.openForMs;
  }

  /** True while the store does not answer: decisions are then this instance's alone. */
  away(nowMs: number): boolean {
    return nowMs < this.#awayUntil;
  }

  standing(nowMs: number): Standing {
    return standingOf(this.#view, nowMs);
  }

  /** The state as operators are told it. */
  shown(nowMs: number): string {
    return forcedAt(this.#view, nowMs)?.state ?? this.#view.state.kind;
  }

  forcedClosed(nowMs: number): boolean {
    return forcedAt(this.#view, nowMs)?.state === 'FORCED_CLOSED';
  }

  /** Takes the view for too old, so that the next call waits for a new one. */
  lookAgain(): void {
    this.#seenAt = undefined;
    this.#syncedAt = -Infinity;
  }

  /** Starts the sync that is due, beside the handler; returns it only when the call must wait for it. */
  freshen(invocation: Invocation, settings: BreakerSettings, nowMs: number): Promise<void> | undefined {
    const ageMs = this.#seenAt === undefined ? Infinity : nowMs - this.#seenAt;
    const { maxStaleMs } = this.#instance;
    if (ageMs > Math.min(this.#refreshMs, maxStaleMs) && nowMs - this.#syncedAt >= FAILURE_GAP_MS)
      this.#sync(settings, nowMs);
    else this.#syncIfUrgent(settings, nowMs);
    return ageMs > maxStaleMs && this.#syncing ? this.#within(invocation, this.#syncing) : undefined;
  }

  /** Counts the end of an attempt admitted in `epoch`. A failure is reported at once, beside the handler. */
  count(epoch: number, failure: boolean, slow: boolean, settings: BreakerSettings, nowMs: number): void {
    const { state } = this.#view;
    if (epoch !== this.#view.epoch || state.kind !== 'CLOSED' || forcedAt(this.#view, nowMs)) return;
    if (this.#pending?.widthMs !== settings.bucketMs) this.#pending = new Window(settings.bucketMs);
    this.#pending.add(nowMs, failure, slow);
    if (failure || slow) this.#urgent = true;
    this.#syncIfUrgent(settings, nowMs);
  }

  #syncIfUrgent(settings: BreakerSettings, nowMs: number): void {
    if (this.#urgent && nowMs - this.#publishedAt >= FAILURE_GAP_MS) this.#sync(settings, nowMs);
  }

  #sync(settings: BreakerSettings, nowMs: number): void {
    if (this.#syncing || this.away(nowMs)) return;
    this.#syncedAt = nowMs;
    const syncing = this.#exchange((signal) => this.#publishAndRead(settings, signal)).finally(() => {
      if (this.#syncing === syncing) this.#syncing = undefined;
    });
    this.#syncing = syncing;
  }

  async #publishAndRead(settings: BreakerSettings, signal: AbortSignal): Promise<void> {
    const { clock } = this.#instance;
    const nowMs = clock.now();
    const { epoch, buckets } = this.#view;
    // Taken before they are sent: an exchange without an answer may have been applied, so it is forfeited, never repeated.
    const deltas = this.#pending?.take(nowMs) ?? [];
    this.#urgent = false;
    if (deltas.length > 0) this.#publishedAt = nowMs;
    const stale = buckets.filter((bucket) => isStale(bucket, nowMs));
    const record =
      deltas.length === 0
        ? await this.#store.read({ signal })
        : (await this.#store.publish(epoch, deltas, stale, { signal })).record;
    if (signal.aborted) return;
    this.#adopt(record);
    if (record.state.kind !== 'CLOSED' || forcedAt(record, clock.now())) return;
    const counts = totalsOf(record.buckets, settings.bucketMs, clock.now());
    const reason = tripReason(counts, settings);
    if (reason === undefined) return;
    const state = opened(settings, clock.now());
    const next = { epoch: nextEpoch(record.epoch, clock.now()), state };
    const answer = await this.#store.move({ epoch: record.epoch }, next, record.buckets, { signal });
    if (signal.aborted) return;
    this.#adopt(answer.record);
    if (answer.applied) {
      this.#instance.logger.warn('flyball opened a breaker', { breaker: this.#name, reason, ...counts });
    }
  }

  /**
   * Claims the probe's slot, waiting for the store within the invocation's budget. `away`: the store gave no answer.
   * A claim is fenced by its token and epoch, and its lease outlasts the attempt.
   */
  async claim(invocation: Invocation, settings: BreakerSettings): Promise<Held | 'lost' | 'away'> {
    const { clock, id } = this.#instance;
    if (this.away(clock.now())) return 'away';
    const token = `${id}/${this.#exchanges}`;
    let held: Held | undefined;
    let waiting = true;
    const claiming = this.#exchange(async (signal) => {
      const nowMs = clock.now();
      if (!waiting || this.standing(nowMs).kind !== 'probe') return;
      const { epoch, state } = this.#view;
      const until = nowMs + Math.min(settings.attemptMs, invocation.remainingMs()) + WRITE_MARGIN_MS;
      const next = claimed(state, { by: id, token, until });
      if (!next) return;
      const nextIn = { epoch: state.kind === 'HALF_OPEN' ? epoch : nextEpoch(epoch, nowMs), state: next };
      const answer = await this.#store.move({ epoch, freeAt: nowMs }, nextIn, [], { signal });
      if (signal.aborted) return;
      this.#adopt(answer.record);
      if (!answer.applied) return;
      held = { epoch: nextIn.epoch, token };
      // Nobody waits for it any more: the slot is free again at once.
      if (!waiting) void this.settle(held, 'ignored', settings);
    });
    await this.#within(invocation, claiming);
    waiting = false;
    if (held) return held;
    return this.away(clock.now()) ? 'away' : 'lost';
  }

  /** Writes what the probe has shown, if it still holds its slot; settled before the invocation ends. */
  settle(held: Held, result: Result, settings: BreakerSettings): Promise<void> {
    return this.#exchange(async (signal) => {
      const nowMs = this.#instance.clock.now();
      const { epoch, state, buckets } = this.#view;
      if (epoch !== held.epoch) return;
      const next = settled(state, held.token, result, settings, nowMs);
      if (!next) return;
      const nextIn = { epoch: next.kind === 'HALF_OPEN' ? epoch : nextEpoch(epoch, nowMs), state: next };
      const answer = await this.#store.move({ epoch, holding: held.token }, nextIn, buckets, { signal });
      if (signal.aborted) return;
      this.#adopt(answer.record);
      if (answer.applied && next.kind === 'CLOSED') {
        this.#instance.logger.info('flyball closed a breaker', { breaker: this.#name });
      }
    });
  }

  #adopt(record: BreakerRecord): void {
    const { clock, random, recorder } = this.#instance;
    const nowMs = clock.now();
    const same = record.epoch === this.#view.epoch;
    if (!same) {
      this.#pending?.clear();
      this.#urgent = false;
    }
    if (record.state.kind === 'HALF_OPEN') {
      this.#refreshMs =
        same && this.#view.state.kind === 'HALF_OPEN'
          ? Math.min(this.#refreshMs * 2, SYNC_INTERVAL_MS)
          : HALF_OPEN_GAP_MS;
    } else {
      // Jittered, so that a fleet that learned something at once does not come back at once.
      this.#refreshMs = SYNC_INTERVAL_MS * (1 + 0.2 * random());
    }
    this.#view = record;
    this.#seenAt = nowMs;
    const shown = forcedAt(record, nowMs)?.state ?? record.state.kind;
    if (shown === this.#shown) return;
    recorder.transition(this.#name, this.#shown, shown);
    this.#shown = shown;
  }

  #exchange(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const before = this.#last;
    const { syncs, clock, recorder } = this.#instance;
    const exchange = syncs.start(`breaker:${this.#name}:${this.#exchanges++}`, async (signal) => {
      if (before) await before;
      if (signal.aborted) return;
      try {
        await run(signal);
      } catch (error) {
        this.#awayUntil = clock.now() + AWAY_MS;
        recorder.internal('breaker:unsynced');
        if (!(error instanceof StoreUnavailable || error instanceof StoreRejected)) throw error;
      }
    });
    this.#last = exchange;
    return exchange;
  }

  /** Waits for an exchange, as long as the invocation may still wait for the store. */
  async #within(invocation: Invocation, exchange: Promise<void>): Promise<void> {
    const { clock } = this.#instance;
    const waitMs = invocation.storeWaitMs(WAIT_MS);
    if (waitMs === 0) return;
    const startedAt = clock.now();
    let cancel = () => {};
    const limit = new Promise<void>((resolve) => {
      cancel = clock.after(waitMs, resolve);
    });
    await Promise.race([exchange, limit]);
    cancel();
    invocation.storeWaitedMs += clock.now() - startedAt;
  }
}
