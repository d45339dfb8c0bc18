// What services have to say, read from the table as it is: breakers and objectives, and what is in no rules any more.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { services, turned } from '../../../functions/alerting/signals/services.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { Histogram } from '../../../middleware/telemetry/histogram.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { readAlert } from '../../../store/items/alerts.ts';
import { instanceKeys } from '../../../store/instance-keys.ts';
import { putBreakerTransition } from '../../../store/items/breaker-log.ts';
import { forceBreaker } from '../../../store/items/breaker.ts';
import { commitTurn, takeTurn } from '../../../store/items/merge-progress.ts';
import { publishRevision, readHead } from '../../../store/items/rules.ts';
import { listService } from '../../../store/items/services.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { putMinuteSlots } from '../../support/series.ts';
import { createTable } from '../table.ts';
import { alertWorld, type AlertWorld } from './alert-world.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 21, 12);
const DEPENDENCIES = { payments: { breaker: {} } };

let table: Table;
let world: AlertWorld;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  world = alertWorld(table, NOW);
});

async function publish(service: string, rules: Record<string, unknown>): Promise<void> {
  const { seq: expectedSeq = 0 } = (await readHead(table, service)) ?? {};
  const document = { apiVersion: 'flyball/v1', service, owner: 'team-orders', ...rules };
  const at = world.clock.now();
  await publishRevision(table, {
    ...{ service, document, source: '', author: 'test', note: '', at, expectedSeq },
  });
  await listService(table, service, at);
}

const force = (state: 'FORCED_OPEN' | null) =>
  forceBreaker(table, {
    ...{ service: 'orders', name: 'payments', state, reason: 'they move house', by: 'ann', nowMs: world.clock.now() },
  });

async function minutesLater(minutes = 1) {
  world.clock.advance(minutes * MINUTE);
  return world.tick({ sources: [services] });
}
const alertOf = (key: string) => readAlert(table, hashOfCondition(key));
const BREAKER = 'breaker/orders/payments';

describe('what services have to say', () => {
  it('is heard while a breaker is open, and when it is closed', async () => {
    await publish('orders', { dependencies: DEPENDENCIES });
    expect(await minutesLater()).toMatchObject({ failed: 0, open: 0 });
    await force('FORCED_OPEN');
    expect(await minutesLater()).toMatchObject({ failed: 0, open: 1 });
    expect(await alertOf(BREAKER)).toMatchObject({ status: 'firing', since: NOW + MINUTE });
    await force(null);
    await minutesLater();
    expect(await alertOf(BREAKER)).toMatchObject({ status: 'resolved', endSummary: 'payments is called again' });
  });

  it('says what opened a breaker also when its probes have failed since', async () => {
    await publish('orders', { dependencies: DEPENDENCIES });
    const epoch = NOW + 30_000;
    const counts = { calls: 20, failures: 13 };
    const opened = { service: 'orders', breaker: 'payments', key: undefined, from: 'CLOSED', to: 'OPEN', epoch: NOW };
    await putBreakerTransition(table, { ...opened, cause: 'failureRate', by: 'an instance', counts });
    const because = { cause: 'probeFailed', by: 'an instance', was: 'HALF_OPEN', epoch };
    const open = { v: 1, epoch, state: 'OPEN', openUntil: epoch + 60_000, openForMs: 60_000, because };
    await table.put({ item: { ...instanceKeys.breaker('orders', 'payments'), ...open } });
    await minutesLater();
    expect((await alertOf(BREAKER))?.condition.summary).toBe(
      'payments is not called: its breaker is open, 13 of 20 calls failed',
    );
  });

  it.each([
    ['the dependency is in its rules no more', () => publish('orders', {})],
    [
      'its rule decides nothing any more',
      () => publish('orders', { dependencies: { payments: { breaker: { mode: 'shadow' } } } }),
    ],
    [
      'the service is gone',
      async () => {
        for (const key of [keys.rulesHead('orders'), keys.service('orders')]) await table.delete({ key });
      },
    ],
  ])('an alert is over when %s', async (_what, remove) => {
    await publish('orders', { dependencies: DEPENDENCIES });
    await force('FORCED_OPEN');
    await minutesLater();
    expect(await alertOf(BREAKER)).toMatchObject({ status: 'firing' });
    await remove();
    await minutesLater();
    expect(await alertOf(BREAKER)).toMatchObject({
      status: 'resolved',
      endSummary: 'payments is in no rules of orders that are in force any more',
    });
  });

  it('an alert is as urgent as its rules want it, and over when they want nobody told', async () => {
    const dependencies = DEPENDENCIES;
    await publish('orders', { dependencies, builtInAlerts: { breakers: 'realtime' } });
    await force('FORCED_OPEN');
    await minutesLater();
    expect(await alertOf(BREAKER)).toMatchObject({ status: 'firing', condition: { severity: 'realtime' } });
    await publish('orders', { dependencies, builtInAlerts: { breakers: 'off' } });
    await minutesLater();
    expect(await alertOf(BREAKER)).toMatchObject({
      status: 'resolved',
      endSummary: 'the rules of orders want nobody told of its breakers',
    });
    await publish('orders', { dependencies, builtInAlerts: { objectives: 'off' } });
    await minutesLater();
    expect(await alertOf(BREAKER)).toMatchObject({ status: 'firing', condition: { severity: 'deferred' } });
  });

  it('an alert stays as it is while the rules cannot be read', async () => {
    await publish('orders', { dependencies: DEPENDENCIES });
    await force('FORCED_OPEN');
    await minutesLater();
    await table.put({ item: { ...keys.rulesCopy('orders', 1, 0), v: 1, document: 'damaged' } });
    await minutesLater();
    expect(await alertOf(BREAKER)).toMatchObject({ status: 'firing' });
  });

  describe('of objectives', () => {
    const SLO = 'slo/orders/available';

    /** Up to `upTo` half of all requests fail. */
    async function failsUpTo(upTo: number, open = {}): Promise<void> {
      const slots = new Map<number, Slot>();
      for (let at = upTo - 30 * MINUTE; at < upTo; at += MINUTE) {
        const slot = new Slot();
        slot.addSum('service', { outcomes: { ok: 5, '503': 5 } });
        slots.set(at, slot);
      }
      await putMinuteSlots(table, 'orders', slots);
      const { fence } = await takeTurn(table);
      await commitTurn(table, fence, { upTo, open });
    }

    beforeEach(() => publish('orders', { slos: { available: { objective: '99%' } } }));

    it('wakes somebody when the budget goes too fast, until it does no more', async () => {
      await failsUpTo(NOW - 2 * MINUTE);
      await minutesLater();
      expect(await alertOf(SLO)).toMatchObject({ status: 'firing', condition: { severity: 'realtime' } });
      for (const [minutes, expected] of [
        [60, { status: 'firing', condition: { severity: 'deferred' } }],
        [6 * 60, { status: 'resolved', endSummary: 'available keeps to its budget' }],
      ] as const) {
        const { fence } = await takeTurn(table);
        await commitTurn(table, fence, { upTo: world.clock.now() + (minutes - 3) * MINUTE, open: {} });
        await minutesLater(minutes);
        expect(await alertOf(SLO)).toMatchObject(expected);
      }
    });

    it.each([
      ['the merge is behind', NOW - 14 * MINUTE, {}],
      ['a minute is to be merged still', NOW - 2 * MINUTE, { orders: [[NOW - 9 * MINUTE, NOW - 8 * MINUTE]] }],
    ])('says nothing while %s', async (_what, upTo, open) => {
      await failsUpTo(upTo, open);
      expect(await minutesLater()).toMatchObject({ failed: 0, open: 0 });
    });
  });

  describe('of fleets', () => {
    it('is heard when instances keep older rules', async () => {
      await publish('orders', {});
      await publish('orders', { tags: ['shop'] });
      const upTo = NOW + 17 * MINUTE;
      const reported = (revisions: Record<string, number>) =>
        [1, 2, 3].map((minutes) => {
          const slot = new Slot();
          slot.addSum('service', { instances: 10, revisions });
          return [upTo - minutes * MINUTE, slot] as const;
        });
      await putMinuteSlots(table, 'orders', new Map(reported({ 1: 2, 2: 8 })));
      const { fence } = await takeTurn(table);
      await commitTurn(table, fence, { upTo, open: {} });
      await minutesLater(20);
      expect(await alertOf('fleet/orders/rules')).toMatchObject({
        ...{ status: 'firing', since: NOW },
        condition: { summary: '2 of 10 instances run older rules than revision 2' },
      });
      await putMinuteSlots(table, 'orders', new Map(reported({ 2: 10 })));
      await minutesLater();
      expect(await alertOf('fleet/orders/rules')).toMatchObject({ status: 'resolved' });
    });
  });

  it.each([
    [0, ['a', 'b', 'c']],
    [50, ['c', 'a', 'b']],
    [51, ['a', 'b', 'c']],
  ])('begins with another service each minute: turned by %i', (by, expected) => {
    expect(turned(['a', 'b', 'c'], by)).toEqual(expected);
  });

  describe('of rules', () => {
    const RULE = 'rule/orders/slow-orders';
    const alerts = {
      'slow-orders': {
        when: { requests: { slowerThan: '5s', atLeast: 100, within: '2m' } },
        ...{ resources: ['create-order'], severity: 'realtime', runbook: 'https://wiki.example/slow-orders' },
      },
    };

    /** So many took six seconds in each of the last minutes that are merged. */
    async function slowOnes(...counts: number[]): Promise<void> {
      const upTo = world.clock.now() - 2 * MINUTE;
      const slots = new Map(
        counts.map((count, i) => {
          const durations = new Histogram();
          for (let slow = 0; slow < count; slow++) durations.record(6_000);
          const slot = new Slot();
          const packed = Buffer.from(durations.encode()).toString('base64');
          slot.addSum('resource#create-order', { outcomes: { ok: count }, durations: packed });
          return [upTo - (counts.length - i) * MINUTE, slot] as const;
        }),
      );
      await putMinuteSlots(table, 'orders', slots);
      const { fence } = await takeTurn(table);
      await commitTurn(table, fence, { upTo, open: {} });
    }

    it('tells of what was counted in their window, and when it is no more so', async () => {
      const resources = { 'create-order': { match: { method: 'POST', path: '/orders' } } };
      await publish('orders', { resources, alerts });
      await slowOnes(99, 0);
      expect(await minutesLater()).toMatchObject({ failed: 0, open: 0 });
      await slowOnes(40, 60);
      expect(await minutesLater()).toMatchObject({ failed: 0, open: 1 });
      expect(world.sent.map(({ message }) => message.notices[0])).toMatchObject([
        {
          severity: 'realtime',
          summary: 'slow-orders: 100 requests took longer than 5s in 2m, 100 are too many',
          runbook: 'https://wiki.example/slow-orders',
        },
      ]);
      await slowOnes(39, 60);
      await minutesLater();
      expect(await alertOf(RULE)).toMatchObject({
        status: 'resolved',
        endSummary: 'slow-orders: 99 requests took longer than 5s in 2m, 100 are too many',
      });
    });

    describe('that except planned times', () => {
      const declined = {
        when: { business: { code: 'CARD_DECLINED', atLeast: 10, within: '2m' } },
        except: [{ schedule: '10 13 * * *', timezone: 'Europe/Berlin', for: '2m', reason: 'the batch of the day' }],
      };

      /** So many were declined in the last minute that is merged. */
      async function declinedLately(count: number): Promise<void> {
        const upTo = world.clock.now() - 2 * MINUTE;
        const slot = new Slot();
        slot.addSum('service', { outcomes: { ok: 100, 'business:CARD_DECLINED': count } });
        await putMinuteSlots(table, 'orders', new Map([[upTo - MINUTE, slot]]));
        const { fence } = await takeTurn(table);
        await commitTurn(table, fence, { upTo, open: {} });
        expect(await minutesLater()).toMatchObject({ failed: 0 });
      }

      // Minutes are counted from the one that is said; nothing is said of windows with 12:10 or 12:11 in them.
      it.each<[string, number, number[], (string | undefined)[]]>([
        ['begin nothing in them', 10, [10, 0, 0, 10], [undefined, undefined, undefined, 'firing']],
        [
          'leave what fires, and end what is over',
          8,
          [10, 0, 10, 0, 0],
          [...Array<string>(4).fill('firing'), 'resolved'],
        ],
      ])('%s', async (_what, minute, counts, expected) => {
        await publish('orders', { alerts: { declined } });
        world.clock.advance((minute + 3) * MINUTE);
        const seen: (string | undefined)[] = [];
        for (const count of counts) {
          await declinedLately(count);
          seen.push((await alertOf('rule/orders/declined'))?.status);
        }
        expect(seen).toEqual(expected);
      });
    });
  });
});
