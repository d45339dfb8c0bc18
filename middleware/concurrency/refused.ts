// What a concurrency rule tells those it refuses.
import type { Random } from '../kernel/clock.ts';
import { Refused, retryAfterSeconds } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { CompiledConcurrency } from './rule.ts';

/** Nobody knows when a permit will be free: a second is long for most work, and short for whoever waits. */
const RETRY_MS = 1_000;
/** What nobody waits for comes again within so much more, each at a moment of its own, so that they do not meet again. */
const SPREAD_MS = 4_000;

/** How long a refused record or event stays away, ms. */
export const awayMs = (random: Random): number => RETRY_MS + Math.floor(random() * SPREAD_MS);

/** Somebody waits for the answer, and is told when to come back; what nobody waits for is kept away by us. */
const retryAfterMsOf = ({ trigger: { kind }, instance: { random } }: Invocation): number =>
  kind === 'http' || kind === 'direct' ? RETRY_MS : awayMs(random);

/** All permits are taken: 503. */
export function full(invocation: Invocation, rule: CompiledConcurrency): Refused {
  const retryAfterMs = retryAfterMsOf(invocation);
  const waited = rule.maxWaitMs > 0 ? `, none was free for ${Math.round(rule.maxWaitMs)} ms` : '';
  return new Refused({
    by: 'concurrency',
    rule: rule.name,
    retryAfterMs,
    message: `the concurrency rule "${rule.name}" admits ${rule.limit()} at once${waited}; come back in ${retryAfterSeconds(retryAfterMs)} s`,
    statusCode: 503,
  });
}

/** The rule says `whenStoreFails: reject`, and the store failed: 503. */
export function unguarded(invocation: Invocation, rule: CompiledConcurrency): Refused {
  return new Refused({
    by: 'concurrency',
    rule: rule.name,
    retryAfterMs: retryAfterMsOf(invocation),
    message: `the concurrency rule "${rule.name}" cannot be kept while its store does not answer, and admits nothing until it does`,
    statusCode: 503,
  });
}
