// What a rule says of when it opens, compiled: defaults follow what the rule does say.
import { describe, expect, it } from 'vitest';
import { breakerSettings } from '../../../../middleware/breaker/settings.ts';
import type { BreakerRule } from '../../../../middleware/kernel/rules/document.ts';

const settings = (rule: BreakerRule) => breakerSettings(rule, {});

describe('when it opens', () => {
  it('has defaults', () => {
    expect(settings({})).toMatchObject({
      window: { kind: 'time', bucketMs: 3_000 },
      minimumCalls: 20,
      failureRate: 0.5,
      surge: { bucketMs: 100, failureRate: 0.5, minimumCalls: 20 },
      quorum: 'auto',
    });
  });

  it.each<[BreakerRule, object | undefined]>([
    [{ surge: 'off' }, undefined],
    [{ failureRate: '80%' }, { bucketMs: 100, failureRate: 0.8, minimumCalls: 20 }],
    [{ window: { time: '30s', minimumCalls: 500 } }, { bucketMs: 100, failureRate: 0.5, minimumCalls: 500 }],
    [{ window: { time: '30s', minimumCalls: 5 } }, { bucketMs: 100, failureRate: 0.5, minimumCalls: 20 }],
    [
      { surge: { time: '3s', failureRate: '90%', minimumCalls: 7 } },
      { bucketMs: 500, failureRate: 0.9, minimumCalls: 7 },
    ],
  ])('%j: its surge is %j', (rule, surge) => {
    expect(settings(rule).surge).toEqual(surge);
  });

  it('counts calls in ten segments, and needs no more of them than there are', () => {
    expect(settings({ window: { calls: 15 } })).toMatchObject({
      window: { kind: 'calls', segmentCalls: 2 },
      minimumCalls: 15,
    });
    expect(settings({ window: { calls: 100 } }).minimumCalls).toBe(20);
  });

  it('looks at 30 s where only the calls are said', () => {
    const { window, minimumCalls, surge } = breakerSettings({ window: { minimumCalls: 3 } }, {});
    const said = breakerSettings({ window: { time: '30s', minimumCalls: 3 } }, {});
    expect({ window, minimumCalls, surge }).toEqual({ window: said.window, minimumCalls: 3, surge: said.surge });
  });

  it('ignores what is named', () => {
    const { isIgnored } = settings({ ignored: [503, 'timeout'] });
    expect([isIgnored('503'), isIgnored('timeout'), isIgnored('500')]).toEqual([true, true, false]);
  });
});
