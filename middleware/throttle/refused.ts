// What a throttle tells those it refuses: which rule, when a token will be there, and the IETF's RateLimit fields.
import { Refused, retryAfterSeconds } from '../kernel/errors.ts';
import type { CompiledThrottle } from './rule.ts';

/** How long to stay away when the rule cannot be kept because its store is. */
const STORE_RETRY_MS = 1_000;

/** No token: 429, to come back at `freeAtUs`. */
export function exhausted(rule: CompiledThrottle, freeAtUs: number, nowUs: number): Refused {
  const retryAfterMs = Math.max(1, Math.ceil((freeAtUs - nowUs) / 1000));
  const seconds = retryAfterSeconds(retryAfterMs);
  return new Refused({
    by: 'throttle',
    rule: rule.name,
    retryAfterMs,
    message: `the throttle "${rule.name}" admits ${rule.limit}; come back in ${seconds} s`,
    statusCode: 429,
    // draft-ietf-httpapi-ratelimit-headers: structured fields, a name is a quoted string.
    headers: { 'ratelimit-policy': policyField(rule), ratelimit: `"${rule.name}";r=0;t=${seconds}` },
  });
}

/** The rule says `whenStoreFails: reject`, and the store failed: 503. */
export function unguarded(rule: CompiledThrottle): Refused {
  return new Refused({
    by: 'throttle',
    rule: rule.name,
    retryAfterMs: STORE_RETRY_MS,
    message: `the throttle "${rule.name}" cannot be kept while its store does not answer, and admits nothing until it does`,
    statusCode: 503,
    headers: { 'ratelimit-policy': policyField(rule) },
  });
}

function policyField({ name, limiter: { policy } }: CompiledThrottle): string {
  return `"${name}";q=${policy.quota};w=${policy.seconds}`;
}
