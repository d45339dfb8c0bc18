// The index of what is due takes items of any service: what one of them writes there says nothing about another.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { beginRun, listRuns, type RunStart } from '../../../store/items/job-runs.ts';
import { declareJobs, readJob } from '../../../store/items/jobs.ts';
import { keys } from '../../../store/keys.ts';
import type { Item, Table } from '../../../store/port.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const DAY = Date.UTC(2026, 2, 2);
const SLOT = DAY + 2 * 3_600_000;
const PAYOUT = { service: 'payments', job: 'payout' };

let table: Table;
beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  const jobs = { payout: { schedule: 'cron(0 2 * * ? *)', maxRuntime: '10m' } };
  await declareJobs(table, { service: 'payments', jobs, atMs: DAY });
  await tickAt(DAY);
});

const tickAt = (ms: number) => tick({ table, clock: fakeClock(ms), logger: silentLogger });

/** The end of a run of payments', under a key that the role of orders may write. */
const forged = (changes: Item = {}): Item & { pk: string; sk: string } => ({
  ...keys.jobRun('orders', 'payout', new Date(SLOT).toISOString(), 'request-1'),
  v: 1,
  ...PAYOUT,
  run: 'request-1',
  startedAt: SLOT,
  scheduledAt: SLOT,
  instance: 'i',
  requestId: 'request-1',
  limitAt: SLOT + 60_000,
  status: 'failed',
  endedAt: SLOT + 1_000,
  due: 'runs',
  dueAt: SLOT + 1_000,
  ...changes,
});

const running: RunStart = {
  ...PAYOUT,
  run: 'request-1',
  startedAt: SLOT,
  scheduledAt: SLOT,
  instance: 'i',
  requestId: 'request-1',
  limitAt: SLOT + 900_000,
};

describe('the tick', () => {
  it.each([
    ['that another service wrote in its name', forged()],
    ['that is filed under another run', forged({ ...keys.jobRun('payments', 'payout', '2026', 'other') })],
    [
      'that is filed under another job',
      forged({ ...keys.jobRun('payments', 'other', new Date(SLOT).toISOString(), 'request-1') }),
    ],
  ])('tells no job of a run %s', async (_, item) => {
    const before = await readJob(table, 'payments', 'payout');
    await table.put({ item });
    expect(await tickAt(SLOT + 2_000)).toMatchObject({ runs: 0, failed: 1 });
    expect(await readJob(table, 'payments', 'payout')).toEqual(before);
    expect(
      (await listRuns(table, PAYOUT, { limit: 9, consistent: true })).runs.filter(({ run }) => run === 'missed'),
    ).toEqual([]);
  });

  it('settles no run of payments by what orders says of it', async () => {
    await beginRun(table, running);
    const { dueAt } = (await listRuns(table, PAYOUT, { limit: 1, consistent: true })).runs[0] ?? {};
    await table.put({ item: forged({ status: 'running', endedAt: undefined, limitAt: 0, due: 'runs', dueAt }) });
    await tickAt(SLOT + 60_000);
    const { runs } = await listRuns(table, PAYOUT, { limit: 1, consistent: true });
    expect(runs[0]).toMatchObject({ run: 'request-1', status: 'running' });
  });

  it.each([
    ['an item that is no run at all', { pk: 'run#orders#x', sk: 'x', due: 'runs', dueAt: 1 }],
    ['a run of no time there is', forged({ startedAt: 1e100 })],
    ['an item that is no job', { pk: 'run#orders#x', sk: 'x', due: 'jobs', dueAt: 1 }],
    ['an item that says it is a job of payments', { pk: 'run#orders#x', sk: 'x', due: 'jobs', dueAt: 1, ...PAYOUT }],
  ])('goes on past %s', async (_, item) => {
    await table.put({ item });
    await beginRun(table, { ...running, limitAt: SLOT + 60_000 });
    expect(await tickAt(SLOT + 100_000)).toMatchObject({ runs: 1, failed: 1, complete: true });
    expect(await readJob(table, 'payments', 'payout')).toMatchObject({ status: 'failed' });
  });
});

it('a tick whose time is over looks at no more pages, also where all that is due is a stranger’s', async () => {
  let pages = 0;
  let leftMs = 10_000;
  const crowded: Table = {
    ...table,
    query: () => {
      pages++;
      leftMs -= 1_000;
      return Promise.resolve({ items: [forged()], cursor: 'on' });
    },
  };
  const remainingMs = () => leftMs;
  const report = await tick({ table: crowded, clock: fakeClock(SLOT), logger: silentLogger, remainingMs });
  expect(report).toMatchObject({ runs: 0, complete: false });
  expect(pages).toBeLessThanOrEqual(10);
});
