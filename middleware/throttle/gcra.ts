// The generic cell rate algorithm in whole µs: one number per bucket, the theoretical arrival time `tat`. Pure.
// Source: ITU-T I.371, and "Rate limiting, cells, and GCRA" (brandur.org, 2015); the bound is argued in
// docs/decisions/0003-exact-burst.md.
import type { Rate } from '../kernel/rates.ts';

/** A rate and a burst, ready for arithmetic. */
export interface Gcra {
  readonly rate: Rate;
  /** Tokens that an idle bucket holds. */
  readonly burst: number;
  /** What one token costs, µs: the emission interval, rounded up; of a leased rate above 1,000/s with its fractions. */
  readonly intervalUs: number;
  /** How far `tat` may run ahead of the clock: the burst in µs. */
  readonly capacityUs: number;
}

/** A bucket that is longer in filling cannot be told from one that never fills. */
const LONGEST_REFILL_US = 400 * 86_400 * 1e6;

/**
 * `burst` defaults to the rate's count. Costs are multiples of the rounded interval, so that the burst is exact to the
 * token and the bound holds; the price is a rate lower by at most `rate/1e6` of itself (0.1 % at 1,000/s).
 * @throws {RangeError} when an empty bucket would take more than 400 days to fill.
 */
export function compileGcra(rate: Rate, burst: number = Math.max(1, Math.floor(rate.tokens))): Gcra {
  const intervalUs = Math.ceil((rate.perMs * 1000) / rate.tokens);
  const capacityUs = intervalUs * burst;
  if (!(capacityUs <= LONGEST_REFILL_US)) {
    throw new RangeError(
      `a burst of ${burst} at ${rate.tokens} per ${rate.perMs} ms takes more than 400 days to refill; raise the limit or lower the burst`,
    );
  }
  return { rate, burst, intervalUs, capacityUs };
}

export interface Take {
  /** Admitted: from 0 to what was wanted. */
  readonly tokens: number;
  /** What is left in the bucket. */
  readonly remaining: number;
  /** The new `tat`, unchanged if nothing was admitted. */
  readonly tatUs: number;
  /** When the next `atLeast` tokens are there, in µs of the clock `nowUs` came from; may be past while some remain. */
  readonly freeAtUs: number;
}

/**
 * Takes as many of `wanted` tokens as there are, by one clock alone, and none if those are fewer than `atLeast`; with
 * `aheadUs` also those that are there so much later. `tatUs` of a bucket never used is 0.
 */
export function take(gcra: Gcra, tatUs: number, nowUs: number, wanted: number, atLeast = 1, aheadUs = 0): Take {
  const startUs = tatUs > nowUs ? tatUs : nowUs;
  const fullUs = gcra.capacityUs + aheadUs;
  const available = Math.max(0, Math.floor((nowUs + fullUs - startUs) / gcra.intervalUs));
  const tokens = available < atLeast ? 0 : wanted < available ? wanted : available;
  const nextUs = tokens === 0 ? tatUs : startUs + tokens * gcra.intervalUs;
  return {
    tokens,
    remaining: available - tokens,
    tatUs: nextUs,
    freeAtUs: nextUs + atLeast * gcra.intervalUs - fullUs,
  };
}
