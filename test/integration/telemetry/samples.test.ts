// Samples over HTTP: newest first, page by page, whatever minute they were put under.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { ApiHandler } from '../../../functions/api/index.ts';
import { samplesRoutes } from '../../../functions/telemetry/samples/routes.ts';
import { hashOfKey, putApiKey } from '../../../store/items/api-keys.ts';
import { putSeries } from '../../../store/items/series.ts';
import { listService } from '../../../store/items/services.ts';
import type { Sample } from '../../../store/items/telemetry-detail.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable, type TestTable } from '../table.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 0, 5, 12);
const clock = fakeClock(NOON);

function sample(at: number, requestId: string, more: Partial<Sample> = {}): Sample {
  const rest = { weight: 1, resource: 'create-order', source: 'http', outcome: 'ok', ms: 700 };
  return { at, requestId, why: 'slow', ...rest, ...more };
}

/** One every 20 s of the last two hours, every third failed; those of an odd minute were put under the one before. */
const all = Array.from({ length: 360 }, (_, i) => {
  const failed = { why: 'failed', outcome: '503', error: 'e1' } as const;
  return sample(NOON - (i + 1) * 20_000, `request-${i}`, i % 3 === 0 ? failed : { resource: 'read-order' });
});

describe('GET /v1/telemetry/samples', () => {
  let table: TestTable;
  let api: ApiHandler;

  beforeAll(async () => {
    table = await createTable(inject('dynamodb'));
    api = describedApi({ routes: samplesRoutes(table.sdk), table: table.sdk, clock, logger: silentLogger });
    await putApiKey(table.sdk, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: NOON });
    const other = { role: 'admin', name: 'other', services: ['billing'], createdAt: NOON } as const;
    await putApiKey(table.sdk, { hash: hashOfKey('fb_other'), ...other });
    for (const service of ['orders', 'quiet']) await listService(table.sdk, service, NOON);
    const minutes = Map.groupBy(all, ({ at }) => Math.floor(at / (2 * MINUTE)) * 2 * MINUTE);
    for (const [from, samples] of minutes) await put('orders', from, samples);
    // A batch: three records of one request that began at the same time.
    await put(
      'batches',
      NOON - 5 * MINUTE,
      [1, 2, 3].map((ms) => sample(NOON - 5 * MINUTE, 'batch', { ms })),
    );
    await put('batches', NOON - 6 * MINUTE, [sample(NOON - 6 * MINUTE, 'before')]);
  });

  const put = (service: string, from: number, samples: Sample[]) =>
    putSeries(table.sdk, { kind: 'samples', service }, { from, data: { samples } });

  async function get(query: Record<string, string>, key = 'fb_viewer') {
    const headers = { authorization: `Bearer ${key}` };
    const event = httpV2({ method: 'GET', path: '/v1/telemetry/samples', headers, query });
    const answer = await api(event, { awsRequestId: 'request-1' });
    const body = JSON.parse(answer.body ?? '{}') as { samples: { at: string; requestId: string }[]; cursor?: string };
    return { status: answer.statusCode, body };
  }

  async function everyPage(query: Record<string, string>) {
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const { body } = await get({ ...query, ...(cursor === undefined ? {} : { cursor }) });
      pages.push(body.samples.map(({ requestId }) => requestId));
      cursor = body.cursor;
    } while (cursor !== undefined);
    return pages;
  }

  it('shows those of the last hour, newest first', async () => {
    const { status, body } = await get({ service: 'orders', limit: '200' });
    expect(status).toBe(200);
    expect(body.samples.map(({ requestId }) => requestId)).toEqual(all.slice(0, 180).map(({ requestId }) => requestId));
    expect(body.samples[0]).toEqual({ ...all[0], at: '2026-01-05T11:59:40.000Z' });
    expect(body.cursor).toBeUndefined();
  });

  it('shows all of them once, page by page', async () => {
    const pages = await everyPage({
      service: 'orders',
      from: String(NOON - 2 * 60 * MINUTE),
      to: String(NOON),
      limit: '50',
    });
    expect(pages.flat()).toEqual(all.map(({ requestId }) => requestId));
    expect(pages.map((page) => page.length)).toEqual([50, 50, 50, 50, 50, 50, 50, 10]);
  });

  it.each([
    ['why', 'failed', 120],
    ['outcome', '503', 120],
    ['error', 'e1', 120],
    ['resource', 'read-order', 240],
    ['resource', 'read', 0],
  ])('shows those whose %s is %s', async (name, value, count) => {
    const pages = await everyPage({
      service: 'orders',
      from: String(NOON - 2 * 60 * MINUTE),
      to: String(NOON),
      [name]: value,
    });
    expect(pages.flat()).toHaveLength(count);
  });

  it('tells the records of one batch apart, also where a page ends among them', async () => {
    for (const limit of ['1', '2', '3']) {
      expect((await everyPage({ service: 'batches', limit })).flat()).toEqual(['batch', 'batch', 'batch', 'before']);
    }
  });

  it('goes on beyond hours in which nothing fits', async () => {
    const day = String(NOON + 12 * 60 * MINUTE);
    const pages = await everyPage({ service: 'orders', from: String(NOON - 12 * 60 * MINUTE), to: day, limit: '200' });
    expect(pages[0]).toEqual([]);
    expect(pages.flat()).toHaveLength(360);
  });

  it.each([
    [{}, 400, 'service is required'],
    [{ service: 'orders', why: 'odd' }, 400, 'why is one of slow, failed, refused, sampled'],
    [{ service: 'orders', from: String(NOON - 25 * 60 * MINUTE) }, 400, '24 hours apart'],
    [{ service: 'orders', limit: '0' }, 400, 'limit'],
    [{ service: 'orders', cursor: 'abc' }, 400, 'cursor'],
    [{ service: 'nosuch' }, 404, 'nosuch'],
  ])('refuses %j with %i', async (query, status, reason) => {
    const refused = await get(query);
    expect(refused).toMatchObject({ status, body: { detail: expect.stringContaining(reason) as string } });
  });

  it('refuses the cursor of another question', async () => {
    const { body } = await get({ service: 'orders', limit: '1' });
    expect(await get({ service: 'orders', why: 'slow', cursor: body.cursor ?? '' })).toMatchObject({ status: 400 });
  });

  it('shows a service that was quiet as such, and none to whom it is not for', async () => {
    expect(await get({ service: 'quiet' })).toEqual({ status: 200, body: { service: 'quiet', samples: [] } });
    expect((await get({ service: 'orders' }, 'fb_other')).status).toBe(403);
  });
});
