// What throttles and quotas have to say, read by ticks from the table as it is.
import { beforeEach, expect, inject, it } from 'vitest';
import { services } from '../../../functions/alerting/signals/services.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { compileThrottle } from '../../../middleware/throttle/rule.ts';
import { Memory } from '../../../middleware/throttle/memory.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { readAlert } from '../../../store/items/alerts.ts';
import { commitTurn, takeTurn } from '../../../store/items/merge-progress.ts';
import { publishRevision, readHead } from '../../../store/items/rules.ts';
import { listService } from '../../../store/items/services.ts';
import { putUsageSignal } from '../../../store/items/usage-signals.ts';
import type { Table } from '../../../store/port.ts';
import { putMinuteSlots } from '../../support/series.ts';
import { createTable } from '../table.ts';
import { alertWorld, type AlertWorld } from './alert-world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 21, 12);

let table: Table;
let world: AlertWorld;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  world = alertWorld(table, NOW);
});

async function publish(throttles: Record<string, unknown>, builtInAlerts = {}): Promise<void> {
  const { seq: expectedSeq = 0 } = (await readHead(table, 'orders')) ?? {};
  const document = { apiVersion: 'flyball/v1', service: 'orders', owner: 'team-orders', throttles, builtInAlerts };
  const at = world.clock.now();
  await publishRevision(table, { service: 'orders', document, source: '', author: 'test', note: '', at, expectedSeq });
  await listService(table, 'orders', at);
}

async function minuteLater() {
  world.clock.advance(MINUTE);
  expect(await world.tick({ sources: [services] })).toMatchObject({ failed: 0 });
}
const alertOf = (key: string) => readAlert(table, hashOfCondition(key));

/** So many in each of the last minutes that are merged. */
async function refuses(...counts: number[]): Promise<void> {
  const upTo = world.clock.now() - 2 * MINUTE;
  const slots = counts.map((refused, i) => {
    const slot = new Slot();
    slot.addSum('service', { outcomes: { ok: 600, refused }, refusals: { 'throttle/all/create-order': refused } });
    return [upTo - (counts.length - i) * MINUTE, slot] as const;
  });
  await putMinuteSlots(table, 'orders', new Map(slots));
  const { fence } = await takeTurn(table);
  await commitTurn(table, fence, { upTo, open: {} });
}

const DAILY = { key: ['client'], algorithm: 'fixed-window', limit: '1000/day' } as const;

/** A client has used up so much of today's quota. */
async function uses(percent: number): Promise<void> {
  const { generation } = compileThrottle('daily', { ...DAILY, key: [...DAILY.key] }, new Memory());
  const startMs = NOW - 12 * HOUR;
  await putUsageSignal(table, {
    ...{ service: 'orders', rule: 'daily', key: 'acme', generation, percent, limit: 1000 },
    ...{ atMs: world.clock.now(), startMs, endMs: startMs + 24 * HOUR },
  });
}

it('a throttle that goes on refusing is told of, until it does no more', async () => {
  await publish({ all: { limit: '10/s' } });
  await refuses(100, 0, 100);
  await minuteLater();
  expect(await alertOf('throttle/orders/all')).toBeUndefined();
  await refuses(30, 30, 40);
  await minuteLater();
  expect(await alertOf('throttle/orders/all')).toMatchObject({
    status: 'firing',
    condition: { severity: 'high', owner: 'team-orders', summary: 'all refused 100 of 1900 requests in 3m' },
  });
  await refuses(30, 30, 10);
  await minuteLater();
  expect(await alertOf('throttle/orders/all')).toMatchObject({ status: 'resolved' });
});

it('a quota that is nearly used up waits, one that is used up does not, and a new window ends it', async () => {
  await publish({ daily: DAILY });
  await minuteLater();
  expect(await alertOf('quota/orders/daily')).toBeUndefined();
  await uses(80);
  await minuteLater();
  expect(await alertOf('quota/orders/daily')).toMatchObject({
    status: 'firing',
    condition: {
      severity: 'deferred',
      summary:
        'daily is used up to 80 % of 1000 (acme); as fast as that, all of it by 2026-11-21T15:01:15.000Z, before its window ends at 2026-11-22T00:00:00.000Z',
    },
  });
  await uses(100);
  await minuteLater();
  expect(await alertOf('quota/orders/daily')).toMatchObject({
    status: 'firing',
    condition: { severity: 'high', summary: 'daily is used up (acme): all 1000 until 2026-11-22T00:00:00.000Z' },
  });
  world.clock.advance(12 * HOUR);
  await minuteLater();
  expect(await alertOf('quota/orders/daily')).toMatchObject({
    status: 'resolved',
    endSummary: 'daily is not near its limit',
  });
});

const RATED = [
  ['throttles', 'throttle/orders/all', 'high'],
  ['quotas', 'quota/orders/daily', 'deferred'],
] as const;

it.each(RATED)(
  '%s are as urgent as rules want them, and nobody is told where they want nobody told',
  async (...one) => {
    const [called, key, usual] = one;
    await uses(80);
    for (const [rated, expected] of [
      [{}, { status: 'firing', condition: { severity: usual } }],
      [{ [called]: 'realtime' }, { status: 'firing', condition: { severity: 'realtime' } }],
      [
        { [called]: 'off' },
        { status: 'resolved', endSummary: `the rules of orders want nobody told of its ${called}` },
      ],
    ] as const) {
      await publish({ all: { limit: '10/s' }, daily: DAILY }, rated);
      await refuses(30, 30, 40);
      await minuteLater();
      expect(await alertOf(key)).toMatchObject(expected);
      for (const [, other, severity] of RATED.filter(([each]) => each !== called)) {
        expect(await alertOf(other)).toMatchObject({ status: 'firing', condition: { severity } });
      }
    }
  },
);
