// What signals of quotas amount to: which share, until when, and when all of it is used up as fast as until then.
import { describe, expect, it } from 'vitest';
import { quotaCondition, quotas } from '../../../../../functions/alerting/signals/quotas.ts';
import type { ThrottleRule } from '../../../../../middleware/kernel/rules/document.ts';
import { Memory } from '../../../../../middleware/throttle/memory.ts';
import { compileThrottle } from '../../../../../middleware/throttle/rule.ts';
import type { UsageSignal } from '../../../../../store/items/usage-signals.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 21);
const NOW = START + 12 * HOUR;
const RULE: ThrottleRule = { algorithm: 'fixed-window', limit: '1000/day', key: ['client'] };
const { generation } = compileThrottle('daily', RULE, new Memory());

const signal = (more: Partial<UsageSignal> = {}): UsageSignal => ({
  ...{ service: 'orders', rule: 'daily', key: 'acme', generation, percent: 80, limit: 1000 },
  ...{ atMs: START + 8 * HOUR, startMs: START, endMs: START + 24 * HOUR, ...more },
});
const condition = (signals: readonly UsageSignal[], rule = RULE, nowMs = NOW) =>
  quotaCondition({ service: 'orders', nowMs, rules: { owner: 'team-orders' } }, { name: 'daily', rule }, signals);

describe('quotaCondition', () => {
  it.each([
    ['nothing is told', [], { firing: false, summary: 'daily is not near its limit' }],
    [
      'four fifths are used up fast',
      [signal()],
      {
        ...{ key: 'quota/orders/daily', firing: true, severity: 'deferred', since: START + 8 * HOUR },
        summary:
          'daily is used up to 80 % of 1000 (acme); as fast as that, all of it by 2026-11-21T10:00:00.000Z, before its window ends at 2026-11-22T00:00:00.000Z',
      },
    ],
    [
      'four fifths are used up slowly',
      [signal({ atMs: START + 20 * HOUR })],
      {
        severity: 'deferred',
        summary:
          'daily is used up to 80 % of 1000 (acme); as fast as that, it lasts until its window ends at 2026-11-22T00:00:00.000Z',
      },
    ],
    [
      'all of it is used up by two, and nearly by others',
      [
        signal({ key: 'a' }),
        signal({ percent: 100, key: 'b', atMs: START + 9 * HOUR }),
        signal({ percent: 100, key: 'c', atMs: START + 10 * HOUR }),
      ],
      {
        ...{ firing: true, severity: 'high', since: START + 9 * HOUR },
        summary: 'daily is used up (b, c): all 1000 until 2026-11-22T00:00:00.000Z',
      },
    ],
    ['half of it is used up', [signal({ percent: 50 })], { firing: false }],
    ['its window is over', [signal({ startMs: START - 24 * HOUR, endMs: START })], { firing: false }],
    ['it is of another rule', [signal({ rule: 'monthly' })], { firing: false }],
    ['it is of windows that the rule no longer has', [signal({ generation: 'old' })], { firing: false }],
    ['it is of a limit that is not in force', [signal({ limit: 500 })], { firing: false }],
  ])('%s', (_what, signals, expected) => {
    expect(condition(signals)).toMatchObject(expected);
  });

  it('ends with its window', () => {
    expect([
      condition([signal()], RULE, START + 24 * HOUR - 1).firing,
      condition([signal()], RULE, START + 24 * HOUR).firing,
    ]).toEqual([true, false]);
  });

  it('knows limits that some keys have', () => {
    const rule = { ...RULE, overrides: [{ match: { client: 'big-*' }, limit: '5000/day' }] };
    expect(condition([signal({ limit: 5000 })], rule)).toMatchObject({ firing: true });
  });

  it.each([
    ['three of its keys', ['a', 'b', 'c', 'd', 'e'], RULE, 'daily is used up (a, b, c and 2 more): all'],
    ['none where there is no key', [''], { ...RULE, key: undefined }, 'daily is used up: all'],
  ])('names %s', (_what, keys, rule, expected) => {
    const one = compileThrottle('daily', rule, new Memory()).generation;
    const { summary } = condition(
      keys.map((key) => signal({ key, percent: 100, generation: one })),
      rule,
    );
    expect(summary).toContain(expected);
  });
});

it.each<[string, Partial<ThrottleRule>, boolean]>([
  ['by itself', {}, true],
  ['that tells of more than four fifths', { notify: ['90%'] }, true],
  ['that tells of less alone', { notify: ['50%'] }, false],
  ['in shadow', { mode: 'shadow' }, false],
  ['of an instance', { scope: 'instance' }, false],
  ['of minutes', { limit: '10/min' }, false],
  ['that is a rate', { algorithm: 'token-bucket', limit: '10/s' }, false],
])('a quota %s is watched, or not', (_what, more, watched) => {
  expect(quotas.names({ throttles: { it: { ...RULE, ...more } } })).toEqual(watched ? ['it'] : []);
});
