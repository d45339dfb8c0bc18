// How much of a bucket one instance asks for: what its callers want, and its share when all want more than there is. Pure.

/** What the instances that lease from a bucket said in one period. */
export interface FleetDemand {
  readonly instances: number;
  /** Tokens a period wanted by those at or below the level of that period. */
  readonly below: number;
  /** How many wanted more than the level. */
  readonly above: number;
}

/**
 * The most that one instance may take in a period when not all can have what they want: the level to which water rises
 * that is poured over their demands (max-min fairness). Each period knows only sums, made with the level before it, and
 * so comes a step nearer. Infinity when there is enough for all.
 */
export function fairShare(supply: number, { instances, below, above }: FleetDemand): number {
  if (above === 0) return below <= supply ? Infinity : supply / Math.max(1, instances);
  const rest = supply - below;
  return Math.max(supply / instances, rest / above);
}

/** A part of a period that tells something of the rest. */
const LEAST_SEEN = 0.1;

/** Counts one key's demand by periods of the clock. */
export class Demand {
  readonly #periodUs: number;
  #period = -1;
  #count = 0;
  #usual = 0;

  constructor(periodUs: number) {
    this.#periodUs = periodUs;
  }

  /** Tokens wanted at `nowUs`. */
  count(nowUs: number, tokens: number): void {
    const period = Math.floor(nowUs / this.#periodUs);
    if (period !== this.#period) this.#roll(period);
    this.#count += tokens;
  }

  /** Tokens wanted in a period, as far as the last ones and this one tell. */
  perPeriod(): number {
    return Math.max(this.#usual, this.#count);
  }

  /** The same, if this period goes on as it has begun. */
  soon(nowUs: number): number {
    const passed = nowUs / this.#periodUs - this.#period;
    return Math.max(this.#usual, this.#count / Math.min(1, Math.max(LEAST_SEEN, passed)));
  }

  /** What others see of the same demand, for one that knows nothing of its own yet. */
  expect(tokens: number): void {
    if (this.#usual === 0) this.#usual = tokens;
  }

  #roll(period: number): void {
    const passed = this.#period < 0 ? 1 : Math.max(1, period - this.#period);
    const last = this.#period < 0 ? 0 : this.#count;
    // The first period that is known is all that is known.
    const usual = this.#usual === 0 ? last : (this.#usual + last) / 2;
    this.#usual = passed > 30 ? 0 : usual / 2 ** (passed - 1);
    this.#period = period;
    this.#count = 0;
  }
}
