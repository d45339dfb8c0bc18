// What a throttle's rule may say of single requests: how long they are held, what they cost, what they are told.
import { describe, expect, it } from 'vitest';
import { neededVersion, newFieldsOf } from '../../../../functions/config-center/since.ts';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

const base = { apiVersion: 'flyball/v1', service: 'orders' };
const resources = {
  web: { match: { trigger: 'http', path: '/orders' } },
  queue: { match: { trigger: 'queue', source: 'settlement' } },
  direct: { match: { trigger: 'direct' } },
};

function errorsOf(rule: object): string[] {
  const result = validateDocument('orders', { ...base, resources, throttles: { subject: rule } });
  return result.valid
    ? []
    : result.errors.map(({ path, reason }) => `${path.replace('/throttles/subject', '')}: ${reason}`);
}

const leaky = { algorithm: 'leaky-bucket', limit: '10/s', maxWait: '2s' };

describe('holding', () => {
  it.each([
    [leaky],
    [{ ...leaky, limit: '0.5/s' }],
    [{ ...leaky, burst: 3 }],
    [{ ...leaky, burst: 1, scope: 'instance' }],
    [{ ...leaky, overrides: [{ match: { client: 'gold-*' }, limit: '100/s', burst: 14 }], key: ['client'] }],
  ])('may be %o', (rule) => {
    expect(errorsOf(rule)).toEqual([]);
  });

  it.each<[object, string]>([
    [
      { ...leaky, maxWait: undefined },
      '/maxWait: a leaky-bucket holds requests until their turn: say how long at most, for example maxWait: 2s',
    ],
    [{ limit: '10/s', maxWait: '2s' }, '/maxWait: means something with algorithm: leaky-bucket alone'],
    [{ ...leaky, maxWait: '61s' }, '/maxWait: 61s is longer than any gateway waits; 60s is the most'],
    [
      { ...leaky, burst: 2 },
      '/burst: must be 3 or more for 10/s over a fleet, whose clocks differ: raise it, leave it out, or take scope: instance',
    ],
    [
      { ...leaky, key: ['client'], overrides: [{ match: { client: 'gold-*' }, limit: '100/s', burst: 13 }] },
      '/overrides/0/burst: must be 14 or more for 100/s over a fleet, whose clocks differ: raise it, leave it out, or take scope: instance',
    ],
  ])('is not %o', (rule, error) => {
    expect(errorsOf(JSON.parse(JSON.stringify(rule)) as object)).toEqual([error]);
  });
});

describe('cost', () => {
  it.each([
    [{ limit: '10/s', cost: 10 }],
    [{ limit: '10/s', cost: 'header:x-cost' }],
    [{ limit: '10/s', cost: 'query:weight', mostCost: 10 }],
    [{ limit: '10/s', cost: 'header:x-cost', resources: ['web', 'direct'] }],
    [{ limit: '10/s', cost: 2, resources: ['queue'] }],
  ])('may be %o', (rule) => {
    expect(errorsOf(rule)).toEqual([]);
  });

  it.each<[object, string]>([
    [{ limit: '10/s', cost: 11 }, '/cost: 11 is more than 10/s ever has at once, which is 10'],
    [{ ...leaky, burst: 5, cost: 4 }, '/cost: 4 is more than 10/s ever has at once, which is 3'],
    [
      { limit: '10/s', cost: 5, key: ['client'], overrides: [{ match: { client: 'x' }, limit: '4/s' }] },
      '/cost: 5 is more than 4/s ever has at once, which is 4',
    ],
    [
      { limit: '10/s', cost: 'header:x-cost', mostCost: 11 },
      '/mostCost: 11 is more than 10/s ever has at once, which is 10',
    ],
    [
      { limit: '10/s', cost: 2, mostCost: 3 },
      '/mostCost: means something where requests say their cost: with cost: header:NAME or query:NAME',
    ],
    [
      { limit: '10/s', cost: 'header:x-cost', resources: ['queue'] },
      '/cost: "header:x-cost" has no value in resource "queue": its events have none',
    ],
  ])('is not %o', (rule, error) => {
    expect(errorsOf(rule)).toEqual([error]);
  });

  it.each([[0], [1.5], ['x-cost'], ['claim:cost'], ['header:']])('is no %j', (cost) => {
    expect(errorsOf({ limit: '10/s', cost }).map((error) => error.split(':')[0])).toEqual(['/cost']);
  });
});

describe('headers', () => {
  it('are told to all, or to the refused', () => {
    expect(errorsOf({ limit: '10/s', headers: 'always', resources: ['web'] })).toEqual([]);
    expect(errorsOf({ limit: '10/s', headers: 'refused', resources: ['queue'] })).toEqual([]);
  });

  it('mean nothing to what has none', () => {
    expect(errorsOf({ limit: '10/s', headers: 'always', resources: ['web', 'queue'] })).toEqual([
      '/headers: means nothing for resource "queue": its answers have no headers',
    ]);
  });
});

describe('libraries that know nothing of it', () => {
  it.each([[{ algorithm: 'leaky-bucket', maxWait: '2s' }], [{ cost: 2 }], [{ headers: 'always' }]])(
    'are not published %o',
    (fields) => {
      const rules = { throttles: { subject: { limit: '10/s', ...fields } } };
      expect(neededVersion(newFieldsOf({ ...base, ...rules }))).toBe('0.3.0');
    },
  );
});
