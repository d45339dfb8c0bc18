// What one instance has seen in the last moments: failures it has yet to tell, how busy it is, and whether its own calls look bad.
import type { BreakerTally, Tallied } from '../../store/items/breaker-tallies.ts';
import { BUSY_BUCKETS, BUSY_UNITS, FAST_BUCKETS, NOW_BUCKETS, stretchStart } from './surge.ts';

/** Of its last three calls, as many failures as this look bad: by then it is worth a write to tell at once. */
const BAD_OF_THREE = 2;

/** A report leaves so soon after the call that it is of, however long the exchange before it takes. */
const JUST_MS = 10;

export class Moments {
  readonly bucketMs: number;
  readonly #index = new Array<number>(FAST_BUCKETS).fill(-1);
  readonly #calls = new Array<number>(FAST_BUCKETS).fill(0);
  readonly #untold = new Array<number>(FAST_BUCKETS).fill(0);
  /** How the last three calls ended, newest last: a bit is set for a failure. */
  #ends = 0;
  #firstAt: number | undefined;
  #endedAt = -Infinity;
  readonly #long = new Reported('reporters', 'busy');
  readonly #short = new Reported('reportersNow', 'busyNow');

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

  /** A call that ended; while it is open, one that was refused: that many there will be when it closes. */
  add(nowMs: number, failure: boolean, refused = false): void {
    const index = Math.floor(nowMs / this.bucketMs);
    const place = index % FAST_BUCKETS;
    if (this.#index[place] !== index) {
      this.#index[place] = index;
      this.#calls[place] = 0;
      this.#untold[place] = 0;
    }
    this.#calls[place] = (this.#calls[place] ?? 0) + 1;
    if (failure) this.#untold[place] = (this.#untold[place] ?? 0) + 1;
    if (!refused) this.#ends = ((this.#ends << 1) | (failure ? 1 : 0)) & 7;
    this.#firstAt ??= nowMs;
    if (!refused) this.#endedAt = nowMs;
  }

  /** Gives away what it has to tell, its failures only where they are asked for: none of it is told again. */
  take(nowMs: number, epoch: number, withFailures = true): BreakerTally[] {
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
    if (told.length === 0) return told;
    return [...(withFailures ? told : []), ...this.#asReporter(nowMs, epoch)];
  }

  /** Counts this instance among the reporters of two stretches, or corrects how busy it said it was. */
  #asReporter(nowMs: number, epoch: number): BreakerTally[] {
    const { bucketMs } = this;
    const busy = this.#busy(nowMs, BUSY_BUCKETS);
    const start = stretchStart(nowMs, bucketMs * FAST_BUCKETS, epoch);
    const tallies = this.#long.report(start, bucketMs * FAST_BUCKETS, busy);
    const now = stretchStart(nowMs, bucketMs * NOW_BUCKETS, epoch);
    tallies.push(...this.#short.report(now, bucketMs * NOW_BUCKETS, this.#busy(nowMs, 1)));
    return tallies;
  }

  /**
   * The calls of the last few fast buckets, less the one that has just ended: who reports because of it is seen just
   * then, and its other calls alone are what any instance has in any such time. One that is about to leave is not here.
   */
  #busy(nowMs: number, buckets: number): number {
    const { bucketMs } = this;
    const current = Math.floor(nowMs / bucketMs);
    let calls = nowMs - this.#endedAt <= JUST_MS ? -1 : 0;
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

  /** How busy it is says nothing of failures, and stays. */
  clear(): void {
    this.#untold.fill(0);
    this.#ends = 0;
  }
}

/** The stretch this instance has counted itself in, and as how busy. */
class Reported {
  readonly #reporters: Tallied;
  readonly #busy: Tallied;
  #start = -Infinity;
  #count = 0;

  constructor(reporters: Tallied, busy: Tallied) {
    this.#reporters = reporters;
    this.#busy = busy;
  }

  report(start: number, width: number, count: number): BreakerTally[] {
    const first = start !== this.#start;
    const more = first ? count : count - this.#count;
    this.#start = start;
    this.#count = count;
    const tallies: BreakerTally[] = more === 0 ? [] : [{ of: this.#busy, start, width, count: more }];
    if (first) tallies.push({ of: this.#reporters, start, width, count: 1 });
    return tallies;
  }
}
