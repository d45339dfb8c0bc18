// What a breaker tells those it refuses: which one it is, and when to come back.
import { Refused } from '../kernel/errors.ts';
import type { Refusal } from './breaker.ts';

/** An open breaker: 503. `what` names it for people, `rule` in what is counted. */
export function open(what: string, rule: string, { retryAfterMs, forced, ramp, here }: Refusal): Refused {
  const when =
    retryAfterMs === undefined ? 'until an operator releases it' : `try again in ${Math.ceil(retryAfterMs)} ms`;
  const how = forced
    ? 'forced open by an operator'
    : ramp
      ? 'closing, and not yet for every request'
      : here
        ? 'open on this instance'
        : 'open';
  return new Refused({
    by: 'breaker',
    rule,
    statusCode: 503,
    message: `the breaker of ${what} is ${how}; ${when}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
