// What became of a week's alerts, by rule: what nobody acts on comes first.
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../../functions/alerting/report.ts';
import type { Alert, Delivery } from '../../../../store/items/alert-record.ts';

const sent = (settledAt: number, kind: Delivery['kind'] = 'firing'): Delivery => ({
  ...{ id: 'a-1-1', seq: 1, channel: 'mail', kind, state: 'sent', reason: '', route: '/route', step: 0, group: '' },
  ...{ severity: 'high', decidedAt: settledAt, notBefore: settledAt, attempts: 1, settledAt },
});

function alert(name: string, more: Partial<Alert> = {}): Alert {
  return {
    ...{ hash: 'a', n: 1, id: 'a-1', rev: 1, status: 'firing', since: 0, noticedAt: 0, seenAt: 0, reopened: 0 },
    ...{
      runFrom: 1,
      runSince: 0,
      blockedAtFirst: false,
      seq: 1,
      sentBefore: 0,
      holds: [],
      trail: [],
      trailForgotten: 0,
    },
    condition: {
      ...{ key: `rule/orders/${name}`, kind: 'rule', service: 'orders', name, severity: 'high' },
      ...{ firing: true, since: 0, summary: name },
    },
    deliveries: [],
    ...more,
  };
}
const seen = (at: number) => ({ by: 'Ada', at, severity: 'high' }) as const;

describe('the report', () => {
  it('counts what was sent, held, acknowledged and ignored', () => {
    const [noisy, useful] = reportOf([
      alert('useful', { deliveries: [sent(1_000)], acknowledged: seen(61_000) }),
      alert('useful', { deliveries: [sent(0)], acknowledged: seen(20_000), status: 'resolved' }),
      alert('useful', { holds: [] }),
      alert('noisy', { deliveries: [sent(0), sent(9, 'repeat'), sent(10, 'resolved')], status: 'resolved' }),
    ]);
    expect(noisy).toMatchObject({
      name: 'noisy',
      fired: 1,
      sent: 1,
      messages: 2,
      held: 0,
      acknowledged: 0,
      ignored: 1,
    });
    expect(useful).toMatchObject({
      name: 'useful',
      fired: 3,
      sent: 2,
      messages: 2,
      held: 1,
      acknowledged: 2,
      ignored: 0,
    });
    expect(useful?.medianToAcknowledgeMs).toBe(40_000);
  });

  it('reckons from when it was noticed with who has seen it before anybody was told', () => {
    const [rule] = reportOf([
      alert('early', { deliveries: [sent(90_000)], noticedAt: 10_000, acknowledged: seen(15_000) }),
    ]);
    expect(rule?.medianToAcknowledgeMs).toBe(5_000);
  });

  it('has no median where nobody has acknowledged, and counts what could not be delivered', () => {
    const [rule] = reportOf([alert('dead', { deliveries: [{ ...sent(0), state: 'dead' }] })]);
    expect(rule).toMatchObject({ dead: 1, sent: 0, held: 1 });
    expect(rule).not.toHaveProperty('medianToAcknowledgeMs');
  });
});
