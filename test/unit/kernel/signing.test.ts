// Signatures of calls between services: one good one, and every way of being wrong that an attacker may try.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSigningKeys, type SigningKeys } from '../../../middleware/kernel/signing/keys.ts';
import { checkSignature, signatureOf, type Call } from '../../../middleware/kernel/signing/signature.ts';
import { signedText, type SignedRequest } from '../../../middleware/kernel/signing/signed-text.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const LEEWAY_MS = 5_000;
const secret = (letter: string) => Buffer.alloc(32, letter).toString('base64url');
const keysOf = (current: string, ...kids: string[]): SigningKeys =>
  parseSigningKeys(JSON.stringify({ current, keys: kids.map((kid) => ({ kid, k: secret(kid) })) }));
const keys = keysOf('a', 'a', 'b');

const request: SignedRequest = {
  method: 'POST',
  path: '/payments/charges',
  query: [['dry', 'yes']],
  headers: [
    ['x-flyball-deadline', String(NOW + 1_000)],
    ['x-flyball-attempt', '1'],
    ['accept', 'application/json'],
  ],
};
const call: Call = { caller: 'orders', callee: 'payments', request, body: '{"amount":5}' };
const good = signatureOf(keys, call, NOW);

const check = (signature: string, changed: Partial<Call> = {}, by = keys, nowMs = NOW) =>
  checkSignature(signature, by, { ...call, ...changed }, nowMs, LEEWAY_MS);
const asked = (changed: Partial<SignedRequest>): Partial<Call> => ({ request: { ...request, ...changed } });
const unsigned = (reason: string) => ({ kind: 'unsigned', reason });

/** A signature with claims that somebody who has the key has chosen. */
function forged(claims: object, key = 'a'): string {
  const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
  const mac = createHmac('sha256', Buffer.alloc(32, key)).update(signedText(text, request)).digest('base64url');
  return `v1.${text}.${mac}`;
}
const seconds = NOW / 1000;
const claims = { k: 'a', f: 'orders', t: 'payments', i: seconds, e: seconds + 30 };

describe('a signature', () => {
  it('says which service calls', () => {
    expect(check(good)).toEqual({ kind: 'signed', caller: 'orders' });
  });

  it('fits in a header and gives no key away', () => {
    expect(good.length).toBeLessThan(400);
    expect(good).toMatch(/^v1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/);
    expect(good).not.toContain(secret('a'));
  });

  it.each<[string, Partial<Call>, string]>([
    ['another method', asked({ method: 'PUT' }), 'signature'],
    ['another path', asked({ path: '/payments/refunds' }), 'signature'],
    ['a path in another case', asked({ path: '/Payments/charges' }), 'signature'],
    ['a path with a slash more', asked({ path: '//payments/charges' }), 'signature'],
    ['another query', asked({ query: [['dry', 'no']] }), 'signature'],
    ['a query more', asked({ query: [...request.query, ['all', '1']] }), 'signature'],
    ['no query', asked({ query: [] }), 'signature'],
    [
      'a later deadline',
      asked({
        headers: [
          ['x-flyball-deadline', String(NOW + 9_000)],
          ['x-flyball-attempt', '1'],
        ],
      }),
      'signature',
    ],
    ['a header of ours more', asked({ headers: [...request.headers, ['X-Flyball-Retry', 'never']] }), 'signature'],
    ['a header of ours twice', asked({ headers: [...request.headers, ['X-FLYBALL-ATTEMPT', '1']] }), 'signature'],
    [
      'an idempotency key that was not sent',
      asked({ headers: [...request.headers, ['idempotency-key', 'x']] }),
      'signature',
    ],
    ['another body', { body: '{"amount":50000}' }, 'body'],
    ['no body', { body: undefined }, 'body'],
    ['another callee', { callee: 'refunds' }, 'callee'],
  ])('is not good for %s', (_what, changed, reason) => {
    expect(check(good, changed)).toEqual(unsigned(reason));
  });

  it.each<[string, Partial<Call>]>([
    [
      'headers of others, which gateways add',
      asked({ headers: [...request.headers, ['x-forwarded-for', '203.0.113.7']] }),
    ],
    [
      'header names in another case',
      asked({ headers: request.headers.map(([name, value]) => [name.toUpperCase(), ` ${value} `]) }),
    ],
    ['a path that a gateway has encoded', asked({ path: '/payments/%63harges' })],
    ['bytes of the same text', { body: Buffer.from('{"amount":5}') }],
    ['a method in lower case', asked({ method: 'post' })],
  ])('is good for %s', (_what, changed) => {
    expect(check(good, changed)).toMatchObject({ kind: 'signed' });
  });

  it.each([
    [-5_001, 'early'],
    [-5_000, undefined],
    [34_999, undefined],
    [35_000, 'expired'],
    [3_600_000, 'expired'],
  ])('%i ms after it was made is %s', (ms, reason) => {
    expect(check(good, {}, keys, NOW + ms)).toMatchObject(reason === undefined ? { kind: 'signed' } : { reason });
  });

  it('without a body, as of a stream, is good for any', () => {
    const streamed = signatureOf(keys, { ...call, body: undefined }, NOW);
    expect(check(streamed, { body: 'whatever came' })).toMatchObject({ kind: 'signed' });
    expect(check(streamed, asked({ path: '/other' }))).toEqual(unsigned('signature'));
  });

  it.each<[string, object, string]>([
    ['lives longer than any should', { ...claims, e: seconds + 61 }, 'malformed'],
    ['lives for ever', { ...claims, e: Number.MAX_SAFE_INTEGER }, 'malformed'],
    ['names a caller that is no service', { ...claims, f: 'orders,admin' }, 'malformed'],
    ['names no caller', { ...claims, f: undefined }, 'malformed'],
    ['has times that are no numbers', { ...claims, i: '0', e: '99999999999' }, 'malformed'],
    ['was made in the future', { ...claims, i: seconds + 60, e: seconds + 90 }, 'early'],
    ['names another key than it is made with', { ...claims, k: 'b' }, 'signature'],
    ['names a key nobody has', { ...claims, k: 'none' }, 'key'],
    ['names what every object has for a key', { ...claims, k: '__proto__' }, 'key'],
    ['chooses an algorithm of its own', { ...claims, alg: 'none', b: '' }, 'body'],
  ])('that %s is not believed', (_what, said, reason) => {
    expect(check(forged(said))).toEqual(unsigned(reason));
  });

  it.each([
    '',
    'v1',
    'v1..',
    good.slice(0, -1),
    `${good}A`,
    good.replace('v1.', 'v2.'),
    good.replace('v1.', 'V1.'),
    ` ${good}`,
    `${good},${good}`,
    `v1.${Buffer.from('null').toString('base64url')}.${'A'.repeat(43)}`,
    `v1.${Buffer.from('not json').toString('base64url')}.${'A'.repeat(43)}`,
    `v1.${'A'.repeat(20_000)}.${'A'.repeat(43)}`,
    `${good.split('.').slice(0, 2).join('.')}.`,
  ])('that is none is not one: %.60s', (text) => {
    expect(check(text)).toEqual(unsigned('malformed'));
  });

  it('that differs in any character is not believed', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom('A', 'z', '_', '.', '0'), (at, letter) => {
        fc.pre(good[at] !== letter);
        const changed = good.slice(0, at) + letter + good.slice(at + 1);
        // Of the last character two bits are padding: what decodes to the same is still compared as text.
        expect(check(changed).kind).toBe('unsigned');
      }),
    );
  });
});

describe('what is signed', () => {
  it('is the same however often gateways have decoded it, in whatever order', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ä', ' ', '/', '&', '=', '%', '%41', '+'), maxLength: 8 });
    fc.assert(
      fc.property(text, fc.array(fc.tuple(text, text), { maxLength: 4 }), (path, query) => {
        const sent = {
          ...request,
          path: `/${encodeURIComponent(path)}`,
          query: query.map(([n, v]) => [encodeURIComponent(n), encodeURIComponent(v)] as const),
        };
        const received = { ...request, path: `/${path}`, query: [...query].reverse() };
        expect(signedText('c', received)).toBe(signedText('c', sent));
      }),
    );
  });

  it('keeps apart what looks alike when it is put together', () => {
    const one = signedText('c', { ...request, query: [['a', 'b&c=d']] });
    const other = signedText('c', {
      ...request,
      query: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    });
    expect(one).not.toBe(other);
  });
});

describe('rotation', () => {
  it('believes the last, the current and the next key, and none that is gone', () => {
    const next = keysOf('b', 'a', 'b');
    expect(check(good, {}, next)).toMatchObject({ kind: 'signed' });
    expect(check(signatureOf(next, call, NOW))).toMatchObject({ kind: 'signed' });
    expect(check(good, {}, keysOf('b', 'b'))).toEqual(unsigned('key'));
  });

  it('does not believe another key under the same name', () => {
    const other = parseSigningKeys(JSON.stringify({ current: 'a', keys: [{ kid: 'a', k: secret('z') }] }));
    expect(check(good, {}, other)).toEqual(unsigned('signature'));
  });
});

describe('signing keys', () => {
  const key = { kid: 'a', k: secret('a') };
  it.each<[unknown, string]>([
    ['secret-but-no-json', 'are no JSON'],
    [null, '1 to 4 "keys" in a list'],
    [{ current: 'a', keys: [] }, '1 to 4 "keys" in a list'],
    [{ current: 'a', keys: Array.from({ length: 5 }, () => key) }, '1 to 4 "keys" in a list'],
    [{ current: 'a', keys: [{ k: key.k }] }, 'signing key 1 has no "kid"'],
    [{ current: 'a', keys: [key, key] }, 'signing key 2 has the same "kid"'],
    [{ current: 'a', keys: [{ kid: 'a', k: 'not base64!' }] }, 'signing key 1 has no "k" in base64url'],
    [{ current: 'a', keys: [{ kid: 'a', k: 'c2hvcnQ' }] }, 'signing key 1 has 5 bytes; 32 to 128 are taken'],
    [{ current: 'b', keys: [key] }, 'no "current" that is the "kid" of one'],
    [{ keys: [key] }, 'no "current" that is the "kid" of one'],
  ])('%j say what is wrong, and nothing of what they hold', (value, reason) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    let said = '';
    try {
      parseSigningKeys(text);
    } catch (error) {
      said = error instanceof Error ? error.message : '';
    }
    expect(said).toContain(reason);
    expect(said).not.toContain('secret-but');
    expect(said).not.toContain(key.k);
  });
});
