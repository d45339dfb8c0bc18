// How long the recent successes of a dependency took on this instance: the last 128 of them, and their 95th percentile.

/** As many as tell a 95th percentile at all. */
const FEWEST = 20;
const KEPT = 128;
/** Sorting what is kept costs a few µs: it is done once for so many new ones. */
const SORTED_EVERY = 16;

export class RecentLatency {
  readonly #kept = new Float64Array(KEPT);
  #next = 0;
  #count = 0;
  #unsorted = 0;
  #p95: number | undefined;

  add(ms: number): void {
    this.#kept[this.#next] = ms;
    this.#next = (this.#next + 1) % KEPT;
    if (this.#count < KEPT) this.#count++;
    this.#unsorted++;
  }

  /** In ms, as of the last few successes; undefined before there were 20. */
  p95(): number | undefined {
    if (this.#count < FEWEST) return undefined;
    if (this.#p95 === undefined || this.#unsorted >= SORTED_EVERY) {
      const sorted = this.#kept.slice(0, this.#count).sort();
      this.#p95 = sorted[Math.ceil(0.95 * this.#count) - 1];
      this.#unsorted = 0;
    }
    return this.#p95;
  }
}
