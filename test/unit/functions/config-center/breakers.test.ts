// Which keys and which resources a breaker can have when it is published.
import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

function errorsOf(document: object): string[] {
  const validation = validateDocument('shop', { apiVersion: 'flyball/v1', service: 'shop', ...document });
  return validation.valid ? [] : validation.errors.map(({ path, reason }) => `${path}: ${reason}`);
}

const called = (key: readonly string[]) =>
  errorsOf({
    resources: { one: { match: { path: '/orders/{id}' } } },
    dependencies: { payments: { breaker: { key } } },
  });
const asked = (match: object, key?: readonly string[]) =>
  errorsOf({ resources: { one: { match, breaker: key ? { key } : {} } } });

describe('the key of a dependency’s breaker', () => {
  it.each([
    [['client']],
    [['operation', 'header:x-api-key']],
    [['call']],
    [['query:tenant', 'path:id', 'claim:org', 'client']],
  ])('may be %j', (key) => {
    expect(called(key)).toEqual([]);
  });

  it.each([
    [['ip'], '/dependencies/payments/breaker/key/0: one of operation, client, call, header:NAME'],
    [[], '/dependencies/payments/breaker/key'],
    [['call', 'call'], '/dependencies/payments/breaker/key/1: "call" stands here twice'],
    [['client', 'call', 'operation', 'path:a', 'path:b'], '/dependencies/payments/breaker/key'],
  ])('is not %j', (key, reason) => {
    expect(called(key)).toEqual([expect.stringContaining(reason)]);
  });
});

describe('a resource’s breaker', () => {
  it.each<[object, readonly string[] | undefined]>([
    [{ path: '/orders' }, undefined],
    [{ trigger: 'queue', source: 'settlement' }, undefined],
    [{ path: '/tenants/{tenant}' }, ['path:tenant', 'client']],
    [{ function: 'shop-*' }, ['client']],
  ])('may stand on %j with the key %j', (match, key) => {
    expect(asked(match, key)).toEqual([]);
  });

  it.each<[object, readonly string[] | undefined, string]>([
    [{ trigger: 'stream' }, undefined, '/resources/one/breaker: a refusal stops a stream’s whole shard'],
    [{ path: '/orders' }, ['call'], '/resources/one/breaker/key/0: call is of what a service calls'],
    [{ path: '/orders' }, ['operation'], '/resources/one/breaker/key/0: operation is of what a service calls'],
    [{ path: '/orders' }, ['path:tenant'], '/resources/one/breaker/key/0: its path has no {tenant}'],
    [{ trigger: 'queue', source: 'q' }, ['client'], '/resources/one/breaker/key/0: has no value here: queue events'],
  ])('does not stand on %j with the key %j', (match, key, reason) => {
    expect(asked(match, key)).toEqual([expect.stringContaining(reason)]);
  });

  it('is checked as that of a dependency', () => {
    const breaker = { failureRate: '0%', openFor: { initial: '2m', max: '1m' } };
    expect(errorsOf({ resources: { one: { match: { path: '/a' }, breaker } } })).toEqual([
      expect.stringContaining('/resources/one/breaker/failureRate'),
      expect.stringContaining('/resources/one/breaker/openFor/initial'),
    ]);
  });
});
