// Declared jobs that are told of by pings, as cron on a server sends them: their runs, and what the monitor makes of these.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { pingRoutes } from '../../../functions/batch-monitor/checks/pings.ts';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { checksBySlug } from '../../../store/items/checks.ts';
import { listRuns } from '../../../store/items/job-runs.ts';
import { declareJobs, readJob } from '../../../store/items/jobs.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const DAY = Date.UTC(2026, 2, 2);
const SLOT = DAY + 120 * MINUTE;
const A = 'aaaaaaaa-0000-4000-8000-000000000000';
const B = 'bbbbbbbb-0000-4000-8000-000000000000';
const HOURS_24 = 24 * 60 * MINUTE;

let table: Table;
let clock: FakeClock;
let ids: number;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(SLOT);
  ids = 0;
  const backup = { schedule: '0 2 * * *', maxRuntime: '10m', startDeadline: '5m' };
  await declareJobs(table, { service: 'orders', jobs: { backup }, atMs: DAY });
});

async function ping(what = '', options: { at?: number; query?: Record<string, string>; body?: string } = {}) {
  const { at = SLOT, query = {}, body } = options;
  clock.set(at);
  const routes = pingRoutes({
    ...{ table, newId: () => String(++ids) },
    serviceOf: (key) => Promise.resolve(key === 'ping-key' ? 'orders' : undefined),
  });
  const api = describedApi({ routes, table, clock, logger: silentLogger });
  const method = body === undefined ? 'GET' : 'POST';
  const path = `/ping/ping-key/backup${what}`;
  const answer = await api(httpV2({ method, path, query, ...(body === undefined ? {} : { body }) }), {
    awsRequestId: 'request-1',
  });
  return { status: answer.statusCode, text: answer.body };
}

const runs = async () =>
  (await listRuns(table, { service: 'orders', job: 'backup' }, { limit: 20, consistent: true })).runs;

async function statusAt(ms: number) {
  clock.set(ms);
  await tick({ table, clock, logger: silentLogger });
  return (await readJob(table, 'orders', 'backup'))?.status;
}

describe('a declared job that is pinged', () => {
  it('has a run from its start to its success, and no check is made of it', async () => {
    expect(await ping('/start')).toEqual({ status: 200, text: 'OK' });
    expect(await runs()).toMatchObject([{ status: 'running', startedAt: SLOT, maxRuntimeAt: SLOT + 10 * MINUTE }]);
    await ping('', { at: SLOT + 3 * MINUTE, query: { create: '1' } });
    expect(await runs()).toMatchObject([{ status: 'succeeded', endedAt: SLOT + 3 * MINUTE, durationMs: 3 * MINUTE }]);
    expect(await checksBySlug(table, 'orders', 'backup', 1)).toEqual([]);
    expect(await statusAt(SLOT + 20 * MINUTE)).toBe('up');
  });

  it('fails with its exit status and what it has sent', async () => {
    await ping('/start');
    await ping('/3', { at: SLOT + MINUTE, body: 'pg_dump: no space left\n' });
    const error = { name: 'exit status 3', message: 'pg_dump: no space left' };
    expect(await runs()).toMatchObject([{ status: 'failed', error }]);
    expect(await statusAt(SLOT + 20 * MINUTE)).toBe('failed');
  });

  it.each([
    ['/fail', { name: '', message: 'a ping said so' }],
    ['/1', { name: 'exit status 1', message: '' }],
  ])('fails by %s without a word', async (what, error) => {
    await ping(what);
    expect(await runs()).toMatchObject([{ status: 'failed', error, startedAt: SLOT, endedAt: SLOT }]);
  });

  it('has runs that overlap, each ended by its own name', async () => {
    await ping('/start', { query: { rid: A } });
    await ping('/start', { at: SLOT + MINUTE, query: { rid: B } });
    await ping('/fail', { at: SLOT + 2 * MINUTE, query: { rid: A } });
    await ping('/0', { at: SLOT + 3 * MINUTE, query: { rid: B } });
    expect(await runs()).toMatchObject([
      { run: B, status: 'succeeded', durationMs: 2 * MINUTE },
      { run: A, status: 'failed', durationMs: 2 * MINUTE },
    ]);
  });

  it('ends the latest of its runs that have no name, and no other', async () => {
    await ping('/start');
    await ping('/start', { at: SLOT + MINUTE });
    await ping('/start', { at: SLOT + 2 * MINUTE, query: { rid: A } });
    await ping('', { at: SLOT + 3 * MINUTE });
    expect((await runs()).map(({ status }) => status)).toEqual(['running', 'succeeded', 'running']);
  });

  it('ends a run once, however often it is told', async () => {
    await ping('/start', { query: { rid: A } });
    await ping('', { at: SLOT + MINUTE, query: { rid: A } });
    await ping('/fail', { at: SLOT + 2 * MINUTE, query: { rid: A } });
    expect(await runs()).toMatchObject([{ run: A, status: 'succeeded', endedAt: SLOT + MINUTE }]);
  });

  it('says that it is alive by a log', async () => {
    await ping('/start');
    await ping('/log', { at: SLOT + MINUTE });
    expect(await runs()).toMatchObject([{ status: 'running', heardAt: SLOT + MINUTE }]);
  });

  it('is missed when nothing comes, and overrunning when no end does, until it is given up after a day', async () => {
    expect(await statusAt(SLOT + 5 * MINUTE)).toBe('missed');
    await ping('/start', { at: SLOT + 6 * MINUTE });
    expect(await statusAt(SLOT + 16 * MINUTE)).toBe('overrunning');
    await statusAt(SLOT + 7 * MINUTE + HOURS_24);
    expect((await runs()).find(({ run }) => run === 'ping-1')).toMatchObject({ status: 'lost' });
  });

  it.each([
    ['an exit status there is none of', '/256', {}],
    ['a run that is no UUID', '', { rid: 'one' }],
  ])('is told of %s', async (_what, action, query) => {
    expect((await ping(action, { query })).status).toBe(400);
    expect(await runs()).toEqual([]);
  });

  it('is none any more when no document has it', async () => {
    await declareJobs(table, { service: 'orders', jobs: {}, atMs: DAY + 1 });
    expect((await ping('')).status).toBe(404);
  });
});
