// What access tells those it does not let in: what is missing or wrong, never what the rules allow.
import { Refused } from '../kernel/errors.ts';
import type { AccessRule } from '../kernel/rules/document.ts';
import { UNSIGNED, type Unsigned } from '../kernel/signing/reasons.ts';
import type { RefusedAt } from './lists.ts';
import { INVALID, type Invalid } from './token.ts';

/** When an issuer, or the rules, may be there again. */
const RETRY_MS = 1_000;

const LISTED: Readonly<Record<Exclude<RefusedAt, 'require'>, string>> = {
  deny: 'callers like this one are not let in here',
  allow: 'this caller is not among those who are let in here',
};

type Required = NonNullable<AccessRule['require']>;

const ASKED_FOR: Readonly<Record<Required[number], string>> = {
  jwt: 'a token as "Authorization: Bearer <token>"',
  'api-key': 'an API key as "X-Api-Key: <key>"',
  signed: 'a call that is signed by a service of this cell',
};

/** By an entry of `deny`: 403. Which one is not for the caller to know. */
export function denied(entry: number): Refused {
  const refused = new Refused({ by: 'access', rule: 'deny', statusCode: 403, message: LISTED.deny });
  return Object.assign(refused, { entry: `deny/${entry}` });
}

/** Not among those who are let in: 403, or 401 when something is required and there was nothing. */
export function notAdmitted(at: Exclude<RefusedAt, 'deny'>, service: string, required: Required = ['jwt']): Refused {
  if (at !== 'require') return new Refused({ by: 'access', rule: at, statusCode: 403, message: LISTED[at] });
  return new Refused({
    by: 'access',
    rule: at,
    statusCode: 401,
    message: `send ${required.map((credential) => ASKED_FOR[credential]).join(', or ')}`,
    headers: { 'www-authenticate': `Bearer realm="${service}"` },
  });
}

/** An API key that is not known, has expired or was revoked, or of which there are two: 401. */
export function invalidKey(service: string): Refused {
  return unauthorized('api-key', 'the API key is not known here, has expired or was revoked', service);
}

/** The table does not say whose key it is: nobody is let in for that, and it may be a good one. */
export function unknowable(): Refused {
  return away('api-key-store', 'the API key cannot be looked up, since the table does not answer');
}

/** Nobody has looked: it may be a good one, and be told so later. */
export function crowded(waitMs: number): Refused {
  return away('api-key-flood', 'the API key is not known here yet, and too many lately were none', waitMs);
}

/** A signature that is not to be believed: 401. */
export function invalidSignature(reason: Unsigned, service: string): Refused {
  return unauthorized('signature', UNSIGNED[reason], service);
}

/** Nothing is known of the signature, since there is nothing to verify it with. */
export function unsignable(): Refused {
  return away('signature-keys', 'the signature cannot be verified, since the signing keys are not at hand');
}

/** A token that is not to be believed: 401, as RFC 6750 has it. */
export function invalidToken(reason: Invalid, service: string): Refused {
  return unauthorized('jwt', INVALID[reason], service);
}

/** Counted apart from bad tokens, for which callers have to do something. */
export function unverifiable(): Refused {
  return away('jwt-keys', 'the token cannot be verified, since the keys of its issuer are not at hand');
}

function unauthorized(rule: string, message: string, service: string): Refused {
  return new Refused({
    by: 'access',
    rule,
    statusCode: 401,
    message,
    headers: {
      'www-authenticate': `Bearer realm="${service}", error="invalid_token", error_description="${message}"`,
    },
  });
}

function away(rule: string, message: string, retryAfterMs = RETRY_MS): Refused {
  return new Refused({ by: 'access', rule, statusCode: 503, retryAfterMs, message });
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
