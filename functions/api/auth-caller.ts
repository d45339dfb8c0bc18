// Who calls: by an API key, or by a token of an issuer that the deployment names.
import type { Clock } from '../../middleware/kernel/clock.ts';
import { errorFields, type Logger } from '../../middleware/kernel/logger.ts';
import { hashOfKey, isValidAt, readApiKey } from '../../store/items/api-keys.ts';
import type { Table } from '../../store/port.ts';
import { presentedBy, type Presented } from './auth-credentials.ts';
import { FailedLogins, type Attempt } from './auth-failures.ts';
import type { TokenCallers } from './auth-token.ts';
import type { Caller } from './auth.ts';
import { Problem } from './problem.ts';
import type { OpenRequest } from './request.ts';

/** No key of ours is longer; a longer one is not worth a look into the table. */
const LONGEST_KEY = 256;

/** Knows callers by what no other route takes, never by a bearer's key or token. Rejects with a `Problem`. */
export type Knows = (request: OpenRequest) => Promise<Caller | undefined>;

type Credentials = Extract<Presented, { readonly text: string }>;

const BEARER = /^bearer\b/i;

export interface AuthParts {
  /** Where API keys are looked up. */
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whose instances count failed logins together; when left out each counts alone. */
  readonly service?: string;
  /** The text of FLYBALL_ISSUERS; without it tokens are taken for unknown keys. */
  readonly issuers?: string | undefined;
}

/**
 * Gives the caller of a request. What was presented is never repeated, neither in an answer nor in a log. Rejects with a
 * `Problem`: 401 without credentials that are known and valid, 403 for a token without a role, 429 after too many
 * failures, 503 while a token cannot be verified.
 */
export function createAuthenticator(parts: AuthParts): (request: OpenRequest, knows?: Knows) => Promise<Caller> {
  const { table, service, issuers = '' } = parts;
  const failures = new FailedLogins(service === undefined ? undefined : { table, service });
  let tokens: Promise<TokenCallers> | undefined;

  async function ofToken(token: string, nowMs: number): Promise<Caller> {
    tokens ??= loadTokens(parts, issuers);
    const found = await (await tokens)(token, nowMs);
    switch (found.kind) {
      case 'caller':
        return found.caller;
      case 'invalid':
        throw unauthorized(
          `${sentence(found.reason)}.`,
          `, error="invalid_token", error_description="${found.reason}"`,
        );
      case 'no-role':
        throw new Problem(403, `This token is good, but nothing at issuer "${found.issuer}" gives its bearer a role.`, {
          code: 'NO_ROLE',
        });
      case 'unverifiable':
        throw away('The token cannot be verified, since the keys of its issuer are not at hand.');
    }
  }

  async function ofKey({ kind, text: key }: Credentials, hash: string, nowMs: number): Promise<Caller> {
    const found = key.length > LONGEST_KEY ? undefined : await readApiKey(table, hash);
    if (!found || !isValidAt(found, nowMs)) {
      const tokens = kind === 'token' ? ', and no issuer is set here whose tokens are taken' : '';
      throw unauthorized(`The API key is not known, has expired or was revoked${tokens}.`, ', error="invalid_token"');
    }
    const { name, role, services, expiresAt } = found;
    return {
      name,
      identity: `key:${found.hash.slice(0, 16)}`,
      role,
      ...(services === undefined ? {} : { services }),
      ...(expiresAt === undefined ? {} : { until: expiresAt }),
    };
  }

  /** What a route knows callers by beside what all take costs a look, too, and can be guessed at as well. */
  async function ofRoute(knows: Knows, request: OpenRequest): Promise<Caller | undefined> {
    const { headers, address, at } = request;
    const authorization = headers.get('authorization') ?? '';
    if (authorization === '' || BEARER.test(authorization)) return undefined;
    const attempt = { address, credential: hashOfKey(authorization), at };
    return watched(attempt, () => knows(request));
  }

  /** Lets an attempt be made unless too many before it were none, and counts it when it is refused. */
  async function watched<T>(attempt: Attempt, login: () => Promise<T>): Promise<T> {
    const look = failures.look(attempt);
    if (look.kind === 'never') throw tooMany(look.waitMs);
    try {
      return await login();
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      await failures.failed(attempt);
      throw look.kind === 'despite' ? tooMany(look.waitMs) : error;
    }
  }

  return async (request, knows) => {
    const { headers, address, at } = request;
    const known = knows && (await ofRoute(knows, request));
    if (known) return known;
    const presented = presentedBy(headers);
    if (presented.kind === 'none' || presented.kind === 'several') throw unclear(presented.kind);
    // By hash, in memory too: what was presented is kept nowhere, and nothing is compared that a clock could tell about.
    const credential = hashOfKey(presented.text);
    const isToken = presented.kind === 'token' && issuers !== '';
    const attempt = { address, credential, at, isFree: isToken };
    return watched(attempt, async () => {
      const caller = await (isToken ? ofToken(presented.text, at) : ofKey(presented, credential, at));
      failures.succeeded(attempt);
      return caller;
    });
  };
}

/** A promise that stays: settings do not change while an instance lives. */
async function loadTokens({ clock, logger }: AuthParts, issuers: string): Promise<TokenCallers> {
  try {
    const { tokenCallers } = await import('./auth-token.ts');
    return tokenCallers(issuers, clock, logger);
  } catch (error) {
    logger.error('FLYBALL_ISSUERS cannot be used: nobody is let in by a token', errorFields(error));
    return () => Promise.reject(away('Tokens cannot be verified here now; the log says why. API keys can.'));
  }
}

function unclear(kind: Exclude<Presented['kind'], Credentials['kind']>): Problem {
  return kind === 'none'
    ? unauthorized('Send an API key as "Authorization: Bearer <key>" or "X-Api-Key: <key>".', '')
    : unauthorized('Send one API key or token, not several.', ', error="invalid_request"');
}

function unauthorized(detail: string, error: string): Problem {
  return new Problem(401, detail, {
    code: 'UNAUTHORIZED',
    headers: { 'www-authenticate': `Bearer realm="flyball"${error}` },
  });
}

function tooMany(waitMs: number): Problem {
  const seconds = Math.ceil(waitMs / 1000);
  return new Problem(429, `Too many failed logins from here; try again in ${seconds} s, with a key that is valid.`, {
    code: 'TOO_MANY_FAILED_LOGINS',
    headers: { 'retry-after': String(seconds) },
  });
}

function away(detail: string): Problem {
  return new Problem(503, detail, { code: 'ISSUER_UNAVAILABLE', headers: { 'retry-after': '1' } });
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
