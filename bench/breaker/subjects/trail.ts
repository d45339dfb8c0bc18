// The ends of all calls within the last so many ms, exactly.

export class Trail {
  readonly #widthMs: number;
  #ends: { readonly atMs: number; readonly failed: boolean }[] = [];
  #first = 0;
  #failures = 0;

  constructor(widthMs: number) {
    this.#widthMs = widthMs;
  }

  /** In the order of time. */
  add(nowMs: number, failed: boolean): void {
    this.#ends.push({ atMs: nowMs, failed });
    if (failed) this.#failures++;
    for (let end = this.#ends[this.#first]; end && end.atMs <= nowMs - this.#widthMs; end = this.#ends[this.#first]) {
      if (end.failed) this.#failures--;
      this.#first++;
    }
    if (this.#first < 100_000) return;
    this.#ends = this.#ends.slice(this.#first);
    this.#first = 0;
  }

  reaches(rate: number, minimumCalls: number): boolean {
    const calls = this.#ends.length - this.#first;
    return calls >= minimumCalls && this.#failures >= rate * calls;
  }

  clear(): void {
    this.#ends = [];
    this.#first = 0;
    this.#failures = 0;
  }
}
