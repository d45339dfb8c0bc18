// How severe an alert may become, over HTTP: whoever edits a check asks for more than the routing of alerts lets it have.
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { routingInForce } from '../../../functions/alerting/routing/stored.ts';
import { jobsAndChecks } from '../../../functions/alerting/signals/marked.ts';
import { observe } from '../../../functions/alerting/observe.ts';
import { channelKey } from '../../../functions/alerting/sick-channel.ts';
import type { Table } from '../../../store/port.ts';
import { controlPlane, givenKey, type ControlPlane, type Wanted } from '../access-control/planes.ts';
import { createTable } from '../table.ts';
import { alertWorld, failed, type AlertWorld } from './alert-world.ts';

const NIGHT = Date.parse('2026-11-18T02:12:00Z');
const MINUTE = 60_000;
const topic = (name: string) => ({ type: 'sns', topic: `arn:aws:sns:eu-central-1:123456789012:${name}` });
const limits = [{ match: { kind: ['check'] }, severity: 'high', channels: ['mail', 'chat'] }];
const routing = {
  apiVersion: 'flyball/v1',
  channels: { mail: topic('mail'), chat: topic('chat'), pager: topic('pager'), boss: topic('boss') },
  route: {
    channels: ['owner', 'mail'],
    routes: [
      {
        match: { severity: ['realtime'] },
        channels: ['owner', 'pager'],
        escalate: [{ after: '15m', channels: ['boss'] }],
      },
    ],
  },
};
const WORDS = 'was realtime, at most high here by /limits/0; asked for pager, boss, which it may not by /limits/0';

let table: Table;
let plane: ControlPlane;
let world: AlertWorld;
let etag: string | undefined;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  world = alertWorld(table, NIGHT);
  plane = controlPlane(table, { clock: world.clock, newId: randomUUID });
  etag = undefined;
  await givenKey(table, 'publisher', 'publisher');
  await givenKey(table, 'editor', 'editor', { services: ['orders'] });
});

const send = (method: Wanted['method'], path: string, more: Partial<Wanted> = {}) =>
  plane.send({ method, path, bearer: 'fb_publisher', ...more });

async function put(more: object, query: Wanted['query'] = {}) {
  const headers = etag === undefined ? { 'if-none-match': '*' } : { 'if-match': etag };
  const {
    status,
    headers: answered,
    body,
  } = await send('PUT', '/v1/alerts/routing', {
    ...{ headers, query },
    body: { ...routing, ...more },
  });
  expect(status, JSON.stringify(body)).toBe(200);
  if (typeof answered['etag'] === 'string') etag = answered['etag'];
  return body;
}

async function tick(): Promise<void> {
  world.routing = (await routingInForce(table))?.routing;
  expect(await world.tick({ sources: [jobsAndChecks] })).toMatchObject({ failed: 0 });
}

/** A check that its editor wants to page everybody, and which fails. */
async function loudCheckFails(): Promise<void> {
  const { status, body } = await send('POST', '/api/v3/checks/', {
    ...{ bearer: 'fb_editor', query: { service: 'orders' } },
    body: { name: 'loud', tags: 'severity:realtime', channels: '*', timeout: 3600, grace: 60 },
  });
  expect(status, JSON.stringify(body)).toBe(201);
  const { pathname } = new URL(String(body['ping_url']), 'https://checks.example');
  expect((await send('GET', `${pathname}/fail`)).status).toBe(200);
  await tick();
}

const told = () =>
  world.sent.map(({ channel, message }) => `${channel} ${message.kind} ${message.notices[0]?.severity}`);
const idOf = async () => {
  const { body } = await send('GET', '/v1/alerts');
  return String((body['alerts'] as { id: string }[])[0]?.id);
};

describe('a check that asks for everybody at once', () => {
  it('wakes all channels where nothing limits it', async () => {
    await put({});
    await loudCheckFails();
    expect(told().sort()).toEqual(['boss', 'chat', 'mail', 'pager'].map((name) => `${name} firing realtime`));
  });

  it('is told as severely, and to whom, as its limit lets it, and never escalates beyond', async () => {
    await put({ limits });
    await loudCheckFails();
    const expected = ['chat firing high', 'mail firing high'];
    expect(told().sort()).toEqual(expected);
    world.clock.advance(30 * MINUTE);
    await tick();
    expect(told().sort()).toEqual(expected);
  });

  it('shows what it asked for: in the list, by itself, and in why', async () => {
    await put({ limits });
    await loudCheckFails();
    const id = await idOf();
    const listed = await send('GET', '/v1/alerts', { query: { severity: 'high' } });
    expect(listed.body['alerts']).toMatchObject([{ id, severity: 'high', limited: WORDS }]);
    expect((await send('GET', '/v1/alerts', { query: { severity: 'realtime' } })).body['alerts']).toEqual([]);
    expect((await send('GET', `/v1/alerts/${id}`)).body).toMatchObject({ severity: 'high', limited: WORDS });
    const { body: why } = await send('GET', `/v1/alerts/${id}/why`);
    expect(why).toMatchObject({
      limited: WORDS,
      routes: [{ decides: true }, { because: 'severity is high, not realtime' }],
      channels: [{ channel: 'mail' }, { channel: 'chat' }],
    });
    expect(why['trail']).toContainEqual({ at: '2026-11-18T02:12:00.000Z', what: 'limited', detail: WORDS });
  });
});

describe('a dry run', () => {
  it('says which alerts that fire now would be limited, and limits none', async () => {
    await put({});
    await loudCheckFails();
    const limited = [
      { alert: await idOf(), key: expect.stringMatching(/^check\/orders\//) as unknown, limited: WORDS },
    ];
    expect(await put({ limits }, { dryRun: 'true' })).toMatchObject({ dryRun: true, limited });
    const body = { ...routing, limits };
    expect((await send('POST', '/v1/alerts/routing/validate', { body })).body).toMatchObject({ valid: true, limited });
    expect((await send('GET', `/v1/alerts/${await idOf()}`)).body).not.toHaveProperty('limited');
  });
});

describe('a limit', () => {
  it('of everything leaves it alone that a channel does not deliver', async () => {
    await put({ limits: [{ severity: 'deferred', channels: ['chat'] }] });
    const [at, name] = [world.clock.now(), 'channel chat'];
    const about = { kind: 'flyball', service: 'flyball', name, since: at, summary: 'It does not deliver.' } as const;
    await observe({ table, clock: world.clock }, failed(name, { ...about, key: channelKey('chat') }), at);
    await tick();
    expect(told()).toEqual(['mail firing high']);
  });

  it('that is put in force while it fires holds from the next tick on, and so does its end', async () => {
    await put({ limits: [{ match: { kind: ['check'] }, severity: 'deferred' }] });
    await loudCheckFails();
    expect(told()).toEqual([]);
    await put({});
    world.clock.advance(MINUTE);
    await tick();
    expect(told()).toContain('pager firing realtime');
  });
});
