// How many retries an instance may make: a share of its requests. No floor per time, so that layers cannot multiply.

/**
 * Starts with one retry and holds no more than one: over any span of time, retries ≤ share · requests + 1. Savings
 * would let an instance that was well for long retry everything at the moment a dependency is worst off.
 */
export class RetryBudget {
  readonly #share: number;
  #tokens = 1;

  /** `share` of requests, between 0 and 1. */
  constructor(share: number) {
    this.#share = share;
  }

  /** Counts a request that is not itself somebody's retry. */
  earn(): void {
    this.#tokens = Math.min(1, this.#tokens + this.#share);
  }

  /** Takes one retry out; false when there is none. */
  spend(): boolean {
    // Ten times 10 % is one request's worth, whatever floating point makes of it.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens = 0;
    return true;
  }
}
