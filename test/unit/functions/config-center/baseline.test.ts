import { describe, expect, it } from 'vitest';
import { breachesOf } from '../../../../functions/config-center/baseline/guardrails.ts';
import { withDefaults } from '../../../../functions/config-center/baseline/merge.ts';
import type { Guardrail } from '../../../../functions/config-center/baseline/schema.ts';

describe('defaults', () => {
  const defaults = {
    owner: 'platform',
    telemetry: { slow: '2s', sample: '1%' },
    throttles: { everyone: { limit: '100/s', burst: 10 }, '*': { mode: 'shadow', burst: 5 } },
    dependencies: { '*': { breaker: { failureRate: '50%' } } },
  };

  it.each<[string, unknown, unknown]>([
    [
      'a section that is left out, but no rule of no name',
      {},
      {
        owner: 'platform',
        telemetry: { slow: '2s', sample: '1%' },
        throttles: { everyone: { limit: '100/s', burst: 10, mode: 'shadow' } },
      },
    ],
    [
      'fields that are left out',
      { owner: 'mine', telemetry: { slow: '5s' }, throttles: { everyone: { limit: '1/s' }, some: { limit: '2/s' } } },
      {
        owner: 'mine',
        telemetry: { slow: '5s', sample: '1%' },
        throttles: {
          everyone: { limit: '1/s', burst: 10, mode: 'shadow' },
          some: { limit: '2/s', burst: 5, mode: 'shadow' },
        },
      },
    ],
    [
      'nothing within a field that is there',
      { ...defaults, throttles: {}, dependencies: { payments: { breaker: { window: { calls: 10 } } } } },
      {
        ...defaults,
        throttles: { everyone: { limit: '100/s', burst: 10, mode: 'shadow' } },
        dependencies: { payments: { breaker: { window: { calls: 10 } } } },
      },
    ],
    [
      'nothing where a rule or a section is none',
      { ...defaults, throttles: { everyone: 3 }, dependencies: [] },
      { ...defaults, throttles: { everyone: 3 }, dependencies: [] },
    ],
    ['nothing to what is no document', 'orders', 'orders'],
  ])('are %s', (_what, document, whole) => {
    expect(withDefaults(document, defaults)).toEqual(whole);
  });

  it('leave what they are given as it is', () => {
    const document = Object.freeze({ throttles: Object.freeze({ everyone: Object.freeze({ limit: '1/s' }) }) });
    withDefaults(document, Object.freeze(defaults));
    expect(document).toEqual({ throttles: { everyone: { limit: '1/s' } } });
  });
});

describe('a guardrail', () => {
  const document = {
    owner: 'shop',
    resources: {
      pay: { match: { path: '/pay' }, deadline: { timeout: '40s' } },
      lines: { match: { trigger: 'queue', source: 'lines' } },
    },
    throttles: {
      everyone: { limit: '6k/min', overrides: [{ limit: '200/s' }, { limit: '1/s' }] },
      quota: { limit: '1M/month' },
    },
    concurrency: { all: { limit: 'adaptive' }, some: { limit: 60 } },
    telemetry: { sample: '50%' },
  };

  it.each<[string, Guardrail, string[]]>([
    [
      'too long a time',
      { at: '/resources/*/deadline/timeout', max: '29s' },
      ['/resources/pay/deadline/timeout 40s is more than 29s'],
    ],
    ['what is absent', { at: '/resources/*/deadline', required: true }, ['/resources/lines/deadline is required']],
    ['what is absent where http is', { at: '/resources/*/deadline', required: true, triggers: ['http'] }, []],
    [
      'what is absent where queues are',
      { at: '/resources/*/deadline', required: true, triggers: ['queue'] },
      ['/resources/lines/deadline is required'],
    ],
    [
      'too high a rate, in whatever unit',
      { at: '/throttles/*/limit', max: '99/s' },
      ['/throttles/everyone/limit 6k/min is more than 99/s'],
    ],
    ['too low a rate', { at: '/throttles/*/limit', min: '1/s' }, ['/throttles/quota/limit 1M/month is less than 1/s']],
    [
      'entries of lists',
      { at: '/throttles/*/overrides/*/limit', max: '100/s' },
      ['/throttles/everyone/overrides/0/limit 200/s is more than 100/s'],
    ],
    ['a number, and no word', { at: '/concurrency/*/limit', max: 50 }, ['/concurrency/some/limit 60 is more than 50']],
    ['a share', { at: '/telemetry/sample', max: '5%' }, ['/telemetry/sample 50% is more than 5%']],
    [
      'what must not be there',
      { at: '/throttles/*/overrides', forbidden: true },
      ['/throttles/everyone/overrides is not allowed'],
    ],
    [
      'other values than these',
      { at: '/owner', oneOf: ['money', 'ledger'] },
      ['/owner shop is not one of money, ledger'],
    ],
    ['a section without an entry', { at: '/slos/*', required: true }, ['/slos needs an entry']],
    ['nothing of a service that it does not hold for', { at: '/slos', required: true, except: ['orders'] }, []],
    ['nothing of another kind', { at: '/owner', max: '5s' }, []],
  ])('finds %s', (_what, guardrail, breaches) => {
    const found = breachesOf('orders', document, {
      apiVersion: 'flyball/v1',
      kind: 'baseline',
      guardrails: { it: guardrail },
    });
    expect(found.map(({ place, reason }) => `/${place.join('/')} ${reason}`)).toEqual(
      breaches.map((breach) => `${breach} (guardrail "it" of the baseline)`),
    );
  });
});
