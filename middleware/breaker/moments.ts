// What one instance has seen in the last moments: failures it has yet to tell, how busy it is, and whether its own calls look bad.
import type { BreakerTally } from '../../store/items/breaker-tallies.ts';
import { BUSY_BUCKETS, BUSY_UNITS, FAST_BUCKETS, stretchStart } from './surge.ts';

/** Of its last three calls, as many failures as this look bad: by then it is worth a write to tell at once. */
const BAD_OF_THREE = 2;

export class Moments {
  readonly bucketMs: number;
  readonly #index = new Array<number>(FAST_BUCKETS).fill(-1);
  readonly #calls = new Array<number>(FAST_BUCKETS).fill(0);
  readonly #untold = new Array<number>(FAST_BUCKETS).fill(0);
  /** How the last three calls ended, newest last: a bit is set for a failure. */
  #ends = 0;
  #firstAt: number | undefined;
  /** The stretch this instance has counted itself in, and as how busy. */
  #reportedIn = -Infinity;
  #reportedBusy = 0;
  #reportedNow = 0;

  /** `bucketMs` is the width of one fast bucket. */
  constructor(bucketMs: number) {
    this.bucketMs = bucketMs;
  }

  /** Of its last three calls. */
  get someFailed(): boolean {
    return this.#ends !== 0;
  }

  get looksBad(): boolean {
    const ends = this.#ends;
    return (ends & 1) + ((ends >> 1) & 1) + ((ends >> 2) & 1) >= BAD_OF_THREE;
  }

  add(nowMs: number, failure: boolean): void {
    const index = Math.floor(nowMs / this.bucketMs);
    const place = index % FAST_BUCKETS;
    if (this.#index[place] !== index) {
      this.#index[place] = index;
      this.#calls[place] = 0;
      this.#untold[place] = 0;
    }
    this.#calls[place] = (this.#calls[place] ?? 0) + 1;
    if (failure) this.#untold[place] = (this.#untold[place] ?? 0) + 1;
    this.#ends = ((this.#ends << 1) | (failure ? 1 : 0)) & 7;
    this.#firstAt ??= nowMs;
  }

  /** Gives away what it has to tell: none of it is told again. */
  take(nowMs: number, epoch: number): BreakerTally[] {
    const { bucketMs } = this;
    const oldest = Math.floor(nowMs / bucketMs) - FAST_BUCKETS;
    const told: BreakerTally[] = [];
    for (let place = 0; place < FAST_BUCKETS; place++) {
      const index = this.#index[place] ?? -1;
      const count = this.#untold[place] ?? 0;
      this.#untold[place] = 0;
      if (count === 0 || index <= oldest) continue;
      told.push({ of: 'failures', start: Math.max(index * bucketMs, epoch), width: bucketMs, count });
    }
    if (told.length > 0) told.push(...this.#asReporter(nowMs, epoch));
    return told;
  }

  /** Counts this instance among the reporters of the stretch, or corrects how busy it said it was. */
  #asReporter(nowMs: number, epoch: number): BreakerTally[] {
    const width = this.bucketMs * FAST_BUCKETS;
    const start = stretchStart(nowMs, width, epoch);
    const first = start !== this.#reportedIn;
    if (first) [this.#reportedIn, this.#reportedBusy, this.#reportedNow] = [start, 0, 0];
    const [busy, busyNow] = [this.#busy(nowMs, BUSY_BUCKETS), this.#busy(nowMs, 1)];
    const tallies: BreakerTally[] = [
      { of: 'busy', start, width, count: busy - this.#reportedBusy },
      { of: 'busyNow', start, width, count: busyNow - this.#reportedNow },
      { of: 'reporters', start, width, count: first ? 1 : 0 },
    ];
    [this.#reportedBusy, this.#reportedNow] = [busy, busyNow];
    return tallies.filter(({ count }) => count !== 0);
  }

  /**
   * The calls of the last few fast buckets, less the one: who reports because it was called is seen just then, and its
   * other calls alone are what any instance has in any such time.
   */
  #busy(nowMs: number, buckets: number): number {
    const { bucketMs } = this;
    const current = Math.floor(nowMs / bucketMs);
    let calls = -1;
    for (let age = 0; age <= buckets; age++) {
      const place = (current - age) % FAST_BUCKETS;
      if (this.#index[place] !== current - age) continue;
      // Of the oldest, the part that is not yet out of sight.
      const share = age < buckets ? 1 : 1 - (nowMs / bucketMs - current);
      calls += share * (this.#calls[place] ?? 0);
    }
    const agedMs = Math.max(bucketMs, nowMs - (this.#firstAt ?? nowMs));
    return Math.max(0, Math.round(BUSY_UNITS * calls * Math.max(1, (bucketMs * buckets) / agedMs)));
  }

  clear(): void {
    this.#untold.fill(0);
  }
}
