// How many checks a service may have: whoever has somebody's ping key makes no more.
import { beforeEach, expect, inject, it } from 'vitest';
import { batchMonitorRoutes } from '../../../functions/batch-monitor/api.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { countChecks } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const T0 = Date.UTC(2026, 2, 2);
const CHECKS = '/api/v3/checks/';

let table: Table;
let clock: FakeClock;
let send: (method: string, path: string, body?: object) => Promise<{ status: number | undefined; text: string }>;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(T0);
  let ids = 0;
  const newId = () => `${(++ids).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
  const parts = { table, clock, newId, logger: silentLogger };
  const api = describedApi({ routes: batchMonitorRoutes({ ...parts, mostChecks: 2 }), ...parts });
  send = async (method, path, body) => {
    const [pathname = '', search = ''] = path.split('?');
    const query = Object.fromEntries(new URLSearchParams(search));
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const event = httpV2({ method, path: pathname, query, headers: { 'x-api-key': 'fb_editor' }, ...text });
    const answer = await api(event, { awsRequestId: 'request-1' });
    return { status: answer.statusCode, text: answer.body ?? '' };
  };
  await putApiKey(table, { key: 'fb_editor', role: 'editor', name: 'Ada', services: ['orders'], createdAt: T0 });
  await putApiKey(table, { key: 'fb_ping', role: 'pinger', name: 'a server', services: ['orders'], createdAt: T0 });
});

it('of a full service none is made by its API, and those that there are are changed as ever', async () => {
  expect((await send('POST', CHECKS, { slug: 'a' })).status).toBe(201);
  expect((await send('POST', CHECKS, { slug: 'b', unique: ['slug'] })).status).toBe(201);
  expect(await send('POST', CHECKS, { slug: 'c' })).toEqual({ status: 403, text: '' });
  expect(await send('POST', CHECKS, { slug: 'c', unique: ['slug'] })).toEqual({ status: 403, text: '' });
  expect((await send('POST', CHECKS, { slug: 'b', unique: ['slug'] })).status).toBe(200);
});

it('pings make twice as many, and beyond that those that there are are pinged', async () => {
  for (const slug of ['a', 'b', 'c', 'd']) {
    expect((await send('GET', `/ping/fb_ping/${slug}?create=1`)).status).toBe(201);
  }
  expect(await send('GET', '/ping/fb_ping/e?create=1')).toEqual({ status: 403, text: 'too many checks' });
  expect((await send('GET', '/ping/fb_ping/d?create=1')).status).toBe(200);
  expect((await send('POST', CHECKS, { slug: 'e' })).status).toBe(403);
  expect(await countChecks(table, 'orders', 10)).toBe(4);
});

it('is asked again a minute after it was full', async () => {
  const made = await send('POST', CHECKS, { slug: 'a' });
  await send('POST', CHECKS, { slug: 'b' });
  expect((await send('POST', CHECKS, { slug: 'c' })).status).toBe(403);
  const { uuid } = JSON.parse(made.text) as { readonly uuid: string };
  expect((await send('DELETE', `${CHECKS}${uuid}`)).status).toBe(200);
  expect((await send('POST', CHECKS, { slug: 'c' })).status).toBe(403);
  clock.advance(60_000);
  expect((await send('POST', CHECKS, { slug: 'c' })).status).toBe(201);
});

it('another service has room of its own', async () => {
  await putApiKey(table, { key: 'fb_other', role: 'pinger', name: 'b', services: ['orders-2'], createdAt: T0 });
  for (const slug of ['a', 'b', 'c', 'd', 'e']) await send('GET', `/ping/fb_ping/${slug}?create=1`);
  expect((await send('GET', '/ping/fb_other/a?create=1')).status).toBe(201);
});
