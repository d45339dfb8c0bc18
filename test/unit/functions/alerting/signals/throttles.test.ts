// When a throttle for all callers refuses too much: in each of three minutes, in numbers and in shares.
import { describe, expect, it } from 'vitest';
import { throttleCondition, throttles } from '../../../../../functions/alerting/signals/throttles.ts';
import type { RuleDocument } from '../../../../../middleware/kernel/rules/document.ts';

const UP_TO = Date.UTC(2026, 10, 21, 12);
const http = { match: { method: 'POST', path: '/orders' } } as const;
const rules: Partial<RuleDocument> = {
  owner: 'team-orders',
  resources: { create: http, settle: { match: { trigger: 'queue' } } },
  throttles: { all: { limit: '10/s' }, creating: { limit: '10/s', resources: ['create'] } },
};

/** A minute of 1000 requests, of which 100 are of `create`. */
const minute = (refusals: Record<string, number>) => ({
  subjects: {
    service: { outcomes: { ok: 900, refused: 100 }, refusals },
    'resource#create': { outcomes: { ok: 100 } },
  },
});
const condition = (name: string, refused: readonly number[], resource = 'create') =>
  throttleCondition(
    { service: 'orders', rules, upTo: UP_TO },
    name,
    refused.map((count) => minute({ [`throttle/${name}/${resource}`]: count, 'throttle/other/create': 500 })),
  );

describe('throttleCondition', () => {
  it.each([
    ['20 and 1 % in each of three minutes', 'all', [20, 20, 20], true],
    ['one fewer in one of them', 'all', [20, 19, 20], false],
    ['nothing at all in one of them', 'all', [500, 500], false],
    ['nothing', 'all', [], false],
    ['of the requests of its resources alone', 'creating', [20, 20, 20], true],
  ])('%s', (_what, name, refused, firing) => {
    expect(condition(name, refused)).toMatchObject({ firing, since: firing ? UP_TO - 180_000 : UP_TO });
  });

  it('asks for one in a hundred', () => {
    const of = (ok: number) =>
      throttleCondition(
        { service: 'orders', rules, upTo: UP_TO },
        'all',
        [1, 2, 3].map(() => ({ subjects: { service: { outcomes: { ok }, refusals: { 'throttle/all/create': 20 } } } })),
      );
    expect([of(2000).firing, of(2001).firing]).toEqual([true, false]);
  });

  it('leaves out messages of queues, which come again', () => {
    expect(condition('all', [100, 100, 100], 'settle')).toMatchObject({ firing: false });
  });

  it('says what it is of', () => {
    expect(condition('all', [20, 20, 20])).toMatchObject({
      ...{ key: 'throttle/orders/all', kind: 'throttle', owner: 'team-orders', severity: 'high' },
      summary: 'all refused 60 of 3000 requests in 3m',
    });
  });
});

it.each([
  ['all callers together', { limit: '10/s' }, ['it']],
  ['each caller', { limit: '10/s', key: ['client'] }, []],
  ['nobody: it is tried', { limit: '10/s', mode: 'shadow' }, []],
  ['a quota, which speaks itself', { limit: '10/day', algorithm: 'fixed-window' }, []],
  ['a quota of which nobody is told', { limit: '10/day', algorithm: 'fixed-window', notify: ['50%'] }, ['it']],
  ['windows of minutes', { limit: '10/min', algorithm: 'fixed-window' }, ['it']],
] as const)('is watched where it limits %s', (_whom, rule, names) => {
  const it = { ...rule, key: 'key' in rule ? [...rule.key] : [] } as NonNullable<RuleDocument['throttles']>[string];
  expect(throttles.names({ throttles: { it } })).toEqual(names);
});
