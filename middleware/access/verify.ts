// Verifies a token against an issuer's keys. The one file that needs jose; loaded when rules first ask for it.
import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify, type JWTVerifyOptions } from 'jose';
import type { Keys, KeySet } from './key-set.ts';
import type { Invalid, Token, TokenSettings } from './token.ts';

/** No gateway passes on a header that is longer. */
const LONGEST_TOKEN = 16_384;
const LONGEST_SUBJECT = 256;

/** Who the token says its bearer is, or why it is not to be believed. Never throws, whatever the token. */
export async function verifyToken(
  token: string,
  settings: TokenSettings,
  keySet: KeySet,
  nowMs: number,
  limitMs: number,
): Promise<Token> {
  // Nobody is asked for keys because of what cannot be a token.
  if (!mayBeToken(token, settings)) return invalid('malformed');
  const keys = await keySet.current(limitMs);
  if (!keys) return { kind: 'unverifiable' };
  const first = await verifyWith(token, settings, keys, nowMs);
  if (first !== UNKNOWN_KEY) return first;
  const newer = await keySet.newerThan(keys, limitMs);
  const second = newer ? await verifyWith(token, settings, newer, nowMs) : UNKNOWN_KEY;
  if (second !== UNKNOWN_KEY) return second;
  return keySet.issuerAway ? { kind: 'unverifiable' } : invalid('key');
}

function mayBeToken(token: string, { algorithms }: TokenSettings): boolean {
  if (token.length > LONGEST_TOKEN || token.split('.').length !== 3) return false;
  try {
    const { alg } = decodeProtectedHeader(token);
    return typeof alg === 'string' && algorithms.some((algorithm) => algorithm === alg);
  } catch {
    return false;
  }
}

const UNKNOWN_KEY = 'unknown-key';

/** Imported keys are remembered by what makes them of a set. */
const resolvers = new WeakMap<Keys, ReturnType<typeof createLocalJWKSet>>();

function resolverOf(keys: Keys): ReturnType<typeof createLocalJWKSet> {
  let resolver = resolvers.get(keys);
  if (!resolver) {
    resolver = createLocalJWKSet(keys.set);
    resolvers.set(keys, resolver);
  }
  return resolver;
}

async function verifyWith(
  token: string,
  settings: TokenSettings,
  keys: Keys,
  nowMs: number,
): Promise<Token | typeof UNKNOWN_KEY> {
  const options: JWTVerifyOptions = {
    issuer: settings.issuer,
    audience: [...settings.audience],
    algorithms: [...settings.algorithms],
    clockTolerance: settings.leewayMs / 1000,
    currentDate: new Date(nowMs),
    requiredClaims: ['exp', 'sub'],
  };
  try {
    const { payload } = await jwtVerify(token, resolverOf(keys), options);
    const { sub, exp } = payload;
    // JSON reads 1e400 as infinite.
    if (!Number.isFinite(exp)) return invalid('malformed');
    if (typeof sub !== 'string' || sub === '' || sub.length > LONGEST_SUBJECT) return invalid('subject');
    return { kind: 'verified', principal: { id: sub, by: 'jwt', claims: payload } };
  } catch (error) {
    return error instanceof errors.JWKSNoMatchingKey ? UNKNOWN_KEY : invalid(reasonOf(error));
  }
}

function invalid(reason: Invalid): Token {
  return { kind: 'invalid', reason };
}

/** Which check failed. What the library says may hold parts of the token, and is not repeated. */
function reasonOf(error: unknown): Invalid {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'key';
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'malformed';
  switch (error.claim) {
    case 'nbf':
      return 'early';
    case 'iss':
      return 'issuer';
    case 'aud':
      return 'audience';
    case 'sub':
      return 'subject';
    default:
      return 'malformed';
  }
}
