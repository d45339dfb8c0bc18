// What a document may say of concurrency, and what is refused with which reason.
import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

const UUID = '14e0db71-0000-4000-8000-000000000001';
const resources = { pay: { match: { path: '/pay' } }, shard: { match: { trigger: 'stream' } } };

/** `path reason` of each error; none when it may be published. */
function errorsOf(concurrency: unknown): string[] {
  const validation = validateDocument('orders', {
    apiVersion: 'flyball/v1',
    service: 'orders',
    resources,
    concurrency,
  });
  return validation.valid ? [] : validation.errors.map(({ path, reason }) => `${path} ${reason}`);
}

const errorOf = (rule: object) => errorsOf({ writers: rule })[0] ?? '';

describe('a limit of concurrency', () => {
  it.each([
    [{ limit: 50 }],
    [{ limit: 1, resources: ['pay', 'shard', 'default'], maxWait: '30s', whenStoreFails: 'reject', mode: 'shadow' }],
    [{ limit: 5_000, scope: 'instance' }],
    [{ limit: 'adaptive', floor: 1, ceiling: 2 }],
    [{ limit: 5, actuate: { reservedConcurrency: { function: 'orders', min: 1, max: 1 } } }],
    [{ limit: 5, actuate: { maximumConcurrency: { eventSource: UUID, min: 2, max: 1_000 } } }],
  ])('may be %j', (rule) => {
    expect(errorsOf({ writers: rule })).toEqual([]);
  });

  it.each([
    [{}, '/concurrency/writers/limit', 'a whole number from 1 to 5000, or adaptive'],
    [{ limit: 0 }, '/concurrency/writers/limit', 'a whole number from 1 to 5000, or adaptive'],
    [{ limit: 'adapting' }, '/concurrency/writers/limit', 'a whole number from 1 to 5000, or adaptive'],
    [{ limit: 5, floor: 1 }, '/concurrency/writers/floor', 'means something with limit: adaptive alone'],
    [{ limit: 'adaptive', ceiling: 9 }, '/concurrency/writers/floor', 'say how many that is'],
    [{ limit: 'adaptive', floor: 9 }, '/concurrency/writers/ceiling', 'say how many that is'],
    [
      { limit: 'adaptive', floor: 9, ceiling: 9 },
      '/concurrency/writers/ceiling',
      'leaves no room above the floor of 9',
    ],
    [{ limit: 'adaptive', floor: 1, ceiling: 9, scope: 'instance' }, '/concurrency/writers/limit', 'leave scope out'],
    [{ limit: 5, maxWait: '31s' }, '/concurrency/writers/maxWait', 'at most 30s'],
    [{ limit: 5, resources: ['pays'] }, '/concurrency/writers/resources/0', 'there is no resource "pays"'],
    [{ limit: 5, resources: ['pay', 'pay'] }, '/concurrency/writers/resources/1', 'stands here twice'],
    [{ limit: 5, scope: 'instance', whenStoreFails: 'allow' }, '/concurrency/writers/whenStoreFails', 'never asks the'],
    [{ limit: 5, actuate: {} }, '/concurrency/writers/actuate', 'is empty'],
    [
      { limit: 5, scope: 'instance', actuate: { reservedConcurrency: { function: 'orders', min: 1, max: 2 } } },
      '/concurrency/writers/actuate',
      'sets limits of the whole fleet',
    ],
    [
      { limit: 5, actuate: { reservedConcurrency: { function: 'orders', min: 3, max: 2 } } },
      '/concurrency/writers/actuate/reservedConcurrency/max',
      '2 is less than min, which is 3',
    ],
    [
      { limit: 5, actuate: { maximumConcurrency: { eventSource: UUID, min: 1, max: 2 } } },
      '/concurrency/writers/actuate/maximumConcurrency/min',
      '',
    ],
    [
      { limit: 5, actuate: { reservedConcurrency: { function: 'or ders', min: 1, max: 2 } } },
      '/concurrency/writers/actuate/reservedConcurrency/function',
      'the name of a Lambda function',
    ],
    ...['config-center', 'flyball-prod-telemetry', 'arn:aws:lambda:x:000000000000:function:flyball-dev-authorizer'].map(
      (name): [object, string, string] => [
        { limit: 5, actuate: { reservedConcurrency: { function: name, min: 1, max: 2 } } },
        '/concurrency/writers/actuate/reservedConcurrency/function',
        `${name} is a function of the control plane, which no rule may limit`,
      ],
    ),
    [{ limit: 5, key: ['ip'] }, '/concurrency/writers', 'key'],
  ])('%j is refused at %s', (rule, path, reason) => {
    expect(errorOf(rule)).toMatch(new RegExp(`^${path}[ /]`));
    expect(errorOf(rule)).toContain(reason);
  });
});

describe('several', () => {
  it('may not set the same limit of AWS’s', () => {
    const actuate = { reservedConcurrency: { function: 'orders', min: 1, max: 2 } };
    expect(errorsOf({ a: { limit: 5, actuate }, b: { limit: 6, actuate } })).toEqual([
      '/concurrency/b/actuate/reservedConcurrency "a" sets that of orders already',
    ]);
    expect(errorsOf({ a: { limit: 5, actuate, mode: 'disabled' }, b: { limit: 6, actuate } })).toEqual([]);
  });

  const setting = (name: string) => ({
    limit: 5,
    actuate: { reservedConcurrency: { function: name, min: 1, max: 2 } },
  });
  const ARN = 'arn:aws:lambda:eu-central-1:000000000000:function:';

  it.each([
    ['orders', 'flyball-prod-orders'],
    ['flyball-prod-orders', 'orders'],
    ['orders', `${ARN}flyball-prod-orders`],
    ['flyball-prod-eu-orders', `${ARN}flyball-prod-eu-orders`],
  ])('that write one function as %s and %s are found out', (first, second) => {
    expect(errorsOf({ a: setting(first), b: setting(second) })).toEqual([
      `/concurrency/b/actuate/reservedConcurrency "a" sets that of ${first} already`,
    ]);
  });

  it.each([
    ['settlement', 'flyball-prod-nightly-settlement'],
    ['orders', `${ARN}orders`],
    ['flyball-prod-orders', 'flyball-dev-orders'],
    [`${ARN}orders`, `${ARN.replace('central', 'west')}orders`],
  ])('that name %s and %s name two functions', (first, second) => {
    expect(errorsOf({ a: setting(first), b: setting(second) })).toEqual([]);
  });

  it('of the fleet are four at most for a resource: each costs two writes', () => {
    const rules = (count: number, rule: object) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`r${i}`, rule]));
    expect(errorsOf(rules(4, { limit: 5 }))).toEqual([]);
    expect(errorsOf(rules(5, { limit: 5 }))[0]).toContain(
      '5 rules of the fleet apply to every resource, at most 4 may',
    );
    expect(errorsOf(rules(5, { limit: 5, resources: ['pay'] }))[0]).toContain('apply to resource "pay"');
    expect(errorsOf(rules(5, { limit: 5, scope: 'instance' }))).toEqual([]);
  });
});
