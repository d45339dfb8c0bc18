// The fleet's breaker as one instance sees it: the last view, whether the store answers, and the order of its exchanges.
import type { Because, Cause } from '../../store/items/breaker-because.ts';
import { NO_BREAKER, type BreakerRecord } from '../../store/items/breaker-record.ts';
import type { shardedStore } from '../../store/items/breaker-shards.ts';
import { breakerStore, type BreakerStore } from '../../store/items/breaker.ts';
import { StoreRejected, StoreUnavailable } from '../../store/port.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { storeLimitMs } from '../kernel/patience.ts';
import { announce, announceRefused } from './announcing.ts';
import { fleetClockOf, type FleetClock } from './fleet-clock.ts';
import { forcedAt, standingOf, type Standing } from './machine.ts';
import type { BreakerSettings } from './settings.ts';
import { shardOf } from './shards.ts';
import { presentBefore } from './detect.ts';

/** A view older than this is refreshed beside the handler; a healthy instance reports no more often. */
const SYNC_INTERVAL_MS = 5_000;
/** A view older than the instance's `maxStaleMs` is awaited before the call, for at most this. */
const WAIT_MS = storeLimitMs(100);
/** While half-open, whoever is refused looks again after this, doubling to the sync interval. */
const HALF_OPEN_GAP_MS = 100;
/** After an exchange without an answer, none is tried for this long; one slow answer must not make an instance deaf. */
const FIRST_AWAY_MS = 200;
/** It doubles with each more in a row, up to this. */
const LONGEST_AWAY_MS = 1_000;
/** The store is there and asked too much: others are asking. */
const THROTTLED_AWAY_MS = 50;
/** A store that has throttled everything for this long is as good as away. */
const CROWDED_MS = 10_000;
/** So many exchanges in a row without an answer; one is enough that could not even be sent. */
const SURELY_AWAY = 2;

export class FleetView {
  readonly name: string;
  /** As it is stored, where the rule has one. */
  readonly key: string | undefined;
  readonly instance: Instance;
  /** Times are the fleet's; only what the platform gives is told by the instance's own clock. */
  readonly clock: FleetClock;
  store: BreakerStore;
  /** In so many items the fleet counts, and since when this instance has known it, epoch ms. */
  shards = 1;
  dividedAt = -Infinity;
  /** What it mostly sees is a shard's copy of the state. */
  #copied = false;
  /** How many instances the fleet is thought to have. */
  fleetSize = 1;
  #record: BreakerRecord = NO_BREAKER;
  #seenAt: number | undefined;
  #shown: string = 'CLOSED';
  #refreshMs = SYNC_INTERVAL_MS;
  #awayUntil = -Infinity;
  #awayMs = FIRST_AWAY_MS;
  #crowdedSince: number | undefined;
  #unanswered = 0;
  /** Exchanges of one breaker go one after the other, so that views arrive in their order. */
  #last: Promise<void> | undefined;
  #exchanges = 0;

  constructor(name: string, instance: Instance, key?: string) {
    this.name = name;
    this.key = key;
    this.instance = instance;
    this.clock = fleetClockOf(instance);
    const { clock } = this;
    const { table, service } = instance;
    // No write of another epoch's is taken, so that whoever writes knows what is forced.
    const keptFrom = () => {
      const forced = forcedAt(this.#record, clock.now());
      return forced ? forced.until : clock.now();
    };
    this.store = breakerStore(table, service, name, key === undefined ? undefined : { value: key, keptFrom });
  }

  /** Which of so many it counts in. */
  shardOf(shards: number): number {
    return shardOf(this.instance.id, this.name, shards);
  }

  /** Counts in one of so many shards from now on. `storeOf` is given, since few fleets need it. */
  divide(shards: number, storeOf: typeof shardedStore): void {
    const { clock } = this;
    const { table, service } = this.instance;
    const index = this.shardOf(shards);
    this.shards = shards;
    this.dividedAt = clock.now();
    this.#copied = shards > 1;
    const now = () => clock.now();
    const present = () => presentBefore(this.fleetSize / this.shards, now());
    this.store =
      shards === 1
        ? breakerStore(table, service, this.name)
        : storeOf(table, service, this.name, { index, of: shards, now, present });
  }

  /** Names its exchanges: those of another key are others. */
  get id(): string {
    return this.key === undefined ? this.name : `${this.name}#${this.key}`;
  }

  get record(): BreakerRecord {
    return this.#record;
  }

  /** Attempts carry the epoch they were admitted in: a later one takes no notice of them. */
  get epoch(): number {
    return this.#record.epoch;
  }

  get openForMs(): number | undefined {
    return this.#record.state.kind === 'CLOSED' ? undefined : this.#record.state.openForMs;
  }

  /** How old a view may become before it is refreshed beside the handler, ms. */
  get refreshMs(): number {
    return Math.min(this.#refreshMs, this.instance.maxStaleMs);
  }

  ageMs(nowMs: number): number {
    // A clock that was set back says nothing about it.
    return this.#seenAt === undefined || nowMs < this.#seenAt ? Infinity : nowMs - this.#seenAt;
  }

  /** True while the store does not answer: decisions are then this instance's alone. */
  away(nowMs: number): boolean {
    return nowMs < this.#awayUntil && this.#awayUntil <= nowMs + LONGEST_AWAY_MS;
  }

  /**
   * True while the store is certainly away: neither was it slow once, nor is more asked of the item than it takes. Others
   * may then well reach it, and probes are the fleet's.
   */
  alone(nowMs: number): boolean {
    const crowded = this.#crowdedSince !== undefined && nowMs - this.#crowdedSince < CROWDED_MS;
    return this.away(nowMs) && this.#unanswered >= SURELY_AWAY && !crowded;
  }

  standing(settings: BreakerSettings, nowMs: number): Standing {
    return standingOf(this.#record, settings, nowMs);
  }

  /** The state as operators are told it. */
  shown(nowMs: number): string {
    return forcedAt(this.#record, nowMs)?.state ?? this.#record.state.kind;
  }

  forcedClosed(nowMs: number): boolean {
    return forcedAt(this.#record, nowMs)?.state === 'FORCED_CLOSED';
  }

  /** Takes the view for too old, so that the next call waits for a new one. */
  forget(): void {
    this.#seenAt = undefined;
  }

  /** For whoever is about to move it: written with the move, and told from there once it is known to have happened. */
  because(cause: Cause, counts?: Readonly<Record<string, number>>): Because {
    const { id, functionName } = this.instance;
    const why = { cause, by: id, function: functionName, was: this.shown(this.clock.now()) };
    return counts ? { ...why, counts } : why;
  }

  /** `sure`: it is the authoritative item's, and not a copy. */
  adopt(record: BreakerRecord, sure = !this.#copied): void {
    const { random, recorder } = this.instance;
    this.clock.look();
    const nowMs = this.clock.now();
    if (!sure && isBehind(record, this.#record)) {
      this.#answered(nowMs);
      return;
    }
    if (record.state.kind === 'HALF_OPEN') {
      this.#refreshMs =
        record.epoch === this.#record.epoch && this.#record.state.kind === 'HALF_OPEN'
          ? Math.min(this.#refreshMs * 2, SYNC_INTERVAL_MS)
          : HALF_OPEN_GAP_MS;
    } else {
      // Jittered, so that a fleet that learned something at once does not come back at once.
      this.#refreshMs = SYNC_INTERVAL_MS * (1 + 0.2 * random());
    }
    // Also when the answer to its own move was lost, and it reads what became of it.
    const decidedHere = record.epoch !== this.#record.epoch && record.because?.by === this.instance.id;
    this.#record = inOurTime(record, this.#record, nowMs);
    this.#answered(nowMs);
    const from = this.#shown;
    const to = forcedAt(record, nowMs)?.state ?? record.state.kind;
    this.#shown = to;
    if (to !== from) recorder.transition(this.name, from, to);
    if (to !== from || decidedHere) announce(this, { from, to, record, decidedHere });
  }

  #answered(nowMs: number): void {
    this.#seenAt = nowMs;
    this.#crowdedSince = undefined;
    this.#unanswered = 0;
    this.#awayMs = FIRST_AWAY_MS;
  }

  /** Of this instance's exchanges, counted from 0. */
  get exchanges(): number {
    return this.#exchanges;
  }

  exchange(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const before = this.#last;
    const { clock } = this;
    const { syncs, recorder } = this.instance;
    const exchange = syncs.start(`breaker:${this.id}:${this.#exchanges++}`, async (signal) => {
      if (before) await before;
      if (signal.aborted) return;
      try {
        await run(signal);
      } catch (error) {
        this.#stayAway(error, clock.now());
        this.#noteSilence(error, clock.now());
        recorder.internal('breaker:unsynced');
        if (error instanceof StoreRejected) announceRefused(this, error);
        else if (!(error instanceof StoreUnavailable)) throw error;
      }
    });
    this.#last = exchange;
    return exchange;
  }

  #stayAway(error: unknown, nowMs: number): void {
    const throttled = error instanceof StoreUnavailable && error.reason === 'throttled';
    // It may be open by now, and each call until it has asked again may fail: the first time it asks again at once.
    const isFirst = this.#unanswered === 0 && this.#record.state.kind === 'CLOSED';
    const silentMs = isFirst ? 0 : this.#awayMs;
    this.#awayUntil = nowMs + (throttled ? THROTTLED_AWAY_MS * (1 + this.instance.random()) : silentMs);
    if (!throttled) this.#awayMs = Math.min(this.#awayMs * 2, LONGEST_AWAY_MS);
  }

  #noteSilence(error: unknown, nowMs: number): void {
    const slow = error instanceof StoreUnavailable && error.reason !== 'connect' && error.reason !== 'backing-off';
    this.#unanswered += slow ? 1 : SURELY_AWAY;
    if (!(error instanceof StoreUnavailable)) this.#crowdedSince = undefined;
    else if (error.reason === 'throttled') this.#crowdedSince ??= nowMs;
    // Backing off says nothing new: it goes on from what the last answer was.
    else if (error.reason !== 'backing-off') this.#crowdedSince = undefined;
  }

  /** Waits for an exchange, as long as the invocation may still wait for the store. */
  async within(invocation: Invocation, exchange: Promise<void>, limitMs = WAIT_MS): Promise<void> {
    const { clock } = this.instance;
    const waitMs = invocation.storeWaitMs(limitMs);
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

/** A shard's copy may be older than what was seen of the authoritative item: no epoch and no turn is gone back to. */
function isBehind(record: BreakerRecord, seen: BreakerRecord): boolean {
  if (record.epoch !== seen.epoch) return record.epoch < seen.epoch;
  const turnOf = ({ state }: BreakerRecord) => (state.kind === 'HALF_OPEN' ? state.turn : 0);
  return turnOf(record) < turnOf(seen);
}

/**
 * Times that another wrote whose clock is ahead of ours: it is open for no longer than `openForMs` from when we saw it, and
 * its ramp began then at the latest. Seen again, they are what they were.
 */
function inOurTime(record: BreakerRecord, seen: BreakerRecord, nowMs: number): BreakerRecord {
  const { state } = record;
  const before = record.epoch === seen.epoch ? seen.state : undefined;
  if (state.kind === 'OPEN' && state.until > nowMs + state.openForMs) {
    // Also when it is our own clock that was put right meanwhile.
    const latest = nowMs + state.openForMs;
    const until = before?.kind === 'OPEN' ? Math.min(before.until, latest) : latest;
    return { ...record, state: { ...state, until } };
  }
  if (state.kind === 'CLOSED' && state.ramp && state.ramp.from > nowMs) {
    const from = Math.min((before?.kind === 'CLOSED' ? before.ramp?.from : undefined) ?? nowMs, nowMs);
    const ramp = { ...state.ramp, from };
    return { ...record, state: { kind: 'CLOSED', ramp } };
  }
  return record;
}
