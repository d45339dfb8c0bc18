// Whose bucket an invocation meets, and how its name stands in the table.
import { describe, expect, it } from 'vitest';
import { compileKey, hash, storedKey } from '../../../middleware/kernel/key.ts';
import * as events from '../../support/events.ts';
import { testInstance, testInvocation } from '../../support/instance.ts';

const rules = { resources: { order: { match: { path: '/orders/{id}' } } } };
const web = events.httpV2({
  path: '/orders/42',
  headers: { 'X-Api-Key': 'secret-key-1' },
  query: { tenant: 'acme' },
  claims: { sub: 'ada' },
  pathParameters: { proxy: 'p-1' },
});

function keyOf(names: string[], event: unknown): string {
  return storedKey(names, compileKey(names)(testInvocation(testInstance({ rules }), event)));
}

it.each<[string, string[], unknown, string]>([
  ['no key', [], web, '(all)'],
  ['the verified client, for now the caller address', ['client'], web, '203.0.113.7'],
  ['an address', ['ip'], web, '203.0.113.7'],
  ['an IPv6 address', ['ip'], events.httpV2({ sourceIp: '2001:db8::1' }), '2001:db8::1'],
  ['a header', ['header:X-API-Key'], web, `~${hash('secret-key-1')}`],
  ['a query parameter', ['query:tenant'], web, `~${hash('acme')}`],
  ['a claim', ['claim:sub'], web, `~${hash('ada')}`],
  ['a part of the path', ['path:id'], web, '42'],
  ['a part of the path the gateway found', ['path:proxy'], web, 'p-1'],
  ['a queue', ['source'], events.sqs(), 'settlement'],
  ['several', ['ip', 'header:x-api-key'], web, `203.0.113.7,~${hash('secret-key-1')}`],
  ['a missing value', ['header:x-other'], web, '(none)'],
  ['missing values among others', ['path:nothing', 'ip'], web, '(none),203.0.113.7'],
  ['no source', ['source'], web, '(none)'],
])('%s', (_name, names, event, key) => {
  expect(keyOf(names, event)).toBe(key);
});

describe('values that could be mistaken for something else', () => {
  it.each([['(none)'], ['(all)'], ['a#b'], ['x'.repeat(65)], ['a,b'], [`~${hash('secret')}`], ['ü'], ['']])(
    '%j is hashed',
    (value) => {
      const key = storedKey(['path:id'], value);
      expect(key).toMatch(/^~[A-Za-z0-9_-]{22}$/);
    },
  );

  it('a caller cannot join two parts into another key', () => {
    const split = (a: string, b: string) => keyOf(['query:a', 'query:b'], events.httpV2({ query: { a, b } }));
    expect(split('x\u0001y', 'z')).not.toBe(split('x', 'y\u0001z'));
  });
});

describe('a long value', () => {
  const long = (end: string) => 'x'.repeat(9_000) + end;
  const query = (a: string, b = 'b') => events.httpV2({ query: { a, b } });
  const raw = (names: string[], event: unknown) => compileKey(names)(testInvocation(testInstance({ rules }), event));

  it.each([[['query:a']], [['query:a', 'query:b']]])(
    'by %j takes little memory and has a bucket of its own',
    (names) => {
      const keys = [long('1'), long('2'), 'short'].map((a) => raw(names, query(a, long('3'))));
      expect(new Set(keys).size).toBe(3);
      for (const key of keys) expect(key.length).toBeLessThanOrEqual(64 * names.length);
    },
  );

  it('has the same bucket in the store at every instance', () => {
    expect(keyOf(['query:a'], query(long('1')))).toBe(`~${hash(long('1'))}`);
    expect(keyOf(['query:a', 'query:b'], query(long('1')))).toBe(`~${hash(long('1'))},~${hash('b')}`);
  });

  it.each(['\u0000', `\u0002${hash(long('1'))}`, `\u0001\u0002${hash(long('1'))}`])(
    'or the lack of one is not taken for %j',
    (forged) => {
      for (const names of [['query:a'], ['query:a', 'query:b']]) {
        const others = [raw(names, query(long('1'))), raw(names, events.httpV2({ query: { b: 'b' } }))];
        expect(others).not.toContain(raw(names, query(forged)));
      }
    },
  );
});

it('refuses a key it does not know, naming it', () => {
  expect(() => compileKey(['cookie:session'])).toThrow(/"cookie:session" is no part of a key/);
});
