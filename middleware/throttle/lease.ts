// Tokens that an instance holds of the fleet's bucket: each may be used from its own moment until its own end. Pure.
import { lagUs, type Terms } from './bucket.ts';
import type { Gcra } from './gcra.ts';

/**
 * Consecutive tokens of the bucket's time: the i-th was counted for `startUs + i·interval`. Whatever its instance's clock
 * reads, within the declared error, a token is used no later than its validity after that moment, and no earlier than the
 * bucket would give it (docs/decisions/0009-leases.md).
 */
export interface Grant {
  readonly startUs: number;
  readonly tokens: number;
  readonly intervalUs: number;
  /** Where the fleet's burst began when they were granted: up to a burst beyond it they may be used at once. */
  readonly baseUs: number;
}

export interface Spent {
  /** From 0 to what was wanted. */
  readonly tokens: number;
  /** When the next token held may be used, µs; past if it may be now; Infinity when none is held. */
  readonly freeAtUs: number;
}

interface Held extends Grant {
  /** The next token of it that nobody has used. */
  next: number;
}

/** One key's tokens, the oldest first. */
export class Lease {
  readonly #validityUs: number;
  /** What a token of the clock's part lies ahead of the clock when it may first be used. */
  readonly #reachUs: number;
  readonly #capacityUs: number;
  readonly #grants: Held[] = [];
  #taken = 0;

  constructor({ capacityUs }: Gcra, terms: Terms) {
    this.#validityUs = terms.validityUs;
    this.#capacityUs = capacityUs;
    this.#reachUs = capacityUs - lagUs(terms);
  }

  add(grant: Grant): void {
    this.#grants.push({ ...grant, next: 0 });
  }

  /** Uses one token: the usual case. */
  takeOne(nowUs: number): boolean {
    const grant = this.#first(nowUs);
    if (!grant || this.#usableFrom(grant) > nowUs) return false;
    grant.next += 1;
    this.#taken += 1;
    return true;
  }

  /** Uses up to `wanted` tokens. */
  take(nowUs: number, wanted: number): Spent {
    let tokens = 0;
    while (tokens < wanted && this.takeOne(nowUs)) tokens += 1;
    return { tokens, freeAtUs: this.freeAtUs(nowUs) };
  }

  /** When the next token may be used; Infinity when none is held. */
  freeAtUs(nowUs: number): number {
    const grant = this.#first(nowUs);
    return grant ? this.#usableFrom(grant) : Infinity;
  }

  /** How many takes there were: marks one for an exact undo. */
  get mark(): number {
    return this.#taken;
  }

  /** Puts the last tokens taken back where they were, with the end they had, if nobody has taken since. */
  undo(mark: number, tokens: number): boolean {
    const [grant] = this.#grants;
    if (!grant || this.#taken !== mark || grant.next < tokens) return false;
    grant.next -= tokens;
    this.#taken -= tokens;
    return true;
  }

  /** Tokens that can still be used, now or later. */
  unspent(nowUs: number): number {
    this.#first(nowUs);
    let sum = 0;
    for (const grant of this.#grants) sum += grant.tokens - this.#unexpiredFrom(grant, nowUs);
    return sum;
  }

  /** When the last token held ends; -Infinity when none is. */
  get endUs(): number {
    const last = this.#grants.at(-1);
    return last ? last.startUs + (last.tokens - 1) * last.intervalUs + this.#validityUs : -Infinity;
  }

  /** The grant whose next token is the oldest that has not ended; what has ended is forfeited. */
  #first(nowUs: number): Held | undefined {
    let [grant] = this.#grants;
    while (grant) {
      if (nowUs > grant.startUs + grant.next * grant.intervalUs + this.#validityUs) {
        grant.next = this.#unexpiredFrom(grant, nowUs);
      }
      if (grant.next < grant.tokens) return grant;
      this.#grants.shift();
      [grant] = this.#grants;
    }
    return undefined;
  }

  #unexpiredFrom({ startUs, tokens, intervalUs, next }: Held, nowUs: number): number {
    const ended = Math.ceil((nowUs - this.#validityUs - startUs) / intervalUs);
    return Math.min(tokens, Math.max(next, ended));
  }

  /** Of the burst at any time; what refills, when the bucket would give it. */
  #usableFrom({ startUs, intervalUs, baseUs, next }: Held): number {
    const endUs = startUs + (next + 1) * intervalUs;
    return endUs <= baseUs + this.#capacityUs ? 0 : endUs - this.#reachUs;
  }
}
