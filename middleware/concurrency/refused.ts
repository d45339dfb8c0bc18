// What a concurrency rule tells those it refuses.
import { Refused } from '../kernel/errors.ts';
import type { CompiledConcurrency } from './rule.ts';

/** Nobody knows when a permit will be free: a second is long for most work, and short for whoever waits. */
const RETRY_MS = 1_000;

/** All permits are taken: 503. */
export function full(rule: CompiledConcurrency): Refused {
  const waited = rule.maxWaitMs > 0 ? `, none was free for ${Math.round(rule.maxWaitMs)} ms` : '';
  return new Refused({
    by: 'concurrency',
    rule: rule.name,
    retryAfterMs: RETRY_MS,
    message: `the concurrency rule "${rule.name}" admits ${rule.limit()} at once${waited}; come back in 1 s`,
    statusCode: 503,
  });
}

/** The rule says `whenStoreFails: reject`, and the store failed: 503. */
export function unguarded(rule: CompiledConcurrency): Refused {
  return new Refused({
    by: 'concurrency',
    rule: rule.name,
    retryAfterMs: RETRY_MS,
    message: `the concurrency rule "${rule.name}" cannot be kept while its store does not answer, and admits nothing until it does`,
    statusCode: 503,
  });
}
