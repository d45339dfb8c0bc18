// What the rules hold a job to, over HTTP: they are shown with it, and so is what was made of its runs.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { jobRoutes } from '../../../functions/batch-monitor/routes.ts';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { noteHeard } from '../../../store/items/job-heard.ts';
import { beginRun, endRun, type RunStart } from '../../../store/items/job-runs.ts';
import { declareJobs } from '../../../store/items/jobs.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { DAY, HOUR, MINUTE, SLOT } from '../../support/jobs.ts';
import { createTable } from '../table.ts';

let table: Table;
let clock: FakeClock;

const TERMS = {
  schedule: 'cron(0 2 * * ? *)',
  finishBy: '06:00',
  minRuntime: '10s',
  noHeartbeatFor: '5m',
  failures: '1 of 2',
  overlap: 'forbid' as const,
  expect: { written: { atLeast: 1 } },
  pauses: [{ schedule: '0 0 * * 6', for: '1d', reason: 'nobody orders on Saturdays' }],
  blocking: true,
  tags: ['money'],
};

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(DAY);
  await putApiKey(table, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: DAY });
  const jobs = { nightly: TERMS, other: { schedule: TERMS.schedule } };
  await declareJobs(table, { service: 'orders', jobs, atMs: DAY });
});

async function get(path: string, query: Record<string, string> = {}) {
  const api = describedApi({
    routes: jobRoutes({ table, clock, logger: silentLogger }),
    table,
    clock,
    logger: silentLogger,
  });
  const headers = { authorization: 'Bearer fb_viewer' };
  const answer = await api(httpV2({ method: 'GET', path, query, headers }), { awsRequestId: 'request-1' });
  return JSON.parse(answer.body ?? '') as Record<string, unknown>;
}

const start = (run: string, startedAt: number): RunStart => ({
  service: 'orders',
  job: 'nightly',
  run,
  startedAt,
  scheduledAt: SLOT,
  instance: 'i',
  requestId: run,
  silenceMs: 5 * MINUTE,
  limitAt: startedAt + 15 * MINUTE,
});

/** What is said must not depend on whether the monitor has looked. */
async function beforeAndAfterTick(path: string, ms: number) {
  clock.set(ms);
  const before = await get(path);
  await tick({ table, clock, logger: silentLogger });
  expect(await get(path)).toEqual(before);
  return before;
}

describe('what a job is held to', () => {
  it('is shown with it, and finds it by tag', async () => {
    expect(await get('/v1/jobs/orders:nightly')).toMatchObject({ id: 'orders:nightly', ...TERMS });
    expect((await get('/v1/jobs', { tag: 'money' }))['jobs']).toMatchObject([{ id: 'orders:nightly' }]);
    expect((await get('/v1/jobs', { tag: 'time' }))['jobs']).toEqual([]);
  });

  it('makes failures of successes, which say why', async () => {
    await beginRun(table, start('a', SLOT));
    const endedAt = SLOT + 3_000;
    await endRun(table, start('a', SLOT), { status: 'succeeded', endedAt, durationMs: 3_000, counts: { written: 0 } });
    const reason = 'too short: it took 3s, and at least 10s is expected; written is 0, and at least 1 is expected';
    const { runs } = await beforeAndAfterTick('/v1/jobs/orders:nightly/runs', SLOT + MINUTE);
    expect(runs).toMatchObject([{ run: 'a', status: 'failed', reason }]);
    expect(await get('/v1/jobs/orders:nightly')).toMatchObject({ status: 'failed' });
  });

  it('gives up runs that are silent, and marks what overlaps', async () => {
    await beginRun(table, start('a', SLOT));
    await noteHeard(table, start('a', SLOT), { heardAt: SLOT + 4 * MINUTE });
    await beginRun(table, start('b', SLOT + MINUTE));
    await endRun(table, start('b', SLOT + MINUTE), {
      status: 'succeeded',
      endedAt: SLOT + 2 * MINUTE,
      durationMs: MINUTE,
      counts: { written: 7 },
    });
    const { runs } = await beforeAndAfterTick('/v1/jobs/orders:nightly/runs', SLOT + 10 * MINUTE);
    expect(runs).toMatchObject([
      { run: 'b', status: 'succeeded', marks: [{ mark: 'overlapping', reason: 'it began while a was running' }] },
      { run: 'a', status: 'lost', lostAt: new Date(SLOT + 9 * MINUTE).toISOString() },
    ]);
    const job = await beforeAndAfterTick('/v1/jobs/orders:nightly', SLOT + HOUR);
    expect(job).toMatchObject({ status: 'failed', since: new Date(SLOT + 9 * MINUTE).toISOString() });
    expect(job['marks']).toMatchObject([{ mark: 'overlapping' }]);
  });
});
