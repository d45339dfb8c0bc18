// What access tells those it does not let in: what is missing or wrong, never what the rules allow.
import { Refused } from '../kernel/errors.ts';
import type { RefusedAt } from './lists.ts';
import { INVALID, type Invalid } from './token.ts';

/** When an issuer, or the rules, may be there again. */
const RETRY_MS = 1_000;

const LISTED: Readonly<Record<Exclude<RefusedAt, 'require'>, string>> = {
  deny: 'callers like this one are not let in here',
  allow: 'this caller is not among those who are let in here',
};

/** By one of the lists: 403, or 401 when a token was required and there was none. */
export function notAdmitted(at: RefusedAt, service: string): Refused {
  if (at !== 'require') return new Refused({ by: 'access', rule: at, statusCode: 403, message: LISTED[at] });
  return new Refused({
    by: 'access',
    rule: at,
    statusCode: 401,
    message: 'send a token as "Authorization: Bearer <token>"',
    headers: { 'www-authenticate': `Bearer realm="${service}"` },
  });
}

/** A token that is not to be believed: 401, as RFC 6750 has it. */
export function invalidToken(reason: Invalid, service: string): Refused {
  return new Refused({
    by: 'access',
    rule: 'jwt',
    statusCode: 401,
    message: INVALID[reason],
    headers: {
      'www-authenticate': `Bearer realm="${service}", error="invalid_token", error_description="${INVALID[reason]}"`,
    },
  });
}

/**
 * Nothing is known of the token: nobody is let in for that, and it may be a good one. Counted apart from bad tokens, for
 * which callers have to do something.
 */
export function unverifiable(): Refused {
  return new Refused({
    by: 'access',
    rule: 'jwt-keys',
    statusCode: 503,
    retryAfterMs: RETRY_MS,
    message: 'the token cannot be verified, since the keys of its issuer are not at hand',
  });
}

/** A function that is not to run without access rules has none in force. */
export function ungoverned(): Refused {
  return new Refused({
    by: 'access',
    rule: 'required',
    statusCode: 503,
    retryAfterMs: RETRY_MS,
    message: 'access is required here, and no rules that say who has it are in force',
  });
}

/** A web request in a shape unknown here. */
export function unrecognised(): Refused {
  return new Refused({
    by: 'access',
    rule: 'required',
    statusCode: 403,
    message: 'access is required here, and whom this kind of request is from cannot be told',
  });
}

/** An error of ours: what decides who comes in must not be what lets everybody in. */
export function undecided(): Refused {
  return new Refused({
    by: 'access',
    rule: 'internal',
    statusCode: 503,
    retryAfterMs: RETRY_MS,
    message: 'who is let in could not be decided',
  });
}
