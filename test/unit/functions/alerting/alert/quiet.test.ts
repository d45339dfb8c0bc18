import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observed } from '../../../../../functions/alerting/alert/episode.ts';
import { followersOf, quieting } from '../../../../../functions/alerting/alert/quiet.ts';
import type { Condition } from '../../../../../functions/alerting/condition.ts';
import type { Alert } from '../../../../../store/items/alerts.ts';
import { nightly, routed, simulation } from './simulation.ts';

const inhibiting = routed({
  route: { channels: ['mail'] },
  inhibit: [{ when: { kind: ['breaker'] }, mutes: { kind: ['rule', 'breaker'] }, equal: ['service'] }],
});

function alertOf(condition: Partial<Condition>): Alert {
  const seen = observed(undefined, { ...nightly, ...condition }, { seenAt: 0, nowMs: 0 });
  if (!seen) throw new Error('it does not fire');
  return seen.alert;
}

const spokenFor = (alerts: readonly Alert[]) => {
  const quietedBy = quieting(inhibiting, alerts);
  return Object.fromEntries(alerts.map((alert) => [alert.condition.key, quietedBy(alert)?.by]));
};

describe('who speaks for whom', () => {
  it('is the cause for what is because of it', () => {
    const alerts = [alertOf({ key: 'a' }), alertOf({ key: 'b', because: 'a' }), alertOf({ key: 'c', because: 'b' })];
    expect(spokenFor(alerts)).toEqual({ a: undefined, b: 'a', c: 'b' });
    expect([...followersOf(alerts, quieting(undefined, alerts))]).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  it('is nobody when the cause does not fire', () => {
    expect(spokenFor([alertOf({ key: 'b', because: 'a' })])).toEqual({ b: undefined });
  });

  it('is no cause that can wait, for what cannot', () => {
    const alerts = [
      alertOf({ key: 'a', severity: 'deferred' }),
      alertOf({ key: 'b', because: 'a', severity: 'realtime' }),
    ];
    expect(spokenFor(alerts)).toEqual({ a: undefined, b: undefined });
  });

  it('is what the rules of inhibition say', () => {
    const alerts = [
      alertOf({ key: 'breaker', kind: 'breaker' }),
      alertOf({ key: 'rule', kind: 'rule' }),
      alertOf({ key: 'other', kind: 'rule', service: 'orders' }),
    ];
    expect(spokenFor(alerts)).toEqual({ breaker: undefined, rule: 'breaker', other: undefined });
  });

  it('is the oldest where a cause and a rule go round in a circle', () => {
    const alerts = [
      alertOf({ key: 'breaker', kind: 'breaker', because: 'rule', since: 2 }),
      alertOf({ key: 'rule', kind: 'rule', since: 1 }),
    ];
    expect(spokenFor(alerts)).toEqual({ breaker: 'rule', rule: undefined });
  });

  it('leads to somebody who speaks, whatever causes and rules there are', () => {
    const some = fc.array(
      fc.record({
        kind: fc.constantFrom('breaker' as const, 'rule' as const, 'job' as const),
        because: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
        since: fc.integer({ min: 0, max: 2 }),
        severity: fc.constantFrom('realtime' as const, 'high' as const, 'deferred' as const),
      }),
      { minLength: 1, maxLength: 7 },
    );
    fc.assert(
      fc.property(some, (conditions) => {
        const alerts = conditions.map(({ because, ...rest }, i) =>
          alertOf({ ...rest, key: `k${i}`, because: because === undefined ? undefined : `k${because}` }),
        );
        const by = spokenFor(alerts);
        for (const start of Object.keys(by)) {
          let at: string | undefined = start;
          for (let steps = 0; at !== undefined && steps <= alerts.length; steps++) at = by[at];
          expect(at).toBeUndefined();
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('an alert that another speaks for', () => {
  it('is told of as soon as that is over, and was shown with its cause until then', () => {
    const sim = simulation(inhibiting, '2026-07-01T10:00Z');
    sim.is({ key: 'root', name: 'root' });
    sim.is({ key: 'follower', because: 'root' });
    sim.until('2026-07-01T11:00Z');
    expect(sim.said).toEqual(['2026-07-01T10:00Z firing mail root']);
    expect(sim.alert('follower').holds).toMatchObject([{ kind: 'inhibited', by: 'root' }]);
    sim.is({ key: 'root', firing: false });
    sim.until('2026-07-01T11:10Z');
    expect(sim.said.slice(1)).toEqual([
      '2026-07-01T11:00Z firing mail follower',
      '2026-07-01T11:05Z resolved mail root',
    ]);
  });
});
