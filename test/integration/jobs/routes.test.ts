// Jobs and runs over HTTP: as they stand this moment, by id or by name, for those who may see them.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { jobRoutes } from '../../../functions/batch-monitor/routes.ts';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { beginRun, endRun, type RunStart } from '../../../store/items/job-runs.ts';
import { declareJobs } from '../../../store/items/jobs.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const DAY = Date.UTC(2026, 2, 2);
const SLOT = DAY + 120 * MINUTE;

let table: Table;
let clock: FakeClock;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(DAY);
  await putApiKey(table, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: DAY });
  await putApiKey(table, { key: 'fb_scoped', role: 'viewer', name: 's', services: ['billing'], createdAt: DAY });
  const nightly = { schedule: 'cron(0 2 * * ? *)', maxRuntime: '10m' };
  await declareJobs(table, { service: 'orders', owner: 'team-orders', jobs: { nightly, purge: nightly }, atMs: DAY });
  await declareJobs(table, { service: 'billing', jobs: { nightly }, atMs: DAY });
});

async function get(path: string, options: { as?: string; query?: Record<string, string>; method?: string } = {}) {
  const { as = 'viewer', query = {}, method = 'GET' } = options;
  const api = describedApi({
    routes: jobRoutes({ table, clock, logger: silentLogger }),
    table,
    clock,
    logger: silentLogger,
  });
  const headers: Record<string, string> = as === '' ? {} : { authorization: `Bearer fb_${as}` };
  const answer = await api(httpV2({ method, path, query, headers }), { awsRequestId: 'request-1' });
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? '') as Record<string, unknown> };
}

const started = (at: number): RunStart => ({
  service: 'orders',
  job: 'nightly',
  run: 'request-7',
  startedAt: at,
  scheduledAt: SLOT,
  instance: 'i',
  requestId: 'request-7',
  maxRuntimeAt: at + 10 * MINUTE,
  limitAt: at + 15 * MINUTE,
});

const statusAt = async (ms: number) => {
  clock.set(ms);
  return (await get('/v1/jobs/orders:nightly')).body['status'];
};

const entryAt = async (ms: number) => {
  clock.set(ms);
  const { body } = await get('/v1/jobs', { query: { service: 'orders' } });
  return (body['jobs'] as { job: string; status: string }[]).find(({ job }) => job === 'nightly');
};

const listedAt = async (ms: number) => (await entryAt(ms))?.status;

describe('what a newer flyball has written', () => {
  it.each([
    ['a job', keys.job('orders', 'nightly')],
    ['a run', keys.jobRun('orders', 'nightly', new Date(SLOT).toISOString(), 'request-7')],
  ])('of %s is put off until that is everywhere, and the tick passes it over', async (_what, key) => {
    await beginRun(table, started(SLOT));
    await table.update({ key, update: 'SET #v = :v', names: { '#v': 'v' }, values: { ':v': 2 } });
    clock.set(SLOT + MINUTE);
    expect(await get('/v1/jobs/orders:nightly/runs')).toMatchObject({ status: 503, body: { code: 'NEWER_ITEM' } });
    expect((await get('/v1/jobs/orders:purge')).status).toBe(200);
    clock.set(SLOT + 20 * MINUTE);
    const report = await tick({ table, clock, logger: silentLogger });
    expect(report).toMatchObject({ complete: true });
    expect(report.failed).toBeGreaterThan(0);
    expect(report.jobs).toBeGreaterThan(0);
  });
});

describe('a job over HTTP', () => {
  it('is listed with its status, its last run and its next slot', async () => {
    const { status, body } = await get('/v1/jobs', { query: { service: 'orders' } });
    expect(status).toBe(200);
    expect(body['jobs']).toMatchObject([
      {
        id: 'orders:nightly',
        service: 'orders',
        job: 'nightly',
        owner: 'team-orders',
        schedule: 'cron(0 2 * * ? *)',
        timezone: 'UTC',
        status: 'new',
        nextExpectedAt: '2026-03-02T02:00:00.000Z',
      },
      { id: 'orders:purge' },
    ]);
  });

  it('comes in pages', async () => {
    const first = await get('/v1/jobs', { query: { limit: '2' } });
    const second = await get('/v1/jobs', { query: { limit: '2', cursor: String(first.body['cursor']) } });
    const ids = [first, second].map(({ body }) => (body['jobs'] as { id: string }[]).map(({ id }) => id));
    expect(ids).toEqual([['billing:nightly', 'orders:nightly'], ['orders:purge']]);
  });

  it('is late after its slot until it starts, and missed from its deadline on, before any tick has looked', async () => {
    expect(await statusAt(SLOT + MINUTE)).toBe('late');
    expect(await listedAt(SLOT + MINUTE)).toBe('late');
    expect(await statusAt(SLOT + 6 * MINUTE)).toBe('missed');
    expect(await listedAt(SLOT + 6 * MINUTE)).toBe('missed');
  });

  it('is late since its slot, not since it was declared', async () => {
    expect(await entryAt(SLOT + MINUTE)).toMatchObject({ status: 'late', since: '2026-03-02T02:00:00.000Z' });
  });

  it.each([
    ['failed', 'failed'],
    ['succeeded', 'up'],
  ] as const)('whose run has just %s is listed as %s before any tick has looked', async (ended, status) => {
    const run = started(SLOT + 1_000);
    await beginRun(table, run);
    await endRun(table, run, { status: ended, endedAt: SLOT + MINUTE, durationMs: 59_000 });
    const entry = await entryAt(SLOT + MINUTE + 1);
    expect(entry).toMatchObject({ status, since: '2026-03-02T02:01:00.000Z', lastRun: { status: ended } });
    const { body } = await get('/v1/jobs/orders:nightly');
    expect({ ...body, changes: undefined }).toEqual({ ...entry, changes: undefined });
  });

  it('that was up is listed as failed as soon as a run by hand has failed, also between two slots', async () => {
    const run = started(SLOT + 1_000);
    await beginRun(table, run);
    await endRun(table, run, { status: 'succeeded', endedAt: SLOT + MINUTE, durationMs: 59_000 });
    clock.set(SLOT + 10 * MINUTE);
    await tick({ table, clock, logger: silentLogger });
    const byHand = { ...started(SLOT + 20 * MINUTE), run: 'by-hand', scheduledAt: undefined };
    await beginRun(table, byHand);
    await endRun(table, byHand, { status: 'failed', endedAt: SLOT + 21 * MINUTE, durationMs: MINUTE });
    expect(await listedAt(SLOT + 21 * MINUTE + 1)).toBe('failed');
    expect(await statusAt(SLOT + 21 * MINUTE + 1)).toBe('failed');
  });

  it('is not late once it has started', async () => {
    await beginRun(table, started(SLOT + 1_000));
    expect(await statusAt(SLOT + MINUTE)).toBe('new');
    expect(await listedAt(SLOT + MINUTE)).toBe('new');
    expect(await statusAt(SLOT + 12 * MINUTE)).toBe('overrunning');
  });

  it('shows what changed and when', async () => {
    clock.set(SLOT + 30 * MINUTE);
    await tick({ table, clock, logger: silentLogger });
    const { body } = await get('/v1/jobs/orders:nightly');
    expect(body).toMatchObject({
      status: 'missed',
      since: '2026-03-02T02:05:00.000Z',
      changes: [{ at: '2026-03-02T02:05:00.000Z', from: 'new', to: 'missed' }],
      nextExpectedAt: '2026-03-03T02:00:00.000Z',
    });
  });
});

describe('the runs of a job', () => {
  it('come newest first, with their failure and what they counted', async () => {
    const run = started(SLOT + 1_000);
    await beginRun(table, run);
    await endRun(table, run, {
      status: 'failed',
      endedAt: SLOT + MINUTE,
      durationMs: 59_000,
      counts: { read: 5, failed: 1 },
      error: { name: 'TypeError', message: 'no rows', fingerprint: 'f', frames: ['settle (a.ts:1:1)'] },
    });
    const { body } = await get('/v1/jobs/orders:nightly/runs');
    expect(body).toMatchObject({
      job: 'orders:nightly',
      runs: [
        {
          run: 'request-7',
          status: 'failed',
          startedAt: '2026-03-02T02:00:01.000Z',
          durationMs: 59_000,
          counts: { read: 5, failed: 1 },
          error: { name: 'TypeError', message: 'no rows' },
        },
      ],
    });
  });
});

describe('finding a job', () => {
  it.each([
    ['its id', '/v1/jobs/orders:nightly', {}, 200],
    ['its name, where one service has it', '/v1/jobs/purge', {}, 200],
    ['its name and service', '/v1/jobs/nightly', { query: { service: 'orders' } }, 200],
    ['its name, where several services have it', '/v1/jobs/nightly', {}, 409],
    ['its name, where the caller may see one of them', '/v1/jobs/nightly', { as: 'scoped' }, 200],
    ['the id of a service the caller may not see', '/v1/jobs/orders:nightly', { as: 'scoped' }, 403],
    ['a name nobody has', '/v1/jobs/weekly', {}, 404],
    ['no name at all', '/v1/jobs/a%23b', {}, 404],
    ['no credentials', '/v1/jobs/orders:nightly', { as: '' }, 401],
    ['a method it has not', '/v1/jobs/orders:nightly', { method: 'DELETE' }, 405],
    ['the runs of a job nobody has', '/v1/jobs/weekly/runs', {}, 404],
    ['another service in the list', '/v1/jobs', { as: 'scoped', query: { service: 'orders' } }, 403],
  ])('by %s', async (_what, path, options, status) => {
    expect((await get(path, options)).status).toBe(status);
  });

  it('lists what the caller may see', async () => {
    const { body } = await get('/v1/jobs', { as: 'scoped' });
    expect((body['jobs'] as { id: string }[]).map(({ id }) => id)).toEqual(['billing:nightly']);
  });
});
