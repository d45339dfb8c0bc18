// What a service's environments have left of memory, read by ticks from the series as they are: each service has its turn.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { services } from '../../../functions/alerting/signals/services.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { readAlert } from '../../../store/items/alerts.ts';
import { commitTurn, takeTurn } from '../../../store/items/merge-progress.ts';
import { noteReporting } from '../../../store/items/reporting.ts';
import { publishRevision, readHead } from '../../../store/items/rules.ts';
import { listService } from '../../../store/items/services.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { putHours } from '../../support/series.ts';
import { createTable } from '../table.ts';
import { alertWorld, type AlertWorld } from './alert-world.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 21, 12);

let table: Table;
let world: AlertWorld;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  world = alertWorld(table, NOW);
});

async function publish(rules: Record<string, unknown>): Promise<void> {
  const { seq: expectedSeq = 0 } = (await readHead(table, 'orders')) ?? {};
  const document = { apiVersion: 'flyball/v1', service: 'orders', owner: 'team-orders', ...rules };
  const at = world.clock.now();
  await publishRevision(table, { service: 'orders', document, source: '', author: 'test', note: '', at, expectedSeq });
  await listService(table, 'orders', at);
}

async function remove(): Promise<void> {
  for (const key of [keys.rulesHead('orders'), keys.service('orders')]) await table.delete({ key });
}

async function minutesLater(minutes = 1) {
  world.clock.advance(minutes * MINUTE);
  return world.tick({ sources: [services] });
}
const alertOf = (key: string) => readAlert(table, hashOfCondition(key));

describe('what fills up', () => {
  const MEMORY = 'saturation/orders/memory';
  const STEP = 5 * MINUTE;

  /** The share of its memory that an environment used, in each step of five minutes up to now, the last one last. */
  async function used(shares: readonly number[], now = world.clock.now()): Promise<void> {
    const end = Math.floor((now - 2 * MINUTE) / STEP) * STEP;
    const slots = shares.map((share, i) => {
      const slot = new Slot();
      slot.addSum('service', { instances: 1, machine: { memoryMb: share * 1000, memoryLimitMb: 1000 } });
      return [end - (shares.length - i) * STEP, slot] as const;
    });
    await putHours(table, 'orders', new Map(slots), end);
  }
  async function mergedUpTo(upTo: number, open = {}): Promise<void> {
    const { fence } = await takeTurn(table);
    await commitTurn(table, fence, { upTo, open });
  }
  /** So that the service has its turn once. */
  async function tenMinutes(shares: readonly number[], look = () => Promise.resolve()): Promise<void> {
    for (let minutes = 1; minutes <= 10; minutes++) {
      const now = world.clock.now() + MINUTE;
      if (minutes === 1 || (now - 2 * MINUTE) % STEP === 0) await used(shares, now);
      await mergedUpTo(now - 2 * MINUTE);
      expect(await minutesLater()).toMatchObject({ failed: 0 });
      await look();
    }
  }
  const rising = Array.from({ length: 72 }, (_, i) => 0.4 + i / 200);
  const steady = (...last: number[]) => [...Array<number>(72 - last.length).fill(0.4), ...last];

  beforeEach(() => publish({}));

  it('is heard when memory will be full, when it is, and when it is no more', async () => {
    await tenMinutes(rising);
    expect(await alertOf(MEMORY)).toMatchObject({ status: 'firing', condition: { severity: 'deferred' } });
    await tenMinutes(steady(0.96, 0.97, 0.96));
    expect(await alertOf(MEMORY)).toMatchObject({ status: 'firing', condition: { severity: 'high' } });
    await tenMinutes(steady(0.96, 0.97, 0.96, 0.91));
    expect(await alertOf(MEMORY)).toMatchObject({ status: 'firing', condition: { severity: 'high' } });
    await tenMinutes(steady(0.96, 0.97, 0.96, 0.5, 0.5, 0.5));
    expect(await alertOf(MEMORY)).toMatchObject({
      ...{ status: 'resolved', endSummary: 'nothing says that memory will be full' },
    });
  });

  it('stays as it is between two looks, and is one episode', async () => {
    await tenMinutes(rising);
    const begun = await alertOf(MEMORY);
    const seen = new Set<number | undefined>();
    for (let tens = 1; tens <= 3; tens++) {
      await tenMinutes(rising, async () => {
        const alert = await alertOf(MEMORY);
        expect(alert).toMatchObject({ status: 'firing', n: 1, since: begun?.since });
        seen.add(alert?.condition.since);
      });
    }
    // What it says is of the last look.
    expect(seen.size).toBeLessThanOrEqual(4);
  });

  it('of a service without rules is heard as well', async () => {
    await remove();
    await noteReporting(table, 'orders', NOW);
    await tenMinutes(steady(0.96, 0.97, 0.96));
    expect(await alertOf(MEMORY)).toMatchObject({ status: 'firing', condition: { severity: 'high' } });
  });

  it('of a service that is gone is over six hours later', async () => {
    await tenMinutes(steady(0.96, 0.97, 0.96));
    await remove();
    world.clock.advance(6 * 60 * MINUTE);
    await tenMinutes([]);
    expect(await alertOf(MEMORY)).toMatchObject({ status: 'resolved' });
  });

  it.each([
    ['steps are to be merged still', NOW - 2 * MINUTE, { orders: [[NOW - 30 * MINUTE, NOW - 2 * MINUTE]] }],
    ['the merge is behind', NOW - 30 * MINUTE, {}],
  ])('says nothing while %s', async (_what, upTo, open) => {
    await used(steady(0.96, 0.97, 0.96), upTo + 2 * MINUTE);
    await mergedUpTo(upTo, open);
    for (let minutes = 1; minutes <= 10; minutes++) expect(await minutesLater()).toMatchObject({ failed: 0, open: 0 });
  });

  it('is over when rules want nobody told, and as urgent as they say', async () => {
    await publish({ builtInAlerts: { saturation: 'realtime' } });
    await tenMinutes(rising);
    expect(await alertOf(MEMORY)).toMatchObject({ status: 'firing', condition: { severity: 'realtime' } });
    await publish({ builtInAlerts: { saturation: 'off' } });
    await minutesLater();
    expect(await alertOf(MEMORY)).toMatchObject({
      ...{ status: 'resolved', endSummary: 'the rules of orders want nobody told of its saturation' },
    });
  });
});
