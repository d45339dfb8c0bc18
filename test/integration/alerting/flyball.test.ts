// What flyball says of itself, found by ticks in the table as it is: the merge, the monitor of jobs, and rules that nobody can read.
import { beforeEach, expect, inject, it } from 'vitest';
import { flyballItself } from '../../../functions/alerting/signals/flyball.ts';
import { services } from '../../../functions/alerting/signals/services.ts';
import { newCheck } from '../../../functions/batch-monitor/checks/fold.ts';
import { tick as lookAfterJobs } from '../../../functions/batch-monitor/tick.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { readAlert } from '../../../store/items/alerts.ts';
import { itemOfCheck } from '../../../store/items/check-record.ts';
import { createCheck } from '../../../store/items/checks.ts';
import { itemOf } from '../../../store/items/job-record.ts';
import { declareJobs, readJob } from '../../../store/items/jobs.ts';
import { commitTurn, takeTurn } from '../../../store/items/merge-progress.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { listService } from '../../../store/items/services.ts';
import { due, keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { alertWorld, type AlertWorld } from './alert-world.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 21, 12);
const UUID = '5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278';

let table: Table;
let world: AlertWorld;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  world = alertWorld(table, NOW);
});

async function minutesLater(minutes = 1) {
  world.clock.advance(minutes * MINUTE);
  expect(await world.tick({ sources: [flyballItself, services] })).toMatchObject({ failed: 0 });
}
const alertOf = (key: string) => readAlert(table, hashOfCondition(key));

it('says nothing where nothing has ever run', async () => {
  await minutesLater();
  expect(world.sent).toEqual([]);
});

it('says that telemetry is not merged, until it is', async () => {
  const mergedUpTo = async (upTo: number) => {
    const { fence } = await takeTurn(table);
    await commitTurn(table, fence, { upTo, open: {} });
  };
  await mergedUpTo(NOW - 3 * MINUTE);
  await minutesLater(10);
  expect(await alertOf('flyball/flyball/merge')).toBeUndefined();
  await minutesLater();
  expect(await alertOf('flyball/flyball/merge')).toMatchObject({
    status: 'firing',
    condition: { severity: 'high', service: 'flyball' },
  });
  await mergedUpTo(world.clock.now() - 3 * MINUTE);
  await minutesLater();
  expect(await alertOf('flyball/flyball/merge')).toMatchObject({ status: 'resolved' });
});

it('says that jobs are not looked after, until they are', async () => {
  const jobs = { nightly: { schedule: 'rate(1 minute)' } };
  await declareJobs(table, { service: 'orders', jobs, atMs: NOW });
  await minutesLater(4);
  expect(await alertOf('flyball/flyball/monitor')).toBeUndefined();
  await minutesLater(10);
  expect(await alertOf('flyball/flyball/monitor')).toMatchObject({ status: 'firing', condition: { severity: 'high' } });
  await lookAfterJobs({ table, clock: world.clock, logger: silentLogger });
  await minutesLater();
  expect(await alertOf('flyball/flyball/monitor')).toMatchObject({ status: 'resolved' });
});

it('says nothing of what is bad for hours and was written a moment ago, before that is marked', async () => {
  const jobs = { nightly: { schedule: 'rate(1 day)' } };
  await declareJobs(table, { service: 'orders', jobs, atMs: NOW });
  await lookAfterJobs({ table, clock: world.clock, logger: silentLogger });
  const job = await readJob(table, 'orders', 'nightly');
  if (!job) throw new Error('there is no such job');
  await table.put({ item: itemOf({ ...job, status: 'missed', since: NOW - 60 * MINUTE, unmarked: true }) });
  const check = newCheck({ uuid: UUID, badgeKey: UUID, service: 'orders', at: NOW }, { name: 'Backup' });
  await createCheck(table, check);
  await table.put({
    item: itemOfCheck({ ...check, status: 'down', since: NOW - 60 * MINUTE, dueAt: undefined, unmarked: true }),
  });
  await minutesLater();
  expect(await alertOf('flyball/flyball/monitor')).toBeUndefined();
});

it('says nothing of jobs behind what somebody else has put before them', async () => {
  for (let i = 0; i < 30; i++) {
    await table.put({
      item: { pk: `run#orders#odd#${String(i)}`, sk: 'odd', due: due.jobs, dueAt: NOW - 60 * MINUTE },
    });
  }
  await declareJobs(table, { service: 'orders', jobs: { nightly: { schedule: 'rate(1 minute)' } }, atMs: NOW });
  await minutesLater(20);
  expect(await alertOf('flyball/flyball/monitor')).toBeUndefined();
});

it('says whose rules cannot be read, until they can', async () => {
  const document = { apiVersion: 'flyball/v1', service: 'orders' };
  const published = { service: 'orders', document, source: '', author: 'test', note: '', at: NOW };
  await publishRevision(table, { ...published, expectedSeq: 0 });
  await listService(table, 'orders', NOW);
  const key = keys.rulesCopy('orders', 1, 0);
  const sound = await table.get(key);
  await table.put({ item: { ...key, v: 1, document: 'damaged' } });
  await minutesLater();
  expect(await alertOf('flyball/orders/rules')).toMatchObject({
    status: 'firing',
    condition: {
      ...{ severity: 'high', service: 'orders' },
      summary: 'the rules of orders cannot be read: they are damaged, or a newer flyball has written them',
    },
  });
  await table.put({ item: { ...sound, ...key } });
  await minutesLater();
  expect(await alertOf('flyball/orders/rules')).toMatchObject({ status: 'resolved' });
});
