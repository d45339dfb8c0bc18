import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../../middleware/kernel/glob.ts';
import { compileResources } from '../../../middleware/kernel/resources.ts';
import type { Trigger } from '../../../middleware/kernel/trigger.ts';

const http = (method: string, path: string): Trigger => ({ kind: 'http', face: 'http-v2', method, path, source: '' });
const queue = (source: string): Trigger => ({ kind: 'queue', face: 'sqs', method: '', path: '', source });

describe('resources', () => {
  const table = compileResources({
    apiVersion: 'flyball/v1',
    service: 'orders',
    resources: {
      orders: { match: { path: '/orders*' } },
      'read-order': { match: { method: 'GET', path: '/orders/{id}' } },
      'create-order': { match: { method: 'POST', path: '/orders' } },
      settlement: { match: { trigger: 'queue', source: 'settlement' } },
      queues: { match: { trigger: 'queue' } },
      nightly: { match: { function: 'flyball-*-nightly' } },
    },
  });
  const of = (trigger: Trigger, name = 'fn') => table.of(trigger, name).name;

  it.each([
    [http('POST', '/orders'), 'create-order'],
    [http('GET', '/orders/17'), 'read-order'],
    [http('GET', '/orders/17/items'), 'orders'],
    [http('GET', '/orders/'), 'orders'],
    [http('PUT', '/orders/17'), 'orders'],
    [http('GET', '/elsewhere'), 'default'],
    [queue('settlement'), 'settlement'],
    [queue('other'), 'queues'],
  ])('%o meets the most specific match, %s', (trigger, expected) => {
    expect(of(trigger)).toBe(expected);
  });

  it('matches by function name', () => {
    expect(of({ ...queue(''), kind: 'schedule' }, 'flyball-prod-nightly')).toBe('nightly');
  });

  it('reads the names in braces from a path', () => {
    expect(table.of(http('GET', '/orders/17'), 'fn').pathParameter('/orders/17', 'id')).toBe('17');
    expect(table.of(http('GET', '/orders/17'), 'fn').pathParameter('/orders/17', 'sku')).toBeUndefined();
  });
});

describe('a name in braces', () => {
  it.each([
    ['an exact path', '/orders/new', '/orders/new'],
    ['a longer prefix', '/orders/new*', '/orders/new-one'],
  ])('gives way to %s, however long the name is', (_what, path, request) => {
    const table = compileResources({
      apiVersion: 'flyball/v1',
      service: 'orders',
      resources: { template: { match: { path: '/orders/{order-identifier}' } }, fixed: { match: { path } } },
    });
    expect(table.of(http('GET', request), 'fn').name).toBe('fixed');
    expect(table.of(http('GET', '/orders/17'), 'fn').name).toBe('template');
  });
});

describe('globs', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'ab', false],
    ['a*', 'abc', true],
    ['*c', 'abc', true],
    ['a*c', 'abbc', true],
    ['a*c', 'ac', true],
    ['ab*ba', 'aba', false],
    ['*b*d*', 'abcde', true],
    ['*d*b*', 'abcde', false],
    ['*', '', true],
    ['a*b*b', 'ab', false],
    ['gold-*', 'silver-1', false],
  ])('%s against %s is %s', (pattern, text, expected) => {
    expect(compileGlob(pattern)(text)).toBe(expected);
  });
});
