// What Apollo's clients ask for, as they ask for it, and what they are answered.
import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, inject, it, vi } from 'vitest';
import type { Table } from '../../../store/port.ts';
import { SOON } from '../../support/patience.ts';
import { createTable } from '../table.ts';
import { NOW, startCenter, type Answer, type Center, type Sent } from './center.ts';

const SERVICE = '/v1/services/orders';
const CONFIGS = '/configs/orders/default/application';
let table: Table;
let center: Center;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  center = await startCenter(table);
});

const send: Center['send'] = (method, path, sent) => center.send(method, path, sent);
const read = (path: string, query: Record<string, string> = {}, sent: Sent = {}) =>
  send('GET', path, { as: 'viewer', query, ...sent });

async function publish(values: object | string, body: object = {}, namespace = 'application'): Promise<Answer> {
  await send('PUT', `${SERVICE}/config/${namespace}/draft`, { body: values });
  return send('POST', `${SERVICE}/config/${namespace}/publish`, { body });
}

const valuesOf = ({ body }: Answer) => (body as { configurations: object }).configurations;
const keyOf = ({ body }: Answer) => (body as { releaseKey: string }).releaseKey;

describe('GET /configs', () => {
  it('answers the values with a release key, and 304 while it stands', async () => {
    await publish({ a: 1, b: { c: 'x' } });
    const answer = await read(CONFIGS);
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: {
        appId: 'orders',
        cluster: 'default',
        namespaceName: 'application',
        configurations: { a: '1', 'b.c': 'x' },
      },
    });
    const releaseKey = keyOf(answer);
    expect(await read(CONFIGS, { releaseKey })).toMatchObject({ status: 304, body: '' });
    expect((await read(CONFIGS, {}, { headers: { 'if-none-match': `"${releaseKey}"` } })).status).toBe(304);
    await publish({ a: 2 });
    const changed = await read(CONFIGS, { releaseKey });
    expect(valuesOf(changed)).toEqual({ a: '2' });
    expect(keyOf(changed)).not.toBe(releaseKey);
  });

  it('takes names as Apollo does: any case, with .properties, in any cluster; and whatever else clients send', async () => {
    await publish({ a: 1 });
    const query = { releaseKey: '-1', dataCenter: 'fra', messages: '{"details":{}}', t: '1', ip: '10.0.0.1' };
    const answer = await read('/configs/orders/blue/Application.properties', query);
    expect(answer.body).toMatchObject({
      cluster: 'default',
      namespaceName: 'Application.properties',
      configurations: { a: '1' },
    });
  });

  it.each([
    '/configs/orders/default/other',
    '/configs/orders/default/-x',
    '/configs/orders/a%20b/application',
    '/configs/Orders/default/application',
    '/configs/payments/default/application',
  ])('%s is not there', async (path) => {
    await publish({ a: 1 });
    expect((await read(path)).status).toBe(404);
  });

  it('has a new release key after a rollback, and none that another cell has by chance', async () => {
    await publish({ a: 1 });
    const first = keyOf(await read(CONFIGS));
    await publish({ a: 2 });
    await send('POST', `${SERVICE}/config/application/rollback`, { body: { to: 1 } });
    const back = await read(CONFIGS, { releaseKey: first });
    expect(valuesOf(back)).toEqual({ a: '1' });
    table = (await createTable(inject('dynamodb'))).sdk;
    center = await startCenter(table);
    await publish({ a: 'elsewhere' });
    expect((await read(CONFIGS, { releaseKey: first })).status).toBe(200);
  });
});

describe('what a client asks costs', () => {
  const KEY = expect.stringMatching(/^get ctl#key#/) as unknown;
  const HEAD = 'get ctl#rules#orders/config/application';

  it('a read of the key and one of the head, and a read of the values once: no lists, no scans, no writes', async () => {
    await publish({ a: 1 });
    const calls: string[] = [];
    const told = <A, R>(name: string, call: (asked: A) => Promise<R>) => {
      return (asked: A) => {
        calls.push(name);
        return call(asked);
      };
    };
    center = await startCenter({
      get: (key, options) => {
        calls.push(`get ${key.pk}`);
        return table.get(key, options);
      },
      put: told('put', (asked) => table.put(asked)),
      update: told('update', (asked) => table.update(asked)),
      delete: told('delete', (asked) => table.delete(asked)),
      query: told('query', (asked) => table.query(asked)),
    });
    calls.length = 0;
    const releaseKey = keyOf(await read(CONFIGS));
    expect(calls.splice(0)).toEqual([KEY, HEAD, 'get ctl#rules#orders/config/application#copy#0']);
    expect((await read(CONFIGS, { releaseKey })).status).toBe(304);
    expect(calls.splice(0)).toEqual([KEY, HEAD]);
    const notifications = '[{"namespaceName":"application","notificationId":1}]';
    expect((await read('/notifications/v2', { appId: 'orders', notifications })).status).toBe(304);
    expect(calls).toEqual([KEY, HEAD]);
  });
});

describe('GET /configfiles', () => {
  it('answers properties, JSON and raw texts, each with an ETag', async () => {
    await publish({ 'a b': 'x=1', c: 'ü' });
    const asProperties = await read('/configfiles/orders/default/application');
    expect(asProperties).toMatchObject({ status: 200, body: 'a\\ b=x\\=1\nc=ü\n' });
    expect(String(asProperties.headers['content-type'])).toMatch(/^text\/plain; ?charset=utf-8$/i);
    expect((await read('/configfiles/json/orders/default/application.properties')).body).toEqual({
      'a b': 'x=1',
      c: 'ü',
    });
    const etag = String(asProperties.headers['etag']);
    expect(
      (await read('/configfiles/orders/default/application', {}, { headers: { 'if-none-match': etag } })).status,
    ).toBe(304);
  });

  it('answers a namespace that is one text under `content`, and raw as its kind', async () => {
    await publish('a: [1] # one\n', {}, 'flags.yaml');
    expect(valuesOf(await read('/configs/orders/default/flags.yaml'))).toEqual({ content: 'a: [1] # one\n' });
    const raw = await read('/configfiles/raw/orders/default/flags.yaml');
    expect(raw).toMatchObject({ headers: { 'content-type': 'application/yaml' }, body: 'a: [1] # one\n' });
    expect((await read('/configfiles/raw/orders/default/none.yaml')).status).toBe(404);
  });
});

describe('a gray publication', () => {
  it('is given to the addresses and labels that are named, and to all once it is promoted', async () => {
    await publish({ a: 'old' });
    await publish({ a: 'new' }, { gray: { ips: ['10.0.0.7'], labels: ['canary'] } });
    const seen = async (query: Record<string, string>) => valuesOf(await read(CONFIGS, query));
    expect(await seen({ ip: '10.0.0.7' })).toEqual({ a: 'new' });
    expect(await seen({ ip: '10.0.0.8' })).toEqual({ a: 'old' });
    expect(await seen({ ip: '10.0.0.8', label: 'canary' })).toEqual({ a: 'new' });
    expect(await seen({ ip: '10.0.0.8', label: 'canary,' })).toEqual({ a: 'old' });
    expect((await read('/configfiles/json/orders/default/application', { label: 'canary' })).body).toEqual({
      a: 'new',
    });
    const releaseKey = keyOf(await read(CONFIGS, { ip: '10.0.0.7' }));
    await send('POST', `${SERVICE}/config/application/gray/promote`);
    expect(await seen({ ip: '10.0.0.8' })).toEqual({ a: 'new' });
    // Who had it has it.
    expect((await read(CONFIGS, { ip: '10.0.0.7', releaseKey })).status).toBe(304);
  });

  it('is given to a share of the addresses, the same ones each time, and to nobody once it is aborted', async () => {
    await publish({ a: 'old' });
    await publish({ a: 'new' }, { gray: { share: '30%' } });
    const ips = Array.from({ length: 60 }, (_, i) => `10.0.1.${i}`);
    const given = async () => {
      const answers = await Promise.all(ips.map(async (ip) => valuesOf(await read(CONFIGS, { ip }))));
      return ips.filter((_, i) => JSON.stringify(answers[i]) === '{"a":"new"}');
    };
    const first = await given();
    expect(first.length).toBeGreaterThan(5);
    expect(first.length).toBeLessThan(35);
    expect(await given()).toEqual(first);
    await send('POST', `${SERVICE}/config/application/gray/abort`);
    expect(await given()).toEqual([]);
  });
});

describe('GET /notifications/v2', () => {
  const asked = (notificationId: number, ...names: string[]) => ({
    appId: 'orders',
    cluster: 'default',
    notifications: JSON.stringify(names.map((namespaceName) => ({ namespaceName, notificationId }))),
  });
  const ask = (...sent: Parameters<typeof asked>) => read('/notifications/v2', asked(...sent));

  it('says what has changed since, by numbers that grow, and 304 when nothing has', async () => {
    await publish({ a: 1 });
    expect((await ask(-1, 'application', 'other')).body).toEqual([
      { namespaceName: 'application', notificationId: 1, messages: { details: { 'orders+default+application': 1 } } },
    ]);
    expect(await ask(1, 'application', 'other')).toMatchObject({ status: 304, body: '' });
    await publish({ a: 2 }, { gray: { share: '5%' } });
    expect((await ask(1, 'application.properties')).body).toMatchObject([
      { namespaceName: 'application', notificationId: 2 },
    ]);
    await send('POST', `${SERVICE}/config/application/gray/abort`);
    expect((await ask(2, 'Application')).body).toMatchObject([{ namespaceName: 'Application', notificationId: 3 }]);
  });

  it('waits for a moment, and tells what was published meanwhile', async () => {
    center = await startCenter(table, { holdMs: 2_000 });
    await publish({ a: 1 });
    const waiting = ask(1, 'application');
    await vi.waitFor(() => expect(center.clock.timers).toBe(1), SOON);
    await publish({ a: 2 });
    center.clock.advance(2_000);
    expect((await waiting).body).toMatchObject([{ namespaceName: 'application', notificationId: 2 }]);
  });

  it.each([
    '',
    '[]',
    '{}',
    'x',
    '[{"namespaceName":"application"}]',
    '[{"notificationId":1}]',
    `[${'{},'.repeat(60)}{}]`,
  ])('refuses %j', async (notifications) => {
    expect((await read('/notifications/v2', { appId: 'orders', cluster: 'default', notifications })).status).toBe(400);
  });

  it('is for the services of the key alone', async () => {
    const query = { ...asked(-1, 'application'), appId: 'payments' };
    expect(await read('/notifications/v2', query, { as: 'orders-admin' })).toMatchObject({ status: 403 });
    expect((await read('/configs/payments/default/application', {}, { as: 'orders-admin' })).status).toBe(403);
    expect((await read(CONFIGS, {}, { as: null })).status).toBe(401);
  });
});

describe('a client with an access key', () => {
  const KEYS = `${SERVICE}/access-keys`;

  async function made(body: object = { name: 'the fleet' }): Promise<{ id: string; secret: string }> {
    const { status, body: key } = await send('POST', KEYS, { body });
    expect(status).toBe(201);
    return key as { id: string; secret: string };
  }

  /** As Apollo's own client signs: the time, a line feed, the path and the query as they are sent. */
  function signed(secret: string, pathWithQuery: string, at = NOW, appId = 'orders'): Record<string, string> {
    const signature = createHmac('sha1', secret).update(`${at}\n${pathWithQuery}`).digest('base64');
    return { authorization: `Apollo ${appId}:${signature}`, timestamp: String(at) };
  }

  async function ask(headers: Record<string, string>, path = CONFIGS, rawQuery = ''): Promise<Answer> {
    return send('GET', path, { as: null, headers, rawQuery });
  }

  it('is let in to the configuration of its service, and to nothing else', async () => {
    await publish({ a: 1 });
    const { secret } = await made();
    expect((await ask(signed(secret, CONFIGS))).status).toBe(200);
    const query = 'ip=10.0.0.1&messages=%7B%22a%22%3A1%7D&label=';
    expect((await ask(signed(secret, `${CONFIGS}?${query}`), CONFIGS, query)).status).toBe(200);
    const asked =
      'cluster=default&appId=orders&notifications=%5B%7B%22namespaceName%22%3A%22application%22%2C%22notificationId%22%3A-1%7D%5D';
    const polled = await ask(signed(secret, `/notifications/v2?${asked}`), '/notifications/v2', asked);
    expect(polled).toMatchObject({ status: 200, body: [{ notificationId: 1 }] });
    const elsewhere = '/configs/payments/default/application';
    expect((await ask(signed(secret, elsewhere, NOW, 'payments'), elsewhere)).status).toBe(401);
    const draft = `${SERVICE}/config/application/draft`;
    expect((await ask(signed(secret, draft), draft)).status).toBe(401);
  });

  it('is kept out with another path, time, query or secret', async () => {
    await publish({ a: 1 });
    const { secret } = await made();
    const refused: [string, Record<string, string>, string][] = [
      ['another path', signed(secret, '/configs/orders/default/other'), ''],
      ['another query', signed(secret, `${CONFIGS}?ip=10.0.0.1`), 'ip=10.0.0.2'],
      ['another secret', signed('guessed', CONFIGS), ''],
      ['an old time', signed(secret, CONFIGS, NOW - 60_000), ''],
      ['a time to come', signed(secret, CONFIGS, NOW + 60_000), ''],
      ['another time than was signed', { ...signed(secret, CONFIGS), timestamp: String(NOW + 1) }, ''],
      ['no time', { authorization: signed(secret, CONFIGS)['authorization'] ?? '' }, ''],
      ['no signature', { authorization: 'Apollo orders:', timestamp: String(NOW) }, ''],
    ];
    for (const [what, headers, rawQuery] of refused) {
      expect(await ask(headers, CONFIGS, rawQuery), what).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': expect.stringContaining('Bearer') as string },
      });
    }
    expect((await ask(signed(secret, CONFIGS, NOW - 59_000))).status).toBe(200);
  });

  it('shows its secret once, expires, and is deleted from the next request on', async () => {
    await publish({ a: 1 });
    const [lasting, brief] = [await made(), await made({ name: 'a test', for: '1h' })];
    const { body } = await send('GET', KEYS, { as: 'viewer' });
    expect(body).toMatchObject({ keys: [{ id: lasting.id, name: 'the fleet', state: 'active' }, { id: brief.id }] });
    expect(JSON.stringify(body)).not.toContain(lasting.secret);
    center.clock.advance(3_600_000);
    const now = NOW + 3_600_000;
    expect((await ask(signed(brief.secret, CONFIGS, now))).status).toBe(401);
    expect((await ask(signed(lasting.secret, CONFIGS, now))).status).toBe(200);
    expect((await send('DELETE', `${KEYS}/${lasting.id}`)).status).toBe(200);
    expect((await ask(signed(lasting.secret, CONFIGS, now))).status).toBe(401);
    expect((await send('DELETE', `${KEYS}/${lasting.id}`)).status).toBe(404);
    const { body: trail } = await send('GET', '/v1/audit', { query: { service: 'orders', action: 'access-key.' } });
    expect(trail).toMatchObject({ entries: [{ action: 'access-key.delete' }, {}, { action: 'access-key.create' }] });
    expect(JSON.stringify(trail)).not.toContain(lasting.secret);
  });

  it('is one of five at most, also of many made at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 7 }, (_, i) => send('POST', KEYS, { body: { name: `key ${i}` } })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, 201, 201, 409, 409]);
  });
});
