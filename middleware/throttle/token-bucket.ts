// The token bucket as a limiter: GCRA, on an instance by one clock, in the table by clocks that disagree.
import { takeFromBucket, bucketOf } from './fleet.ts';
import type { Gcra } from './gcra.ts';
import type { Limiter } from './limiter.ts';
import type { Rate } from '../kernel/units.ts';

export function tokenBucket(gcra: Gcra): Limiter {
  const { rate, burst, intervalUs } = gcra;
  const shape = `${rate.tokens}/${rate.perMs}/${burst}`;
  return {
    algorithm: 'token-bucket',
    shape,
    policy: wholeNumbers(rate),
    spacingUs: intervalUs,
    takeHere(memory, key, nowUs, wanted) {
      const { tokens, tatUs, freeAtUs } = memory.take(gcra, key, nowUs, wanted);
      return { tokens, mark: tatUs, freeAtUs };
    },
    undoHere(memory, key, { mark }, tokens) {
      memory.undo(key, mark, mark - tokens * intervalUs);
    },
    takeFromFleet: (invocation, bucket, wanted) => takeFromBucket(invocation, gcra, bucket, wanted),
    async undoInFleet(invocation, bucket, { mark }, tokens, signal) {
      await bucketOf(invocation, bucket).undo(mark, mark - tokens * intervalUs, { signal });
    },
  };
}

/** Structured fields' integers: `1.5/s` is told as 3 in 2 s. */
function wholeNumbers(rate: Rate): { quota: number; seconds: number } {
  for (let times = 1; times <= 1_000; times++) {
    const quota = rate.tokens * times;
    if (Math.abs(quota - Math.round(quota)) < 1e-9) {
      return { quota: Math.round(quota), seconds: (rate.perMs * times) / 1000 };
    }
  }
  return { quota: Math.max(1, Math.floor(rate.tokens)), seconds: rate.perMs / 1000 };
}
