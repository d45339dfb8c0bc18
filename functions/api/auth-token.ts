// Callers by tokens of OIDC issuers. Needs jose and zod: loaded when a token is first presented, never for keys.
import { FETCH_LIMIT_MS, fetchKeys, KeySet, type FetchKeys } from '../../middleware/access/key-set.ts';
import { compileToken, INVALID, type TokenSettings } from '../../middleware/access/token.ts';
import { verifyToken } from '../../middleware/access/verify.ts';
import type { Clock } from '../../middleware/kernel/clock.ts';
import type { Logger } from '../../middleware/kernel/logger.ts';
import { jwt } from '../../middleware/kernel/rules/schema/access.ts';
import type { Caller } from './auth.ts';
import { readIssuers, type Issuer } from './auth-issuers.ts';
import { compileRoles } from './auth-roles.ts';

/** What became of a token. */
export type TokenCaller =
  | { readonly kind: 'caller'; readonly caller: Caller }
  /** Good, and no entry of its issuer gives it a role. */
  | { readonly kind: 'no-role'; readonly issuer: string }
  /** The sentence says why, and nothing of what the token holds. */
  | { readonly kind: 'invalid'; readonly reason: string }
  /** The issuer's keys are not at hand. */
  | { readonly kind: 'unverifiable' };

export type TokenCallers = (token: string, nowMs: number) => Promise<TokenCaller>;

interface Known {
  readonly name: string;
  readonly settings: TokenSettings;
  readonly keySet: KeySet;
  readonly callerOf: ReturnType<typeof compileRoles>;
}

/** @throws {Error} when the text does not say what it must. */
export function tokenCallers(text: string, clock: Clock, logger: Logger): TokenCallers {
  const known = new Map(readIssuers(text).map((issuer) => [issuer.issuer, compile(issuer, clock, logger)]));
  return async (token, nowMs) => {
    const issuer = known.get(issuerOf(token) ?? '');
    if (!issuer) return { kind: 'invalid', reason: INVALID.issuer };
    const verified = await verifyToken(token, issuer.settings, issuer.keySet, nowMs, FETCH_LIMIT_MS);
    if (verified.kind === 'invalid') return { kind: 'invalid', reason: INVALID[verified.reason] };
    if (verified.kind === 'unverifiable') return verified;
    const { id, claims } = verified.principal;
    const caller = issuer.callerOf(id, claims);
    return caller ? { kind: 'caller', caller } : { kind: 'no-role', issuer: issuer.name };
  };
}

function compile(issuer: Issuer, clock: Clock, logger: Logger): Known {
  const { name, jwksUri, audience, algorithms, leeway } = issuer;
  const uri = jwksUri ?? `${issuer.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  return {
    name,
    settings: compileToken({
      ...{ issuer: issuer.issuer, audience, jwksUri: uri },
      ...(algorithms === undefined ? {} : { algorithms }),
      ...(leeway === undefined ? {} : { leeway }),
    }),
    keySet: new KeySet(uri, clock, jwksUri === undefined ? discovering(issuer.issuer) : fetchKeys, logger),
    callerOf: compileRoles(issuer),
  };
}

/** Fetches keys from where an issuer's own description says they are. */
function discovering(issuer: string): FetchKeys {
  return async (uri, signal) => {
    const found = await fetchKeys(uri, signal);
    if (typeof found !== 'object' || found === null || !('issuer' in found) || found.issuer !== issuer) {
      throw new Error('the issuer describes itself as another one');
    }
    const jwksUri = jwt.shape.jwksUri.safeParse('jwks_uri' in found ? found.jwks_uri : undefined);
    // Of http this machine alone is trusted: an issuer elsewhere has no business here.
    const trusted = jwksUri.success && (overHttps(jwksUri.data) || !overHttps(issuer));
    if (!trusted) throw new Error('the issuer does not say where its keys are, or not over https');
    return fetchKeys(jwksUri.data, signal);
  };
}

function overHttps(uri: string): boolean {
  return new URL(uri).protocol === 'https:';
}

/** Who a token says has issued it: not to be believed before it is verified, and enough to know whose keys to try. */
function issuerOf(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null && 'iss' in claims && typeof claims.iss === 'string'
      ? claims.iss
      : undefined;
  } catch {
    return undefined;
  }
}
