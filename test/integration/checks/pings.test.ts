// Pings over HTTP as healthchecks.io takes them: what its clients send, and what they are told.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { newCheck } from '../../../functions/batch-monitor/checks/fold.ts';
import { pingRoutes } from '../../../functions/batch-monitor/checks/pings.ts';
import { listChanges, listPings, readBody } from '../../../store/items/check-log.ts';
import type { Check, CheckSettings } from '../../../store/items/check-record.ts';
import { changeCheck, checksBySlug, createCheck, deleteCheck, readCheck } from '../../../store/items/checks.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const T0 = Date.UTC(2026, 2, 2);
const MINUTE = 60_000;
const UUID = '5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278';
const RID = '04603d8b-edf4-4e85-8f61-24bedbcaab59';

let table: Table;
let clock: FakeClock;
let ids: number;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(T0);
  ids = 0;
  await make({});
});

function make(settings: Partial<CheckSettings>, uuid = UUID): Promise<Check> {
  const badgeKey = `0000000${uuid.slice(0, 1)}-0000-4000-8000-000000000000`;
  return createCheck(table, newCheck({ uuid, badgeKey, service: 'orders', at: T0 }, settings));
}

const change = (settings: Partial<CheckSettings> & { status?: Check['status'] }) =>
  changeCheck(table, UUID, (check) => ({ check: { ...check, ...settings }, events: [] }));

interface Sent {
  readonly method?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

async function send(path: string, { method = 'GET', query = {}, headers = {}, body }: Sent = {}) {
  const api = describedApi({
    routes: pingRoutes({
      table,
      newId: () => `${(++ids).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
      serviceOf: (key) => Promise.resolve(key === 'ping-key_1' ? 'orders' : undefined),
    }),
    table,
    clock,
    logger: silentLogger,
  });
  const event = httpV2({ method, path, query, headers, ...(body === undefined ? {} : { body }) });
  const answer = await api(event, { awsRequestId: 'request-1' });
  return { status: answer.statusCode, body: answer.body, headers: answer.headers ?? {} };
}

async function state() {
  const check = await readCheck(table, UUID);
  if (check === undefined) throw new Error('the check is gone');
  return check;
}

const pings = async () => listPings(table, await state(), { limit: 100 });
const lastPing = async () => (await pings())[0]?.ping;

describe('a ping', () => {
  it.each(['GET', 'HEAD', 'POST'])(
    'is taken by %s, in plain text, from any page, and never from a cache',
    async (method) => {
      const answer = await send(`/ping/${UUID}`, { method });
      expect(answer).toMatchObject({
        status: 200,
        body: 'OK',
        headers: {
          'content-type': 'text/plain; charset=utf-8',
          'access-control-allow-origin': '*',
          'ping-body-limit': '100000',
          'cache-control': 'max-age=0, no-cache, no-store, must-revalidate, private',
        },
      });
      expect(await state()).toMatchObject({ status: 'up', lastPingAt: T0, pings: 1 });
      expect(await lastPing()).toMatchObject({ kind: 'success', method, remoteAddress: '203.0.113.7' });
    },
  );

  it.each([
    [`/ping/${UUID}/`, 'success', 'up'],
    [`/ping/${UUID}/start`, 'start', 'new'],
    [`/ping/${UUID}/fail`, 'fail', 'down'],
    [`/ping/${UUID}/log`, 'log', 'new'],
    [`/ping/${UUID}/0`, 'success', 'up'],
    [`/ping/${UUID}/123`, 'fail', 'down'],
    [`/ping/${UUID}/255`, 'fail', 'down'],
  ])('at %s is a %s', async (path, kind, status) => {
    expect(await send(path)).toMatchObject({ status: 200, body: 'OK' });
    expect(await state()).toMatchObject({ status });
    expect(await lastPing()).toMatchObject({ kind });
  });

  it.each([
    ['/ping/07c2f548-9850-4b27-af5d-6c9dc157ec02', 404, 'not found'],
    [`/ping/${UUID.toUpperCase()}`, 404, 'not found'],
    ['/ping/not-a-uuid', 404, 'not found'],
    [`/ping/${UUID}/256`, 400, 'invalid url format'],
    [`/ping/${UUID}/-1`, 404, 'not found'],
    [`/ping/${UUID}/stop`, 404, 'not found'],
  ])('at %s is answered by %i', async (path, status, body) => {
    expect(await send(path)).toMatchObject({ status, body });
    expect((await state()).pings).toBe(0);
  });

  it('passes over parameters it does not know', async () => {
    expect(await send(`/ping/${UUID}`, { query: { cachebuster: '17' } })).toMatchObject({ status: 200 });
  });

  it('keeps the exit status and the first 200 characters of the user agent', async () => {
    await send(`/ping/${UUID}/3`, { headers: { 'user-agent': 'a'.repeat(300) } });
    expect(await lastPing()).toMatchObject({ exitStatus: 3, userAgent: 'a'.repeat(200) });
  });

  it.each(['12345', '684e2e73-017e-465f-8149-d70b7c5aaa490'])('of the run %s is refused', async (rid) => {
    expect(await send(`/ping/${UUID}/start`, { query: { rid } })).toMatchObject({
      status: 400,
      body: 'invalid uuid format',
    });
  });

  it('tells of a run, in either case, how long it took', async () => {
    await send(`/ping/${UUID}/start`, { query: { rid: RID.toUpperCase() } });
    clock.advance(10_000);
    await send(`/ping/${UUID}`, { query: { rid: RID } });
    expect(await state()).toMatchObject({ lastDurationMs: 10_000 });
    expect(await lastPing()).toMatchObject({ rid: RID, durationMs: 10_000 });
  });
});

describe('the body of a ping', () => {
  const bodyOfLast = async () => {
    const ping = await lastPing();
    return ping && Buffer.from((await readBody(table, UUID, ping)) ?? []).toString();
  };

  it.each([5, 1_024, 1_025, 99_999, 100_000])('of %i bytes is kept', async (length) => {
    await send(`/ping/${UUID}`, { method: 'POST', body: 'x'.repeat(length) });
    expect(await bodyOfLast()).toBe('x'.repeat(length));
    expect(await lastPing()).toMatchObject({ bodySize: length });
  });

  it('is kept up to its limit', async () => {
    await send(`/ping/${UUID}`, { method: 'POST', body: `${'x'.repeat(100_000)}rest` });
    expect(await bodyOfLast()).toBe('x'.repeat(100_000));
  });

  it('is still there when later pings have come', async () => {
    await send(`/ping/${UUID}/log`, { method: 'POST', body: 'first' });
    const [first] = await pings();
    await send(`/ping/${UUID}/log`, { method: 'POST', body: 'second' });
    expect(await bodyOfLast()).toBe('second');
    expect(first && (await readBody(table, UUID, first.ping))).toEqual(new Uint8Array(Buffer.from('first')));
  });

  it('is forgotten after a hundred pings, and a ping after a thousand', async () => {
    await send(`/ping/${UUID}/log`, { method: 'POST', body: 'x'.repeat(2_000) });
    const [first] = await pings();
    const pingedUpTo = async (n: number) => {
      await changeCheck(table, UUID, (check) => ({ check: { ...check, pings: n - 1 }, events: [] }));
      await send(`/ping/${UUID}/log`);
    };
    const body = () => first && readBody(table, UUID, first.ping);
    const kept = () => table.get(keys.checkPing(UUID, 1), { consistent: true });
    await send(`/ping/${UUID}/log`);
    await pingedUpTo(100);
    expect((await body())?.length).toBe(2_000);
    await pingedUpTo(101);
    expect(await body()).toBeUndefined();
    await pingedUpTo(1_000);
    expect(await kept()).toBeDefined();
    await pingedUpTo(1_001);
    expect(await kept()).toBeUndefined();
    expect(await lastPing()).toMatchObject({ kind: 'log' });
  });

  it.each<[Partial<CheckSettings>, string, string]>([
    [{ successKeywords: 'SUCCESS' }, 'SUCCESS!', 'success'],
    [{ successKeywords: 'SUCCESS' }, 'hello world', 'ign'],
    [{ failureKeywords: 'FAIL, ERROR' }, 'an ERROR came', 'fail'],
    [{ failureKeywords: 'FAIL' }, '---', 'ign'],
    [{ startKeywords: 'START' }, 'STARTING', 'start'],
    [{ failureKeywords: 'both', successKeywords: 'both' }, 'both', 'fail'],
    [{ filterDefaultFail: true }, 'anything', 'fail'],
    [{ successKeywords: ' , ' }, 'no word at all', 'ign'],
    [{ methods: 'POST', successKeywords: 'SUCCESS' }, 'SUCCESS', 'success'],
  ])('is searched for words: %j in "%s" is %s', async (settings, body, kind) => {
    await change({ filterHttpBody: true, ...settings });
    await send(`/ping/${UUID}`, { method: 'POST', body });
    expect(await lastPing()).toMatchObject({ kind });
  });
});

describe('a check', () => {
  it('may want to be pinged by POST alone', async () => {
    await change({ methods: 'POST', filterHttpBody: true, filterDefaultFail: true });
    expect(await send(`/ping/${UUID}`)).toMatchObject({ status: 200, body: 'OK' });
    expect(await state()).toMatchObject({ status: 'new', pings: 1 });
    expect(await lastPing()).toMatchObject({ kind: 'ign' });
  });

  it('that somebody has to resume notes pings and stays paused', async () => {
    await change({ status: 'paused', manualResume: true, filterHttpBody: true, successKeywords: 'SUCCESS' });
    await send(`/ping/${UUID}`, { method: 'POST', body: 'SUCCESS' });
    expect(await state()).toMatchObject({ status: 'paused', pings: 1 });
    expect(await lastPing()).toMatchObject({ kind: 'ign' });
  });

  it('keeps every ping and every change of its status', async () => {
    for (const action of ['start', '', 'fail', 'log', '0']) {
      clock.advance(MINUTE);
      await send(`/ping/${UUID}/${action}`.replace(/\/$/, ''));
    }
    expect((await pings()).map(({ n, ping }) => [n, ping.kind])).toEqual([
      [5, 'success'],
      [4, 'log'],
      [3, 'fail'],
      [2, 'success'],
      [1, 'start'],
    ]);
    const changes = await listChanges(table, await state(), { limit: 10 });
    expect(changes.map(({ n, to, at }) => [n, to, (at - T0) / MINUTE])).toEqual([
      [3, 'up', 5],
      [2, 'down', 3],
      [1, 'up', 2],
    ]);
  });

  it('loses no ping of many at once', async () => {
    await Promise.all(Array.from({ length: 6 }, () => send(`/ping/${UUID}/log`)));
    expect((await pings()).map(({ n }) => n)).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it('is put off when others keep changing the check, so that clients try again', async () => {
    const real = table;
    const current = await real.get(keys.check(UUID), { consistent: true });
    table = {
      ...real,
      put: (asked) =>
        asked.item['rev'] === undefined ? real.put(asked) : Promise.resolve({ applied: false, item: current }),
    };
    const answer = await send(`/ping/${UUID}`);
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    table = real;
    expect(await pings()).toEqual([]);
  });
});

describe('a ping by slug', () => {
  const slug = (rest = '', query = {}) => send(`/ping/ping-key_1/db-backup${rest}`, { query });

  it('finds the check of the ping key’s service', async () => {
    await change({ slug: 'db-backup' });
    expect(await slug('/fail')).toMatchObject({ status: 200, body: 'OK' });
    expect(await state()).toMatchObject({ status: 'down' });
  });

  it('finds it behind whatever checks that are gone have left under its slug', async () => {
    await change({ slug: 'db-backup' });
    for (let i = 0; i < 40; i++) {
      const gone = `00000000-0000-4000-8000-0000000000${String(i).padStart(2, '0')}`;
      await table.put({ item: { ...keys.checkSlug('orders', 'db-backup', gone), v: 1, uuid: gone } });
    }
    expect(await slug()).toMatchObject({ status: 200, body: 'OK' });
  });

  it.each([
    ['/ping/other-key/db-backup', 404, 'not found'],
    ['/ping/ping-key_1/unknown', 404, 'not found'],
    ['/ping/ping-key_1/Db-Backup', 400, 'invalid url format'],
    ['/ping/ping-key_1/db%20backup', 404, 'not found'],
    ['/ping/ping-key_1/db-backup/256', 400, 'invalid url format'],
    ['/ping/ping-key_1/db-backup/stop', 404, 'not found'],
  ])('at %s is answered by %i', async (path, status, body) => {
    await change({ slug: 'db-backup' });
    expect(await send(path)).toMatchObject({ status, body });
  });

  it('that several checks have is told apart by nobody', async () => {
    await change({ slug: 'db-backup' });
    await make({ slug: 'db-backup' }, RID);
    expect(await slug()).toMatchObject({ status: 409, body: 'ambiguous slug' });
    await deleteCheck(table, RID, T0);
    expect(await slug()).toMatchObject({ status: 200 });
  });

  it('no longer finds a check that has another one', async () => {
    await change({ slug: 'db-backup' });
    await change({ slug: 'backup' });
    expect(await slug()).toMatchObject({ status: 404 });
  });

  it('makes the check when it is asked to', async () => {
    expect(await slug('/start', { create: '1' })).toMatchObject({
      status: 201,
      body: 'Created',
      headers: { 'ping-body-limit': '100000' },
    });
    const [made] = await checksBySlug(table, 'orders', 'db-backup', 2);
    expect(made).toMatchObject({ name: 'db-backup', pings: 1, timeoutMs: 86_400_000, graceMs: 3_600_000 });
    expect(await slug('', { create: '1' })).toMatchObject({ status: 200, body: 'OK' });
  });

  it('makes one check, of however many first pings at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => slug('', { create: '1' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    const made = await checksBySlug(table, 'orders', 'db-backup', 10);
    expect(made.map((check) => check.pings)).toEqual([5]);
  });

  it('makes a new check after the old one was deleted or got another slug', async () => {
    await slug('', { create: '1' });
    const [first] = await checksBySlug(table, 'orders', 'db-backup', 2);
    await deleteCheck(table, first?.uuid ?? '', T0);
    await slug('', { create: '1' });
    const [second] = await checksBySlug(table, 'orders', 'db-backup', 2);
    expect(second).toMatchObject({ pings: 1 });
    expect(second?.uuid).not.toBe(first?.uuid);
    await changeCheck(table, second?.uuid ?? '', (check) => ({ check: { ...check, slug: 'old' }, events: [] }));
    expect(await slug('', { create: '1' })).toMatchObject({ status: 201 });
  });

  it('makes nothing of what would be refused', async () => {
    expect(await slug('/256', { create: '1' })).toMatchObject({ status: 400 });
    expect(await slug('/start', { create: '1', rid: 'x' })).toMatchObject({ status: 400 });
    expect(await checksBySlug(table, 'orders', 'db-backup', 2)).toEqual([]);
  });
});
