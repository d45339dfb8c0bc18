// What an attempt passes on of its time: the callee works no longer than somebody waits for this attempt.
import { describe, expect, it } from 'vitest';
import { flyball } from '../../../../middleware/index.ts';
import type { DependencyRule } from '../../../../middleware/kernel/rules/document.ts';
import { events, testGovernor } from '../../../../middleware/testing/index.ts';

const TIMEOUT = {
  resources: { all: { match: { trigger: 'http' as const }, deadline: { timeout: '5s', reserve: '1s' } } },
};

describe.each<[string, NonNullable<DependencyRule['target']>, string]>([
  ['HTTP', { url: 'https://payments.example' }, '/charges'],
  ['an invoke', { function: 'payments' }, ''],
])('over %s', (_name, target, path) => {
  it.each<[string, DependencyRule, string, number]>([
    ['the attempt’s own timeout', { attemptTimeout: '500ms' }, '30s', 500],
    ['the resource’s timeout, when the attempt may take longer', { attemptTimeout: '20s' }, '30s', 5_000],
    ['the resource’s timeout, when the attempt has none', {}, '30s', 5_000],
    ['what Lambda leaves less the reserve', { attemptTimeout: '20s' }, '4s', 3_000],
  ])('the deadline is %s', async (_which, rule, timeout, expectedMs) => {
    const governor = await testGovernor({
      service: 'orders',
      rules: { ...TIMEOUT, dependencies: { payments: { target, ...rule } } },
    });
    governor.respond('payments', { status: 200 });
    const handler = governor.governed(() => flyball.call('payments', path === '' ? {} : { path }));
    const begun = governor.clock.now();
    await governor.invoke(handler, events.httpV2(), governor.context({ timeout }));
    expect(Number(governor.calls[0]?.headers['x-flyball-deadline']) - begun).toBe(expectedMs);
  });

  it('is that of each attempt anew', async () => {
    const rule: DependencyRule = {
      target,
      attemptTimeout: '500ms',
      retry: { attempts: 2, backoff: { initial: '100ms', jitter: 'none' } },
    };
    const governor = await testGovernor({
      service: 'orders',
      rules: { dependencies: { payments: { ...rule, operations: { charge: { idempotency: 'key' } } } } },
    });
    governor.respond('payments', { fail: 'timeout' }, { status: 200 });
    const begun = governor.clock.now();
    await governor.invoke(
      governor.governed(() => flyball.call('payments', { operation: 'charge' })),
      events.httpV2(),
    );
    expect(governor.calls.map(({ headers }) => Number(headers['x-flyball-deadline']) - begun)).toEqual([500, 1_100]);
  });
});
