// Keys of a service's clients in a real table: made and revoked over the API's own store, read by instances as they read it.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createApi } from '../../../functions/api/index.ts';
import { createConfigCenter } from '../../../functions/config-center/config-center.ts';
import { governed } from '../../../middleware/index.ts';
import { newApiKey, putApiKey, type Role } from '../../../store/items/api-keys.ts';
import { readClientKey } from '../../../store/items/client-keys.ts';
import * as events from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger, testContext, testInstance } from '../../support/instance.ts';
import { createTable, type TestTable } from '../table.ts';

const clock = fakeClock();
let table: TestTable;
let api: ReturnType<typeof createApi>;
const tokens = new Map<Role, string>();

beforeAll(async () => {
  table = await createTable(inject('dynamodb'));
  let id = 0;
  const parts = { table: table.sdk, clock, logger: silentLogger, newId: () => `id-${++id}` };
  const routes = createConfigCenter({ ...parts, healthUrls: [], probe: () => Promise.resolve() });
  api = createApi({ routes, ...parts });
  for (const [i, role] of (['viewer', 'editor', 'publisher'] as const).entries()) {
    const key = newApiKey((bytes) => Buffer.alloc(bytes, `${role}-${i}`));
    await putApiKey(table.sdk, { key, role, name: role, createdAt: 1 });
    tokens.set(role, key);
  }
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function ask(method: string, path: string, body?: unknown, role: Role = 'publisher'): Promise<Answer> {
  const [bare = '', search = ''] = path.split('?', 2);
  const headers = { authorization: `Bearer ${tokens.get(role) ?? ''}` };
  const event = events.httpV2({ method, path: bare, headers, ...(body === undefined ? {} : { body }) });
  const answer = await api({ ...event, rawQueryString: search }, testContext(clock));
  return { status: Number(answer.statusCode), body: JSON.parse(String(answer.body)) as Record<string, unknown> };
}

const clientsOf = (service: string) => `/v1/services/${service}/clients`;

async function made(service: string, more: object = {}): Promise<{ id: string; key: string }> {
  const { status, body } = await ask('POST', clientsOf(service), { client: 'acme', ...more });
  expect(status).toBe(201);
  return { id: String(body['id']), key: String(body['key']) };
}

/** An instance of a service whose rules take keys, over the client that deployed functions have. */
function instanceOf(service: string) {
  const rules = { access: { require: ['api-key' as const], apiKeys: {} } };
  const instance = testInstance({ service, clock, table: table.signed, rules });
  const handler = governed({ service, instance }, (_event: unknown, { flyball }) => ({
    statusCode: 200,
    body: JSON.stringify(flyball.principal),
  }));
  return (key: string) => handler(events.httpV2({ headers: { 'x-api-key': key } }), testContext(clock));
}

describe('a key', () => {
  it('is made for a client, shown once, and lets that client in', async () => {
    const { id, key } = await made('shop', { roles: ['buyer'], attributes: { plan: 'gold' }, for: '90d' });
    expect(key).toMatch(/^fbc_[\w-]{43}$/);
    const answer = await instanceOf('shop')(key);
    expect(answer.statusCode).toBe(200);
    const principal = JSON.parse(String(answer.body)) as unknown;
    expect(principal).toMatchObject({ id: 'acme', by: 'api-key', roles: ['buyer'], claims: { plan: 'gold' } });
    const { body } = await ask('GET', clientsOf('shop'), undefined, 'viewer');
    expect(body['keys']).toMatchObject([{ id, client: 'acme', state: 'active', createdBy: 'publisher' }]);
    expect(JSON.stringify(body)).not.toContain(key);
    const item = await readClientKey(table.signed, 'shop', id);
    expect(JSON.stringify(item)).not.toContain(key);
  });

  it('of one service is none of another', async () => {
    const { key } = await made('one');
    expect((await instanceOf('another')(key)).statusCode).toBe(401);
  });

  it('that is revoked stays so, in the list and at the door', async () => {
    const { id, key } = await made('revoking');
    const send = instanceOf('revoking');
    expect((await send(key)).statusCode).toBe(200);
    const revoked = await ask('DELETE', `${clientsOf('revoking')}/${id}`);
    expect(revoked).toMatchObject({ status: 200, body: { state: 'revoked' } });
    expect(await ask('DELETE', `${clientsOf('revoking')}/${id}`)).toMatchObject(revoked);
    clock.advance(60_001);
    expect((await send(key)).statusCode).toBe(401);
    expect((await instanceOf('revoking')(key)).statusCode).toBe(401);
  });

  it('that has expired lets nobody in', async () => {
    const { key } = await made('expiring', { for: '1m' });
    clock.advance(60_000);
    expect((await instanceOf('expiring')(key)).statusCode).toBe(401);
    expect((await ask('GET', clientsOf('expiring'))).body['keys']).toMatchObject([{ state: 'expired' }]);
  });

  it('leaves a trace of who made it and who revoked it', async () => {
    const { id } = await made('traced', { note: 'for the pilot' });
    await ask('DELETE', `${clientsOf('traced')}/${id}`);
    const { body } = await ask('GET', '/v1/audit?service=traced');
    expect(body['entries']).toMatchObject([
      { action: 'client.revoke', actor: 'publisher', service: 'traced' },
      { action: 'client.create', actor: 'publisher', note: 'for the pilot', detail: { client: 'acme' } },
    ]);
  });
});

describe('the list', () => {
  it('has every key once, page by page', async () => {
    const ids = new Set<string>();
    for (let i = 0; i < 23; i++) ids.add((await made('paged', { client: `c${i}` })).id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { status, body } = await ask('GET', `${clientsOf('paged')}?limit=5${cursor}`);
      expect(status).toBe(200);
      const keys = body['keys'] as { id: string }[];
      expect(keys.length).toBeLessThanOrEqual(5);
      seen.push(...keys.map((key) => key.id));
      const { cursor: next } = body as { cursor?: string };
      cursor = next === undefined ? '' : `&cursor=${next}`;
    } while (cursor !== '');
    expect(seen.length).toBe(23);
    expect(new Set(seen)).toEqual(ids);
  });
});

describe('who may', () => {
  it('make and revoke keys is a publisher', async () => {
    for (const role of ['viewer', 'editor'] as const) {
      expect(await ask('POST', clientsOf('shop'), { client: 'acme' }, role)).toMatchObject({ status: 403 });
      const path = `${clientsOf('shop')}/${'0'.repeat(64)}`;
      expect(await ask('DELETE', path, undefined, role)).toMatchObject({ status: 403 });
    }
  });

  it.each<[object, number]>([
    [{}, 422],
    [{ client: '' }, 422],
    [{ client: 'a\nb' }, 422],
    [{ client: 'acme', attributes: { iss: 'https://id.example.com' } }, 422],
    [{ client: 'acme', attributes: { sub: 'root' } }, 422],
    [{ client: 'acme', expiresAt: '2020-01-01T00:00:00Z' }, 422],
    [{ client: 'acme', role: 'admin' }, 422],
  ])('takes no %j', async (body, status) => {
    expect(await ask('POST', clientsOf('shop'), body)).toMatchObject({ status });
  });

  it('revokes no key that is not there', async () => {
    expect(await ask('DELETE', `${clientsOf('shop')}/${'0'.repeat(64)}`)).toMatchObject({ status: 404 });
  });
});
