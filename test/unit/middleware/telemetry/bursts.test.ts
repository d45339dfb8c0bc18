import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../middleware/kernel/outcome.ts';
import type { AlertRule } from '../../../../middleware/kernel/rules/document.ts';
import { burstOf, Bursts } from '../../../../middleware/telemetry/bursts.ts';
import { mergeDetail } from '../../../../middleware/telemetry/merge-detail.ts';

const requests = (terms = {}): AlertRule => ({ when: { requests: { atLeast: 100, within: '1s', ...terms } } });
const failures: AlertRule = { when: { failures: { atLeast: 5, within: '10s' } } };
const idOf = (rule: AlertRule) => burstOf(rule)?.id ?? 'none';

describe('what is counted by the second', () => {
  it.each<[string, AlertRule, string, Outcome, number, boolean]>([
    ['any request', requests(), 'pay', 'ok', 1, true],
    ['a refused one', requests(), 'pay', 'refused', 1, true],
    ['one that took longer', requests({ slowerThan: '5s' }), 'pay', 'ok', 5_001, true],
    ['one that took as long', requests({ slowerThan: '5s' }), 'pay', 'ok', 5_000, false],
    ['a refused one that took longer', requests({ slowerThan: '5s' }), 'pay', 'refused', 9_000, false],
    ['one of its resources', { ...requests(), resources: ['pay'] }, 'pay', 'ok', 1, true],
    ['one of another resource', { ...requests(), resources: ['pay'] }, 'read', 'ok', 1, false],
    ['a failure', failures, 'pay', '503', 1, true],
    ['a timeout', failures, 'pay', 'timeout', 1, true],
    ['what a caller did wrong', failures, 'pay', '404', 1, false],
    ['what the business refused', failures, 'pay', 'business:DECLINED', 1, false],
  ])('%s', (_what, rule, resource, outcome, ms, expected) => {
    expect(burstOf(rule)?.matches(resource, outcome, ms)).toBe(expected);
  });

  it.each<[string, AlertRule]>([
    ['of minutes', requests({ within: '1m' })],
    ['of too few', { when: { requests: { below: 5, within: '1s' } } }],
    ['of latencies', { when: { latency: { percentile: 99, above: '1s', minimumCalls: 5, within: '5m' } } }],
  ])('nothing for rules %s', (_what, rule) => {
    expect(burstOf(rule)).toBeUndefined();
  });

  it('is the same for rules that only ask for more of it, or within longer', () => {
    expect(idOf(requests({ atLeast: 7, within: '9s' }))).toBe(idOf(requests()));
    expect(idOf({ ...requests(), resources: ['b', 'a'] })).toBe(idOf({ ...requests(), resources: ['a', 'b'] }));
    const others = [requests(), requests({ slowerThan: '5s' }), failures, { ...requests(), resources: ['a'] }];
    expect(new Set(others.map(idOf)).size).toBe(others.length);
  });
});

describe('an instance', () => {
  const alerts = { slow: requests({ slowerThan: '5s' }), same: requests({ slowerThan: '5s', within: '3s' }), failures };

  it('counts each request once, in the second it ended in', () => {
    const bursts = new Bursts();
    for (const at of [10_999, 10_000, 12_000]) bursts.record(alerts, 'pay', 'ok', at, 6_000);
    bursts.record(alerts, 'pay', 'error', 12_000, 6_000);
    expect(bursts.read(0)).toEqual({
      [idOf(alerts.slow)]: [
        [10, 2],
        [12, 2],
      ],
      [idOf(failures)]: [[12, 1]],
    });
    expect(bursts.read(7_200_400)).toMatchObject({ [idOf(failures)]: [[7_212, 1]] });
    bursts.clear();
    expect(bursts.read(0)).toBeUndefined();
  });

  it('counts nothing when no rule asks for it', () => {
    const bursts = new Bursts();
    bursts.record(undefined, 'pay', 'error', 1_000, 9_000);
    bursts.record({ slow: requests({ slowerThan: '5s', within: '1m' }) }, 'pay', 'error', 1_000, 9_000);
    expect(bursts.read(0)).toBeUndefined();
  });

  it('keeps the latest two minutes, however long its own lasts', () => {
    const bursts = new Bursts();
    for (let second = 0; second < 500; second++) bursts.record(alerts, 'pay', 'error', second * 1_000, 1);
    const kept = bursts.read(0)?.[idOf(failures)];
    expect(kept).toHaveLength(120);
    expect(kept?.[0]).toEqual([380, 1]);
  });

  it('adds up two minutes that are put as one', () => {
    const [a, b] = [{ bursts: { x: [[1, 2] as const] } }, { bursts: { x: [[1, 1] as const, [2, 5] as const] } }];
    expect(mergeDetail(a, b).bursts).toEqual({
      x: [
        [1, 3],
        [2, 5],
      ],
    });
  });
});
