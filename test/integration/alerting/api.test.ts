// Alerts over HTTP as people use it: routing put in force, alerts listed with what is held back, acted upon, silenced, explained, counted.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { alertingRoutes } from '../../../functions/alerting/api.ts';
import { NotDelivered } from '../../../functions/alerting/channel.ts';
import type { Message } from '../../../functions/alerting/message.ts';
import type { AlertingParts } from '../../../functions/alerting/parts.ts';
import { routingInForce } from '../../../functions/alerting/routing/stored.ts';
import { alertKeys } from '../../../store/alert-keys.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { noteAlertTick } from '../../../store/items/alert-tick.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { readAudit } from '../../../store/items/audit.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { alertWorld, failed, type AlertWorld } from './alert-world.ts';

const NIGHT = Date.parse('2026-11-18T02:12:00Z');
const topic = (name: string) => ({ type: 'sns', topic: `arn:aws:sns:eu-central-1:123456789012:${name}` });
const routing = {
  apiVersion: 'flyball/v1',
  owners: { 'team-orders': { timezone: 'Europe/Berlin', channels: ['mail'] } },
  channels: { mail: topic('mail'), pager: topic('pager') },
  route: { channels: ['owner'], routes: [{ match: { severity: ['realtime'] }, channels: ['pager'] }] },
};
const nightly = failed('nightly', {
  ...{ severity: 'deferred', owner: 'team-orders', since: NIGHT, exception: ['TypeError: x is undefined'] },
});

let table: Table;
let world: AlertWorld;
let tried: Message[];
let refuses: NotDelivered | undefined;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  world = alertWorld(table, NIGHT);
  [tried, refuses] = [[], undefined];
  const key = { role: 'publisher', createdAt: NIGHT } as const;
  await putApiKey(table, { ...key, key: 'fb_ada', name: 'Ada' });
  await putApiKey(table, { ...key, key: 'fb_own', name: 'Own', services: ['orders'] });
});

interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly key?: string;
  readonly mostSilences?: AlertingParts['mostSilences'];
}

let ids = 0;
async function send(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, asked: Asked = {}) {
  const { body, headers = {}, query = {}, key = 'fb_ada', mostSilences } = asked;
  const parts = { table, clock: world.clock, logger: silentLogger, newId: () => `id-${++ids}` };
  const channels = () => (message: Message) => {
    tried.push(message);
    return refuses ? Promise.reject(refuses) : Promise.resolve();
  };
  const api = describedApi({ routes: alertingRoutes({ ...parts, channels, cell: 'test', mostSilences }), ...parts });
  const event = httpV2({
    ...{ method, path: `/v1/alerts${path}`, query },
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const answer = await api(event, { awsRequestId: 'request-1' });
  const said = (answer.body ?? '') === '' ? {} : (JSON.parse(answer.body ?? '') as Record<string, unknown>);
  return { status: answer.statusCode, body: said, etag: String(answer.headers?.['etag'] ?? '') };
}

const first = { 'if-none-match': '*' };

/** The routing in force, and one tick by it. */
async function tick(): Promise<void> {
  world.routing = (await routingInForce(table))?.routing;
  await world.tick();
}

async function heldAtNight(): Promise<string> {
  await send('PUT', '/routing', { body: routing, headers: first });
  world.conditions = [nightly];
  await tick();
  const { body } = await send('GET', '');
  return String((body['alerts'] as { id: string }[])[0]?.id);
}

describe('the routing document', () => {
  it('is put once, then only over what was read, listed and gone back to', async () => {
    expect((await send('GET', '/routing')).status).toBe(404);
    expect((await send('PUT', '/routing', { body: routing })).status).toBe(428);
    const put = await send('PUT', '/routing', { body: routing, headers: first });
    expect(put).toMatchObject({ status: 200, body: { revision: 1, changed: true } });
    expect((await send('PUT', '/routing', { body: routing, headers: first })).status).toBe(412);

    const other = { ...routing, timezone: 'Europe/Berlin' };
    const seen = { 'if-match': put.etag };
    const dry = await send('PUT', '/routing', { body: other, headers: seen, query: { dryRun: 'true' } });
    expect(dry.body).toMatchObject({ dryRun: true, changed: true, changes: [{ path: '/timezone', change: 'added' }] });
    expect((await send('PUT', '/routing', { body: other, headers: seen })).body).toMatchObject({ revision: 2 });
    expect((await send('PUT', '/routing', { body: routing, headers: seen })).status).toBe(412);
    expect((await send('GET', '/routing')).body).toEqual(other);

    expect((await send('POST', '/routing/rollback', { body: { to: 1 } })).body).toMatchObject({ revision: 3 });
    expect((await send('GET', '/routing')).body).toEqual(routing);
    const { body } = await send('GET', '/routing/revisions');
    expect(body['revisions']).toMatchObject([
      { revision: 3, state: 'current', author: 'Ada', note: 'rollback to revision 1' },
      { revision: 2, state: 'past' },
      { revision: 1, state: 'past' },
    ]);
    expect((await send('GET', '/routing/revisions/2')).body).toMatchObject({ document: other });
    const { entries } = await readAudit(table, { from: NIGHT - 1, to: NIGHT + 1 });
    expect(entries.map(({ action, target }) => `${action} ${String(target)}`).sort()).toEqual([
      'alert-routing.put revision 1',
      'alert-routing.put revision 2',
      'alert-routing.rollback revision 3',
    ]);
  });

  it('is refused for all of its errors at once, and remarked upon', async () => {
    const wrong = { ...routing, route: { channels: ['mial'], mute: ['nights'] } };
    const refused = await send('POST', '/routing/validate', { body: wrong });
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/route/channels/0' }, { path: '/route/mute/0' }] },
    });
    const valid = await send('POST', '/routing/validate', { body: routing });
    expect(valid.body).toMatchObject({ valid: true, warnings: [{ path: '/route/channels' }] });
  });

  it('is nothing for keys of some services', async () => {
    expect((await send('GET', '/routing', { key: 'fb_own' })).status).toBe(403);
  });
});

describe('an alert that waits for the morning', () => {
  it('is listed with the hour it is sent at, and why it waits', async () => {
    const id = await heldAtNight();
    const { body } = await send('GET', '', { query: { status: 'held' } });
    expect(body['alerts']).toMatchObject([
      {
        ...{ id, status: 'firing', service: 'settlement', name: 'nightly', told: [] },
        ...{ held: [{ kind: 'deferred', channel: 'mail' }], sendsAt: '2026-11-18T07:00:00.000Z' },
        sendsInMs: 4 * 3_600_000 + 48 * 60_000,
      },
    ]);
    expect((await send('GET', `/${id}`)).body).toMatchObject({ id, exception: ['TypeError: x is undefined'] });
    expect((await send('GET', `/${id}/why`)).body).toMatchObject({
      routes: [
        { route: '/route', fits: true, decides: true },
        { route: '/route/routes/0', fits: false, because: 'severity is deferred, not realtime' },
      ],
      channels: [
        {
          ...{ channel: 'mail', route: '/route', decision: 'deferred', hold: { kind: 'deferred' } },
          named: 'a channel of its owner, team-orders, to whom the route leaves it',
        },
      ],
    });
  });

  it('says what was published for its service in the hour before it began, and nothing of others', async () => {
    const publish = (service: string, revision: number, at: number, note: string) =>
      publishRevision(table, {
        ...{ service, author: 'ada', note, source: '{}', document: {}, at, expectedSeq: revision - 1 },
      });
    await publish('settlement', 1, NIGHT - 61 * 60_000, 'long before');
    await publish('settlement', 2, NIGHT - 10 * 60_000, 'more at once');
    await publish('orders', 1, NIGHT - 5 * 60_000, 'another service');
    const id = await heldAtNight();
    const changes = [{ at: '2026-11-18T02:02:00.000Z', what: 'rules revision 2 by ada: more at once' }];
    expect((await send('GET', `/${id}`)).body).toMatchObject({ id, changes });
  });

  it('says of each channel who wants it told: the check that names it, or the route by itself', async () => {
    const both = { ...routing, route: { channels: ['owner', 'pager'] } };
    await send('PUT', '/routing', { body: both, headers: first });
    world.conditions = [{ ...nightly, channels: ['mail'] }];
    await tick();
    const [{ id } = { id: '' }] = (await send('GET', '')).body['alerts'] as { id: string }[];
    expect((await send('GET', `/${id}/why`)).body).toMatchObject({
      channels: [
        { channel: 'mail', named: 'the check names it, and the route leaves it to whose it is' },
        { channel: 'pager', named: 'the route names it' },
      ],
    });
  });

  it('says which channel could not be told, how often it was tried, and when it is again', async () => {
    const id = await heldAtNight();
    await send('POST', `/${id}/send-now`, { body: { reason: 'the market opens early' } });
    world.send = () => {
      throw new NotDelivered('it is gone', { retryable: true });
    };
    await tick();
    const nextAttemptAt = new Date(world.clock.now() + 30_000).toISOString();
    const failing = [{ channel: 'mail', attempts: 1, error: 'it is gone', nextAttemptAt }];
    expect((await send('GET', '', {})).body['alerts']).toMatchObject([{ id, failing }]);
    expect((await send('GET', `/${id}`)).body).toMatchObject({ id, failing });
    world.send = (_channel, _message, arrive) => arrive();
    world.clock.advance(60_000);
    await tick();
    expect((await send('GET', `/${id}`)).body).toMatchObject({ told: ['mail'], failing: [] });
  });

  it('is nobody’s whose key is for another service', async () => {
    const id = await heldAtNight();
    expect((await send('GET', '', { key: 'fb_own' })).body['alerts']).toEqual([]);
    expect((await send('GET', `/${id}`, { key: 'fb_own' })).status).toBe(404);
  });

  it('is sent when somebody asks for it, and told of again by nobody who has seen it', async () => {
    const id = await heldAtNight();
    const now = await send('POST', `/${id}/send-now`, { body: { reason: 'the market opens early' } });
    expect(now).toMatchObject({ status: 200, body: { sendNow: { by: 'Ada' } } });
    await tick();
    expect(world.sent.map(({ channel }) => channel)).toEqual(['mail']);
    const seen = await send('POST', `/${id}/ack`, { body: { reason: 'on it' } });
    expect(seen.body).toMatchObject({ acknowledged: { by: 'Ada', reason: 'on it' }, told: ['mail'] });
    expect((await send('GET', '', { query: { status: 'acknowledged' } })).body['alerts']).toHaveLength(1);
    expect((await send('DELETE', `/${id}/ack`)).body).not.toHaveProperty('acknowledged');
    expect((await send('DELETE', `/${id}/ack`)).status).toBe(409);

    const report = await send('GET', '/report', { query: { week: '2026-W47' } });
    expect(report.body).toMatchObject({
      ...{ from: '2026-11-16T00:00:00.000Z', complete: true },
      rules: [{ kind: 'job', name: 'nightly', fired: 1, sent: 1, messages: 1, held: 0, ignored: 0 }],
    });
    expect((await send('GET', '/report', { query: { week: '2026-W54' } })).status).toBe(400);
  });

  it('is counted in no week that has not begun: of that nobody can say that nothing was told', async () => {
    const report = (week: string) => send('GET', '/report', { query: { week } });
    expect(await report('2026-W48')).toMatchObject({
      status: 400,
      body: { detail: '2026-W48 has not begun; ask for 2026-W47, or one before it.' },
    });
    world.clock.set(Date.parse('2026-11-23T00:00:00Z'));
    expect(await report('2026-W48')).toMatchObject({ status: 200, body: { complete: true, rules: [] } });
  });
});

describe('a silence', () => {
  it('holds back what fits, says what it keeps quiet, and ends', async () => {
    await heldAtNight();
    const body = { match: { service: ['settlement'] }, until: '2026-12-18T00:00:00Z', reason: 'the database is moved' };
    const put = await send('POST', '/silences', { body });
    expect(put).toMatchObject({ status: 201, body: { inForce: true, matches: 1, by: 'Ada' } });
    await tick();
    expect((await send('GET', '', { query: { status: 'silenced' } })).body['alerts']).toHaveLength(1);
    world.clock.advance(8 * 86_400_000);
    const { body: listed } = await send('GET', '/silences');
    expect(listed['silences']).toMatchObject([{ forgotten: expect.stringContaining('nobody') as unknown }]);
    const path = `/silences/${String(put.body['id'])}`;
    expect((await send('DELETE', path)).body).toMatchObject({ inForce: false, ended: { by: 'Ada' } });
    expect((await send('DELETE', path)).status).toBe(409);
    expect((await send('DELETE', `/silences/${'x'.repeat(2_000)}`)).status).toBe(404);
    expect((await send('GET', '/silences')).body['silences']).toEqual([]);
    expect((await send('GET', '/silences', { query: { all: 'true' } })).body['silences']).toHaveLength(1);
  });

  it.each([
    [{ match: {}, until: '2026-12-18T00:00:00Z', reason: 'all' }, 'fb_ada', 422],
    [{ match: { service: ['a'] }, until: '2027-06-18T00:00:00Z', reason: 'too long' }, 'fb_ada', 422],
    [{ match: { service: ['a'] }, until: '2026-12-18T00:00:00Z' }, 'fb_ada', 422],
    [{ match: { service: ['a'] }, for: '91d', reason: 'too long' }, 'fb_ada', 422],
    [{ match: { service: ['a'] }, reason: 'for ever' }, 'fb_ada', 422],
    [{ match: { service: ['a'] }, for: '2h', until: '2026-12-18T00:00:00Z', reason: 'both' }, 'fb_ada', 422],
    [{ match: { service: ['*'] }, until: '2026-12-18T00:00:00Z', reason: 'others’' }, 'fb_own', 403],
    [{ match: { kind: ['job'] }, until: '2026-12-18T00:00:00Z', reason: 'others’' }, 'fb_own', 403],
    [{ match: { service: ['orders'] }, until: '2026-12-18T00:00:00Z', reason: 'our own' }, 'fb_own', 201],
  ])('%j by %s: %i', async (body, key, status) => {
    expect((await send('POST', '/silences', { body, key })).status).toBe(status);
  });

  it('holds for as long as it says, from when it begins', async () => {
    const body = { match: { service: ['a'] }, from: '2026-11-19T22:00:00Z', for: '6h', reason: 'the move' };
    const { body: put } = await send('POST', '/silences', { body });
    expect(put).toMatchObject({ state: 'pending', inForce: false, until: '2026-11-20T04:00:00.000Z' });
    const states: unknown[] = [];
    for (const at of ['2026-11-19T22:00:00Z', '2026-11-20T04:00:00Z']) {
      world.clock.advance(Date.parse(at) - world.clock.now());
      const { body: listed } = await send('GET', '/silences', { query: { all: 'true' } });
      states.push((listed['silences'] as { state: string }[])[0]?.state);
    }
    expect(states).toEqual(['active', 'expired']);
  });

  it.each([
    ['2h', 1.5 * 3_600_000],
    ['7d', 6 * 86_400_000],
  ])('of %s ends soon on its last day, and not before the last quarter of its time', async (lasting, afterMs) => {
    await send('POST', '/silences', { body: { match: { service: ['a'] }, for: lasting, reason: 'the move' } });
    const endsSoon = async () => {
      const { body } = await send('GET', '/silences');
      return (body['silences'] as { endsSoon?: true }[])[0]?.endsSoon;
    };
    world.clock.advance(afterMs - 1);
    expect(await endsSoon()).toBeUndefined();
    world.clock.advance(1);
    expect(await endsSoon()).toBe(true);
  });

  const bounded = { match: { service: ['orders'] }, until: '2026-12-18T00:00:00Z', reason: 'of the tick' };
  const names = (count: number, start: string) => Array.from({ length: count }, (_, i) => `${start}${String(i)}`);

  it.each([
    [
      'matches in more words than each tick should go through',
      { match: { name: names(50, 'x'.repeat(96)) } },
      '/match',
    ],
    ['matches in as many bytes', { match: { name: names(10, '鼠'.repeat(200)) } }, '/match'],
    ['begins in a year', { from: '2027-11-18T00:00:00Z', until: '2027-11-18T01:00:00Z' }, '/from'],
  ])('is refused that %s', async (_, part, path) => {
    const { status, body } = await send('POST', '/silences', { body: { ...bounded, ...part } });
    expect([status, body['errors']]).toEqual([422, [expect.objectContaining({ path })]]);
  });

  it('finds no room where its key has as many as there may be, and others still do', async () => {
    const mostSilences = { ofServices: 2, ofAll: 4 };
    const put = async (service: string, key: string) => {
      const body = { ...bounded, match: { service: [service] } };
      return (await send('POST', '/silences', { body, key, mostSilences })).status;
    };
    const own = [await put('orders', 'fb_own'), await put('orders', 'fb_own'), await put('orders', 'fb_own')];
    expect(own).toEqual([201, 201, 409]);
    const all = [await put('settlement', 'fb_ada'), await put('orders', 'fb_ada'), await put('orders', 'fb_ada')];
    expect(all).toEqual([201, 201, 409]);
  });

  it('that is over takes room still, since each tick reads it, for two weeks', async () => {
    const mostSilences = { ofServices: 1, ofAll: 4 };
    const asked = { body: bounded, key: 'fb_own', mostSilences };
    const { body } = await send('POST', '/silences', asked);
    await send('DELETE', `/silences/${String(body['id'])}`, { key: 'fb_own' });
    const item = await table.get(alertKeys.silence(String(body['id'])));
    expect(item?.['expiration']).toBe((world.clock.now() + 14 * 86_400_000) / 1_000);
    expect(await send('POST', '/silences', asked)).toMatchObject({ status: 409, body: { code: 'TOO_MANY_SILENCES' } });
  });
});

describe('what could not be delivered', () => {
  it('is listed until it is tried again', async () => {
    await send('PUT', '/routing', { body: routing, headers: first });
    world.conditions = [{ ...nightly, severity: 'realtime' }];
    world.send = () => {
      throw new NotDelivered('the address is gone', { retryable: false });
    };
    await tick();
    const { body } = await send('GET', '/deliveries', { query: { state: 'dead' } });
    const dead = (body['deliveries'] as { id: string; channel: string }[]).find(({ channel }) => channel === 'pager');
    expect(dead).toMatchObject({ channel: 'pager', state: 'dead', error: 'the address is gone' });
    const again = await send('POST', `/deliveries/${String(dead?.id)}/retry`);
    expect(again).toMatchObject({ status: 200, body: { state: 'pending', attempts: 0 } });
    expect((await send('GET', '/deliveries')).body['deliveries']).not.toContainEqual(
      expect.objectContaining({ channel: 'pager' }),
    );
    expect((await send('POST', `/deliveries/${String(dead?.id)}/retry`)).status).toBe(409);
  });
});

describe('a channel', () => {
  it('is tried by a message that says so', async () => {
    expect((await send('POST', '/channels/mail/test')).status).toBe(404);
    await send('PUT', '/routing', { body: routing, headers: first });
    expect((await send('POST', '/channels/mail/test')).body).toMatchObject({
      channel: 'mail',
      type: 'sns',
      delivered: true,
    });
    expect(tried).toMatchObject([{ kind: 'test', reason: 'Ada tries the channel', notices: [] }]);
    refuses = new NotDelivered('mail (sns): there is no such topic', { retryable: false });
    expect(await send('POST', '/channels/mail/test')).toMatchObject({
      ...{
        status: 502,
        body: { code: 'NOT_DELIVERED', detail: 'mail (sns): there is no such topic', retryable: false },
      },
    });
  });
});

it('says when nobody is told of anything', async () => {
  expect((await send('GET', '')).body).toEqual({
    alerts: [],
    stale: true,
    warnings: [
      'There is no routing document, and nobody is told: PUT /v1/alerts/routing.',
      'Alerts have not been looked at yet.',
    ],
  });
});

it('says when alerts were looked at last, and when that is too long ago', async () => {
  await send('PUT', '/routing', { body: routing, headers: first });
  const at = world.clock.now();
  const lookedAt = new Date(at).toISOString();
  await noteAlertTick(table, { ...{ at, open: 0, sent: 0, failed: 0 }, complete: true });
  world.clock.advance(5 * 60_000);
  expect((await send('GET', '')).body).toEqual({ alerts: [], lookedAt });
  world.clock.advance(1);
  expect((await send('GET', '')).body).toEqual({
    ...{ alerts: [], lookedAt, stale: true },
    warnings: [`Alerts have not been looked at since ${lookedAt}.`],
  });
});
