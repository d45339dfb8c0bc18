// When one instance tells the fleet what it has seen, and whether what the fleet saw opens the breaker.
import { NO_BREAKER, type BreakerRecord } from '../../store/items/breaker-record.ts';
import { StoreUnavailable } from '../../store/port.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { storeLimitMs } from '../kernel/patience.ts';
import { Cadence } from './cadence.ts';
import { detect, instancesOf, PRESENCE_MS } from './detect.ts';
import type { FleetView } from './fleet-view.ts';
import { loadChanged } from './later.ts';
import { forcedAt, nextEpoch, opened } from './machine.ts';
import { minimumCallsAt } from './ramp.ts';
import type { BreakerSettings } from './settings.ts';
import { isNew, shardsFor } from './shards.ts';
import { Untold, type Report } from './untold.ts';

/** Between two exchanges that only look. */
const LOOK_GAP_MS = 50;
/** Whoever waits for its turn to probe looks so often. */
const TURN_GAP_MS = 150;
/** So many calls of a key must have ended well here before the fleet is told of a key that it knows nothing of. */
const MET_BEFORE_TOLD = 3;
/** A call that comes after a failure goes by a view as young as this, or waits for one, when things look bad. */
const FRESH_MS = 20;
/** For no longer than a table that is well takes: the view is not too old, and one more failure is no great harm. */
const SUSPECT_WAIT_MS = storeLimitMs(20);
/** A fleet that has shrunk is known to have when everybody has long counted where it does now. */
const SHRINK_AFTER_MS = 60_000;
/** Everybody has synced by then, and knows of the shards. */
const MOVED_AFTER_MS = 2 * PRESENCE_MS;
/** So many instances, on average, divide the fleet's counts when that is due. */
const DIVIDERS = 50;
/** Segments of a window of calls begin all the time where there are many: so often the place is looked for anew. */
const PLACE_TRIES = 3;

export class FleetCounts {
  readonly #view: FleetView;
  readonly #untold = new Untold();
  readonly #cadence = new Cadence();
  /** The epoch that `untold` was counted in. */
  #epoch = 0;
  #urgent = false;
  /** Calls of a key that have ended here. */
  #met = 0;
  #lookFirst = false;
  #syncedAt = -Infinity;
  #syncing: Promise<void> | undefined;

  constructor(view: FleetView) {
    this.#view = view;
  }

  /** Has the next call wait for a new view, however soon it comes. */
  lookAgain(): void {
    this.#view.forget();
    this.#syncedAt = -Infinity;
  }

  /** Starts the sync that is due, beside the handler; returns it only when the call must wait for it. */
  freshen(invocation: Invocation, settings: BreakerSettings, nowMs: number): Promise<void> | undefined {
    const view = this.#view;
    const ageMs = view.ageMs(nowMs);
    if (ageMs > FRESH_MS && this.#untold.someFailed && this.#suspects(settings)) {
      this.#sync(settings, nowMs);
      return this.#syncing && view.within(invocation, this.#syncing, SUSPECT_WAIT_MS);
    }
    if (ageMs > view.refreshMs && Math.abs(nowMs - this.#syncedAt) >= LOOK_GAP_MS) this.#sync(settings, nowMs);
    else this.#syncIfUrgent(settings, nowMs);
    return ageMs > view.instance.maxStaleMs && this.#syncing ? view.within(invocation, this.#syncing) : undefined;
  }

  /** For whoever waits for its turn to probe: another's may have closed it meanwhile. */
  lookMeanwhile(settings: BreakerSettings, nowMs: number): void {
    if (Math.min(this.#view.ageMs(nowMs), Math.abs(nowMs - this.#syncedAt)) >= TURN_GAP_MS) this.#sync(settings, nowMs);
  }

  /** It may be open already: what comes after a failure had better ask than fail as well. */
  #suspects({ shadow }: BreakerSettings): boolean {
    const suspects = this.#untold.looksBad || this.#cadence.near;
    return suspects && !shadow && this.#view.record.state.kind === 'CLOSED';
  }

  /** Counts the end of an attempt admitted in `epoch`. A failure is reported at once, beside the handler. */
  count(epoch: number, failure: boolean, slow: boolean, settings: BreakerSettings, nowMs: number): void {
    const { record } = this.#view;
    if (epoch !== record.epoch || record.state.kind !== 'CLOSED' || forcedAt(record, nowMs)) return;
    this.#keepUp();
    this.#untold.add(failure, slow, settings, nowMs);
    if (failure || slow) this.#urgent = true;
    if (this.#view.key !== undefined && ++this.#met === MET_BEFORE_TOLD) this.#sync(settings, nowMs);
    this.#syncIfUrgent(settings, nowMs);
  }

  /** A call that was refused for the fleet's state, or is to be its probe. */
  countRefused(settings: BreakerSettings, nowMs: number): void {
    this.#untold.addRefused(settings, nowMs);
  }

  /** What was counted in an earlier epoch says nothing in this one. */
  #keepUp(): void {
    if (this.#epoch === this.#view.epoch) return;
    this.#epoch = this.#view.epoch;
    this.#untold.clear();
    // The copy of a new state takes the place of what a shard has counted.
    if (this.#view.shards > 1) this.#untold.begunAnew();
    this.#urgent = false;
  }

  /** A caller may make keys up: what comes once, or is refused for something else, leaves no item behind. */
  get #isWorthIt(): boolean {
    const { key, record } = this.#view;
    return key === undefined || this.#urgent || this.#met >= MET_BEFORE_TOLD || record !== NO_BREAKER;
  }

  #syncIfUrgent(settings: BreakerSettings, nowMs: number): void {
    this.#keepUp();
    if (this.#urgent && this.#cadence.mayTell(this.#untold.looksBad, this.#sharing, nowMs)) {
      this.#sync(settings, nowMs);
    }
  }

  #sync(settings: BreakerSettings, nowMs: number): void {
    if (this.#syncing || this.#view.away(nowMs)) return;
    this.#syncedAt = nowMs;
    const syncing = this.#view
      .exchange((signal) => this.#publishAndRead(settings, signal))
      .finally(() => {
        if (this.#syncing === syncing) this.#syncing = undefined;
      });
    this.#syncing = syncing;
  }

  async #publishAndRead(settings: BreakerSettings, signal: AbortSignal): Promise<void> {
    const view = this.#view;
    const nowMs = view.clock.now();
    this.#keepUp();
    const mayTell =
      !this.#lookFirst && (!this.#urgent || this.#cadence.mayTell(this.#untold.looksBad, this.#sharing, nowMs));
    this.#lookFirst = false;
    // Taken before it is sent: an exchange without an answer may have been applied, so it is forfeited, never repeated.
    const report = mayTell && this.#isWorthIt ? this.#untold.take(settings, view.record, nowMs) : undefined;
    if (mayTell) this.#urgent = false;
    if (report?.failing) this.#cadence.told(this.#sharing, nowMs);
    const record = report ? await this.#told(report, signal) : await view.store.look({ signal });
    if (signal.aborted) return;
    view.adopt(record);
    const instances = Math.max(1, instancesOf(record.tallies, nowMs)) * view.shards;
    // A shard that is new does not know all of its own for a while.
    const movedLately = nowMs - view.dividedAt < MOVED_AFTER_MS;
    view.fleetSize = movedLately ? Math.max(view.fleetSize, instances) : instances;
    const failing = report?.failing === true || this.#untold.someFailed;
    if (failing) await this.#decide(record, settings, signal);
    // Who is about to open it has no time to move; who fails now and then moves as the others do.
    if (!signal.aborted && !(failing && this.#cadence.near)) await this.#divide(record, settings, signal);
  }

  /** So many instances count in the same item. */
  get #sharing(): number {
    return this.#view.fleetSize / this.#view.shards;
  }

  /** Goes to another shard when the fleet has been divided anew, and sees to that when it should be. */
  async #divide(record: BreakerRecord, settings: BreakerSettings, signal: AbortSignal): Promise<void> {
    const view = this.#view;
    const { table, service, random } = view.instance;
    const { shards = view.shards } = record;
    if (shards !== view.shards) {
      const { shardedStore } = await loadChanged();
      if (signal.aborted) return;
      if (view.shardOf(shards) === view.shardOf(view.shards)) {
        view.divide(shards, shardedStore);
        return;
      }
      const out = this.#untold.moved();
      // In the one item there was nobody stays, so that it matters to nobody who is there.
      const someStay = view.shards > 1 && out.length > 0;
      if (someStay) await view.store.publish(view.epoch, [], [], { added: out, past: [] }, { signal });
      view.divide(shards, shardedStore);
      // Known there at once, lest those who fail be taken for all there are.
      await this.#publishAndRead(settings, signal);
      return;
    }
    const to = shardsFor(view.fleetSize, shards);
    const forMs = view.clock.now() - view.dividedAt;
    if (to < shards && forMs < SHRINK_AFTER_MS) return;
    if (to > shards && forMs < MOVED_AFTER_MS && !isNew(view.shardOf(shards), shards)) return;
    // A few of them see to it, whatever their number.
    if (to === shards || view.key !== undefined || random() * view.fleetSize > DIVIDERS) return;
    const { divideBreaker } = await loadChanged();
    if (!signal.aborted) await divideBreaker(table, service, view.name, { from: shards, to }, { signal });
  }

  /** What was refused before anything was written is told another time, after a look: it may be open by then. */
  async #told(report: Report, signal: AbortSignal): Promise<BreakerRecord> {
    try {
      return await this.#publish(report, signal);
    } catch (error) {
      if (error instanceof StoreUnavailable && (error.reason === 'throttled' || error.reason === 'backing-off')) {
        this.#untold.giveBack(report);
        this.#urgent ||= report.failing;
        this.#lookFirst = error.reason === 'throttled';
      }
      throw error;
    }
  }

  async #publish(report: Report, signal: AbortSignal): Promise<BreakerRecord> {
    const { store, clock, record } = this.#view;
    let seen = record;
    for (let tries = 1; ; tries++) {
      const { stale, tallying } = this.#untold.against(report, seen, clock.now());
      const last = tries === PLACE_TRIES ? { ...tallying, segments: undefined } : tallying;
      const answer = await store.publish(record.epoch, report.buckets, stale, last, { signal });
      // Refused in the same epoch, nothing was added: another segment had begun.
      if (answer.applied || answer.record.epoch !== record.epoch || tries === PLACE_TRIES) return answer.record;
      seen = answer.record;
    }
  }

  async #decide(record: BreakerRecord, settings: BreakerSettings, signal: AbortSignal): Promise<void> {
    const view = this.#view;
    const nowMs = view.clock.now();
    if (record.state.kind !== 'CLOSED' || forcedAt(record, nowMs)) return;
    const { trip, level } = detect(
      { shards: view.shards, ...record },
      settings,
      minimumCallsAt(record.state, settings, nowMs),
      nowMs,
    );
    this.#cadence.learned(level);
    if (!trip) return;
    const state = opened(settings, nowMs, record.state);
    const next = { epoch: nextEpoch(record.epoch, nowMs), state, because: view.because(trip.reason, trip.counts) };
    const answer = await view.store.move({ epoch: record.epoch }, next, record.buckets, { signal });
    if (!signal.aborted) view.adopt(answer.record, true);
  }
}
