// From counting in instances to the answer over HTTP, through the table and both of its adapters.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { ApiHandler } from '../../../functions/api/index.ts';
import { seriesQueryOf } from '../../../functions/telemetry/series/query.ts';
import { readSeries } from '../../../functions/telemetry/series/read.ts';
import { telemetryRoutes } from '../../../functions/telemetry/routes.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { SERVICE } from '../../../functions/telemetry/sums/subject.ts';
import { telemetryPolicy } from '../../../middleware/telemetry/index.ts';
import { hashOfKey, putApiKey } from '../../../store/items/api-keys.ts';
import { listService } from '../../../store/items/services.ts';
import { keys } from '../../../store/keys.ts';
import { describedApi } from '../../support/described.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { httpV2 } from '../../support/events.ts';
import { silentLogger, testInstance } from '../../support/instance.ts';
import { putMinuteSlots, slotsOf } from '../../support/series.ts';
import { createTable, type TestTable } from '../table.ts';

const TEN = Date.UTC(2026, 0, 5, 10);
const clock = fakeClock(TEN + 10 * 60_000);

/** An instance that serves an invocation a second for some seconds, and then is seen no more. */
async function live(table: TestTable, id: string, startMs: number, seconds: number): Promise<void> {
  const own = fakeClock(startMs);
  const instance = testInstance({ id, table: table.signed, clock: own });
  instance.rules.register(telemetryPolicy);
  for (let second = 0; second < seconds; second++) {
    instance.syncs.startDue(own.now());
    instance.recorder.invocation('create-order', second % 10 === 0 ? '503' : 'ok', 20 + (second % 50), second === 0);
    instance.recorder.call('payments', 'ok', 12);
    // The fake clock stands still while the table answers, so the limit of the wait never comes.
    await instance.syncs.settle();
    own.advance(1_000);
  }
}

describe('GET /v1/telemetry/series', () => {
  let table: TestTable;
  let api: ApiHandler;

  beforeAll(async () => {
    table = await createTable(inject('dynamodb'));
    api = describedApi({ routes: telemetryRoutes(table.sdk), table: table.sdk, clock, logger: silentLogger });
    await putApiKey(table.sdk, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: TEN });
    await putApiKey(table.sdk, {
      hash: hashOfKey('fb_other'),
      role: 'admin',
      name: 'other',
      services: ['billing'],
      createdAt: TEN,
    });
    await Promise.all([live(table, 'a', TEN + 5_000, 181), live(table, 'b', TEN + 35_000, 1)]);
    await table.sdk.put({
      item: { ...keys.telemetryMinute('orders', '2026-01-05T10:01', 'newer'), v: 2, whatever: true },
    });
    await putMinuteSlots(table.sdk, 'orders', await slotsOf(table.sdk, 'orders', TEN, TEN + 10 * 60_000));
  });

  async function get(query: Record<string, string>, key: string | null = 'fb_viewer') {
    const headers = key === null ? {} : { authorization: `Bearer ${key}` };
    const event = httpV2({ method: 'GET', path: '/v1/telemetry/series', headers, query });
    const answer = await api(event, { awsRequestId: 'request-1' });
    return { status: answer.statusCode, body: JSON.parse(answer.body ?? '{}') as Record<string, unknown> };
  }

  it('counts every invocation of every instance but those since its last put, once', async () => {
    const { status, body } = await get({
      service: 'orders',
      resource: 'create-order',
      from: '2026-01-05T10:00Z',
      to: '2026-01-05T10:05Z',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      // 180 of the 181 of one, whose last put came with the 181st, and the only one of the other.
      total: { count: 181, outcomes: { ok: 162, '503': 19 }, cold: 2, instances: 2 },
      points: [{ count: 61 }, { count: 60 }, { count: 60 }, { count: 0 }, { count: 0 }],
      resources: ['create-order'],
      dependencies: ['payments'],
      unreadable: 1,
    });
  });

  it('gives percentiles of all instances together', async () => {
    const { body } = await get({ service: 'orders', metric: 'duration' });
    const { p50 } = (body['total'] as { durationMs: { p50: number } }).durationMs;
    expect(Math.abs(p50 - 44) / 44).toBeLessThan(0.04);
  });

  it('gives the busiest keys as they are described: each with its count, and how far that may be above the truth', async () => {
    const slot = new Slot();
    slot.addSum(SERVICE, {
      instances: 1,
      outcomes: { ok: 8 },
      keys: {
        'per-client': [
          ['gold', 5, 1],
          ['iron', 3, 0],
        ],
      },
    });
    await listService(table.sdk, 'keyed', TEN);
    await putMinuteSlots(table.sdk, 'keyed', new Map([[TEN, slot]]));
    const { status, body } = await get({ service: 'keyed', metric: 'keys', from: '2026-01-05T10:00Z' });
    expect(status).toBe(200);
    expect(body['total']).toEqual({
      keys: {
        'per-client': [
          ['gold', 5, 1],
          ['iron', 3, 0],
        ],
      },
    });
  });

  it('of a service that nobody has heard of is not found, rather than all zeros', async () => {
    await listService(table.sdk, 'quiet', TEN);
    expect(await get({ service: 'nosuch' })).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('nosuch') as string },
    });
    expect(await get({ service: 'quiet' })).toMatchObject({ status: 200, body: { total: { count: 0 } } });
    // Known by what it has put alone: nothing was ever published for it.
    expect(await get({ service: 'orders' })).toMatchObject({ status: 200 });
  });

  it.each([
    ['without a key', null, { service: 'orders' }, 401],
    ['with a key for other services', 'fb_other', { service: 'orders' }, 403],
    ['without a service', 'fb_viewer', {}, 400],
  ])('is refused %s', async (_why, key, query, status) => {
    expect((await get(query, key)).status).toBe(status);
  });

  it('asks for a shorter range rather than reading without end', async () => {
    const query = seriesQueryOf(new URLSearchParams(`service=orders&from=${TEN}&to=${TEN + 300_000}`), TEN);
    await expect(readSeries(table.sdk, query, 300)).rejects.toMatchObject({ status: 400, code: 'RANGE_TOO_LARGE' });
  });
});
