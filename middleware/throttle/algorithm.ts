// The limiter that a rule, or an override of its limit, asks for.
import type { ThrottleRule } from '../kernel/rules/document.ts';
import { parseDuration, parseRate } from '../kernel/units.ts';
import { fixedWindow } from './fixed-window.ts';
import { compileGcra } from './gcra.ts';
import { leakyBucket } from './leaky-bucket.ts';
import type { Limiter } from './limiter.ts';
import { slidingWindow } from './sliding-window.ts';
import type { Sync } from './terms.ts';
import { tokenBucket } from './token-bucket.ts';
import { warmingBucket } from './warming-bucket.ts';

/** @throws {RangeError} on a limit or burst that cannot be meant. */
export function limiterOf(rule: ThrottleRule): Limiter {
  switch (rule.algorithm) {
    case 'fixed-window':
      return fixedWindow({ ...rule, sync: syncOf(rule) });
    case 'sliding-window':
      return slidingWindow(parseRate(rule.limit));
    case 'leaky-bucket':
      return leakyBucket(parseRate(rule.limit), rule.scope !== 'instance', rule.burst);
    default: {
      const gcra = compileGcra(parseRate(rule.limit), rule.burst);
      return rule.warmUp === undefined
        ? tokenBucket(gcra, syncOf(rule))
        : warmingBucket(gcra, parseDuration(rule.warmUp) * 1000);
    }
  }
}

/** An instance by itself has nothing to ask for in advance. */
export function syncOf({ scope, sync = 'auto' }: ThrottleRule): Sync {
  return scope === 'instance' ? 'per-request' : sync;
}
