// The management API of healthchecks.io: what its clients send, and what they expect to be told.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { badgeRoutes } from '../../../functions/batch-monitor/checks/badges.ts';
import { checkRoutes } from '../../../functions/batch-monitor/checks/manage.ts';
import { pingRoutes } from '../../../functions/batch-monitor/checks/pings.ts';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { readAudit } from '../../../store/items/audit.ts';
import { readCheck, uniqueKeyOf } from '../../../store/items/checks.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const T0 = Date.UTC(2026, 2, 2, 12);
const HOUR = 3_600_000;

let table: Table;
let clock: FakeClock;
let ids: number;
/** What was logged as an error. */
const logged: string[] = [];
const logs = { ...silentLogger, error: (...said: unknown[]) => void logged.push(JSON.stringify(said)) };

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(T0);
  ids = 0;
  const key = (name: string, role: 'viewer' | 'editor' | 'admin', services?: string[]) =>
    putApiKey(table, { key: `fb_${name}`, role, name, createdAt: T0, ...(services ? { services } : {}) });
  await key('alice', 'editor', ['orders']);
  await key('reader', 'viewer', ['orders']);
  await key('bob', 'editor', ['billing']);
  await key('both', 'editor', ['orders', 'billing']);
  await key('admin', 'admin');
});

interface Sent {
  readonly as?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly version?: string;
}

function bodyOf(body: unknown): string {
  if (body instanceof Buffer) return body.toString('base64');
  return typeof body === 'string' ? body : JSON.stringify(body);
}

async function send(method: string, path: string, body?: unknown, sent: Sent = {}) {
  const { as = 'alice', query = {}, headers = {} } = sent;
  const newId = () => `${(++ids).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
  const parts = { table, newId, logger: silentLogger };
  const routes = [
    ...checkRoutes(parts),
    ...badgeRoutes(parts),
    ...pingRoutes({ ...parts, serviceOf: (key) => Promise.resolve(key === 'ping-key_1' ? 'orders' : undefined) }),
  ];
  const api = describedApi({ routes, table, clock, logger: logs });
  const event = httpV2({
    method,
    path,
    query,
    headers: {
      host: 'checks.example',
      'x-forwarded-proto': 'https',
      ...(as === '' ? {} : { 'x-api-key': `fb_${as}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: bodyOf(body) }),
  });
  const answer = await api({ ...event, isBase64Encoded: body instanceof Buffer }, { awsRequestId: 'request-1' });
  const isJson = String(answer.headers?.['content-type']).includes('json');
  return {
    status: answer.statusCode,
    headers: answer.headers ?? {},
    text: answer.body,
    isBase64: answer.isBase64Encoded ?? false,
    body: (isJson ? JSON.parse(answer.body ?? '') : {}) as Record<string, unknown>,
  };
}

const api = (method: string, path: string, body?: unknown, sent: Sent = {}) =>
  send(method, `/api/${sent.version ?? 'v3'}/${path}`, body, sent);

const create = (body: object = {}, sent: Sent = {}) => api('POST', 'checks/', body, sent);
const uuidOf = async (body: object = {}) => String((await create(body)).body['uuid']);
const list = async (query: Record<string, string> = {}, as = 'alice') =>
  (await api('GET', 'checks/', undefined, { query, as })).body['checks'] as Record<string, unknown>[];
const ping = (uuid: string, action = '', body?: string) =>
  send(body === undefined ? 'GET' : 'POST', `/ping/${uuid}${action}`, body, { as: '' });

describe('a new check', () => {
  it('is shown with all of its fields', async () => {
    const { status, body, headers } = await create({
      ...{ name: 'Backups', slug: 'backups', tags: 'prod www', desc: 'nightly', timeout: 3600, grace: 60 },
      ...{ manual_resume: true, methods: 'POST', start_kw: 'START', success_kw: 'OK', failure_kw: 'ERROR' },
      ...{ filter_subject: true, filter_body: true, filter_http_body: true, filter_default_fail: true },
    });
    expect(status).toBe(201);
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'content-type': 'application/json' });
    const uuid = '00000001-0000-4000-8000-000000000000';
    const url = `https://checks.example/api/v3/checks/${uuid}`;
    expect(body).toEqual({
      ...{ name: 'Backups', slug: 'backups', tags: 'prod www', desc: 'nightly', timeout: 3600, grace: 60 },
      ...{ n_pings: 0, status: 'new', started: false, last_ping: null, next_ping: null },
      ...{ manual_resume: true, methods: 'POST', start_kw: 'START', success_kw: 'OK', failure_kw: 'ERROR' },
      ...{ subject: 'OK', subject_fail: 'ERROR' },
      ...{ filter_subject: true, filter_body: true, filter_http_body: true, filter_default_fail: true },
      ...{ uuid, ping_url: `https://checks.example/ping/${uuid}`, channels: '' },
      ...{ update_url: url, pause_url: `${url}/pause`, resume_url: `${url}/resume` },
      badge_url: 'https://checks.example/b/2/00000002-0000-4000-8000-000000000000.svg',
    });
  });

  it('has a day and an hour unless it is said', async () => {
    expect((await create()).body).toMatchObject({ timeout: 86_400, grace: 3_600, name: '' });
  });

  it.each([
    ['https', 'checks.example', 'https://checks.example'],
    ['http', 'checks.example', 'http://checks.example'],
    // As a local world has it: nobody says how a request came there.
    ['', 'localhost:3000', 'http://localhost:3000'],
    ['', '127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['', 'checks.example', 'https://checks.example'],
  ])('is told where it is by addresses that work: "%s" and %s give %s', async (proto, host, root) => {
    const headers = { host, 'x-forwarded-proto': proto };
    const { body } = await create({}, { headers });
    expect(body['ping_url']).toBe(`${root}/ping/${String(body['uuid'])}`);
    const badges = await api('GET', 'badges/', undefined, { headers });
    expect(badges.body).toMatchObject({
      badges: { '*': { svg: expect.stringContaining(`${root}/badge/`) as string } },
    });
  });

  it('may have as many characters as are said, however many bytes each takes', async () => {
    expect(await create({ name: '🛢'.repeat(100) })).toMatchObject({ status: 201 });
    expect(await create({ name: '🛢'.repeat(101) })).toMatchObject({ status: 400 });
  });

  it('may have no name, and any that is seen', async () => {
    for (const name of ['', ' Backup ', '夜间备份', '👩\u200d💻 ❤\ufe0f']) {
      expect(await create({ name })).toMatchObject({ status: 201, body: { name } });
    }
  });

  it('may have no schedule that its zone’s clock skips, whichever of the two comes last', async () => {
    const never = { error: 'json validation error: schedule never comes in Europe/Berlin, whose clock skips it' };
    const schedule = '2027-03-28 02:30';
    expect(await create({ schedule, tz: 'Europe/Berlin' })).toMatchObject({ status: 400, body: never });
    const made = await create({ name: 'Foo', schedule, tz: 'Europe/Riga' });
    expect(made.status).toBe(201);
    const path = `checks/${String(made.body['uuid'])}`;
    expect(await api('POST', path, { tz: 'Europe/Berlin' })).toMatchObject({ status: 400, body: never });
    const again = { name: 'Foo', tz: 'Europe/Berlin', unique: ['name'] };
    expect(await create(again)).toMatchObject({ status: 400, body: never });
    expect(await api('POST', path, { tz: 'Europe/Berlin', timeout: 300 })).toMatchObject({ status: 200 });
  });

  it('may have a schedule in a zone instead of a timeout', async () => {
    const { body } = await create({ schedule: '5 * * * *', tz: 'Europe/Riga', grace: 60 });
    expect(body).toMatchObject({ schedule: '5 * * * *', tz: 'Europe/Riga' });
    expect(body).not.toHaveProperty('timeout');
  });

  it.each([['12:34'], ['Mon..Fri *-*-* 09:00'], ['Mon 09:00\nSat 10:00'], ['hourly']])(
    'may have a schedule as systemd has it: %j',
    async (schedule) => {
      const { status, body } = await create({ schedule, tz: 'Europe/Riga', grace: 60 });
      expect({ status, body }).toMatchObject({ status: 201, body: { schedule, tz: 'Europe/Riga' } });
    },
  );

  it('expects the next ping at the earliest of several lines', async () => {
    const uuid = await uuidOf({ schedule: '18:00\n14:30', tz: 'Europe/Riga' });
    await ping(uuid);
    const { body } = await api('GET', `checks/${uuid}`);
    // Noon in UTC is two in the afternoon there.
    expect(body).toMatchObject({ next_ping: '2026-03-02T12:30:00+00:00' });
  });

  it.each([
    ['v1', 'backups-of-the-day'],
    ['v2', 'backups-of-the-day'],
    ['v3', ''],
  ])('gets, by %s, the slug "%s" from its name', async (version, slug) => {
    const { body } = await create({ name: 'Backups  of the Day!' }, { version });
    expect(body).toMatchObject({ slug });
    expect(String(body['update_url'])).toContain(`/api/${version}/`);
  });

  it('maps the older names of keywords', async () => {
    expect((await create({ subject: 'SUCCESS', subject_fail: 'ERROR' })).body).toMatchObject({
      ...{ success_kw: 'SUCCESS', failure_kw: 'ERROR', filter_subject: true, subject: 'SUCCESS' },
    });
  });

  it.each([
    [{ name: null }, 'name is not a string'],
    [{ name: false }, 'name is not a string'],
    [{ name: 'x'.repeat(101) }, 'name is too long'],
    [{ name: '\u200b\u200b' }, 'name has no character that is seen'],
    [{ name: '   ' }, 'name has no character that is seen'],
    [{ name: 'Backup \u202etxt' }, 'name has U+202E in it, which nobody sees; leave it out'],
    [{ name: 'Back\nup' }, 'name has U+000A in it, which nobody sees; leave it out'],
    [{ tags: 'prod \u200b' }, 'tags has no character that is seen'],
    [{ timeout: 0 }, 'timeout is too small'],
    [{ timeout: 31_536_001 }, 'timeout is too large'],
    [{ timeout: 'oops' }, 'timeout is not a number'],
    [{ timeout: null }, 'timeout is not a number'],
    [{ grace: 59 }, 'grace is too small'],
    [{ slug: 'Not a slug' }, 'slug does not match pattern'],
    [{ manual_resume: 'yes' }, 'manual_resume is not a boolean'],
    [{ methods: 'PUT' }, 'methods has unexpected value'],
    [{ channels: 123 }, 'channels is not a string'],
    [{ schedule: 'bad-expression' }, 'schedule is not a valid cron or OnCalendar expression'],
    [{ schedule: '12:34\nsurprise' }, 'schedule is not a valid cron or OnCalendar expression'],
    [{ schedule: '* * * * * *' }, 'schedule is not a valid cron or OnCalendar expression'],
    [{ schedule: `${'1,'.repeat(100)}1 * * * *` }, 'schedule is too long'],
    [{ tz: 'not-a-timezone' }, 'tz is not a valid timezone'],
    [{ unique: 'not a list' }, 'unique is not an array'],
    [{ unique: ['status'] }, "an item in 'unique' has unexpected value"],
    [{ timeout: 1, grace: 1 }, 'grace is too small'],
  ])('is refused for %j, as healthchecks.io says it', async (body, reason) => {
    expect(await create(body)).toMatchObject({ status: 400, body: { error: `json validation error: ${reason}` } });
    expect(await list()).toEqual([]);
  });

  it.each([
    ['this is not json', 'could not parse request body'],
    ['[1,2,3]', 'json validation error: value is not an object'],
  ])('is refused for the body %s', async (body, error) => {
    expect(await api('POST', 'checks/', body)).toMatchObject({ status: 400, body: { error } });
  });

  it('goes to channels of the routing of alerts, by name, by id, to all there are, or to none', async () => {
    const document = { channels: { mail: { type: 'smtp' }, pager: { type: 'pagerduty' } } };
    const publication = { service: '_alert-routing', document, source: '{}', author: 'alice', note: '', at: T0 };
    await publishRevision(table, { ...publication, expectedSeq: 0 });
    const { channels } = (await api('GET', 'channels/')).body as { channels: { id: string }[] };
    expect(channels).toMatchObject([
      { name: 'mail', kind: 'email' },
      { name: 'pager', kind: 'pd' },
    ]);
    const [mail, pager] = channels.map(({ id }) => id);
    const uuid = await uuidOf({ channels: 'pager' });
    const shown = async (body: object) => (await api('POST', `checks/${uuid}`, body)).body;
    expect(await shown({ channels: `pager,${mail ?? ''}` })).toMatchObject({
      channels: `${pager ?? ''},${mail ?? ''}`,
    });
    expect(await shown({ channels: '' })).toMatchObject({ channels: '' });
    expect(await shown({ channels: '*' })).toMatchObject({ channels: `${mail ?? ''},${pager ?? ''}` });
    expect(await shown({ name: 'still all of them' })).toMatchObject({ channels: `${mail ?? ''},${pager ?? ''}` });
    expect((await readCheck(table, uuid))?.channels).toBe('mail,pager');
    expect(await api('POST', `checks/${uuid}`, { channels: 'fax' })).toMatchObject({ status: 400 });
  });

  it.each([
    ['abc', 'invalid channel identifier: abc'],
    [',', 'empty channel identifier'],
  ])('is refused for the channels "%s"', async (channels, error) => {
    expect(await create({ channels })).toMatchObject({ status: 400, body: { error } });
  });
});

describe('unique', () => {
  it.each([
    [{ name: 'Foo', tags: 'bar', unique: ['name'] }],
    [{ slug: 'foo', tags: 'bar', unique: ['slug'] }],
    [{ name: 'Foo', timeout: 7200, tags: 'bar', unique: ['timeout', 'name'] }],
  ])('finds the check that %j means, and changes it', async (body) => {
    const uuid = await uuidOf({ name: 'Foo', slug: 'foo', timeout: 7200 });
    expect(await create(body)).toMatchObject({ status: 200, body: { uuid, tags: 'bar' } });
    expect(await list()).toHaveLength(1);
  });

  it('makes a new check when what it names is not given, or empty', async () => {
    await create();
    for (const unique of [['name'], ['slug'], []]) expect((await create({ unique })).status).toBe(201);
    expect(await list()).toHaveLength(4);
  });

  it('makes one check of many requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => create({ name: 'Foo', unique: ['name'] })));
    expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true);
    expect(await list()).toHaveLength(1);
  });

  it('loses nothing that one of many at once has set: one made the check, the others changed it', async () => {
    const tags = ['a', 'b', 'c', 'd', 'e'];
    const answers = await Promise.all(tags.map((each) => create({ name: 'Foo', tags: each, unique: ['name'] })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.map(({ body }) => body['tags'])).toEqual(tags);
  });

  it.each([1, 2, 3])(
    'makes one check of requests and first pings at once, so that its slug means one (%i)',
    async () => {
      const ofPing = () => send('GET', '/ping/ping-key_1/foo', undefined, { query: { create: '1' } });
      const ofApi = () => create({ slug: 'foo', timeout: 300, unique: ['slug'] });
      await Promise.all([ofPing(), ofApi(), ofPing(), ofApi()]);
      expect(await list({ slug: 'foo' })).toMatchObject([{ timeout: 300, n_pings: 2 }]);
      expect(await ofPing()).toMatchObject({ status: 200, text: 'OK' });
    },
  );

  it.each([[{ name: 'Foo', unique: ['name'] }], [{ slug: 'foo', unique: ['slug'] }]])(
    'makes another check, with a log of its own, as soon as the one it made was deleted: %j',
    async (body) => {
      const first = String((await create(body)).body['uuid']);
      await ping(first);
      await api('DELETE', `checks/${first}`);
      const second = await create(body);
      expect(second).toMatchObject({ status: 201, body: { n_pings: 0 } });
      expect(second.body['uuid']).not.toBe(first);
    },
  );

  it('makes another check while the one it made is being deleted', async () => {
    const body = { slug: 'foo', unique: ['slug'] };
    const first = String((await create(body)).body['uuid']);
    const real = table;
    table = {
      ...real,
      delete: async (asked) => {
        const deleted = await real.delete(asked);
        if (asked.key.sk === 'check') {
          table = real;
          await create(body);
        }
        return deleted;
      },
    };
    await api('DELETE', `checks/${first}`);
    await create(body);
    expect((await list({ slug: 'foo' })).map(({ uuid }) => uuid === first)).toEqual([false]);
  });

  it('puts off what may be meant for a check that only a newer version can read', async () => {
    await newerCheck(await uuidOf({ name: 'Foo', slug: 'foo' }));
    for (const body of [
      { name: 'Foo', unique: ['name'] },
      { slug: 'foo', unique: ['slug'] },
    ]) {
      expect(await create(body)).toMatchObject({ status: 503, headers: { 'retry-after': '60' } });
    }
    expect((await create({ slug: 'another', unique: ['slug'] })).status).toBe(201);
  });

  it('makes a new check when the one it made is gone', async () => {
    const body = { name: 'Foo', unique: ['name'] };
    const first = await create(body);
    await api('DELETE', `checks/${String(first.body['uuid'])}`);
    clock.advance(61_000);
    const second = await create(body);
    expect(second.status).toBe(201);
    expect(second.body['uuid']).not.toBe(first.body['uuid']);
  });
});

/** As a newer flyball would leave it. */
async function newerCheck(uuid: string): Promise<void> {
  const item = await table.get(keys.check(uuid), { consistent: true });
  await table.put({ item: { ...item, ...keys.check(uuid), v: 99 } });
}

describe('a check that only a newer version can read', () => {
  it('is left out of lists and badges, and takes no other with it', async () => {
    await create({ name: 'a', tags: 'prod' });
    const newer = await uuidOf({ name: 'b', tags: 'prod' });
    await newerCheck(newer);
    expect((await list({})).map(({ name }) => name)).toEqual(['a']);
    const badges = await api('GET', 'badges/');
    expect(Object.keys(badges.body['badges'] as object)).toEqual(['*', 'prod']);
  });

  it('is put off until the newer version is everywhere, whatever is asked of it, and no log has its UUID', async () => {
    const newer = await uuidOf({ name: 'b', slug: 'b' });
    await newerCheck(newer);
    logged.length = 0;
    const asked = [
      await api('GET', `checks/${newer}`),
      await api('GET', `checks/${uniqueKeyOf(newer)}`),
      await api('GET', `checks/${newer}/pings/`),
      await api('GET', `checks/${newer}/flips/`),
      await api('POST', `checks/${newer}`, { name: 'c' }),
      await api('POST', `checks/${newer}/pause`),
      await api('DELETE', `checks/${newer}`),
      await ping(newer),
      await ping(newer, '/fail'),
      await send('GET', '/ping/ping-key_1/b', undefined, { as: '' }),
    ];
    for (const { status, headers, text } of asked) {
      expect(status).toBe(503);
      expect(headers).toMatchObject({ 'retry-after': '60' });
      expect(text).toContain('A newer version of flyball has written');
    }
    expect(logged).toHaveLength(asked.length);
    expect(logged[0]).toContain(`check ${uniqueKeyOf(newer).slice(0, 16)} has version 99, and this flyball reads 1`);
    for (const line of logged) expect(line).not.toContain(newer);
    expect(await table.get(keys.check(newer))).toMatchObject({ v: 99, name: 'b' });
  });

  it('is passed over by a tick, which says so, and hinders none of the others', async () => {
    const [newer, other] = [await uuidOf({ timeout: 60, grace: 60 }), await uuidOf({ timeout: 60, grace: 60 })];
    for (const uuid of [newer, other]) await ping(uuid);
    await newerCheck(newer);
    clock.advance(HOUR);
    logged.length = 0;
    expect(await tick({ table, clock, logger: logs })).toMatchObject({ checks: 1, failed: 1, complete: true });
    expect(await readCheck(table, other)).toMatchObject({ status: 'down' });
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('has version 99, and this flyball reads 1');
    expect(logged[0]).not.toContain(newer);
    expect(await table.get(keys.check(newer))).toMatchObject({ v: 99, status: 'up' });
  });
});

describe('the list of checks', () => {
  beforeEach(async () => {
    await create({ name: 'a', tags: 'prod www', slug: 'one' });
    clock.advance(1_000);
    await create({ name: 'b', tags: 'prod', slug: 'two' });
    clock.advance(1_000);
    await create({ name: 'c', tags: 'production', slug: 'two' }, { as: 'alice' });
    await create({ name: 'd' }, { as: 'bob' });
  });

  const names = async (query: Record<string, string>, as?: string) => (await list(query, as)).map(({ name }) => name);

  it('has those of the key’s service, oldest first', async () => {
    expect(await names({})).toEqual(['a', 'b', 'c']);
    expect(await names({}, 'bob')).toEqual(['d']);
  });

  it('is narrowed by slug and by whole tags', async () => {
    expect(await names({ slug: 'two' })).toEqual(['b', 'c']);
    expect(await names({ tag: 'prod' })).toEqual(['a', 'b']);
    const both = await send('GET', '/api/v3/checks/', undefined, { query: { tag: 'prod' } });
    expect(both.status).toBe(200);
  });

  it('shows a key that only reads nothing that lets it ping', async () => {
    const [first] = await list({}, 'reader');
    expect(first).toMatchObject({ unique_key: expect.stringMatching(/^[0-9a-f]{40}$/) as string });
    for (const field of ['uuid', 'ping_url', 'update_url', 'pause_url', 'resume_url', 'channels'])
      expect(first).not.toHaveProperty(field);
    const byKey = await api('GET', `checks/${String(first?.['unique_key'])}`, undefined, { as: 'reader' });
    expect(byKey).toMatchObject({ status: 200, body: { name: 'a' } });
  });

  it('is of the service that is named, for keys that are for several or for all', async () => {
    expect(await api('GET', 'checks/', undefined, { as: 'both' })).toMatchObject({ status: 400 });
    expect(await names({ service: 'billing' }, 'both')).toEqual(['d']);
    expect(await names({ service: 'orders' }, 'admin')).toEqual(['a', 'b', 'c']);
    expect(await names({}, 'admin')).toEqual([]);
    expect((await api('GET', 'checks/', undefined, { query: { service: 'billing' } })).status).toBe(403);
  });
});

describe('a check', () => {
  it('is read, changed and deleted', async () => {
    const uuid = await uuidOf({ name: 'Foo', schedule: '5 * * * *' });
    expect((await api('GET', `checks/${uuid}`)).body).toMatchObject({ name: 'Foo', schedule: '5 * * * *' });
    expect(await api('POST', `checks/${uuid}`, { timeout: 3600, slug: 'foo' })).toMatchObject({
      status: 200,
      body: { name: 'Foo', timeout: 3600, slug: 'foo' },
    });
    expect(await api('DELETE', `checks/${uuid}`)).toMatchObject({ status: 200, body: { name: 'Foo', timeout: 3600 } });
    for (const method of ['GET', 'POST', 'DELETE']) expect((await api(method, `checks/${uuid}`)).status).toBe(404);
    expect((await ping(uuid)).status).toBe(404);
    expect(await list()).toEqual([]);
  });

  it('tells how it stands, and when the next ping is expected', async () => {
    const uuid = await uuidOf({ timeout: 3600, grace: 600 });
    const shown = async () => (await api('GET', `checks/${uuid}`)).body;
    await ping(uuid);
    expect(await shown()).toMatchObject({
      ...{ status: 'up', n_pings: 1, last_ping: '2026-03-02T12:00:00+00:00', next_ping: '2026-03-02T13:00:00+00:00' },
    });
    clock.advance(HOUR);
    expect(await shown()).toMatchObject({ status: 'grace' });
    clock.advance(600_000);
    expect(await shown()).toMatchObject({ status: 'down' });
    await tick({ table, clock, logger: silentLogger });
    expect(await shown()).toMatchObject({ status: 'down', next_ping: null });
    await ping(uuid, '/start');
    clock.advance(4_000);
    expect(await shown()).toMatchObject({ status: 'down', started: true });
    await ping(uuid);
    expect(await shown()).toMatchObject({ status: 'up', started: false, last_duration: 4 });
  });

  it('shows a run under way as its status in the first version of the API alone', async () => {
    const uuid = await uuidOf();
    await ping(uuid, '/start');
    expect((await api('GET', `checks/${uuid}`)).body).toMatchObject({ status: 'new', started: true });
    expect((await api('GET', `checks/${uuid}`, undefined, { version: 'v1' })).body).toMatchObject({
      status: 'started',
    });
  });

  it('is paused and resumed', async () => {
    const uuid = await uuidOf();
    await ping(uuid);
    expect(await api('POST', `checks/${uuid}/resume`, '')).toMatchObject({ status: 409 });
    expect(await api('POST', `checks/${uuid}/pause`, '')).toMatchObject({ status: 200, body: { status: 'paused' } });
    expect(await api('POST', `checks/${uuid}/pause`, '')).toMatchObject({ status: 200, body: { status: 'paused' } });
    expect(await api('POST', `checks/${uuid}/resume`, '')).toMatchObject({
      status: 200,
      body: { status: 'new', last_ping: null, next_ping: null },
    });
  });

  it.each([
    ['GET', '', 'alice', 404, 'checks/07c2f548-9850-4b27-af5d-6c9dc157ec02'],
    ['GET', '', 'alice', 404, 'checks/not-an-uuid'],
    ['POST', '', 'alice', 404, 'checks/07c2f548-9850-4b27-af5d-6c9dc157ec02'],
    ['POST', '/pause', 'alice', 404, 'checks/07c2f548-9850-4b27-af5d-6c9dc157ec02'],
    ['GET', '', 'bob', 403, undefined],
    ['POST', '', 'bob', 403, undefined],
    ['DELETE', '', 'bob', 403, undefined],
    ['POST', '/pause', 'bob', 403, undefined],
    ['GET', '/pings/', 'bob', 403, undefined],
    ['GET', '/flips/', 'bob', 403, undefined],
    ['POST', '', 'reader', 401, undefined],
    ['DELETE', '', 'reader', 401, undefined],
    ['GET', '/pings/', 'reader', 401, undefined],
    ['GET', '/flips/', 'reader', 200, undefined],
    ['GET', '', 'nobody', 401, undefined],
    ['GET', '', '', 401, undefined],
  ])('%s …%s as "%s" is answered by %i', async (method, rest, as, status, path) => {
    const uuid = await uuidOf();
    expect((await api(method, `${path ?? `checks/${uuid}`}${rest}`, undefined, { as })).status).toBe(status);
  });

  it('is kept from whoever gives no key, in the words of healthchecks.io', async () => {
    expect((await api('GET', 'checks/', undefined, { as: '' })).body).toEqual({ error: 'missing api key' });
    expect((await api('GET', 'checks/', undefined, { as: 'nobody' })).body).toEqual({ error: 'wrong api key' });
    const inBody = await api('POST', 'checks/', { api_key: 'fb_nobody' }, { as: '' });
    expect(inBody).toMatchObject({ status: 401, body: { error: 'wrong api key' } });
    expect((await api('POST', 'checks/', {}, { as: 'reader' })).body).toEqual({ error: 'wrong api key' });
  });

  it('is made with a key in the body, and with a bearer token', async () => {
    expect(await create({ name: 'Foo', api_key: 'fb_alice' }, { as: '' })).toMatchObject({ status: 201 });
    expect(await create({ name: 'Foo', api_key: 'fb_nobody' }, { as: '' })).toMatchObject({ status: 401 });
    const bearer = { as: '', headers: { authorization: 'Bearer fb_alice' } };
    expect(await create({}, bearer)).toMatchObject({ status: 201 });
  });

  it('may be asked for by any page', async () => {
    const uuid = await uuidOf();
    const answer = await send('OPTIONS', `/api/v3/checks/${uuid}`, undefined, { as: '' });
    expect(answer).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-headers': 'X-Api-Key',
        'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
      },
    });
    const refused = await api('GET', `checks/${uuid}`, undefined, { as: 'nobody' });
    expect(refused.headers).toMatchObject({ 'access-control-allow-origin': '*' });
  });
});

describe('the audit log', () => {
  it('has who changed which check, and no UUID, which lets anybody ping', async () => {
    const uuid = await uuidOf({ name: 'Foo', slug: 'foo' });
    await create({ slug: 'foo', unique: ['slug'] });
    for (const rest of ['', '/pause', '/pause', '/resume']) {
      clock.advance(1_000);
      await api('POST', `checks/${uuid}${rest}`, {});
    }
    await ping(uuid);
    clock.advance(1_000);
    await api('DELETE', `checks/${uuid}`);
    const { entries } = await readAudit(table, { from: T0, to: T0 + HOUR });
    expect(entries.map(({ action }) => action).toReversed()).toEqual([
      ...['check.create', 'check.update', 'check.update', 'check.pause', 'check.resume', 'check.delete'],
    ]);
    expect(entries[0]).toMatchObject({
      ...{ actor: 'alice', service: 'orders', target: expect.stringMatching(/^check [0-9a-f]{16}$/) as string },
      detail: { name: 'Foo', slug: 'foo' },
    });
    expect(JSON.stringify(entries)).not.toContain(uuid);
  });
});

describe('what happened to a check', () => {
  it('is listed ping by ping, with bodies', async () => {
    const uuid = await uuidOf();
    await ping(uuid, '/start');
    clock.advance(1_250);
    await ping(uuid, '', 'all is well');
    const { body } = await api('GET', `checks/${uuid}/pings/`);
    const url = `https://checks.example/api/v3/checks/${uuid}/pings/2/body`;
    expect(body['pings']).toEqual([
      {
        ...{ type: 'success', date: '2026-03-02T12:00:01.250000+00:00', n: 2, scheme: 'https', method: 'POST' },
        ...{ remote_addr: '203.0.113.7', ua: 'curl/8.7.1', rid: null, body_url: url, duration: 1.25 },
      },
      {
        ...{ type: 'start', date: '2026-03-02T12:00:00+00:00', n: 1, scheme: 'https', method: 'GET' },
        ...{ remote_addr: '203.0.113.7', ua: 'curl/8.7.1', rid: null, body_url: null },
      },
    ]);
    const read = await api('GET', `checks/${uuid}/pings/2/body`);
    expect(read).toMatchObject({ status: 200, text: 'all is well' });
    expect(read.headers['content-type']).toMatch(/^text\/plain/);
    expect(read.isBase64).toBe(false);
    for (const n of ['1', '3', 'x']) expect((await api('GET', `checks/${uuid}/pings/${n}/body`)).status).toBe(404);
  });

  it('keeps bytes that are no text as they are', async () => {
    const uuid = await uuidOf();
    const path = `checks/${uuid}/pings/1/body`;
    for (const sent of [Buffer.from([1, 0x99, 0xff, 0]), Buffer.alloc(2_000, 0xe9)]) {
      await send('POST', `/ping/${uuid}`, sent);
      const read = await api('GET', path.replace('/1/', sent.length > 4 ? '/2/' : '/1/'));
      expect(read).toMatchObject({ status: 200, isBase64: true });
      expect(Buffer.from(read.text ?? '', 'base64').equals(sent)).toBe(true);
    }
  });

  it('is listed change by change, within a span', async () => {
    const uuid = await uuidOf();
    for (const action of ['', '/fail', '']) {
      await ping(uuid, action);
      clock.advance(HOUR);
    }
    const flips = async (query: Record<string, string>) =>
      (await api('GET', `checks/${uuid}/flips/`, undefined, { query })).body['flips'];
    const [first, second, third] = [
      { timestamp: '2026-03-02T12:00:00+00:00', up: 1 },
      { timestamp: '2026-03-02T13:00:00+00:00', up: 0 },
      { timestamp: '2026-03-02T14:00:00+00:00', up: 1 },
    ];
    const at = (hour: number) => String(Date.UTC(2026, 2, 2, hour) / 1000);
    expect(await flips({})).toEqual([third, second, first]);
    expect(await flips({ start: at(13) })).toEqual([third, second]);
    expect(await flips({ end: at(14) })).toEqual([second, first]);
    expect(await flips({ seconds: '3600' })).toEqual([third]);
    for (const query of [{ start: 'x' }, { end: '99999999999' }, { seconds: '31536001' }, { seconds: '-1' }]) {
      expect((await api('GET', `checks/${uuid}/flips/`, undefined, { query })).status).toBe(400);
    }
  });
});

describe('badges', () => {
  const badges = async () =>
    (await api('GET', 'badges/', undefined, { as: 'reader' })).body['badges'] as Record<string, Record<string, string>>;
  const show = (url: string) => send('GET', new URL(url).pathname, undefined, { as: '' });

  it.each([
    [{ slug: 'db-backup' }, 'db-backup'],
    [{}, expect.stringMatching(/^[0-9a-f]{8}$/) as string],
  ])('never show the UUID of a check without a name: %j', async (settings, label) => {
    const { body } = await create(settings);
    const shields = String(body['badge_url']).replace('.svg', '.shields');
    expect((await show(shields)).body).toMatchObject({ label });
    expect(String(body['uuid'])).not.toContain(String((await show(shields)).body['label']));
  });

  it('show how a check stands, with late told from up by those of three states', async () => {
    const { body } = await create({ name: 'Foo <b>', timeout: 60, grace: 3600 });
    const svg = String(body['badge_url']);
    const shown = async (url: string) => (await show(url)).body;
    const [json, json3] = [svg.replace('.svg', '.json'), svg.replace('/2/', '/3/').replace('.svg', '.json')];
    expect(await shown(json)).toEqual({ status: 'up', total: 1, grace: 0, down: 0 });
    await ping(String(body['uuid']));
    clock.advance(120_000);
    expect(await shown(json)).toEqual({ status: 'up', total: 1, grace: 1, down: 0 });
    expect(await shown(json3)).toEqual({ status: 'late', total: 1, grace: 1, down: 0 });
    await ping(String(body['uuid']), '/fail');
    expect(await shown(json3)).toMatchObject({ status: 'down', down: 1 });
    const picture = await show(svg);
    expect(picture.headers['content-type']).toBe('image/svg+xml');
    expect(picture.text).toContain('Foo &lt;b&gt;');
    expect(picture.text).toContain('#e05d44');
    expect(await shown(svg.replace('.svg', '.shields'))).toEqual({
      ...{ schemaVersion: 1, label: 'Foo <b>', message: 'down', color: 'critical' },
    });
  });

  it('show how the checks with a tag stand, for whom was given the address', async () => {
    await create({ tags: 'prod' });
    const down = await uuidOf({ tags: 'other' });
    await ping(down, '/fail');
    const addresses = await badges();
    expect(Object.keys(addresses).sort()).toEqual(['*', 'other', 'prod']);
    expect((await show(addresses['prod']?.['json3'] ?? '')).body).toEqual({
      status: 'up',
      total: 1,
      grace: 0,
      down: 0,
    });
    expect((await show(addresses['*']?.['json'] ?? '')).body).toMatchObject({ status: 'down', total: 2 });
    expect(await badges()).toEqual(addresses);
    const key = new URL(addresses['*']?.['json'] ?? '').pathname.split('/')[2] ?? '';
    expect((await send('GET', `/b/2/${key}.json`, undefined, { as: '' })).status).toBe(404);
    const forged = (addresses['prod']?.['json'] ?? '').replace('/prod.json', '/other.json');
    expect((await show(forged)).status).toBe(404);
  });

  it.each([
    '/b/2/869fe06a-a604-4140-b15a-118637c25f3e.svg',
    '/b/2/869fe06a-a604-4140-b15a-118637c25f3e.gif',
    '/badge/869fe06a-a604-4140-b15a-118637c25f3e/AAAAAAAA.svg',
  ])('that nobody has are not there: %s', async (path) => {
    expect((await send('GET', path, undefined, { as: '' })).status).toBe(404);
  });
});
