// API keys over HTTP: made once, listed without being shown, never above their maker, gone when revoked.
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { longestKeyOf } from '../../../functions/config-center/keys/expiry.ts';
import { hashOfKey, putApiKey } from '../../../store/items/api-keys.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { controlPlane, givenKey, NOW, type ControlPlane, type Wanted } from './planes.ts';

const HOUR = 3_600_000;
const idOf = (key: string) => hashOfKey(key).slice(0, 16);

let table: Table;
let plane: ControlPlane;
let admin: string;
let ordersAdmin: string;

beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  admin = await givenKey(table, 'admin', 'admin');
  ordersAdmin = await givenKey(table, 'orders-admin', 'admin', { services: ['orders', 'returns'] });
});
beforeEach(() => {
  plane = controlPlane(table);
});

const send = (method: Wanted['method'], path: string, more: Partial<Wanted> = {}) =>
  plane.send({ method, path, bearer: admin, ...more });

/** Makes a key; gives what is answered. */
async function made(body: object, bearer = admin) {
  const answer = await send('POST', '/v1/keys', { body, bearer });
  expect(answer.status, answer.text).toBe(201);
  return answer.body as { readonly id: string; readonly key: string };
}

async function listed(bearer = admin): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  let query: Record<string, string> = { limit: '3' };
  for (;;) {
    const { body } = await send('GET', '/v1/keys', { bearer, query });
    all.push(...(body['keys'] as Record<string, unknown>[]));
    if (typeof body['cursor'] !== 'string') return all;
    query = { limit: '3', cursor: body['cursor'] };
  }
}

describe('who one is', () => {
  it('is told to every bearer: name, identity, role, services, and when the key ends', async () => {
    const key = await givenKey(table, 'night-shift', 'viewer', { services: ['orders'], expiresAt: NOW + HOUR });
    const answer = await send('GET', '/v1/me', { bearer: key });
    expect(answer.body).toEqual({
      ...{ name: 'night-shift', identity: `key:${idOf(key)}`, role: 'viewer', services: ['orders'] },
      ...{ until: new Date(NOW + HOUR).toISOString(), cell: '111122223333:eu-west-1:test', stage: 'test' },
    });
    const everything = await send('GET', '/v1/me');
    expect(everything.body).not.toHaveProperty('services');
    expect(everything.body).not.toHaveProperty('until');
  });

  it('is not told anew while it stands', async () => {
    const etag = String((await send('GET', '/v1/me')).headers['etag']);
    expect((await send('GET', '/v1/me', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });
});

describe('a key that is made', () => {
  it('is shown once, lets its holder in, and is described from then on without it', async () => {
    const answer = await send('POST', '/v1/keys', {
      body: { name: 'pipeline', role: 'editor', services: ['orders'], for: '1h' },
    });
    const { id, key } = answer.body as { id: string; key: string };
    expect(answer).toMatchObject({ status: 201, headers: { location: `/v1/keys/${id}`, 'cache-control': 'no-store' } });
    expect(key).toMatch(/^fb_[\w-]{43}$/);
    const described = {
      ...{ id: idOf(key), name: 'pipeline', role: 'editor', services: ['orders'], state: 'active', createdBy: 'admin' },
      ...{ madeBy: `key:${idOf(admin)}` },
      ...{ createdAt: new Date(NOW).toISOString(), expiresAt: new Date(NOW + HOUR).toISOString() },
    };
    expect(answer.body).toEqual({ ...described, key });
    expect((await send('GET', `/v1/keys/${id}`)).body).toEqual(described);
    expect(await listed()).toContainEqual(described);

    expect((await send('GET', '/v1/services/orders/revisions', { bearer: key })).status).toBe(200);
    expect((await send('GET', '/v1/services/payments/revisions', { bearer: key })).status).toBe(403);
    plane.clock.advance(HOUR);
    expect((await send('GET', '/v1/services/orders/revisions', { bearer: key })).status).toBe(401);
    expect((await send('GET', `/v1/keys/${id}`)).body).toMatchObject({ state: 'expired' });
  });

  it.each([
    ['for ever', {}, 422],
    ['for longer', { for: '2h' }, 422],
    ['for as long', { for: '1h' }, 201],
    ['until then', { expiresAt: new Date(NOW + HOUR).toISOString() }, 201],
  ])('by a key that expires is good for no longer than that: %s', async (_what, lasting, status) => {
    const bearer = await givenKey(table, 'for-an-hour', 'admin', { expiresAt: NOW + HOUR });
    const answer = await send('POST', '/v1/keys', { body: { name: 'child', role: 'admin', ...lasting }, bearer });
    expect(answer.status, answer.text).toBe(status);
    if (status === 422) {
      expect(answer.body).toMatchObject({
        errors: [{ path: '/expiresAt', reason: expect.stringContaining('2026-01-05T13:00:00') as string }],
      });
    }
  });

  it.each([
    ['half a character', '"a\\ud800b"'],
    ['a character nobody sees', '"ad\\u200ba"'],
    ['nothing in it that is drawn', '"\\u3164"'],
    ['a space at its end', '"ada "'],
    ['how tokens begin, in capitals', '"JWT:corp:u1"'],
    ['how flyball names itself', '"flyball"'],
  ])('has no name with %s: it would be another in the audit log, or nobody’s', async (_what, name) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await send('POST', '/v1/keys', { body: `{"name":${name},"role":"viewer"}`, headers });
    expect(answer.status, answer.text).toBe(422);
  });

  it('leaves an audit entry that does not hold it', async () => {
    const { id, key } = await made({ name: 'audited', role: 'viewer' });
    const { body, text } = await send('GET', '/v1/audit');
    expect((body['entries'] as object[])[0]).toMatchObject({
      ...{ actor: 'admin', action: 'key.create', target: `key ${id}` },
      detail: { name: 'audited', role: 'viewer' },
    });
    expect(text).not.toContain(key);
    expect(text).not.toContain(hashOfKey(key));
  });

  it('is told apart in the audit log from others of its name', async () => {
    const [one, another] = [
      await made({ name: 'twin', role: 'editor', services: ['orders'] }),
      await made({ name: 'twin', role: 'editor', services: ['orders'] }),
    ];
    const body = { apiVersion: 'flyball/v1', service: 'orders' };
    for (const [i, { key }] of [one, another].entries()) {
      const document = { ...body, owner: `team ${i}` };
      const put = await send('PUT', '/v1/services/orders/draft', { body: document, bearer: key });
      expect(put.status, put.text).toBe(200);
    }
    const ofTwins = await send('GET', '/v1/audit', { query: { actor: 'twin' } });
    expect((ofTwins.body['entries'] as { identity: string }[]).map(({ identity }) => identity)).toEqual([
      `key:${another.id}`,
      `key:${one.id}`,
    ]);
    const ofOne = await send('GET', '/v1/audit', { query: { identity: `key:${one.id}` } });
    expect(ofOne.body['entries']).toMatchObject([{ actor: 'twin', action: 'draft.put', service: 'orders' }]);
  });

  it.each([
    ['no name', { role: 'viewer' }, '/name'],
    ['an empty name', { name: ' ', role: 'viewer' }, '/name'],
    ['a name in two lines', { name: 'a\nb', role: 'viewer' }, '/name'],
    ['the name of a token’s bearer', { name: 'jwt:corp:ada', role: 'viewer' }, '/name'],
    ['a role nobody has', { name: 'x', role: 'root' }, '/role'],
    ['no services at all', { name: 'x', role: 'viewer', services: [] }, '/services'],
    ['what is no service', { name: 'x', role: 'viewer', services: ['Orders'] }, '/services/0'],
    ['an expiry that is past', { name: 'x', role: 'viewer', expiresAt: NOW }, '/expiresAt'],
    ['an expiry that is no time', { name: 'x', role: 'viewer', expiresAt: 'tomorrow' }, '/expiresAt'],
    ['an expiry too far away', { name: 'x', role: 'viewer', expiresAt: '2040-01-01T00:00Z' }, '/expiresAt'],
    ['no duration', { name: 'x', role: 'viewer', for: 'long' }, '/for'],
    ['two expiries', { name: 'x', role: 'viewer', for: '1h', expiresAt: NOW + 1 }, '/for'],
    ['a key of the caller’s choice', { name: 'x', role: 'viewer', key: 'fb_mine' }, '/key'],
  ])('with %s is not made', async (_what, body, path) => {
    const before = (await listed()).length;
    const answer = await send('POST', '/v1/keys', { body });
    expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID_BODY', errors: [{ path }] } });
    expect(await listed()).toHaveLength(before);
  });

  it.each([
    ['all services', { name: 'x', role: 'viewer' }],
    ['another service', { name: 'x', role: 'viewer', services: ['payments'] }],
    ['its own and another', { name: 'x', role: 'viewer', services: ['orders', 'payments'] }],
  ])('is never for more services than its maker: %s', async (_what, body) => {
    const answer = await send('POST', '/v1/keys', { bearer: ordersAdmin, body });
    expect(answer).toMatchObject({ status: 403, body: { code: 'OUT_OF_SCOPE' } });
  });

  it.each([[['orders']], [['returns', 'orders']]])('is for services of its maker: %s', async (services) => {
    const { key } = await made({ name: 'x', role: 'admin', services }, ordersAdmin);
    // Nor can the key that was made make one for more.
    const more = await send('POST', '/v1/keys', { bearer: key, body: { name: 'y', role: 'viewer' } });
    expect(more.status).toBe(403);
  });
});

describe('the list', () => {
  it('has the keys that were put into the table from outside, as the first one is', async () => {
    expect(await listed()).toContainEqual({
      ...{ id: idOf(admin), name: 'admin', role: 'admin', state: 'active' },
      createdAt: new Date(NOW - 1000).toISOString(),
    });
  });

  it('has every key once, page by page', async () => {
    const some = await Promise.all(Array.from({ length: 7 }, (_, i) => made({ name: `key ${i}`, role: 'viewer' })));
    const ids = (await listed()).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(some.map(({ id }) => id)));
    expect(ids).toEqual(ids.toSorted());
  });

  it('shows a key for some services the keys for those alone', async () => {
    const mine = await made({ name: 'mine', role: 'viewer', services: ['returns'] });
    const other = await made({ name: 'other', role: 'viewer', services: ['returns', 'payments'] });
    const ids = (await listed(ordersAdmin)).map(({ id }) => id);
    expect(ids).toContain(mine.id);
    expect(ids).not.toContain(other.id);
    expect(ids).not.toContain(idOf(admin));
    for (const id of [other.id, idOf(admin)]) {
      expect((await send('GET', `/v1/keys/${id}`, { bearer: ordersAdmin })).status).toBe(404);
      expect((await send('DELETE', `/v1/keys/${id}`, { bearer: ordersAdmin })).status).toBe(404);
    }
    expect((await send('GET', `/v1/keys/${other.id}`)).body).toMatchObject({ state: 'active' });
  });
});

describe('a page of the list', () => {
  let shelf: Table;
  let anybody: string;
  let mine: string;

  /** Hashes in this order, `mine` is for orders and so is every key that is said to be. */
  async function given(count: number, isMine: (i: number) => boolean) {
    shelf = (await createTable(inject('dynamodb'))).sdk;
    plane = controlPlane(shelf);
    anybody = await givenKey(shelf, 'anybody', 'admin');
    mine = await givenKey(shelf, 'mine', 'admin', { services: ['orders'] });
    for (let i = 0; i < count; i++) {
      const services = isMine(i) ? ['orders'] : ['payments'];
      await putApiKey(shelf, { hash: hashOf(i), role: 'viewer', name: `key ${i}`, services, createdAt: NOW });
    }
  }
  const hashOf = (i: number) => `0${i.toString(16)}${'5'.repeat(62)}`;
  const idOfHash = (i: number) => hashOf(i).slice(0, 16);
  const page = (query: Record<string, string>, bearer = mine) => send('GET', '/v1/keys', { bearer, query });

  it('ends with a key that is shown: its cursor tells nothing of others', async () => {
    await given(8, (i) => i === 1 || i === 6);
    const first = await page({ limit: '1' });
    expect((first.body['keys'] as { id: string }[]).map(({ id }) => id)).toEqual([idOfHash(1)]);
    const told = Buffer.from(String(first.body['cursor']), 'base64url').toString('utf8');
    for (const i of [0, 2, 3, 4, 5, 7]) expect(told).not.toContain(hashOf(i).slice(0, 16));
    const second = await page({ limit: '1', cursor: String(first.body['cursor']) });
    expect((second.body['keys'] as { id: string }[]).map(({ id }) => id)).toEqual([idOfHash(6)]);
  });

  it.each([
    ['the store’s own', JSON.stringify({ pk: 'ctl#keys', sk: '0'.repeat(64) })],
    ['a whole hash', '0'.repeat(64)],
    ['nothing', ''],
  ])('is not begun by a cursor of somebody’s own making: %s', async (_what, position) => {
    await given(1, () => true);
    const cursor = Buffer.from(JSON.stringify(['keys:', position])).toString('base64url');
    const answer = await page({ cursor });
    expect(answer.status).toBe(position === '' ? 200 : 400);
  });

  it('shows what one has made, and nobody else', async () => {
    await given(2, () => true);
    const made = await send('POST', '/v1/keys', { bearer: anybody, body: { name: 'child', role: 'viewer' } });
    const { body } = await page({ madeBy: `key:${idOf(anybody)}` }, anybody);
    expect(body['keys']).toMatchObject([{ id: made.body['id'], name: 'child', madeBy: `key:${idOf(anybody)}` }]);
    expect((await page({ madeBy: `key:${idOf(mine)}` }, anybody)).body['keys']).toEqual([]);
  });
});

describe('keys that may be good for so long', () => {
  const DAY = 24 * HOUR;

  it.each([
    ['for ever', {}, 422],
    ['for longer', { for: '91d' }, 422],
    ['for as long', { for: '90d' }, 201],
    ['for less', { expiresAt: NOW + HOUR }, 201],
  ])('are not made for more, whoever makes them: %s', async (_what, lasting, status) => {
    plane = controlPlane(table, { parts: { longestKeyMs: 90 * DAY } });
    const answer = await send('POST', '/v1/keys', { body: { name: 'x', role: 'viewer', ...lasting } });
    expect(answer.status, answer.text).toBe(status);
    if (status === 422) {
      const reason = expect.stringContaining(new Date(NOW + 90 * DAY).toISOString()) as string;
      expect(answer.body).toMatchObject({ errors: [{ path: '/expiresAt', reason }] });
    }
  });

  it.each([
    ['', undefined],
    ['90d', 90 * DAY],
    ['12h', 12 * HOUR],
  ])('are said in the setting: %j', (text, ms) => {
    expect(longestKeyOf(text)).toBe(ms);
  });

  it.each(['0d', '90', '1w', ' 90d', '-1d', 'for ever'])('are not said by %j', (text) => {
    expect(() => longestKeyOf(text)).toThrow('FLYBALL_LONGEST_KEY');
  });
});

describe('what a key has made', () => {
  /** A key of that name, by the one before. */
  async function line(...names: string[]) {
    const keys: { id: string; key: string }[] = [];
    for (const name of names) keys.push(await made({ name, role: 'admin' }, keys.at(-1)?.key ?? admin));
    return keys;
  }
  const state = async ({ id }: { id: string }) => (await send('GET', `/v1/keys/${id}`)).body['state'];

  it('stays good when that is revoked', async () => {
    const [parent, child] = await line('parent', 'child');
    if (!parent || !child) throw new Error('two were made');
    await send('POST', `/v1/keys/${parent.id}/revoke`);
    expect([await state(parent), await state(child)]).toEqual(['revoked', 'active']);
  });

  it('is revoked with it where that is asked for, down to the last, also later; others stay', async () => {
    const [parent, child, grandchild] = await line('parent', 'child', 'grandchild');
    if (!parent || !child || !grandchild) throw new Error('three were made');
    const other = await made({ name: 'other', role: 'admin' });
    await send('POST', `/v1/keys/${parent.id}/revoke`);
    const answer = await send('POST', `/v1/keys/${parent.id}/revoke`, { body: { made: true, note: 'leaked' } });
    expect(answer.body).toMatchObject({ id: parent.id, state: 'revoked' });
    expect(new Set(answer.body['alsoRevoked'] as string[])).toEqual(new Set([child.id, grandchild.id]));
    expect([await state(child), await state(grandchild), await state(other)]).toEqual(['revoked', 'revoked', 'active']);
    const { body } = await send('GET', '/v1/audit', {
      query: { action: 'key.revoke', target: `key ${grandchild.id}` },
    });
    expect(body['entries']).toMatchObject([{ note: `made by key ${parent.id}: leaked` }]);
  });
});

describe('a key that is revoked', () => {
  it.each(['DELETE', 'POST'] as const)(
    'by %s is refused from the next request on, and stays listed as that',
    async (method) => {
      const { id, key } = await made({ name: 'leaked', role: 'viewer' });
      expect((await send('GET', '/v1/services', { bearer: key })).status).toBe(200);
      const path = `/v1/keys/${id}${method === 'POST' ? '/revoke' : ''}`;
      const revoked = { id, state: 'revoked', revokedAt: new Date(NOW).toISOString(), revokedBy: 'admin' };
      expect(await send(method, path)).toMatchObject({ status: 200, body: revoked });
      expect((await send('GET', '/v1/services', { bearer: key })).status).toBe(401);
      expect(await listed()).toContainEqual(expect.objectContaining(revoked));
    },
  );

  it('is revoked once: later times and others change nothing, and leave no entry', async () => {
    const { id } = await made({ name: 'leaked', role: 'viewer', services: ['orders'] });
    await send('POST', `/v1/keys/${id}/revoke`, { body: { note: 'stood in a log' } });
    const entry = async () => ((await send('GET', '/v1/audit')).body['entries'] as object[])[0];
    const first = await entry();
    expect(first).toMatchObject({ action: 'key.revoke', target: `key ${id}`, note: 'stood in a log' });
    plane.clock.advance(5000);
    const again = await send('DELETE', `/v1/keys/${id}`, { bearer: ordersAdmin });
    expect(again.body).toMatchObject({ revokedAt: new Date(NOW).toISOString(), revokedBy: 'admin' });
    expect(await entry()).toEqual(first);
  });

  it('can be named by its whole hash, also when it is older than the list', async () => {
    const hash = hashOfKey('fb_of-before');
    await table.put({
      item: { pk: `ctl#key#${hash}`, sk: 'key', v: 1, hash, role: 'viewer', name: 'of before', createdAt: 0 },
    });
    expect((await send('GET', `/v1/keys/${hash.slice(0, 16)}`)).status).toBe(404);
    expect((await send('DELETE', `/v1/keys/${hash}`)).body).toMatchObject({ name: 'of before', state: 'revoked' });
    expect((await send('GET', '/v1/services', { bearer: 'fb_of-before' })).status).toBe(401);
  });

  it.each(['0123456789abcdef', 'ABCDEF0123456789', '..', '0', 'x'.repeat(64), '%00'])(
    'that is none, %s, is not found',
    async (id) => {
      expect((await send('GET', `/v1/keys/${id}`)).status).toBe(404);
      expect((await send('POST', `/v1/keys/${id}/revoke`)).status).toBe(404);
    },
  );
});

it('a key in the place of its id is not said again', async () => {
  const answer = await send('POST', `/v1/keys/${admin}/revoke`);
  expect(answer).toMatchObject({ status: 404 });
  expect(answer.text).not.toContain(admin);
});

it('a key on the list that was never stored is passed over', async () => {
  await table.put({ item: { pk: 'ctl#keys', sk: hashOfKey('fb_cut-off'), v: 1 } });
  expect((await listed()).map(({ id }) => id)).not.toContain(idOf('fb_cut-off'));
  expect((await send('GET', `/v1/keys/${idOf('fb_cut-off')}`)).status).toBe(404);
});

it('a key that is stored again as the world starts anew is listed once', async () => {
  for (let i = 0; i < 2; i++)
    await putApiKey(table, { key: 'fb_seed', role: 'admin', name: 'local-admin', createdAt: NOW });
  expect((await listed()).filter(({ id }) => id === idOf('fb_seed'))).toHaveLength(1);
});
