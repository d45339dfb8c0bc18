// One key's slots of a leaky bucket on an instance: reserved in order of arrival, and put off by what left late.
import { take, type Gcra } from './gcra.ts';
import type { Slot } from './limiter.ts';
import { ownStanding, type Standing } from './standing.ts';

export interface Reserved {
  /** From 0 to what was wanted. */
  readonly tokens: number;
  /** What could still be taken for this very moment, and when that is more. */
  readonly remaining: number;
  readonly moreAtUs: number;
  /** Where the reservations stand after it, for an exact undo. */
  readonly mark: number;
  /** When the next one may be asked for. */
  readonly freeAtUs: number;
  /** Undefined when nobody needs to be held. */
  readonly slot?: Slot;
}

/**
 * GCRA by a time of its own, which stands still by as much as those who were held left late: so whoever leaves does so
 * no later than the moment that was counted for it, and over any window of true time no more than rate·w + burst leave.
 */
export class Slots {
  #tatUs = 0;
  #putOffUs = 0;
  /** When somebody last left, in its own time, which must not run backwards past it. */
  #leftUs = -Infinity;

  /** Reserves as many of `wanted` tokens as may be used within `aheadUs`, and none if those are fewer than `atLeast`. */
  reserve(gcra: Gcra, nowUs: number, wanted: number, atLeast: number, aheadUs: number): Reserved {
    const putOffUs = this.#putOffUs;
    const ownUs = nowUs - putOffUs;
    const { tokens, tatUs, freeAtUs } = take(gcra, this.#tatUs, ownUs, wanted, atLeast, aheadUs);
    this.#tatUs = tatUs;
    const { remaining, moreAtUs } = ownStanding(gcra, tatUs, ownUs);
    const ends = {
      tokens,
      mark: tatUs,
      freeAtUs: freeAtUs + putOffUs,
      remaining,
      moreAtUs: moreAtUs + putOffUs,
    };
    if (tokens === 0) return ends;
    if (tatUs - gcra.capacityUs <= ownUs) {
      this.#leftUs = Math.max(this.#leftUs, ownUs);
      return ends;
    }
    return { ...ends, slot: this.#slot(tatUs - gcra.capacityUs, tatUs - tokens * gcra.intervalUs) };
  }

  standing(gcra: Gcra, nowUs: number): Standing {
    const { remaining, moreAtUs } = ownStanding(gcra, this.#tatUs, nowUs - this.#putOffUs);
    return { remaining, moreAtUs: moreAtUs + this.#putOffUs };
  }

  /** Gives `tokens` back if nobody has reserved since; else they are forfeited. */
  undo(gcra: Gcra, mark: number, tokens: number): void {
    if (this.#tatUs === mark) this.#tatUs = mark - tokens * gcra.intervalUs;
  }

  #slot(fromUs: number, countedForUs: number): Slot {
    return {
      fromUs: () => fromUs + this.#putOffUs,
      use: (nowUs) => this.#use(nowUs, countedForUs),
    };
  }

  /** False when it is late and others have left in the meantime that were to leave after it. */
  #use(nowUs: number, countedForUs: number): boolean {
    const lateUs = nowUs - this.#putOffUs - countedForUs;
    if (lateUs > 0 && this.#leftUs > countedForUs) return false;
    if (lateUs > 0) this.#putOffUs += lateUs;
    this.#leftUs = Math.max(this.#leftUs, nowUs - this.#putOffUs);
    return true;
  }
}
