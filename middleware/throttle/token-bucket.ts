// The token bucket as a limiter: GCRA, on an instance by one clock, in the table by clocks that disagree.
import type { Rate } from '../kernel/rates.ts';
import { takeFromBucket, bucketOf } from './fleet.ts';
import type { Gcra } from './gcra.ts';
import { leasing } from './leased.ts';
import type { Limiter } from './limiter.ts';
import { leaseTerms, type Sync } from './terms.ts';

const ALGORITHM = 'token-bucket';
/** Above it an interval of whole µs would be off by more than a tenth of a percent. */
const MOST_ROUNDED_RATE = 1_000;

/** `sync` is how a fleet's bucket is asked. */
export function tokenBucket(gcra: Gcra, sync: Sync): Limiter {
  const { rate, burst, intervalUs, capacityUs } = gcra;
  const terms = leaseTerms(gcra, sync);
  // Those who must not lease from a bucket that others would neither know its parts nor believe in refills as late.
  const isApart = !terms && leaseTerms(gcra, 'auto') !== undefined;
  const shape = `${rate.tokens}/${rate.perMs}/${burst}${isApart ? `/${sync}` : ''}`;
  return {
    algorithm: ALGORITHM,
    shape,
    leasing: terms && leasing(unrounded(gcra), terms, ALGORITHM),
    policy: wholeNumbers(rate),
    spacingUs: intervalUs,
    full: burst,
    holds: burst,
    takeHere(memory, key, nowUs, wanted, conditions) {
      const { tokens, tatUs, freeAtUs, remaining } = memory.take(gcra, key, nowUs, wanted, conditions?.atLeast);
      const moreAtUs = tatUs + (remaining + 1) * intervalUs - capacityUs;
      return { tokens, mark: tatUs, freeAtUs, remaining, moreAtUs };
    },
    undoHere(memory, key, { mark }, tokens) {
      memory.undo(key, mark, mark - tokens * intervalUs);
    },
    takeFromFleet: (invocation, bucket, wanted, conditions) =>
      takeFromBucket(invocation, gcra, bucket, wanted, conditions?.atLeast),
    async undoInFleet(invocation, bucket, { mark }, tokens, signal) {
      await bucketOf(invocation.instance, bucket).undo(mark, mark - tokens * intervalUs, { signal });
    },
  };
}

/** Tokens that are taken many at a time are rounded together. */
export function unrounded(gcra: Gcra): Gcra {
  const { tokens, perMs } = gcra.rate;
  const intervalUs = (perMs * 1000) / tokens;
  if (intervalUs * MOST_ROUNDED_RATE > 1e6) return gcra;
  return { ...gcra, intervalUs, capacityUs: Math.floor(intervalUs * gcra.burst) };
}

/** Structured fields' integers: `1.5/s` is told as 3 in 2 s. */
export function wholeNumbers(rate: Rate): { quota: number; seconds: number } {
  for (let times = 1; times <= 1_000; times++) {
    const quota = rate.tokens * times;
    if (Math.abs(quota - Math.round(quota)) < 1e-9) {
      return { quota: Math.round(quota), seconds: (rate.perMs * times) / 1000 };
    }
  }
  return { quota: Math.max(1, Math.floor(rate.tokens)), seconds: rate.perMs / 1000 };
}
