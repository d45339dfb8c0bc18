// What a page about a job is made of, over HTTP: how long its last runs took, who waits for it, and what became of its alerts.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { observe } from '../../../functions/alerting/observe.ts';
import { newCheck, pinged } from '../../../functions/batch-monitor/checks/fold.ts';
import { jobRoutes } from '../../../functions/batch-monitor/routes.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { changeAlert, type TrailEntry } from '../../../store/items/alerts.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import type { PingKind } from '../../../store/items/check-record.ts';
import { changeCheck, createCheck, uniqueKeyOf } from '../../../store/items/checks.ts';
import { beginRun, endRun, type RunStart } from '../../../store/items/job-runs.ts';
import { declareJobs } from '../../../store/items/jobs.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = Date.UTC(2026, 2, 2);
const UUID = '00000001-aaaa-4000-8000-000000000000';
const at = (ms: number) => new Date(ms).toISOString();

let table: Table;
let clock: FakeClock;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(DAY);
  await putApiKey(table, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: DAY });
  await putApiKey(table, { key: 'fb_scoped', role: 'viewer', name: 's', services: ['orders'], createdAt: DAY });
  await declareJobs(table, { service: 'orders', jobs: { hourly: { schedule: '0 * * * *' } }, atMs: DAY });
});

async function get(path: string, query: Readonly<Record<string, string>> = {}, as = 'viewer') {
  const api = describedApi({ routes: jobRoutes({ table, clock, logger: silentLogger }), table, clock, logger: silentLogger }); // prettier-ignore
  const event = {
    ...httpV2({ method: 'GET', path, headers: { authorization: `Bearer fb_${as}` } }),
    rawQueryString: new URLSearchParams(query).toString(),
  };
  const answer = await api(event, { awsRequestId: 'request-1' });
  return JSON.parse(answer.body ?? '') as Record<string, unknown>;
}

async function run(startedAt: number, durationMs: number): Promise<void> {
  const start: RunStart = { service: 'orders', job: 'hourly', run: `run-${startedAt}`, startedAt, limitAt: startedAt + HOUR, instance: 'i', requestId: '' }; // prettier-ignore
  await beginRun(table, start);
  await endRun(table, start, { status: 'succeeded', endedAt: startedAt + durationMs, durationMs });
}

async function check(): Promise<void> {
  await createCheck(table, newCheck({ uuid: UUID, badgeKey: UUID.replace('a', 'b'), service: 'orders', at: DAY }, {}));
}

async function ping(ms: number, kind: PingKind): Promise<void> {
  const sent = { at: ms, kind, scheme: 'https', method: 'GET', remoteAddress: '', userAgent: '', bodySize: 0 };
  await changeCheck(table, UUID, (current) => pinged(current, sent));
}

describe('durations', () => {
  it('of a declared job are those of its last ten runs, oldest first, in the list and on its own', async () => {
    for (let i = 0; i < 12; i++) await run(DAY + i * MINUTE, 1_000 + i);
    clock.set(DAY + 30 * MINUTE);
    const recentMs = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((i) => 1_000 + i);
    expect(await get('/v1/jobs/orders:hourly')).toMatchObject({ recentMs });
    expect(await get('/v1/jobs')).toMatchObject({ jobs: [{ recentMs }] });
  });

  it('of a check are those of the runs that were told of by a start and an end', async () => {
    await check();
    await ping(DAY, 'success');
    expect(await get(`/v1/jobs/${uniqueKeyOf(UUID)}`)).not.toHaveProperty('recentMs');
    for (let i = 1; i <= 12; i++) {
      await ping(DAY + i * MINUTE, 'start');
      await ping(DAY + i * MINUTE + i * 100, i % 2 === 0 ? 'success' : 'fail');
    }
    clock.set(DAY + HOUR);
    expect(await get('/v1/jobs', { kind: 'check' })).toMatchObject({
      jobs: [{ recentMs: [300, 400, 500, 600, 700, 800, 900, 1_000, 1_100, 1_200] }],
    });
  });
});

describe('who waits for a job', () => {
  const waiting = { schedule: '0 7 * * *', after: ['orders:hourly'] };

  it('is named with it, and not any more once it waits no longer', async () => {
    expect(await get('/v1/jobs/orders:hourly')).not.toHaveProperty('awaitedBy');
    await declareJobs(table, { service: 'billing', jobs: { invoices: waiting }, atMs: DAY });
    expect(await get('/v1/jobs/orders:hourly')).toMatchObject({ awaitedBy: ['billing:invoices'] });
    await declareJobs(table, { service: 'billing', jobs: { invoices: { schedule: '0 7 * * *' } }, atMs: DAY + 1 });
    expect(await get('/v1/jobs/orders:hourly')).not.toHaveProperty('awaitedBy');
  });

  it('is not named to who may not see its service', async () => {
    await declareJobs(table, { service: 'billing', jobs: { invoices: waiting }, atMs: DAY });
    expect(await get('/v1/jobs/orders:hourly', {}, 'scoped')).not.toHaveProperty('awaitedBy');
  });
});

describe('the alerts of a job', () => {
  const key = 'job/orders/hourly';

  /** Six episodes, one an hour; each fires and is sent a minute later. */
  async function alerting(): Promise<void> {
    const condition = {
      key,
      kind: 'job',
      service: 'orders',
      name: 'hourly',
      severity: 'deferred',
      since: DAY,
    } as const;
    await observe({ table, clock }, { ...condition, firing: true, summary: 'hourly failed' }, DAY);
    for (let n = 1; n <= 6; n++) {
      const trail: TrailEntry[] = [
        { at: DAY + n * HOUR, what: 'fired', detail: `episode ${n}` },
        { at: DAY + n * HOUR + MINUTE, what: 'sent', channel: 'mail', detail: 'told' },
      ];
      await changeAlert(table, hashOfCondition(key), (alert) => {
        if (!alert) return undefined;
        const next = { ...alert, n, id: `${alert.hash}-${n}`, trail };
        return n === 1 ? { alert: next } : { alert: next, before: alert };
      });
    }
  }

  it.each([1, 2, 3, 50])(
    'are in its stream with what else has happened, newest first, in pages of %i',
    async (limit) => {
      await alerting();
      await run(DAY + 3 * HOUR + 30_000, 1_000);
      clock.set(DAY + 3 * HOUR + 2 * MINUTE);
      const events: Record<string, unknown>[] = [];
      let cursor: string | undefined;
      do {
        const page = await get('/v1/jobs/orders:hourly/events', { limit: String(limit), ...(cursor === undefined ? {} : { cursor }) }); // prettier-ignore
        events.push(...(page['events'] as Record<string, unknown>[]));
        cursor = page['cursor'] as string | undefined;
      } while (cursor !== undefined);
      const steps = events.filter(({ type }) => type === 'alert');
      expect(steps.map(({ at: moment }) => moment)).toEqual(
        [6, 5, 4, 3, 2, 1].flatMap((n) => [at(DAY + n * HOUR + MINUTE), at(DAY + n * HOUR)]),
      );
      const times = events.map(({ at: moment }) => moment);
      expect(times).toEqual([...times].sort().reverse());
      expect(events).toContainEqual({
        type: 'alert',
        at: at(DAY + 3 * HOUR + MINUTE),
        alert: { id: `${hashOfCondition(key)}-3`, what: 'sent', channel: 'mail', detail: 'told' },
      });
      expect(events.filter(({ type }) => type === 'run')).toHaveLength(1);
    },
  );

  it('are in the stream of a check, too', async () => {
    await check();
    await ping(DAY, 'fail');
    const condition = {
      key: `check/orders/${uniqueKeyOf(UUID)}`,
      kind: 'check',
      service: 'orders',
      name: 'x',
    } as const;
    await observe({ table, clock }, { ...condition, severity: 'high', since: DAY, firing: true, summary: 'down' }, DAY);
    expect(await get(`/v1/jobs/${uniqueKeyOf(UUID)}/events`)).toMatchObject({
      events: [{ type: 'alert', alert: { what: 'fired', detail: 'down' } }, { type: 'change' }, { type: 'ping' }],
    });
  });
});
