// What an instance holds of a quota in one window: how much it may ask for, what it spends, what it has to report. Pure.

/** No token is held longer by an instance that is invoked. */
export const LEASE_MS = 60_000;
/** The last of a quota is taken request by request. */
const EXACT_SHARE = 100;
/** The most that one instance may hold is the rest of the quota divided by this. */
const LEASE_SHARE = 1_000;
/** A lease of one token saves nothing. */
const LEAST_TOKENS = 2;
/** Smaller quotas are never leased with `auto`: a thousandth of them is hardly a lease. */
const LEAST_AUTO_LIMIT = 10_000;
/** Nor are those whose windows end soon. */
const SHORTEST_AUTO_WINDOW_MS = 3_600_000;

/** Whether `sync: auto` leases a quota. */
export function isLeasedByItself(limit: number, windowMs: number): boolean {
  return limit >= LEAST_AUTO_LIMIT && windowMs >= SHORTEST_AUTO_WINDOW_MS;
}

/**
 * How many tokens an instance should hold that uses `demand` of them in the time of a lease, when `taken` of the quota
 * have been. 0 when they are better taken one by one.
 */
export function leaseGoal(limit: number, taken: number, demand: number): number {
  const rest = limit - taken;
  if (rest <= limit / EXACT_SHARE) return 0;
  const goal = Math.min(Math.ceil(demand), Math.floor(rest / LEASE_SHARE));
  return goal >= LEAST_TOKENS ? goal : 0;
}

/** The most that may have been taken when an instance is given what makes it hold `tokens`. */
export function mostBeforeLease(limit: number, tokens: number): number {
  return Math.min(limit - Math.floor(limit / EXACT_SHARE) - 1, limit - tokens * LEASE_SHARE);
}

/** What is to be told to the table of tokens held. */
export interface Spent {
  /** Used since the last report; negative when more was given back to what is held than was used. */
  readonly spent: number;
  /** No longer held. */
  readonly returned: number;
}

/**
 * Tokens of one window. They are this instance's alone until it gives them back: nobody else counts on them, so that
 * spending them late, after a freeze, admits nothing too much as long as their window lasts.
 */
export class QuotaLease {
  /** Held and not used. */
  unspent = 0;
  /** When the rest is given back, epoch ms. */
  untilMs = 0;
  #spent = 0;

  /** Uses up to `wanted` tokens. */
  take(wanted: number): number {
    const tokens = Math.min(wanted, this.unspent);
    this.unspent -= tokens;
    this.#spent += tokens;
    return tokens;
  }

  /** Holds more, as the table has granted. */
  add(tokens: number, untilMs: number): void {
    this.unspent += tokens;
    this.untilMs = untilMs;
  }

  /** Tokens that were used after all were not: they are held again. */
  undo(tokens: number): void {
    this.unspent += tokens;
    this.#spent -= tokens;
  }

  /** There is nothing to tell. */
  get settled(): boolean {
    return this.unspent === 0 && this.#spent === 0;
  }

  /** What to report, keeping at most `keep` tokens; from here on that has been reported. */
  report(keep: number): Spent {
    const returned = Math.max(0, this.unspent - keep);
    const spent = this.#spent;
    this.unspent -= returned;
    this.#spent = 0;
    return { spent, returned };
  }

  /** The report has certainly not arrived. */
  restore({ spent, returned }: Spent): void {
    this.unspent += returned;
    this.#spent += spent;
  }
}
