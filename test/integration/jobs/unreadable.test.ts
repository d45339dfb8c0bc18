// A job of which something cannot be read, in the list of jobs: it hides no other, and is seen to be so.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { jobRoutes } from '../../../functions/batch-monitor/routes.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { beginRun, type RunStart } from '../../../store/items/job-runs.ts';
import { declareJobs } from '../../../store/items/jobs.ts';
import { instanceKeys } from '../../../store/instance-keys.ts';
import { keys } from '../../../store/keys.ts';
import type { Key, Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const HOUR = 3_600_000;
const DAY = Date.UTC(2026, 2, 2);

let table: Table;
let clock: FakeClock;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(DAY);
  await putApiKey(table, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: DAY });
  const nightly = { schedule: 'cron(0 2 * * ? *)' };
  await declareJobs(table, { service: 'orders', owner: 'team-orders', jobs: { nightly, purge: nightly }, atMs: DAY });
});

/** The list of the jobs of the service. */
async function listed(query = ''): Promise<Record<string, unknown>[]> {
  const api = describedApi({
    routes: jobRoutes({ table, clock, logger: silentLogger }),
    table,
    clock,
    logger: silentLogger,
  });
  const event = {
    ...httpV2({ method: 'GET', path: '/v1/jobs', headers: { authorization: 'Bearer fb_viewer' } }),
    rawQueryString: `service=orders&${query}`,
  };
  const { statusCode, body = '' } = await api(event, { awsRequestId: 'request-1' });
  expect(statusCode).toBe(200);
  return (JSON.parse(body) as { jobs: Record<string, unknown>[] }).jobs;
}

describe('a declared job that cannot be read', () => {
  const NIGHTLY = { id: 'orders:nightly', kind: 'declared', service: 'orders', job: 'nightly', unreadable: true };
  const RUN = {
    ...{ service: 'orders', job: 'nightly', run: 'a', startedAt: DAY, scheduledAt: DAY, instance: 'i', requestId: 'r' },
    ...{ limitAt: DAY + HOUR, maxRuntimeAt: undefined, silenceMs: undefined, function: undefined, schedule: undefined },
  } as RunStart;

  async function damaged(key: Key, damage: Record<string, string | number>): Promise<void> {
    const item = await table.get(key, { consistent: true });
    expect(item).toBeDefined();
    await table.put({ item: { ...item, ...key, ...damage } });
  }
  const ofRun = instanceKeys.jobRun('orders', 'nightly', new Date(DAY).toISOString(), 'a');

  it.each<[string, object, () => Promise<void>]>([
    ['since a newer flyball wrote it', NIGHTLY, () => damaged(keys.job('orders', 'nightly'), { v: 99 })],
    ['since a newer flyball wrote a run of it', { ...NIGHTLY, owner: 'team-orders' }, () => damaged(ofRun, { v: 99 })],
  ])('hides no other, and is listed as what it is: %s', async (_what, expected, damage) => {
    await beginRun(table, RUN);
    await damage();
    const entries = await listed();
    expect(entries).toEqual([expected, expect.objectContaining({ job: 'purge', status: 'new' })]);
    // It may be what is asked for.
    for (const query of ['status=failed', 'owner=team-orders&status=up', 'name=night']) {
      expect(await listed(query), query).toContainEqual(expected);
    }
    expect(await listed('name=purge')).toHaveLength(1);
  });

  it('is so as well where a run of it began at no time', async () => {
    await beginRun(table, RUN);
    await damaged(ofRun, { startedAt: 1e100 });
    expect(await listed()).toEqual([{ ...NIGHTLY, owner: 'team-orders' }, expect.objectContaining({ job: 'purge' })]);
  });

  it('is in the list also where its entry is newer', async () => {
    await damaged(keys.jobEntry('orders', 'nightly'), { v: 99 });
    const entries = await listed();
    expect(entries).toMatchObject([{ job: 'nightly', status: 'new' }, { job: 'purge' }]);
  });

  it('is the cause of no other, which stands as it does', async () => {
    const waiting = { schedule: 'cron(0 3 * * ? *)', after: ['nightly'] };
    const nightly = { schedule: 'cron(0 2 * * ? *)' };
    await declareJobs(table, { service: 'orders', jobs: { nightly, waiting }, atMs: DAY });
    clock.set(DAY + 30 * HOUR);
    const shown = async () => (await listed('name=waiting')).map(({ status, because }) => [status, because]);
    expect(await shown()).toEqual([['missed', 'orders:nightly']]);
    await damaged(keys.job('orders', 'nightly'), { v: 99 });
    expect(await shown()).toEqual([['missed', undefined]]);
  });
});
