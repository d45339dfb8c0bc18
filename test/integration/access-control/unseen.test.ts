// What a key for some services cannot learn of others: whether they have an alert or a silence, who is told of it, by what.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { observe } from '../../../functions/alerting/observe.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { putSilence } from '../../../store/items/silences.ts';
import type { Table } from '../../../store/port.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { failed } from '../alerting/alert-world.ts';
import { createTable } from '../table.ts';
import { controlPlane, givenKey, NOW, type ControlPlane, type Wanted } from './planes.ts';

const HOUR = 3_600_000;
const topic = (name: string) => ({ type: 'sns', topic: `arn:aws:sns:eu-central-1:123456789012:${name}` });
const routing = {
  apiVersion: 'flyball/v1',
  owners: { 'team-orders': { channels: ['orders-mail'] }, 'team-payments': { channels: ['payments-mail'] } },
  channels: Object.fromEntries(
    ['boss', 'orders-mail', 'payments-mail', 'payments-chat'].map((name) => [name, topic(name)]),
  ),
  route: {
    channels: ['owner', 'boss'],
    routes: [
      { match: { owner: ['team-payments'] }, channels: ['payments-chat'] },
      { match: { service: ['payments', 'ledger'] }, channels: ['payments-chat'] },
      { match: { severity: ['realtime'] }, channels: ['boss'] },
    ],
  },
};

let plane: ControlPlane;
/** How often the table was asked for an item. */
let reads = 0;

const idOf = (key: string, episode = 1) => `${hashOfCondition(key)}-${String(episode)}`;
const THEIRS = idOf('job/payments/nightly');
const OWN = idOf('job/orders/nightly');
const NOBODYS = idOf('job/payments/weekly');

beforeAll(async () => {
  const { sdk: table } = await createTable(inject('dynamodb'));
  const counting: Table = { ...bound(table), get: (...asked) => (reads++, table.get(...asked)) };
  plane = controlPlane(counting);
  await givenKey(table, 'admin', 'admin');
  await givenKey(table, 'orders', 'editor', { services: ['orders'] });
  const clock = fakeClock(NOW);
  for (const [service, owner] of [
    ['orders', 'team-orders'],
    ['payments', 'team-payments'],
  ] as const) {
    const key = `job/${service}/nightly`;
    await observe({ table, clock }, failed('nightly', { key, service, owner, since: NOW }), NOW);
    const silence = { match: { service: [service] }, from: NOW, until: NOW + HOUR, reason: 'it moves', by: 'them' };
    await putSilence(table, { id: `silence-of-${service}`, ...silence });
    const body = { apiVersion: 'flyball/v1', service, owner };
    const bearer = 'fb_admin';
    await plane.send({ method: 'PUT', path: `/v1/services/${service}/draft`, bearer, body });
    await plane.send({ method: 'POST', path: `/v1/services/${service}/publish`, bearer });
  }
  const headers = { 'if-none-match': '*' };
  await plane.send({ method: 'PUT', path: '/v1/alerts/routing', bearer: 'fb_admin', headers, body: routing });
});

const bound = (table: Table): Table => ({
  get: (...asked) => table.get(...asked),
  query: (asked) => table.query(asked),
  put: (asked) => table.put(asked),
  update: (asked) => table.update(asked),
  delete: (asked) => table.delete(asked),
});

const send = (method: Wanted['method'], path: string, more: Partial<Wanted> = {}) =>
  plane.send({ method, path, bearer: 'fb_orders', ...more });

/** All of an answer but the id that was asked for, and what it cost. */
async function answered(method: Wanted['method'], path: string, id: string, body?: object) {
  const before = reads;
  const { status, headers, text } = await send(method, path.replace('{}', id), body ? { body } : {});
  return { status, headers, text: text.replaceAll(id, '{}'), reads: reads - before };
}

describe('another service’s alert', () => {
  it.each<[Wanted['method'], string, object | undefined]>([
    ['GET', '/v1/alerts/{}', undefined],
    ['GET', '/v1/alerts/{}/why', undefined],
    ['POST', '/v1/alerts/{}/ack', { reason: 'x' }],
    ['DELETE', '/v1/alerts/{}/ack', undefined],
    ['POST', '/v1/alerts/{}/send-now', { reason: 'x' }],
    ['POST', '/v1/alerts/deliveries/{}-1/retry', {}],
  ])('is answered by %s %s as one that there is not, after as many reads', async (method, path, body) => {
    const [theirs, nobodys] = [await answered(method, path, THEIRS, body), await answered(method, path, NOBODYS, body)];
    expect(theirs.status).toBe(404);
    expect(theirs).toEqual(nobodys);
  });

  it('of an episode that is over is so, too', async () => {
    const past = idOf('job/payments/nightly', 7);
    expect(await answered('GET', '/v1/alerts/{}', past)).toEqual(await answered('GET', '/v1/alerts/{}', NOBODYS));
  });

  it('is there for who may see it', async () => {
    expect((await send('GET', `/v1/alerts/${OWN}`)).status).toBe(200);
    expect((await send('GET', `/v1/alerts/${THEIRS}`, { bearer: 'fb_admin' })).status).toBe(200);
  });
});

describe('another service’s silence', () => {
  it('is ended as one that there is not', async () => {
    const path = '/v1/alerts/silences/{}';
    const theirs = await answered('DELETE', path, 'silence-of-payments');
    expect(theirs.status).toBe(404);
    expect(theirs).toEqual(await answered('DELETE', path, 'silence-of-nobody'));
    expect((await send('DELETE', '/v1/alerts/silences/silence-of-orders')).status).toBe(200);
  });
});

describe('why', () => {
  const because = async (bearer: string) => {
    const { body } = await send('GET', `/v1/alerts/${OWN}/why`, { bearer });
    return (body['routes'] as { because?: string }[]).map((route) => route.because);
  };

  it('does not name whom other routes are for, but to keys for all', async () => {
    expect(await because('fb_orders')).toEqual([
      undefined,
      'owner is team-orders, not what this route is for',
      'service is orders, not what this route is for',
      'severity is high, not realtime',
    ]);
    expect(await because('fb_admin')).toEqual([
      undefined,
      'owner is team-orders, not team-payments',
      'service is orders, not payments or ledger',
      'severity is high, not realtime',
    ]);
    const { text } = await send('GET', `/v1/alerts/${OWN}/why`);
    expect(text).not.toContain('payments');
  });
});

describe('the channels of checks', () => {
  const names = async (bearer: string) => {
    const { body } = await send('GET', '/api/v3/channels/', { bearer });
    return (body['channels'] as { name: string }[]).map(({ name }) => name);
  };
  const made = (channels: string, bearer = 'fb_orders') =>
    send('POST', '/api/v3/checks/', { bearer, query: { service: 'orders' }, body: { name: channels, channels } });

  it('are those of its own services, and all for a key for all', async () => {
    expect(await names('fb_orders')).toEqual(['boss', 'orders-mail']);
    expect(await names('fb_admin')).toEqual(['boss', 'orders-mail', 'payments-mail', 'payments-chat']);
  });

  it('are refused beyond those in the same words as ones that there are not', async () => {
    expect((await made('orders-mail')).status).toBe(201);
    const [theirs, nobodys] = [await made('payments-chat'), await made('payments-caht')];
    expect([theirs.status, nobodys.status]).toEqual([400, 400]);
    expect(theirs.text.replaceAll('payments-chat', '{}')).toBe(nobodys.text.replaceAll('payments-caht', '{}'));
    expect((await made('payments-chat', 'fb_admin')).status).toBe(201);
  });
});
