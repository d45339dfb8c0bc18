// What a breaker says to those who look after a service: open, forced, tried again, or open and called by nobody.
import { describe, expect, it } from 'vitest';
import { breakerCondition } from '../../../../../functions/alerting/signals/breakers.ts';
import type { BreakerStatus } from '../../../../../store/items/breaker.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const MINUTE = 60_000;
const AT = { service: 'orders', nowMs: NOW, rules: { owner: 'team-orders' } };
const PAYMENTS = { name: 'payments', kind: 'dependency' as const };

const status = (more: Partial<BreakerStatus>): BreakerStatus => ({
  ...{ name: 'payments', state: 'CLOSED', epoch: 0, window: { calls: 0, failures: 0, slow: 0 } },
  ...more,
});
const open = (more: Partial<BreakerStatus> = {}): BreakerStatus =>
  status({
    ...{ state: 'OPEN', epoch: NOW - 2 * MINUTE, openUntil: NOW + MINUTE },
    because: { cause: 'failureRate', by: 'i', was: 'CLOSED', counts: { calls: 20, failures: 11, slow: 0 } },
    ...more,
  });

describe('breakerCondition', () => {
  it.each<[string, BreakerStatus[], { firing: boolean; severity?: string; since?: number; summary: string }]>([
    ['never opened', [status({})], { firing: false, since: NOW, summary: 'payments is called again' }],
    [
      'closed again',
      [status({ epoch: NOW - MINUTE })],
      { firing: false, since: NOW - MINUTE, summary: 'payments is called again' },
    ],
    ['no key has changed of late', [], { firing: false, since: NOW, summary: 'payments is called again' }],
    [
      'open',
      [open()],
      {
        ...{ firing: true, severity: 'high', since: NOW - 2 * MINUTE },
        summary: 'payments is not called: its breaker is open, 11 of 20 calls failed',
      },
    ],
    [
      'open since calls were slow',
      [open({ because: { cause: 'slowRate', by: 'i', was: 'CLOSED', counts: { calls: 20, failures: 0, slow: 15 } } })],
      { firing: true, summary: 'payments is not called: its breaker is open, 15 of 20 calls were slow' },
    ],
    [
      'half-open',
      [open({ state: 'HALF_OPEN', probes: [{ by: 'i', until: NOW + 1_000 }] })],
      { firing: true, summary: 'payments is not called: its breaker is half-open, 11 of 20 calls failed' },
    ],
    [
      'forced open: whoever has done it knows',
      [
        open({
          state: 'FORCED_OPEN',
          forced: { state: 'FORCED_OPEN', by: 'ann', reason: 'they move house', until: undefined },
        }),
      ],
      { firing: true, severity: 'deferred', summary: 'payments is not called: forced open by ann: they move house' },
    ],
    ['forced closed', [open({ state: 'FORCED_CLOSED' })], { firing: false, summary: 'payments is called again' }],
    [
      'open, and nobody has called it for a quarter of an hour in which it would have been tried',
      [open({ epoch: NOW - 20 * MINUTE, openUntil: NOW - 15 * MINUTE })],
      { firing: false, summary: 'payments would be tried again, and nobody calls it' },
    ],
    [
      'open a little less long',
      [open({ epoch: NOW - 20 * MINUTE, openUntil: NOW - 15 * MINUTE + 1 })],
      { firing: true, summary: 'payments is not called: its breaker is open, 11 of 20 calls failed' },
    ],
    [
      'of a rule with a key, some keys',
      ['a', 'b', 'c', 'd'].map((key, i) => open({ key, epoch: NOW - i * MINUTE })),
      {
        ...{ firing: true, since: NOW - 3 * MINUTE },
        summary: 'payments is not called: its breaker is open, 11 of 20 calls failed (a, b, c and 1 more)',
      },
    ],
  ])('%s', (_what, statuses, expected) => {
    expect(breakerCondition(AT, PAYMENTS, statuses)).toMatchObject({
      ...{ key: 'breaker/orders/payments', kind: 'breaker', service: 'orders', owner: 'team-orders' },
      ...expected,
    });
  });

  describe('of the channels that alerts are sent by', () => {
    const ALERTING = { ...AT, service: 'alerting' };
    const WEBHOOKS = { name: 'channel-webhook', kind: 'dependency' as const };
    const forced = { state: 'FORCED_OPEN' as const, by: 'ann', reason: 'they move house', until: undefined };

    it('says nothing where it is open: that the channel does not deliver is an alert already', () => {
      expect(breakerCondition(ALERTING, WEBHOOKS, [open({ key: 'ops' })])).toMatchObject({
        ...{ key: 'breaker/alerting/channel-webhook', firing: false },
        summary: 'channel-webhook is not forced open; a channel that does not deliver has an alert of kind flyball',
      });
    });

    it('says where somebody has forced it, and of that alone', () => {
      const statuses = [open({ key: 'ops' }), open({ key: 'boss', state: 'FORCED_OPEN', forced })];
      expect(breakerCondition(ALERTING, WEBHOOKS, statuses)).toMatchObject({
        ...{ firing: true, severity: 'deferred' },
        summary: 'channel-webhook is not called: forced open by ann: they move house (boss)',
      });
    });

    it('is one as any other where the service is, or what is called', () => {
      expect(breakerCondition(AT, WEBHOOKS, [open()]).firing).toBe(true);
      expect(breakerCondition(ALERTING, PAYMENTS, [open()]).firing).toBe(true);
    });
  });

  it('blocks the resource that it is of', () => {
    const condition = breakerCondition(AT, { name: 'resource:create-order', kind: 'resource' }, [open()]);
    expect(condition.blocks).toEqual(['orders resource:create-order']);
  });
});
