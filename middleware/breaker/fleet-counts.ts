// What one instance has seen and not yet told the fleet, when it tells it, and whether what the fleet saw opens the breaker.
import type { Invocation } from '../kernel/invocation.ts';
import type { FleetView } from './fleet-view.ts';
import { forcedAt, nextEpoch, opened, tripReason } from './machine.ts';
import type { BreakerSettings } from './settings.ts';
import { isStale, totalsOf, Window, WINDOW_BUCKETS } from './window.ts';

/** Failures are reported at once, but no more often than this. */
const FAILURE_GAP_MS = 50;

export class FleetCounts {
  readonly #view: FleetView;
  /** The epoch that `pending` was counted in. */
  #epoch = 0;
  #pending: Window | undefined;
  #urgent = false;
  #syncedAt = -Infinity;
  #publishedAt = -Infinity;
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
    if (ageMs > view.refreshMs && nowMs - this.#syncedAt >= FAILURE_GAP_MS) this.#sync(settings, nowMs);
    else this.#syncIfUrgent(settings, nowMs);
    return ageMs > view.instance.maxStaleMs && this.#syncing ? view.within(invocation, this.#syncing) : undefined;
  }

  /** Counts the end of an attempt admitted in `epoch`. A failure is reported at once, beside the handler. */
  count(epoch: number, failure: boolean, slow: boolean, settings: BreakerSettings, nowMs: number): void {
    const { record } = this.#view;
    if (epoch !== record.epoch || record.state.kind !== 'CLOSED' || forcedAt(record, nowMs)) return;
    this.#keepUp();
    if (this.#pending?.widthMs !== settings.bucketMs) this.#pending = new Window(settings.bucketMs);
    this.#pending.add(nowMs, failure, slow);
    if (failure || slow) this.#urgent = true;
    this.#syncIfUrgent(settings, nowMs);
  }

  /** What was counted in an earlier epoch says nothing in this one. */
  #keepUp(): void {
    if (this.#epoch === this.#view.epoch) return;
    this.#epoch = this.#view.epoch;
    this.#pending?.clear();
    this.#urgent = false;
  }

  #syncIfUrgent(settings: BreakerSettings, nowMs: number): void {
    this.#keepUp();
    if (this.#urgent && nowMs - this.#publishedAt >= FAILURE_GAP_MS) this.#sync(settings, nowMs);
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
    const { clock } = view.instance;
    const nowMs = clock.now();
    this.#keepUp();
    const { epoch, buckets } = view.record;
    // Taken before they are sent: an exchange without an answer may have been applied, so it is forfeited, never repeated.
    const deltas = this.#pending?.take(nowMs) ?? [];
    this.#urgent = false;
    if (deltas.length > 0) this.#publishedAt = nowMs;
    const stale = buckets.filter((bucket) => isStale(bucket, nowMs));
    const record =
      deltas.length === 0
        ? await view.store.read({ signal })
        : (await view.store.publish(epoch, deltas, stale, { signal })).record;
    if (signal.aborted) return;
    view.adopt(record);
    if (record.state.kind !== 'CLOSED' || forcedAt(record, clock.now())) return;
    const counts = totalsOf(record.buckets, settings.bucketMs, clock.now());
    const reason = tripReason(counts, settings);
    if (reason === undefined) return;
    const state = opened(settings, clock.now(), record.state);
    const because = view.because(reason, { ...counts, windowMs: settings.bucketMs * WINDOW_BUCKETS });
    const next = { epoch: nextEpoch(record.epoch, clock.now()), state, because };
    const answer = await view.store.move({ epoch: record.epoch }, next, record.buckets, { signal });
    if (signal.aborted) return;
    view.adopt(answer.record);
  }
}
