// Finds the bearer token of a request, and says what tokens must be.
import type { Principal } from '../kernel/principal.ts';
import { ALGORITHMS } from '../kernel/rules/algorithms.ts';
import type { JwtRule } from '../kernel/rules/document.ts';
import { gatewayClaimsOf, headerValuesOf } from '../kernel/request.ts';
import { parseDuration } from '../kernel/units.ts';

/** Why a token is not believed; each is one sentence to its bearer, and says nothing of what the token holds. */
export const INVALID = {
  malformed: 'the token is not a signed JWT as this service takes them',
  signature: 'the signature of the token is not that of its issuer',
  key: 'the token is signed with a key that its issuer does not have',
  expired: 'the token has expired',
  early: 'the token is not valid yet',
  issuer: 'the token is of another issuer',
  audience: 'the token is for another audience',
  subject: 'the token does not say whom it is about',
} as const;

export type Invalid = keyof typeof INVALID;

/** What became of a token. */
export type Token =
  | { readonly kind: 'verified'; readonly principal: Principal }
  | { readonly kind: 'invalid'; readonly reason: Invalid }
  /** Its keys could not be had, so that nothing is known of it. */
  | { readonly kind: 'unverifiable' };

export interface TokenSettings {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly jwksUri: string;
  readonly algorithms: readonly string[];
  readonly leewayMs: number;
}

const KNOWN = new Set<string>(ALGORITHMS);
const DEFAULT_ALGORITHMS = ['RS256', 'ES256'];
const DEFAULT_LEEWAY_MS = 30_000;

/** @throws {RangeError} on an algorithm that is not asymmetric: rules packaged with a function were perhaps never validated. */
export function compileToken(rule: Omit<JwtRule, 'roles'>): TokenSettings {
  const { issuer, audience, jwksUri, algorithms = DEFAULT_ALGORITHMS, leeway } = rule;
  for (const algorithm of algorithms) {
    if (!KNOWN.has(algorithm)) throw new RangeError(`"${algorithm}" is no algorithm tokens are verified by`);
  }
  return {
    issuer,
    audience: typeof audience === 'string' ? [audience] : audience,
    jwksUri,
    algorithms,
    leewayMs: leeway === undefined ? DEFAULT_LEEWAY_MS : parseDuration(leeway),
  };
}

/** The token a request bears; undefined when it bears none, `invalid` when there is more than one or an empty one. */
export function bearerOf(event: unknown): string | undefined | Extract<Token, { kind: 'invalid' }> {
  const values = headerValuesOf(event, 'authorization');
  const [value] = values;
  if (value === undefined) return undefined;
  if (values.length > 1) return { kind: 'invalid', reason: 'malformed' };
  if (!/^bearer( |$)/i.test(value)) return undefined;
  const token = value.slice('bearer'.length).trim();
  return token === '' ? { kind: 'invalid', reason: 'malformed' } : token;
}

/** Whom the gateway in front has verified a token of. */
export function gatewayPrincipalOf(event: unknown): Principal | undefined {
  const claims = gatewayClaimsOf(event);
  const id = claims && Object.hasOwn(claims, 'sub') ? claims['sub'] : undefined;
  return claims && typeof id === 'string' && id !== '' ? { id, by: 'gateway', claims } : undefined;
}
