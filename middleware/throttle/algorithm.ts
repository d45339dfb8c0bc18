// The limiter that a rule, or an override of its limit, asks for.
import type { ThrottleRule } from '../kernel/rules/document.ts';
import { parseRate } from '../kernel/rates.ts';
import { parseDuration } from '../kernel/units.ts';
import { compileGcra } from './gcra.ts';
import { later } from './later.ts';
import type { Limiter } from './limiter.ts';
import type { Sync } from './terms.ts';
import { tokenBucket } from './token-bucket.ts';

/** @throws {RangeError} on a limit or burst that cannot be meant, {Error} when its algorithm has not been loaded. */
export function limiterOf(rule: ThrottleRule): Limiter {
  switch (rule.algorithm) {
    case 'fixed-window':
      return later('quotas').fixedWindow({ ...rule, sync: syncOf(rule) });
    case 'sliding-window':
      return later('seldom').slidingWindow(parseRate(rule.limit));
    case 'leaky-bucket':
      return later('seldom').leakyBucket(parseRate(rule.limit), rule.scope !== 'instance', rule.burst);
    default: {
      const gcra = compileGcra(parseRate(rule.limit), rule.burst);
      if (rule.warmUp !== undefined) return later('seldom').warmingBucket(gcra, parseDuration(rule.warmUp) * 1000);
      const sync = syncOf(rule);
      const bucket = tokenBucket(gcra, sync);
      return sync === 'eventual' ? later('seldom').eventual(bucket, gcra) : bucket;
    }
  }
}

/**
 * An instance by itself has nothing to ask for in advance; and of requests that take several tokens, each whole or not at
 * all, instances would hold pieces of which none is enough.
 */
export function syncOf({ scope, cost = 1, sync = 'auto' }: ThrottleRule): Sync {
  return scope === 'instance' || (cost !== 1 && sync === 'auto') ? 'per-request' : sync;
}
