// What a stream of admissions is measured by: the worst window against the promise, and who got how much. Pure.

/**
 * A leaky bucket without a limit: just after an admission its level is the most that any window ending there has admitted
 * beyond `rate · w`. So the greatest level is what the worst of all windows took of the burst.
 */
export class WindowMeter {
  /** Tokens, of the worst window so far. */
  worst = 0;
  readonly #ratePerMs: (nowMs: number) => number;
  #level = 0;
  #lastMs = -Infinity;

  /** `ratePerMs` is asked at each admission for the rate since the one before. */
  constructor(ratePerMs: (nowMs: number) => number) {
    this.#ratePerMs = ratePerMs;
  }

  /** In the order of true time. */
  admit(nowMs: number, tokens: number): void {
    const drained = this.#level - (nowMs - this.#lastMs) * this.#ratePerMs(nowMs);
    this.#level = Math.max(0, drained) + tokens;
    this.#lastMs = nowMs;
    if (this.#level > this.worst) this.worst = this.#level;
  }
}

/** What one bucket that everybody asks would have admitted of the same requests. */
export class IdealBucket {
  admitted = 0;
  readonly #ratePerMs: (nowMs: number) => number;
  readonly #burst: number;
  #tokens: number;
  #lastMs: number;

  /** Full at first. */
  constructor(ratePerMs: (nowMs: number) => number, burst: number, nowMs: number) {
    this.#ratePerMs = ratePerMs;
    this.#burst = burst;
    this.#tokens = burst;
    this.#lastMs = nowMs;
  }

  /** What was admitted so far counts no more. */
  begin(nowMs: number, drained: boolean): void {
    this.admitted = 0;
    if (!drained) return;
    this.#tokens = 0;
    this.#lastMs = nowMs;
  }

  ask(nowMs: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#lastMs) * this.#ratePerMs(nowMs));
    this.#lastMs = nowMs;
    if (this.#tokens < 1) return;
    this.#tokens -= 1;
    this.admitted++;
  }
}

/** The max-min fair shares of `capacity`: nobody gets more than asked, and who gets less gets as much as anybody. */
export function waterFilling(demands: readonly number[], capacity: number): number[] {
  const order = demands.map((demand, i) => ({ demand, i })).sort((a, b) => a.demand - b.demand);
  const shares = demands.map(() => 0);
  let left = capacity;
  for (const [served, { demand, i }] of order.entries()) {
    const share = Math.min(demand, left / (order.length - served));
    shares[i] = share;
    left -= share;
  }
  return shares;
}

/** The share of all admissions, in %, that others got than those whom max-min fairness would have given them. */
export function unfairnessPct(demands: readonly number[], admitted: readonly number[]): number {
  const total = admitted.reduce((sum, one) => sum + one, 0);
  if (total === 0) return 0;
  const shares = waterFilling(demands, total);
  const moved = admitted.reduce((sum, one, i) => sum + Math.abs(one - (shares[i] ?? 0)), 0) / 2;
  return (100 * moved) / total;
}
