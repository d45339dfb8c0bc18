import { describe, expect, it } from 'vitest';
import { decided } from '../../../../../functions/alerting/alert/decide.ts';
import { observed } from '../../../../../functions/alerting/alert/episode.ts';
import type { Condition } from '../../../../../functions/alerting/condition.ts';
import { after, claimed } from '../../../../../functions/alerting/deliver/attempts.ts';
import { batchesOf, messageIdOf, type Batch } from '../../../../../functions/alerting/deliver/batches.ts';
import { messageOf } from '../../../../../functions/alerting/deliver/message.ts';
import type { Alert } from '../../../../../store/items/alerts.ts';
import { HOUR, MINUTE, nightly, routed } from '../alert/simulation.ts';

const START = Date.parse('2026-07-01T10:00Z');
const routing = routed({
  console: 'https://flyball.example.com/',
  owners: { 'team-orders': { timezone: 'Europe/Berlin', channels: ['mail'] } },
  route: { channels: ['mail', 'pager'] },
});
const around = { nowMs: START, routing, silences: [], quietedBy: () => undefined };

function firing(count: number, condition: (i: number) => Partial<Condition> = () => ({})): Alert[] {
  return Array.from({ length: count }, (_, i) => {
    const said = { ...nightly, key: `job/settlement/${i}`, name: `job ${i}`, since: START + i, ...condition(i) };
    const seen = observed(undefined, said, { seenAt: START, nowMs: START });
    if (!seen) throw new Error('it does not fire');
    return decided(seen.alert, around);
  });
}

const shapeOf = (batches: readonly Batch[]) => batches.map(({ channel, entries }) => [channel, entries.length]);

describe('what goes in one message', () => {
  it('is what is due at once for a channel and a group', () => {
    const alerts = firing(3, (i) => ({ service: i < 2 ? 'settlement' : 'orders' }));
    expect(shapeOf(batchesOf(alerts, START, () => false))).toEqual([
      ['mail', 2],
      ['pager', 2],
      ['mail', 1],
      ['pager', 1],
    ]);
  });

  it('is all that was held back, of an owner', () => {
    const deferred = routed({
      owners: { 'team-orders': { channels: ['mail'] } },
      route: { channels: ['owner'] },
    });
    const later = { ...around, routing: deferred };
    const held = firing(3, (i) => ({ severity: 'deferred', service: `service ${i}` }))
      .map((alert) => decided({ ...alert, deliveries: [], seq: 1 }, later))
      .map((alert) => decided(alert, { ...later, nowMs: START + 22 * HOUR }));
    expect(shapeOf(batchesOf(held, START + 22 * HOUR, () => false))).toEqual([['mail', 3]]);
  });

  it('is not what waits for its time', () => {
    expect(batchesOf(firing(2), START - 1, () => false)).toEqual([]);
  });

  it('is at most what a message lists, for a channel that wants to see each notice', () => {
    expect(shapeOf(batchesOf(firing(45), START, (channel) => channel === 'pager'))).toEqual([
      ['mail', 45],
      ['pager', 10],
      ['pager', 10],
      ['pager', 10],
      ['pager', 10],
      ['pager', 5],
    ]);
  });

  it('is told apart by the zone in which its owners read the time', () => {
    const alerts = firing(4, (i) => ({ owner: i % 2 === 0 ? 'team-orders' : 'team-payments' }));
    const zoneOf = (owner: string | undefined) => (owner === 'team-orders' ? 'Europe/Berlin' : 'America/New_York');
    const named = (batches: readonly Batch[]) =>
      batches.flatMap(({ channel, entries }) =>
        channel === 'mail' ? [entries.map(({ alert }) => alert.condition.name)] : [],
      );
    expect(named(batchesOf(alerts, START, () => false, zoneOf))).toEqual([
      ['job 0', 'job 2'],
      ['job 1', 'job 3'],
    ]);
    expect(
      named(
        batchesOf(
          alerts,
          START,
          () => false,
          () => 'UTC',
        ),
      ),
    ).toEqual([['job 0', 'job 1', 'job 2', 'job 3']]);
  });

  it('begins with the worst, and so does what is sent, however late that went wrong', () => {
    const alerts = firing(4, (i) => ({
      severity: i === 3 ? 'realtime' : 'high',
      service: i % 2 === 0 ? 'settlement' : 'orders',
    }));
    const toMail = batchesOf(alerts, START, () => false).filter(({ channel }) => channel === 'mail');
    expect(toMail.map(({ entries }) => entries.map(({ alert }) => alert.condition.name))).toEqual([
      ['job 3', 'job 1'],
      ['job 0', 'job 2'],
    ]);
  });

  it('is tried again as it was, with the same id, whatever else is due by then', () => {
    const [first, second] = firing(2);
    const [batch] = batchesOf(first ? [first] : [], START, () => false);
    if (!batch || !first || !second) throw new Error('there is nothing to send');
    const messageId = messageIdOf(batch);
    const ids = new Set(batch.entries.map(({ delivery }) => delivery.id));
    const taken = claimed(first, { ids, messageId, nowMs: START, until: START + MINUTE });
    const failed =
      taken && after(taken, ids, { outcome: 'failed', reason: '', retryable: true, maybeDelivered: true }, START);
    const again = batchesOf(failed ? [failed, second] : [], START + MINUTE, () => false);
    expect(again.map((one) => messageIdOf(one)).filter((id) => id === messageId)).toHaveLength(1);
  });
});

describe('a message', () => {
  const said = {
    routing,
    cell: 'prod',
    nowMs: START,
    summaryOf: () => 'The breaker of payments is open.',
    followersOf: () => 2,
    changes: new Map(),
  };

  it('says what, since when and why now, in the zone of its owner', () => {
    const [batch] = batchesOf(
      firing(1, () => ({ because: 'breaker/payments', blocks: ['trade'] })),
      START,
      () => false,
    );
    if (!batch) throw new Error('there is nothing to send');
    expect(messageOf(batch, said)).toMatchObject({
      id: messageIdOf(batch),
      kind: 'firing',
      reason: 'it fires; it speaks for 2 more that fire',
      cell: 'prod',
      more: 0,
      at: START,
      timezone: 'Europe/Berlin',
      notices: [
        {
          status: 'firing',
          name: 'job 0',
          summary: nightly.summary,
          since: START,
          blocks: ['trade'],
          because: 'The breaker of payments is open.',
          link: expect.stringMatching(/^https:\/\/flyball\.example\.com\/alerts\/[0-9a-f]{32}-1$/) as string,
        },
      ],
    });
  });

  it('lists what cannot wait, and counts of the rest', () => {
    const [batch] = batchesOf(
      firing(45, (i) => ({ severity: i === 44 ? 'realtime' : 'high' })),
      START,
      () => false,
    );
    if (!batch) throw new Error('there is nothing to send');
    const { notices, more } = messageOf(batch, said);
    expect([notices.length, more]).toEqual([20, 25]);
    expect(notices.map(({ name }) => name).slice(0, 3)).toEqual(['job 44', 'job 0', 'job 1']);
  });

  it('lists twenty and counts the rest', () => {
    const [batch] = batchesOf(firing(45), START, () => false);
    if (!batch) throw new Error('there is nothing to send');
    const { notices, more } = messageOf(batch, said);
    expect([notices.length, more]).toEqual([20, 25]);
    expect(notices.map(({ name }) => name).slice(0, 2)).toEqual(['job 0', 'job 1']);
  });
});

describe('a claim', () => {
  it('is of what nobody else has claimed, and ends with time', () => {
    const [alert] = firing(1);
    if (!alert) throw new Error('there is no alert');
    const ids = new Set([`${alert.id}-1`]);
    const taken = claimed(alert, { ids, messageId: 'm', nowMs: START, until: START + MINUTE });
    expect(taken && claimed(taken, { ids, messageId: 'n', nowMs: START, until: START + MINUTE })).toBeUndefined();
    expect(taken && decided(taken, { ...around, nowMs: START + MINUTE - 1 }).deliveries[0]?.state).toBe('claimed');
    expect(taken && decided(taken, { ...around, nowMs: START + MINUTE }).deliveries[0]).toMatchObject({
      state: 'pending',
      maybeSent: true,
      attempts: 1,
    });
  });

  it('that nobody knows the end of is waited for before anybody hears that it is over, and that is told then', () => {
    const [alert] = firing(1);
    if (!alert) throw new Error('there is no alert');
    const ids = new Set([`${alert.id}-1`]);
    const taken = claimed(alert, { ids, messageId: 'm', nowMs: START, until: START + MINUTE });
    const well = { ...alert.condition, firing: false };
    const ended = taken && observed(taken, well, { seenAt: START, nowMs: START })?.alert;
    const statesAt = (nowMs: number) =>
      ended &&
      decided(ended, { ...around, nowMs })
        .deliveries.filter(({ channel }) => channel === 'mail')
        .map(({ kind, state }) => `${kind} ${state}`);
    expect(statesAt(START + MINUTE - 1)).toEqual(['firing claimed']);
    expect(statesAt(START + MINUTE)).toEqual(['firing dropped', 'resolved pending']);
  });
});
