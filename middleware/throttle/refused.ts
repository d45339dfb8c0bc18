// What a throttle tells those it refuses: which rule, when a token will be there, and the IETF's RateLimit fields.
import { Refused, retryAfterSeconds } from '../kernel/errors.ts';
import type { CompiledThrottle } from './rule.ts';

/** How long to stay away when the rule cannot be kept because its store is. */
const STORE_RETRY_MS = 1_000;

// Problem types, fields and parameters as in draft-ietf-httpapi-ratelimit-headers-11 (May 2026), sections 3 to 5.
const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded';
const REDUCED_CAPACITY = 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity';

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
    headers: { 'ratelimit-policy': policyField(rule), ratelimit: limitField(rule, 0, retryAfterMs) },
    problem: { type: QUOTA_EXCEEDED, 'violated-policies': [rule.name] },
  });
}

/** More than the rule ever gives one request: coming back does not help. */
export function overpriced(rule: CompiledThrottle, cost: number): Refused {
  return new Refused({
    by: 'throttle',
    rule: rule.name,
    message: `this request says that it costs ${cost}, and the throttle "${rule.name}" takes at most ${rule.mostCost} for one`,
    statusCode: 400,
    headers: { 'ratelimit-policy': policyField(rule) },
    problem: { 'violated-policies': [rule.name] },
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
    problem: { type: REDUCED_CAPACITY, 'violated-policies': [rule.name] },
  });
}

/** What the rule always is: so many in so many seconds. */
export function policyField({ name, limiter: { policy } }: CompiledThrottle): string {
  return `"${name}";q=${policy.quota};w=${policy.seconds}`;
}

/** What it has left, and for how many seconds there is no more than that. */
export function limitField({ name }: CompiledThrottle, remaining: number, untilMoreMs: number): string {
  return `"${name}";r=${remaining};t=${Math.max(0, Math.ceil(untilMoreMs / 1000))}`;
}
