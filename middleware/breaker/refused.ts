// What a breaker tells those it refuses: which one it is, and when to come back.
import { Refused } from '../kernel/errors.ts';
import type { Refusal } from './breaker.ts';

/** A hash of a value that may be a secret is no use to whoever is refused. */
function whose(key: string | undefined): string {
  const clear = key?.split(',').filter((value) => !value.startsWith('~'));
  return clear?.length ? ` for ${clear.join(',')}` : '';
}

/** An open breaker: 503. `what` names it for people, `rule` in what is counted; `key` is of a keyed one, as it is stored. */
export function open(
  what: string,
  rule: string,
  key: string | undefined,
  { retryAfterMs, forced, ramp, here }: Refusal,
): Refused {
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
    message: `the breaker of ${what}${whose(key)} is ${how}; ${when}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
