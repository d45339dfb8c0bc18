// When an instance tells of failures: at once, but seldom while the fleet's view is far from opening, and within what an item takes.

/** Failures are told at once, but no more often than this. */
const FAILURE_GAP_MS = 20;
const LONGEST_GAP_MS = 5_000;
/** Below this share of what would open it, the next failure can wait longer. */
const FAR = 0.5;
/** From this share on a call after a failure waits to know more. */
const NEAR = 0.4;
/** Of the 1,000 writes a second that an item takes, so many are for its instances' reports of failures. */
const WRITES_PER_MS = 0.8;
/** So many an instance may make at once: an outage is over for the breaker by then. */
const WRITES_AT_ONCE = 3;

export class Cadence {
  #toldAt = -Infinity;
  #level = 0;
  #gapMs = FAILURE_GAP_MS;
  /** The theoretical arrival time of this instance's writes, as a GCRA has it. */
  #tat = -Infinity;

  /** `instances` share one item. */
  mayTell(looksBad: boolean, instances: number, nowMs: number): boolean {
    // A clock that was set back: what lies ahead of it is long past.
    if (nowMs < this.#toldAt) this.#tat = -Infinity;
    else if (nowMs - this.#toldAt < (looksBad ? FAILURE_GAP_MS : this.#gapMs)) return false;
    return this.#tat - nowMs <= ((WRITES_AT_ONCE - 1) * instances) / WRITES_PER_MS;
  }

  told(instances: number, nowMs: number): void {
    this.#toldAt = nowMs;
    this.#tat = Math.max(this.#tat, nowMs) + instances / WRITES_PER_MS;
  }

  /** What the fleet had seen last, as a share of what would open it. */
  get near(): boolean {
    return this.#level >= NEAR;
  }

  /** `level` is what the fleet has seen, as a share of what would open it. */
  learned(level: number): void {
    this.#level = level;
    this.#gapMs = level < FAR ? Math.min(this.#gapMs * 2, LONGEST_GAP_MS) : FAILURE_GAP_MS;
  }
}
