// Who speaks for whom: never all of those that keep each other quiet.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inhibitionsOf, type Firing } from '../../../../../functions/alerting/routing/inhibit.ts';
import type { ConditionKind } from '../../../../../functions/alerting/condition.ts';
import { nightlyFailed } from './documents.ts';

const alert = (kind: ConditionKind, service: string, since = 0, name = 'it'): Firing => ({
  ...nightlyFailed,
  ...{ key: `${kind}/${service}/${name}`, kind, service, name, since },
});
const rule = (when: ConditionKind[], mutes: ConditionKind[]) => ({
  when: { kind: when },
  mutes: { kind: mutes },
  equal: ['service'] as const,
});

describe('inhibition', () => {
  const inhibit = [rule(['breaker'], ['rule'])];
  const breaker = alert('breaker', 'orders');

  it('keeps quiet what has in common what it must', () => {
    const by = inhibitionsOf({ inhibit }, [breaker, alert('rule', 'orders'), alert('rule', 'payments')]);
    expect(by(alert('rule', 'orders'))).toEqual({ rule: '/inhibit/0', by: 'breaker/orders/it' });
    expect(by(alert('rule', 'payments'))).toBeUndefined();
    expect(by(breaker)).toBeUndefined();
  });

  it('is not by what does not fire', () => {
    expect(inhibitionsOf({ inhibit }, [])(alert('rule', 'orders'))).toBeUndefined();
  });

  it('is not among alerts that fit both sides', () => {
    const both = [rule(['breaker', 'rule'], ['breaker', 'rule'])];
    const firing = [breaker, alert('rule', 'orders')];
    expect(firing.map(inhibitionsOf({ inhibit: both }, firing))).toEqual([undefined, undefined]);
  });

  it('passes on: what is spoken for speaks for others', () => {
    const chain = [rule(['breaker'], ['rule']), rule(['rule'], ['slo'])];
    const firing = [breaker, alert('rule', 'orders'), alert('slo', 'orders')];
    expect(firing.map(inhibitionsOf({ inhibit: chain }, firing)).map((by) => by?.by)).toEqual([
      undefined,
      'breaker/orders/it',
      'rule/orders/it',
    ]);
  });

  it('leaves the oldest of a circle to speak', () => {
    const circle = [rule(['breaker'], ['rule']), rule(['rule'], ['breaker'])];
    const firing = [alert('breaker', 'orders', 2), alert('rule', 'orders', 1)];
    expect(firing.map(inhibitionsOf({ inhibit: circle }, firing)).map((by) => by?.by)).toEqual([
      'rule/orders/it',
      undefined,
    ]);
  });

  it('leaves somebody to speak for each that is quiet, whatever the rules', () => {
    const kinds = ['breaker', 'rule', 'slo', 'job'] as const;
    const someKinds = fc.subarray([...kinds], { minLength: 1 });
    const rules = fc.array(
      fc.tuple(someKinds, someKinds).map(([when, mutes]) => rule(when, mutes)),
      { maxLength: 5 },
    );
    const alerts = fc
      .array(fc.record({ kind: fc.constantFrom(...kinds), n: fc.nat(2), since: fc.nat(3) }), { maxLength: 8 })
      .map((all) => all.map(({ kind, n, since }) => alert(kind, 'orders', since, String(n))))
      .map((all) => [...new Map(all.map((one) => [one.key, one])).values()]);
    fc.assert(
      fc.property(rules, alerts, (inhibit, firing) => {
        const by = inhibitionsOf({ inhibit }, firing);
        const quiet = firing.filter((one) => by(one) !== undefined);
        expect(quiet.length).toBeLessThan(Math.max(firing.length, 1));
        for (const one of quiet) expect(firing.map(({ key }) => key)).toContain(by(one)?.by);
      }),
      { numRuns: 100 },
    );
  });
});
