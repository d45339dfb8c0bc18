// From what services report of their neighbours to the map over HTTP, through the table.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { ApiHandler } from '../../../functions/api/index.ts';
import { telemetryRoutes } from '../../../functions/telemetry/routes.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { edgesOf } from '../../../functions/telemetry/topology/edges.ts';
import { topologyRoutes } from '../../../functions/telemetry/topology/routes.ts';
import { Histogram } from '../../../middleware/telemetry/histogram.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { putEdges, type EdgeSpan } from '../../../store/items/edges.ts';
import { keys } from '../../../store/keys.ts';
import { Superseded } from '../../../store/items/series.ts';
import { pack } from '../../../store/items/telemetry-detail.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { httpV2 } from '../../support/events.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 5, 10, 33, 20);

function orders(durationMs: number): Slot {
  const durations = new Histogram();
  durations.record(durationMs);
  const slot = new Slot();
  const packed = Buffer.from(durations.encode()).toString('base64');
  const target = 'function:shop-payments';
  slot.add({
    subjects: {
      service: { functions: { 'shop-orders:3': 1 } },
      'inbound#http': { outcomes: { ok: 1 } },
      'dependency#payments': { outcomes: { ok: 1 }, durations: packed, maxMs: durationMs, target },
    },
  });
  return slot;
}

function payments(): Slot {
  const slot = new Slot();
  slot.add({
    subjects: {
      service: { functions: { 'shop-payments:1': 1 } },
      'inbound#service:orders': { outcomes: { ok: 1 } },
    },
  });
  return slot;
}

describe('GET /v1/telemetry/topology', () => {
  let table: Table;
  let api: ApiHandler;

  const put = (span: EdgeSpan, service: string, from: number, slot: Slot, fence = 1) =>
    putEdges(table, span, { service, from, data: edgesOf(slot) }, { fence });

  beforeAll(async () => {
    ({ sdk: table } = await createTable(inject('dynamodb')));
    api = describedApi({ routes: telemetryRoutes(table), table, clock: fakeClock(NOW), logger: silentLogger });
    const key = { role: 'viewer', createdAt: NOW } as const;
    await putApiKey(table, { ...key, key: 'fb_viewer', name: 'viewer' });
    await putApiKey(table, { ...key, key: 'fb_billing', name: 'billing', services: ['billing'] });
    await put('hour', 'orders', Date.UTC(2026, 0, 5, 9, 55), orders(40));
    await put('hour', 'orders', Date.UTC(2026, 0, 5, 10, 20), orders(80));
    await put('hour', 'payments', Date.UTC(2026, 0, 5, 10, 20), payments());
    // Before the hour that is asked for.
    await put('hour', 'orders', Date.UTC(2026, 0, 5, 9, 25), orders(5_000));
    for (let hour = 0; hour < 48; hour++) await put('day', 'orders', Date.UTC(2026, 0, 3, hour), orders(10));
  });

  async function get(query: Record<string, string> = {}, key = 'fb_viewer', of: ApiHandler = api) {
    const headers = { authorization: `Bearer ${key}` };
    const event = httpV2({ method: 'GET', path: '/v1/telemetry/topology', headers, query });
    const answer = await of(event, { awsRequestId: 'request-1' });
    return { status: answer.statusCode, body: JSON.parse(answer.body ?? '{}') as Record<string, unknown> };
  }

  it('is of the last hour, in slots of five minutes, with percentiles of each edge', async () => {
    const { status, body } = await get();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      from: '2026-01-05T09:30:00.000Z',
      to: '2026-01-05T10:35:00.000Z',
      stepMs: 300_000,
      nodes: [{ id: 'internet' }, { id: 'service:orders', functions: ['shop-orders'] }, { id: 'service:payments' }],
      edges: [
        { from: 'internet', to: 'service:orders', reportedBy: 'callee', count: 2 },
        {
          ...{ from: 'service:orders', to: 'service:payments', reportedBy: 'both', dependencies: ['payments'] },
          ...{ count: 2, errorShare: 0, refusedShare: 0, durationMs: { max: 80 } },
        },
      ],
    });
    const [, edge] = body['edges'] as { durationMs: { p50: number }; ratePerSecond: number }[];
    expect(Math.abs((edge?.durationMs.p50 ?? 0) / 40 - 1)).toBeLessThan(0.022);
    expect(edge?.ratePerSecond).toBeCloseTo(2 / (60 * 60), 6);
  });

  it('reads hours of a longer range, over the ends of days', async () => {
    const { body } = await get({ from: '2026-01-03T12:00Z', to: '2026-01-04T12:00Z' });
    expect(body).toMatchObject({ stepMs: HOUR, edges: [{ count: 24 }, { count: 24 }] });
  });

  it('tells the rate of what is summed up, however much more was asked for', async () => {
    const rateOf = async (to: string) => {
      const { body } = await get({ from: '2026-01-05T10:20Z', to });
      return (body['edges'] as { ratePerSecond: number }[]).map(({ ratePerSecond }) => ratePerSecond);
    };
    expect(await rateOf('2026-01-05T10:30Z')).toEqual([0.001667, 0.001667]);
    expect(await rateOf('2026-01-05T12:00Z')).toEqual([0.001667, 0.001667]);
  });

  it('refuses to read more than it has time for', async () => {
    const small = describedApi({
      routes: topologyRoutes(table, 100),
      table,
      clock: fakeClock(NOW),
      logger: silentLogger,
    });
    const { status, body } = await get({}, 'fb_viewer', small);
    expect(status).toBe(400);
    expect(body['code']).toBe('RANGE_TOO_LARGE');
  });

  it('says how much could not be read, and shows the rest', async () => {
    const from = Date.UTC(2026, 0, 4, 20);
    await put('day', 'payments', from, payments());
    const item = { v: 1, service: 'evil', from, data: pack(['x'.repeat(5 * 2 ** 20)]) };
    await table.put({ item: { ...keys.edges('2026-01-04', '2026-01-04T20:00', 'evil'), ...item } });
    const { status, body } = await get({ from: '2026-01-04T20:00Z', to: '2026-01-05T00:00Z' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ unreadable: 1, edges: [{ count: 4 }, { count: 4 }] });
    expect((await get()).body).not.toHaveProperty('unreadable');
  });

  it('is empty where nobody has reported, and for whom nothing may be seen', async () => {
    expect((await get({ from: '2025-12-01T00:00Z', to: '2025-12-02T00:00Z' })).body).toMatchObject({ edges: [] });
    expect((await get({}, 'fb_billing')).body).toMatchObject({ nodes: [], edges: [] });
  });

  it.each([
    [{ from: 'yesterday' }, 'from is not a time'],
    [{ from: '2026-01-05T10:00Z', to: '2026-01-05T09:00Z' }, 'from must lie before to'],
    [{ from: '2025-01-05T10:00Z', to: '2025-01-05T11:00Z' }, '90 days back'],
  ])('refuses %j', async (query, reason) => {
    const { status, body } = await get(query);
    expect(status).toBe(400);
    expect(body['detail']).toContain(reason);
  });

  it('is not written by a turn of the merge that a later one has overtaken', async () => {
    const from = Date.UTC(2026, 0, 5, 10, 25);
    await put('hour', 'orders', from, orders(1), 7);
    await expect(put('hour', 'orders', from, orders(2), 6)).rejects.toBeInstanceOf(Superseded);
  });
});
