// What a throttle tells those it refuses: which rule, when a token will be there, and the IETF's RateLimit fields.
import { Refused, retryAfterSeconds } from '../kernel/errors.ts';
import type { Rate } from '../kernel/units.ts';
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

function policyField({ name, gcra }: CompiledThrottle): string {
  const { quota, seconds } = wholeNumbers(gcra.rate);
  return `"${name}";q=${quota};w=${seconds}`;
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
