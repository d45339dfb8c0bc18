// Which tokens are believed: one good one, and every way of being wrong that we know of.
import fc from 'fast-check';
import { base64url, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { KeySet } from '../../../../middleware/access/key-set.ts';
import { bearerOf, compileToken, gatewayPrincipalOf, type Token } from '../../../../middleware/access/token.ts';
import { verifyToken } from '../../../../middleware/access/verify.ts';
import { httpV2, restV1 } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { AUDIENCE, ISSUER, keySetOf, signingKey, tokenOf, type SigningKey } from '../../../support/issuer.ts';

const clock = fakeClock();
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const now = clock.now();
const settings = compileToken({
  issuer: ISSUER,
  audience: [AUDIENCE, 'other'],
  jwksUri: 'https://issuer.example.com/jwks.json',
  algorithms: ['ES256', 'RS256'],
  leeway: '30s',
});

let key: SigningKey;
let rsa: SigningKey;
let stranger: SigningKey;
let keySet: KeySet;
let good: string;

beforeAll(async () => {
  [key, rsa, stranger] = await Promise.all([signingKey('k1'), signingKey('k2', 'RS256'), signingKey('k1')]);
  const published = await keySetOf(key, rsa);
  keySet = new KeySet(settings.jwksUri, clock, () => Promise.resolve(published), quiet);
  good = await tokenOf(key, now);
});

const verify = (token: string): Promise<Token> => verifyToken(token, settings, keySet, now, 1_000);
const invalid = (reason: string) => ({ kind: 'invalid', reason });

describe('a token', () => {
  it('that is good says who its bearer is', async () => {
    const verified = { kind: 'verified', principal: { id: 'ada', by: 'jwt', claims: { aud: AUDIENCE, iss: ISSUER } } };
    expect(await verify(good)).toMatchObject(verified);
    expect(await verify(await tokenOf(rsa, now))).toMatchObject(verified);
  });

  it.each<[string, Record<string, unknown>, string | undefined]>([
    ['has expired, within the leeway', { exp: now / 1000 - 29 }, undefined],
    ['has expired', { exp: now / 1000 - 31 }, 'expired'],
    ['never expires', { exp: undefined }, 'malformed'],
    ['is not valid yet, within the leeway', { nbf: now / 1000 + 29 }, undefined],
    ['is not valid yet', { nbf: now / 1000 + 31 }, 'early'],
    ['is of another issuer', { iss: 'https://evil.example.com/' }, 'issuer'],
    ['is of no issuer', { iss: undefined }, 'issuer'],
    ['is for another audience', { aud: 'payments' }, 'audience'],
    ['is for no audience', { aud: undefined }, 'audience'],
    ['is for several audiences, one of them ours', { aud: ['payments', 'other'] }, undefined],
    ['is about nobody', { sub: undefined }, 'subject'],
    ['is about an empty name', { sub: '' }, 'subject'],
    ['is about a name that is no text', { sub: 7 }, 'subject'],
    ['is about a name nobody has', { sub: 'x'.repeat(257) }, 'subject'],
    ['says when it expires in words', { exp: 'soon' }, 'malformed'],
  ])('that %s', async (_what, claims, reason) => {
    const token = await tokenOf(key, now, claims);
    expect(await verify(token)).toMatchObject(reason === undefined ? { kind: 'verified' } : invalid(reason));
  });

  it('signed by somebody else under the name of a known key is refused', async () => {
    expect(await verify(await tokenOf(stranger, now))).toEqual(invalid('signature'));
  });

  it('signed with an algorithm the rules do not name is refused, whatever its key', async () => {
    const other = await signingKey('k1', 'ES384');
    expect(await verify(await tokenOf(other, now))).toEqual(invalid('malformed'));
  });

  it('that is not signed at all is refused', async () => {
    const unsecured = new UnsecuredJWT({ sub: 'ada', iss: ISSUER, aud: AUDIENCE, exp: now / 1000 + 60 }).encode();
    expect(await verify(unsecured)).toEqual(invalid('malformed'));
  });

  it('signed with the public key taken for a secret is refused', async () => {
    const { keys } = await keySetOf(rsa);
    const forged = await new SignJWT({ sub: 'ada', iss: ISSUER, aud: AUDIENCE, exp: now / 1000 + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'k2' })
      .sign(new TextEncoder().encode(JSON.stringify(keys[0])));
    expect(await verify(forged)).toEqual(invalid('malformed'));
  });

  it('whose header has it verified elsewhere is verified here all the same', async () => {
    const header = { jku: 'https://evil.example.com/jwks', jwk: '{}' };
    expect(await verify(await tokenOf(stranger, now, {}, header))).toEqual(invalid('signature'));
  });

  it('that asks for what nobody understands is refused', async () => {
    const [, payload = '', signature = ''] = good.split('.');
    const header = base64url.encode(JSON.stringify({ alg: 'ES256', kid: 'k1', crit: ['exp'] }));
    expect(await verify([header, payload, signature].join('.'))).toEqual(invalid('malformed'));
  });

  it('with any of its characters changed is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 2), fc.constantFrom(...'aZ9_-.'), async (at, other) => {
        fc.pre(good[at] !== other);
        expect(await verify(good.slice(0, at) + other + good.slice(at + 1))).toMatchObject({ kind: 'invalid' });
      }),
      { numRuns: 200 },
    );
  });

  it('of any other shape is refused without a crash', async () => {
    const part = fc.oneof(
      fc.string(),
      fc.json().map((text) => base64url.encode(text)),
      fc.constant(good.split('.')[0] ?? ''),
    );
    const shaped = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), shaped), async (token) => {
        expect(await verify(token)).toMatchObject({ kind: 'invalid' });
      }),
      { numRuns: 500 },
    );
  });

  it('longer than any header is not looked at', async () => {
    expect(await verify(`${good}${'x'.repeat(20_000)}`)).toEqual(invalid('malformed'));
  });
});

describe('the issuer', () => {
  const asking = async (token: string, answer: () => Promise<unknown>) => {
    let asked = 0;
    const ask = () => {
      asked++;
      return answer();
    };
    const fresh = new KeySet(settings.jwksUri, clock, ask, quiet);
    const result = await verifyToken(token, settings, fresh, now, 1_000);
    return { result, asked };
  };

  it('is not asked because of what cannot be a token', async () => {
    const garbage = ['x', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.'];
    for (const token of garbage) expect((await asking(token, () => Promise.resolve({}))).asked).toBe(0);
  });

  it('that cannot be asked leaves a token unverified, not refused as wrong', async () => {
    expect(await asking(good, () => Promise.reject(new Error('away')))).toEqual({
      result: { kind: 'unverifiable' },
      asked: 1,
    });
  });

  it('that has changed its keys is asked for the new one', async () => {
    const next = await signingKey('k3');
    const published = [await keySetOf(key), await keySetOf(key, next)];
    const time = fakeClock();
    const rotating = new KeySet(settings.jwksUri, time, () => Promise.resolve(published.shift()), quiet);
    const token = await tokenOf(next, time.now());
    const at = () => verifyToken(token, settings, rotating, time.now(), 1_000);
    expect(await at()).toEqual(invalid('key'));
    time.advance(30_000);
    expect(await at()).toMatchObject({ kind: 'verified' });
  });

  it('that has keys of kinds unknown here still has the ones that are known', async () => {
    const { keys } = await keySetOf(key);
    const published = { keys: [{ kty: 'lattice', kid: 'q1' }, { kty: 'oct', kid: 's1', k: 'c2VjcmV0' }, ...keys] };
    expect((await asking(good, () => Promise.resolve(published))).result).toMatchObject({ kind: 'verified' });
  });
});

describe('the rule', () => {
  it.each(['HS256', 'none', 'RS1'])('that names %s is not compiled, also when nobody has validated it', (algorithm) => {
    const rule = { issuer: ISSUER, audience: 'a', jwksUri: 'https://x', algorithms: [algorithm as 'RS256'] };
    expect(() => compileToken(rule)).toThrow(`"${algorithm}" is no algorithm`);
  });
});

describe('the bearer token of a request', () => {
  const header = (value: string, name = 'Authorization') => bearerOf(restV1({ headers: { [name]: value } }));
  const malformed = { kind: 'invalid', reason: 'malformed' };

  it.each([
    ['Bearer abc', 'abc'],
    ['bearer   abc ', 'abc'],
    ['Basic dXNlcjpwYXNz', undefined],
    ['Bearers abc', undefined],
  ])('of "%s" is %s', (value, token) => {
    expect(header(value)).toBe(token);
  });

  it('may not be empty', () => {
    expect([header('Bearer'), header('Bearer ')]).toEqual([malformed, malformed]);
  });

  it('is found whatever the case of the header', () => {
    expect(header('Bearer abc', 'AUTHORIZATION')).toBe('abc');
    expect(bearerOf(httpV2({ headers: { Authorization: 'Bearer abc' } }))).toBe('abc');
  });

  it('is one: of two, nobody knows which the function will look at', () => {
    const event = restV1();
    event.headers = { authorization: 'Bearer one' };
    event.multiValueHeaders = { authorization: ['Bearer one', 'Bearer two'] };
    expect(bearerOf(event)).toEqual(malformed);
    event.multiValueHeaders = { Authorization: ['Bearer one'] };
    expect(bearerOf(event)).toBe('one');
  });

  it.each([[undefined], [null], [{}], [{ headers: 7 }], [{ headers: { authorization: { a: 1 } } }]])(
    'is none in %o',
    (event) => {
      expect(bearerOf(event)).toBeUndefined();
    },
  );
});

describe('what the gateway has verified', () => {
  it('says who the caller is', () => {
    const claims = { sub: 'ada', scope: 'a b' };
    expect(gatewayPrincipalOf(httpV2({ claims }))).toEqual({ id: 'ada', by: 'gateway', claims });
    expect(gatewayPrincipalOf(restV1({ claims }))).toEqual({ id: 'ada', by: 'gateway', claims });
  });

  it.each([[httpV2()], [restV1()], [httpV2({ claims: { sub: '' } })], [{}], [undefined]])(
    'is nothing in %o',
    (event) => {
      expect(gatewayPrincipalOf(event)).toBeUndefined();
    },
  );
});
