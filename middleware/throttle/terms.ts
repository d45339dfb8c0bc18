// Which throttles can take tokens on lease, and on what terms. Pure.
import { LAG_US, type Terms } from './bucket.ts';
import type { Gcra } from './gcra.ts';

/** How a rule's tokens come from the fleet's bucket. */
export type Sync = 'auto' | 'leased' | 'per-request' | 'eventual';

export interface LeaseTerms extends Terms {
  /** What an instance is meant to use in so many µs is taken at a time. */
  readonly periodUs: number;
  /** With `auto` a share of the rate smaller than this many tokens a period is taken one by one. */
  readonly leastTokens: number;
  /** With `auto` a key that an instance sees less often in a period is served one by one. */
  readonly leastRequests: number;
}

/** A tenth of the time that fills the burst. */
const PERIODS_PER_BURST = 10;
/** What is left of a lease when the next is asked for, and what came late, must still be good. */
const VALID_PERIODS = 2.5;
/** What takes from a bucket that has fallen behind by so much of a period still lasts for one and a half. */
const SLACK_PERIODS = 1;
/** Leases shorter than this save too little for what the lag of the refill costs. */
const SHORTEST_AUTO_PERIOD_US = 250_000;
/** Long bursts, of a day's limit, would otherwise leave tokens for hours with instances that may be gone. */
const LONGEST_PERIOD_US = 60e6;
const LEAST_TOKENS = 2;
const LEAST_REQUESTS = 2;

/** The terms of a bucket that is leased, or undefined when its tokens must come one by one. */
export function leaseTerms(gcra: Gcra, sync: Sync): LeaseTerms | undefined {
  if (sync === 'per-request' || sync === 'eventual') return undefined;
  const periodUs = Math.min(LONGEST_PERIOD_US, Math.floor(gcra.capacityUs / PERIODS_PER_BURST));
  const validityUs = VALID_PERIODS * periodUs;
  // Something must be left of the burst when refills lag by all of this.
  if (gcra.capacityUs <= LAG_US + validityUs + gcra.intervalUs) return undefined;
  const slackUs = SLACK_PERIODS * periodUs;
  const terms = { validityUs, slackUs, periodUs };
  if (sync === 'leased') return { ...terms, leastTokens: 1, leastRequests: 1 };
  if (periodUs < SHORTEST_AUTO_PERIOD_US || periodUs / gcra.intervalUs < LEAST_TOKENS) return undefined;
  return { ...terms, leastTokens: LEAST_TOKENS, leastRequests: LEAST_REQUESTS };
}
