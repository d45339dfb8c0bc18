import { describe, expect, it } from 'vitest';
import { createApi, json, openRoute, Problem, route, type Role, type Route } from '../../../../functions/api/index.ts';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import type { Logger } from '../../../../middleware/kernel/logger.ts';
import { hashOfKey } from '../../../../store/items/api-keys.ts';
import { keys } from '../../../../store/keys.ts';
import { StoreUnavailable, type Item, type Table } from '../../../../store/port.ts';
import { undescribed } from '../../../support/described.ts';
import { httpV2, type WebRequest } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { noTable } from '../../../support/instance.ts';

const NOW = Date.UTC(2026, 0, 5);

/** A table that holds these keys and nothing else. */
function tableWith(...stored: { key: string; role: Role; services?: string[]; expiresAt?: number }[]): Table {
  const items = new Map<string, Item>();
  for (const { key, ...rest } of stored) {
    const hash = hashOfKey(key);
    items.set(keys.apiKey(hash).pk, { v: 1, hash, name: `${rest.role}-key`, createdAt: 0, ...rest });
  }
  return { ...noTable, get: async ({ pk }) => items.get(pk) };
}

const table = tableWith(
  { key: 'fb_viewer', role: 'viewer' },
  { key: 'fb_editor', role: 'editor' },
  { key: 'fb_orders', role: 'admin', services: ['orders'] },
  { key: 'fb_old', role: 'admin', expiresAt: NOW - 1 },
);

const routes: Route[] = [
  openRoute('GET', '/open', undescribed, async ({ at }) => json({ at })),
  route('GET', '/v1/services/{service}', 'viewer', undescribed, async ({ params, caller }) =>
    json({ ...params, by: caller.name }),
  ),
  route('PUT', '/v1/services/{service}', 'editor', undescribed, async () => json({})),
  openRoute('GET', '/refused', undescribed, () =>
    Promise.reject(new Refused({ by: 'throttle', rule: 'r', message: 'too many', statusCode: 429 })),
  ),
  openRoute('GET', '/broken', undescribed, () => Promise.reject(new Error('password=hunter2'))),
  openRoute('GET', '/away', undescribed, () => Promise.reject(new StoreUnavailable('timeout', 'GetItem timed out'))),
  openRoute('GET', '/conflict', undescribed, () =>
    Promise.reject(new Problem(409, 'Taken.', { code: 'TAKEN', more: { revision: 4 }, headers: { etag: '"4"' } })),
  ),
];

function setUp(withTable: Table = table) {
  const logged: unknown[] = [];
  const error: Logger['error'] = (message, fields) => logged.push({ message, ...fields });
  const logger = { info: () => {}, warn: () => {}, error };
  const api = createApi({ routes, table: withTable, clock: fakeClock(NOW), logger });
  const send = async (web: WebRequest) => {
    const result = await api(httpV2({ method: 'GET', ...web }), { awsRequestId: 'request-1' });
    return { ...result, body: JSON.parse(result.body ?? 'null') as unknown };
  };
  return { send, logged };
}

const { send } = setUp();
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('an answer', () => {
  it('names its request and is not to be kept or guessed at', async () => {
    expect(await send({ path: '/open' })).toEqual({
      statusCode: 200,
      headers: {
        'cache-control': 'no-store',
        'content-type': 'application/json',
        etag: expect.stringMatching(/^W\/"/) as unknown,
        'x-content-type-options': 'nosniff',
        'x-request-id': 'request-1',
      },
      body: { at: NOW },
    });
  });

  it('opens nothing to other sites', async () => {
    const { headers } = await send({ path: '/open', headers: { origin: 'https://elsewhere.example' } });
    expect(Object.keys(headers ?? {}).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('a caller', () => {
  const path = '/v1/services/orders';

  it.each([
    ['a bearer key', bearer('fb_viewer'), 200],
    ['a bearer key, however the scheme is written', { authorization: 'bearer  fb_viewer ' }, 200],
    ['an X-Api-Key', { 'X-Api-Key': 'fb_viewer' }, 200],
    ['nothing', {}, 401],
    ['an empty key', bearer(''), 401],
    ['an unknown key', bearer('fb_nobody'), 401],
    ['an expired key', bearer('fb_old'), 401],
    ['a key longer than any', bearer('x'.repeat(10_000)), 401],
    ['Basic credentials', { authorization: 'Basic ZmI6dmlld2Vy' }, 401],
  ])('with %s', async (_what, headers, status) => {
    expect((await send({ path, headers })).statusCode).toBe(status);
  });

  it('is told how to authenticate, and never what was presented', async () => {
    const answer = await send({ path, headers: bearer('fb_nobody') });
    expect(answer.headers).toMatchObject({ 'www-authenticate': 'Bearer realm="flyball", error="invalid_token"' });
    expect(JSON.stringify(answer)).not.toContain('fb_nobody');
  });

  it('needs the role of the route', async () => {
    expect((await send({ path, method: 'PUT', headers: bearer('fb_viewer') })).body).toMatchObject({
      status: 403,
      code: 'ROLE_TOO_LOW',
      detail: 'This needs the role editor; this key has viewer.',
    });
    expect((await send({ path, method: 'PUT', headers: bearer('fb_editor') })).statusCode).toBe(200);
  });

  it('keeps to the services of its key', async () => {
    expect((await send({ path, headers: bearer('fb_orders') })).body).toEqual({ service: 'orders', by: 'admin-key' });
    expect((await send({ path: '/v1/services/payments', headers: bearer('fb_orders') })).body).toMatchObject({
      status: 403,
      code: 'OUT_OF_SCOPE',
    });
  });

  it('cannot reach other items through a service that is no name', async () => {
    expect((await send({ path: '/v1/services/orders%23copy%230', headers: bearer('fb_viewer') })).statusCode).toBe(404);
  });
});

describe('a problem', () => {
  it('is told in full', async () => {
    const { statusCode, headers, body } = await send({ path: '/conflict' });
    expect(statusCode).toBe(409);
    expect(headers).toMatchObject({ 'content-type': 'application/problem+json', etag: '"4"' });
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'Taken.',
      instance: 'urn:flyball:request:request-1',
      code: 'TAKEN',
      revision: 4,
    });
  });

  it.each([
    ['/nowhere', 'GET', 404],
    ['/open', 'POST', 405],
    ['/open', 'OPTIONS', 405],
  ])('%s %s is a %s', async (path, method, status) => {
    expect((await send({ path, method })).statusCode).toBe(status);
  });

  it('lists the methods there are', async () => {
    expect((await send({ path: '/v1/services/orders', method: 'DELETE' })).headers).toMatchObject({
      allow: 'GET, PUT',
    });
  });

  it('tells the caller nothing of an unexpected error, and the log where it was', async () => {
    const { send, logged } = setUp();
    const { statusCode, body } = await send({ path: '/broken', headers: bearer('fb_viewer') });
    expect(statusCode).toBe(500);
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(logged).toEqual([expect.objectContaining({ requestId: 'request-1', method: 'GET', path: '/broken' })]);
    expect(JSON.stringify(logged)).not.toContain('fb_viewer');
  });

  it('asks to come back when the table is away', async () => {
    expect(await send({ path: '/away' })).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
    const { send: sendWithout } = setUp(noTable);
    expect((await sendWithout({ path: '/v1/services/orders', headers: bearer('fb_viewer') })).statusCode).toBe(503);
  });

  it('leaves what flyball refuses to flyball', async () => {
    await expect(send({ path: '/refused' })).rejects.toBeInstanceOf(Refused);
  });
});
