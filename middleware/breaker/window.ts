// A window of time in at most ten buckets, counted from timestamps: an hour frozen is an hour passed.
import type { BreakerBucket } from '../../store/items/breaker-buckets.ts';

export const WINDOW_BUCKETS = 10;

export interface Counts {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
}

/** The counts of the buckets of one width that lie in the window ending at `nowMs`. */
export function totalsOf(buckets: readonly BreakerBucket[], widthMs: number, nowMs: number): Counts {
  const current = Math.floor(nowMs / widthMs);
  let [calls, failures, slow] = [0, 0, 0];
  for (const bucket of buckets) {
    // A bucket ahead of this clock is another instance's whose clock is ahead; it counts as well.
    if (bucket.widthMs !== widthMs || bucket.index <= current - WINDOW_BUCKETS) continue;
    calls += bucket.calls;
    failures += bucket.failures;
    slow += bucket.slow;
  }
  return { calls, failures, slow };
}

/** Whether a bucket of any width has left every window of that width. */
export function isStale(bucket: BreakerBucket, nowMs: number): boolean {
  return bucket.index <= Math.floor(nowMs / bucket.widthMs) - WINDOW_BUCKETS;
}

/** What one instance counted. A bucket is cleared when its place in the ring is needed for another time. */
export class Window {
  readonly widthMs: number;
  readonly #index = new Array<number>(WINDOW_BUCKETS).fill(-1);
  readonly #calls = new Array<number>(WINDOW_BUCKETS).fill(0);
  readonly #failures = new Array<number>(WINDOW_BUCKETS).fill(0);
  readonly #slow = new Array<number>(WINDOW_BUCKETS).fill(0);

  /** `widthMs` is the width of one bucket. */
  constructor(widthMs: number) {
    this.widthMs = widthMs;
  }

  add(nowMs: number, failure: boolean, slow: boolean): void {
    const index = Math.floor(nowMs / this.widthMs);
    const place = index % WINDOW_BUCKETS;
    if (this.#index[place] !== index) {
      this.#index[place] = index;
      this.#calls[place] = 0;
      this.#failures[place] = 0;
      this.#slow[place] = 0;
    }
    this.#calls[place] = (this.#calls[place] ?? 0) + 1;
    if (failure) this.#failures[place] = (this.#failures[place] ?? 0) + 1;
    if (slow) this.#slow[place] = (this.#slow[place] ?? 0) + 1;
  }

  /** The buckets that lie in the window ending at `nowMs`. */
  buckets(nowMs: number): BreakerBucket[] {
    const current = Math.floor(nowMs / this.widthMs);
    const buckets: BreakerBucket[] = [];
    for (let place = 0; place < WINDOW_BUCKETS; place++) {
      const index = this.#index[place] ?? -1;
      if (index <= current - WINDOW_BUCKETS || index > current) continue;
      buckets.push({
        index,
        widthMs: this.widthMs,
        calls: this.#calls[place] ?? 0,
        failures: this.#failures[place] ?? 0,
        slow: this.#slow[place] ?? 0,
      });
    }
    return buckets;
  }

  totals(nowMs: number): Counts {
    return totalsOf(this.buckets(nowMs), this.widthMs, nowMs);
  }

  /** Gives the buckets away: they are counted here no more. */
  take(nowMs: number): BreakerBucket[] {
    const buckets = this.buckets(nowMs);
    this.clear();
    return buckets;
  }

  /** Counts again what was given away, but for what has left the window by its newest. */
  giveBack(buckets: readonly BreakerBucket[]): void {
    for (const { index, calls, failures, slow } of buckets) {
      const place = index % WINDOW_BUCKETS;
      const held = this.#index[place] ?? -1;
      if (held > index) continue;
      const same = held === index;
      this.#index[place] = index;
      this.#calls[place] = calls + (same ? (this.#calls[place] ?? 0) : 0);
      this.#failures[place] = failures + (same ? (this.#failures[place] ?? 0) : 0);
      this.#slow[place] = slow + (same ? (this.#slow[place] ?? 0) : 0);
    }
  }

  clear(): void {
    this.#index.fill(-1);
  }
}
