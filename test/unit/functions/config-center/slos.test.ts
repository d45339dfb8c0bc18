// What rules may promise.
import { describe, expect, it } from 'vitest';
import { neededVersion, newFieldsOf } from '../../../../functions/config-center/since.ts';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

const resources = {
  'create-order': { match: { method: 'POST', path: '/orders' } },
  'read-order': { match: { method: 'GET', path: '/orders/{id}' } },
};

function errorsOf(slos: unknown): string[] {
  const result = validateDocument('orders', { apiVersion: 'flyball/v1', service: 'orders', resources, slos });
  return result.valid ? [] : result.errors.map(({ path, reason }) => `${path}: ${reason}`);
}

describe('objectives', () => {
  it.each([
    [{ available: { objective: '99.9%' } }],
    [{ fast: { objective: '95%', latency: '300ms', window: '7d' } }],
    [{ fast: { objective: '99%', latency: '14m' }, faster: { objective: '50%', latency: '5m' } }],
    [{ orders: { objective: '99.95%', resources: ['create-order', 'default'], window: '28d' } }],
  ])('may be %o', (slos) => {
    expect(errorsOf(slos)).toEqual([]);
  });

  it.each([
    [{ perfect: { objective: '100%' } }, '/slos/perfect/objective'],
    [{ low: { objective: '49%' } }, '/slos/low/objective'],
    [{ none: {} }, '/slos/none/objective'],
    [{ month: { objective: '99%', window: '31d' } }, '/slos/month/window'],
    [{ fast: { objective: '99%', latency: 'soon' } }, '/slos/fast/latency'],
    [{ all: { objective: '99%', resources: [] } }, '/slos/all/resources'],
    [{ all: { objective: '99%', target: '1' } }, '/slos/all/target'],
  ])('are not %o', (slos, path) => {
    expect(errorsOf(slos).map((error) => error.split(': ')[0])).toEqual([path]);
  });

  it('are of resources that exist', () => {
    expect(errorsOf({ all: { objective: '99%', resources: ['create-order', 'pay', 'create-order'] } })).toEqual([
      '/slos/all/resources/1: there is no resource "pay"; there are create-order, read-order',
      '/slos/all/resources/2: "create-order" stands here twice',
    ]);
  });

  it.each(['15m', '1h'])('are of a latency that an invocation can exceed: not %s', (latency) => {
    expect(errorsOf({ fast: { objective: '99%', latency } })).toEqual([
      `/slos/fast/latency: ${latency} is as long as an invocation can last (15m): nothing would be bad`,
    ]);
  });

  it.each([
    [{ objective: '99.9%' }, { objective: '99.90%', window: '30d' }],
    [
      { objective: '99%', latency: '1s', resources: ['read-order', 'create-order'] },
      { objective: '99%', latency: '1000ms', resources: ['create-order', 'read-order'] },
    ],
  ])('are promised once: %o is %o', (one, other) => {
    expect(errorsOf({ one, other })).toEqual(['/slos/other: promises the same as "one"; leave one of them out']);
  });

  it('may differ in their windows alone', () => {
    expect(errorsOf({ week: { objective: '99%', window: '7d' }, month: { objective: '99%' } })).toEqual([]);
  });

  it('need a library that knows them', () => {
    const document = { apiVersion: 'flyball/v1', service: 'orders', slos: { all: { objective: '99%' } } };
    expect(neededVersion(newFieldsOf(document))).toBe('0.3.0');
  });
});
