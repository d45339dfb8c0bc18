// Declared jobs and checks as one list and in one shape: filters, pages, runs made of pings, events, and what comes next.
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { newCheck, paused, pinged } from '../../../functions/batch-monitor/checks/fold.ts';
import { jobRoutes } from '../../../functions/batch-monitor/routes.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import type { Check, CheckSettings, PingKind } from '../../../store/items/check-record.ts';
import { changeCheck, createCheck, uniqueKeyOf } from '../../../store/items/checks.ts';
import { beginRun, endRun, type RunStart } from '../../../store/items/job-runs.ts';
import { declareJobs } from '../../../store/items/jobs.ts';
import { listRules } from '../../../store/items/services.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = Date.UTC(2026, 2, 2);
const SLOT = DAY + 2 * HOUR;
const at = (ms: number) => new Date(ms).toISOString();

let table: Table;
let clock: FakeClock;
let made: number;
/** What was logged as an error. */
const logged: unknown[][] = [];
const logs = { ...silentLogger, error: (...said: unknown[]) => void logged.push(said) };

async function begin(): Promise<void> {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(DAY);
  made = 0;
  await putApiKey(table, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: DAY });
  await putApiKey(table, { key: 'fb_scoped', role: 'viewer', name: 's', services: ['billing'], createdAt: DAY });
  const nightly = { schedule: 'cron(0 2 * * ? *)' };
  await declareJobs(table, { service: 'orders', owner: 'team-orders', jobs: { nightly, purge: nightly }, atMs: DAY });
  const invoices = { ...nightly, tags: ['nightly', 'money'] };
  await declareJobs(table, { service: 'billing', jobs: { invoices }, atMs: DAY });
}

const ownedBy = (service: string, owner: string) =>
  listRules(table, service, { seq: 1, revision: 1, publishedAt: DAY, author: 'a', digest: 'd', owner });

async function check(service: string, settings: Partial<CheckSettings>): Promise<string> {
  const digits = String(++made).padStart(8, '0');
  const uuid = `${digits}-aaaa-4000-8000-000000000000`;
  const badgeKey = `${digits}-bbbb-4000-8000-000000000000`;
  await createCheck(table, newCheck({ uuid, badgeKey, service, at: DAY }, settings));
  return uuid;
}

async function ping(uuid: string, ms: number, kind: PingKind, rid?: string): Promise<void> {
  const sent = { at: ms, kind, scheme: 'https', method: 'GET', remoteAddress: '', userAgent: '', bodySize: 0 };
  await changeCheck(table, uuid, (current: Check) =>
    pinged(current, { ...sent, ...(rid === undefined ? {} : { rid }) }),
  );
}

async function get(path: string, query: Readonly<Record<string, string>> | string = {}, as = 'viewer') {
  const api = describedApi({ routes: jobRoutes({ table, clock, logger: logs }), table, clock, logger: silentLogger });
  const event = {
    ...httpV2({ method: 'GET', path, headers: { authorization: `Bearer fb_${as}` } }),
    rawQueryString: new URLSearchParams(query).toString(),
  };
  const answer = await api(event, { awsRequestId: 'request-1' });
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? '') as Record<string, unknown> };
}

const entriesOf = (body: Record<string, unknown>, name = 'jobs') => body[name] as Record<string, unknown>[];

/** All pages of a list, each no longer than `limit`. */
async function all(path: string, name: string, limit: number, query: Record<string, string> = {}, as = 'viewer') {
  const entries: Record<string, unknown>[] = [];
  const cursors: string[] = [];
  let cursor: string | undefined;
  do {
    const paged = { ...query, limit: String(limit), ...(cursor === undefined ? {} : { cursor }) };
    const { status, body } = await get(path, paged, as);
    expect(status).toBe(200);
    expect(entriesOf(body, name).length).toBeLessThanOrEqual(limit);
    entries.push(...entriesOf(body, name));
    cursor = body['cursor'] as string | undefined;
    if (cursor !== undefined) cursors.push(Buffer.from(cursor, 'base64url').toString('utf8'));
  } while (cursor !== undefined && cursors.length < 50);
  return { entries, cursors };
}

describe('the list of declared jobs and checks', () => {
  // Read by all of these, and changed by the last.
  beforeAll(async () => {
    await begin();
    await check('billing', { name: 'Backup of ledgers', slug: 'ledgers', tags: 'db nightly' });
    await check('orders', { name: 'Backup of orders', slug: 'backup', tags: 'db' });
    await ping(await check('orders', { slug: 'failing' }), DAY, 'fail');
    await ping(await check('zebra', { slug: 'fine' }), DAY, 'success');
    await ownedBy('orders', 'team-orders');
    await ownedBy('zebra', 'team-zebra');
  });

  const EVERYTHING = [
    ...['invoices', 'nightly', 'purge'],
    ...['Backup of ledgers', 'Backup of orders', 'failing', 'fine'],
  ];

  it.each([1, 2, 3, 4, 50])('comes in pages of %i: declared jobs, then checks', async (limit) => {
    const { entries, cursors } = await all('/v1/jobs', 'jobs', limit);
    expect(entries.map(({ job }) => job)).toEqual(EVERYTHING);
    // Nor does a cursor say what would let anybody ping.
    expect(JSON.stringify([entries, cursors])).not.toMatch(/0000000\d-aaaa-4/);
  });

  it.each([1, 2, 50])('shows those of its services to a key for some, in pages of %i', async (limit) => {
    const { entries, cursors } = await all('/v1/jobs', 'jobs', limit, {}, 'scoped');
    expect(entries.map(({ job }) => job)).toEqual(['invoices', 'Backup of ledgers']);
    expect(cursors.join()).not.toMatch(/orders|zebra/);
  });

  it('goes on within its service only, whatever place a cursor names', async () => {
    const forged = Buffer.from(JSON.stringify(['jobs:own', 'billing#check#aaa#0'])).toString('base64url');
    const { body } = await get('/v1/jobs', { cursor: forged }, 'scoped');
    expect(entriesOf(body).map(({ job }) => job)).toEqual(['Backup of ledgers']);
  });

  it.each([
    ['service=orders', ['nightly', 'purge', 'Backup of orders', 'failing']],
    ['kind=declared', ['invoices', 'nightly', 'purge']],
    ['kind=check&service=zebra', ['fine']],
    ['status=failed', ['failing']],
    ['status=failed&status=up', ['failing', 'fine']],
    ['owner=team-orders', ['nightly', 'purge', 'Backup of orders', 'failing']],
    ['owner=team-orders&kind=check&status=failed', ['failing']],
    ['owner=team-zebra', ['fine']],
    ['tag=db', ['Backup of ledgers', 'Backup of orders']],
    ['tag=db&tag=nightly', ['Backup of ledgers']],
    ['tag=nightly', ['invoices', 'Backup of ledgers']],
    ['name=backup', ['Backup of ledgers', 'Backup of orders']],
    ['name=NIGHT', ['nightly']],
    ['name=ledgers', ['Backup of ledgers']],
    ['owner=nobody', []],
  ])('asked for %s', async (query, names) => {
    const { status, body } = await get('/v1/jobs', query);
    expect([status, entriesOf(body).map(({ job }) => job)]).toEqual([200, names]);
  });

  it('says whose each is: of a check whose its service is, and of none where rules name nobody', async () => {
    const { entries } = await all('/v1/jobs', 'jobs', 50);
    expect(Object.fromEntries(entries.map(({ job, owner }) => [job, owner]))).toEqual({
      ...{ nightly: 'team-orders', purge: 'team-orders', 'Backup of orders': 'team-orders', failing: 'team-orders' },
      ...{ fine: 'team-zebra', invoices: undefined, 'Backup of ledgers': undefined },
    });
    expect((await get('/v1/jobs/zebra:fine')).body).toMatchObject({ owner: 'team-zebra' });
  });

  it.each(['status=broken', 'kind=both', 'tag=', 'name=', 'sort=name'])('refuses %s', async (query) => {
    expect((await get('/v1/jobs', query)).status).toBe(400);
  });

  it('looks at so much for one page, and goes on in the next', async () => {
    for (let i = 0; i < 12; i++) await check('orders', { slug: `quiet-${String(i).padStart(2, '0')}` });
    await ping(await check('orders', { slug: 'last' }), DAY, 'fail');
    const query = { service: 'orders', kind: 'check', status: 'failed' };
    const first = await get('/v1/jobs', { ...query, limit: '1' });
    expect(entriesOf(first.body)).toHaveLength(1);
    const { entries, cursors } = await all('/v1/jobs', 'jobs', 1, query);
    expect(entries.map(({ job }) => job)).toEqual(['failing', 'last']);
    expect(cursors.length).toBeGreaterThan(1);
  });
});

describe('a check that only a newer version can read', () => {
  beforeEach(begin);

  it('takes no list with it, which is logged, and is put off where it is asked for', async () => {
    const newer = await check('orders', { name: 'newer', slug: 'newer' });
    await check('orders', { name: 'readable' });
    const item = await table.get(keys.check(newer), { consistent: true });
    await table.put({ item: { ...item, ...keys.check(newer), v: 99 } });
    logged.length = 0;
    const { entries } = await all('/v1/jobs', 'jobs', 50, { service: 'orders' });
    expect(entries.map(({ job }) => job)).toEqual(['nightly', 'purge', 'readable']);
    expect(logged).toEqual([[expect.stringContaining('left out of a list'), { of: 'orders', unreadable: 1 }]]);
    const job = uniqueKeyOf(newer);
    for (const path of [`/v1/jobs/${job}`, `/v1/jobs/${job}/runs`, `/v1/jobs/${job}/events`, '/v1/jobs/newer']) {
      expect(await get(path, { service: 'orders' })).toMatchObject({ status: 503, body: { code: 'NEWER_ITEM' } });
    }
    expect(JSON.stringify(logged)).not.toContain(newer);
  });
});

describe('a check as a job', () => {
  beforeEach(begin);

  it.each<[string, PingKind[], number, string, number]>([
    ['nobody has pinged', [], DAY, 'new', DAY],
    ['has been pinged', ['success'], DAY + 10 * MINUTE, 'up', DAY],
    ['is waited for', ['success'], DAY + HOUR, 'late', DAY + HOUR],
    ['is waited for no longer', ['success'], DAY + 65 * MINUTE, 'missed', DAY + 65 * MINUTE],
    ['has failed', ['fail'], DAY + MINUTE, 'failed', DAY],
    ['has begun', ['start'], DAY + MINUTE, 'new', DAY],
    ['has begun and not ended', ['start'], DAY + 6 * MINUTE, 'overrunning', DAY + 5 * MINUTE],
  ])('that %s', async (_what, kinds, nowMs, status, since) => {
    const uuid = await check('orders', { slug: 'import', timeoutMs: HOUR, graceMs: 5 * MINUTE });
    for (const kind of kinds) await ping(uuid, DAY, kind);
    clock.set(nowMs);
    const { body } = await get('/v1/jobs/orders:import');
    expect(body).toMatchObject({ kind: 'check', id: uniqueKeyOf(uuid), status, since: at(since) });
    expect(body).toMatchObject({ period: '1h', startDeadline: '5m', slug: 'import', service: 'orders' });
    const listed = (await get('/v1/jobs', { kind: 'check' })).body;
    expect(entriesOf(listed)).toEqual([{ ...body, changes: undefined }].map(({ changes: _, ...entry }) => entry));
  });

  it.each([
    [undefined, undefined],
    ['', []],
    ['pager,anybody-hook', ['pager', 'anybody-hook']],
  ])('that names the channels %s', async (channels, shown) => {
    await check('orders', { slug: 'import', ...(channels === undefined ? {} : { channels }) });
    expect((await get('/v1/jobs/orders:import')).body['channels']).toEqual(shown);
  });

  it('that is paused, and how it came to it', async () => {
    const uuid = await check('orders', { slug: 'import' });
    await ping(uuid, DAY, 'success');
    await ping(uuid, DAY + MINUTE, 'fail');
    await changeCheck(table, uuid, (current) => paused(current, DAY + 2 * MINUTE));
    const { body } = await get(`/v1/jobs/${uuid}`);
    expect(body).toMatchObject({
      status: 'paused',
      since: at(DAY + 2 * MINUTE),
      changes: [
        { at: at(DAY), from: 'new', to: 'up' },
        { at: at(DAY + MINUTE), from: 'up', to: 'failed' },
        { at: at(DAY + 2 * MINUTE), from: 'failed', to: 'paused' },
      ],
    });
  });

  it.each([
    ['its slug and service', '/v1/jobs/orders:import', 200],
    ['its slug, of a service named beside', '/v1/jobs/import?service=orders', 200],
    ['its slug alone', '/v1/jobs/import', 404],
    ['a slug that two have', '/v1/jobs/orders:twice', 409],
    ['a unique key nobody has', `/v1/jobs/${'0'.repeat(40)}`, 404],
  ])('is found by %s', async (_what, path, status) => {
    await check('orders', { slug: 'import' });
    await check('orders', { slug: 'twice' });
    await check('orders', { slug: 'twice' });
    const [plain = '', query = ''] = path.split('?');
    expect((await get(plain, query)).status).toBe(status);
  });

  it('is found by its unique key and UUID, by those who may see its service', async () => {
    const uuid = await check('orders', { slug: 'import' });
    for (const id of [uuid, uniqueKeyOf(uuid)]) {
      expect((await get(`/v1/jobs/${id}`)).status).toBe(200);
      expect((await get(`/v1/jobs/${id}`, {}, 'scoped')).status).toBe(403);
    }
  });
});

describe('the runs of a check', () => {
  beforeEach(begin);

  const [A, B] = ['aaaaaaaa-0000-4000-8000-000000000000', 'bbbbbbbb-0000-4000-8000-000000000000'];

  async function pinging() {
    const uuid = await check('orders', { slug: 'import', graceMs: HOUR });
    await ping(uuid, DAY, 'success');
    await ping(uuid, DAY + MINUTE, 'start', A);
    await ping(uuid, DAY + 2 * MINUTE, 'start', B);
    await ping(uuid, DAY + 3 * MINUTE, 'log');
    await ping(uuid, DAY + 4 * MINUTE, 'fail', A);
    await ping(uuid, DAY + 5 * MINUTE, 'success', B);
    await ping(uuid, DAY + 6 * MINUTE, 'start');
    await ping(uuid, DAY + 7 * MINUTE, 'start');
    clock.set(DAY + 8 * MINUTE);
  }

  const RUNS = [
    { run: 'ping-8', status: 'running', startedAt: at(DAY + 7 * MINUTE) },
    { run: 'ping-7', status: 'lost', startedAt: at(DAY + 6 * MINUTE) },
    ...[
      { run: B, status: 'succeeded', startedAt: DAY + 2 * MINUTE, endedAt: DAY + 5 * MINUTE },
      { run: A, status: 'failed', startedAt: DAY + MINUTE, endedAt: DAY + 4 * MINUTE },
    ].map(({ startedAt, endedAt, ...run }) => ({
      ...{ ...run, startedAt: at(startedAt), endedAt: at(endedAt), durationMs: 3 * MINUTE },
    })),
    { run: 'ping-1', status: 'succeeded', startedAt: at(DAY), endedAt: at(DAY) },
  ];

  it.each([1, 2, 50])('are told by its pings, overlapping ones each on its own, in pages of %i', async (limit) => {
    await pinging();
    const { entries } = await all('/v1/jobs/orders:import/runs', 'runs', limit);
    expect(entries).toEqual(RUNS);
  });

  it('do not go on at what is no number', async () => {
    const uuid = await check('orders', { slug: 'import' });
    for (const cursor of ['0', '-1', 'x', '1e3']) {
      const forged = Buffer.from(JSON.stringify([`runs:${uniqueKeyOf(uuid)}`, cursor])).toString('base64url');
      expect((await get('/v1/jobs/orders:import/runs', { cursor: forged })).status).toBe(400);
    }
  });
});

describe('what happened to a job', () => {
  beforeEach(begin);

  const started = (ms: number, run: string): RunStart => ({
    ...{ service: 'orders', job: 'nightly', run, startedAt: ms, instance: 'i', requestId: run },
    limitAt: ms + 15 * MINUTE,
  });

  it.each([1, 2, 50])('is one stream of runs and changes, in pages of %i', async (limit) => {
    for (const [ms, run, status] of [
      [SLOT, 'a', 'succeeded'],
      [SLOT, 'b', 'succeeded'],
      [SLOT + HOUR, 'c', 'failed'],
    ] as const) {
      const start = started(ms, run);
      await beginRun(table, start);
      await endRun(table, start, { status, endedAt: ms + MINUTE, durationMs: MINUTE });
    }
    clock.set(SLOT + 2 * HOUR);
    const { entries } = await all('/v1/jobs/orders:nightly/events', 'events', limit);
    expect(entries.map(({ at, type, to, run }) => [at, type, to ?? (run as { run: string }).run])).toEqual([
      [at(SLOT + HOUR + MINUTE), 'change', 'failed'],
      [at(SLOT + HOUR), 'run', 'c'],
      [at(SLOT + MINUTE), 'change', 'up'],
      [at(SLOT), 'run', 'b'],
      [at(SLOT), 'run', 'a'],
    ]);
  });

  it.each([1, 3, 50])('of a check is one stream of pings and changes, in pages of %i', async (limit) => {
    const uuid = await check('orders', { slug: 'import', timeoutMs: HOUR, graceMs: MINUTE });
    await ping(uuid, DAY, 'success');
    await ping(uuid, DAY, 'log');
    await ping(uuid, DAY + 2 * HOUR, 'fail');
    await ping(uuid, DAY + 3 * HOUR, 'success');
    clock.set(DAY + 4 * HOUR);
    const { entries } = await all('/v1/jobs/orders:import/events', 'events', limit);
    expect(entries.map(({ at, type, to, ping }) => [at, type, to ?? (ping as { kind: string }).kind])).toEqual([
      [at(DAY + 3 * HOUR), 'change', 'up'],
      [at(DAY + 3 * HOUR), 'ping', 'success'],
      [at(DAY + 2 * HOUR), 'ping', 'fail'],
      [at(DAY + HOUR + MINUTE), 'change', 'missed'],
      [at(DAY), 'change', 'up'],
      [at(DAY), 'ping', 'log'],
      [at(DAY), 'ping', 'success'],
    ]);
  });

  it('does not go on at what is no place in it', async () => {
    const cursors = ['[]', '{}', '[1,"ping"]', '[1,"gap","a",null]', '["1","run","a",null]', '[9e99,"run","a",null]'];
    for (const cursor of [...cursors, '[1,"run","a",0.5]', '[1,"run","a"]', '[']) {
      const forged = Buffer.from(JSON.stringify(['events:orders:nightly', cursor])).toString('base64url');
      expect((await get('/v1/jobs/orders:nightly/events', { cursor: forged })).status).toBe(400);
    }
  });
});

describe('when a job is expected next', () => {
  beforeEach(begin);

  it('is its awaited slot and those after it', async () => {
    clock.set(SLOT + MINUTE);
    const { body } = await get('/v1/jobs/orders:nightly/next', { count: '2' });
    expect(body).toEqual({ job: 'orders:nightly', next: [at(SLOT), at(SLOT + 24 * HOUR)] });
    expect(entriesOf((await get('/v1/jobs/orders:nightly/next')).body, 'next')).toHaveLength(5);
  });

  it.each<[string, Partial<CheckSettings>, PingKind[], number[]]>([
    ['so long after one another', {}, ['success'], [DAY + HOUR, DAY + 2 * HOUR]],
    ['by its schedule', { kind: 'cron', schedule: '30 * * * *' }, ['success'], [DAY + 30 * MINUTE, DAY + 90 * MINUTE]],
    [
      'by its schedule when it is down',
      { kind: 'cron', schedule: '30 * * * *' },
      ['fail'],
      [DAY + 30 * MINUTE, DAY + 90 * MINUTE],
    ],
    ['of one that is down', {}, ['fail'], []],
    ['of one that nobody has pinged', {}, [], []],
    [
      'by its schedule before anybody has pinged it',
      { kind: 'cron', schedule: '30 * * * *' },
      [],
      [DAY + 30 * MINUTE, DAY + 90 * MINUTE],
    ],
  ])('is, of a check, %s', async (_what, settings, kinds, next) => {
    const uuid = await check('orders', { slug: 'import', timeoutMs: HOUR, ...settings });
    for (const kind of kinds) await ping(uuid, DAY, kind);
    const { body } = await get('/v1/jobs/orders:import/next', { count: '2' });
    expect(body['next']).toEqual(next.map(at));
  });

  it('is told from once to fifty times', async () => {
    for (const count of ['0', '51', 'many']) {
      expect((await get('/v1/jobs/orders:nightly/next', { count })).status).toBe(400);
    }
  });
});
