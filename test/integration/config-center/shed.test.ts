// Pausing what can be shed, from the call that an operator makes to what the instances of a cell refuse.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { governed } from '../../../middleware/index.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import { pauseService } from '../../../store/items/pauses.ts';
import { keys } from '../../../store/keys.ts';
import { StoreUnavailable, type Table } from '../../../store/port.ts';
import * as events from '../../support/events.ts';
import { testContext, testInstance } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { NOW, startCenter, type Center, type Sent } from './center.ts';

const HALF_AN_HOUR = 1_800_000;
const resources = {
  report: { match: { path: '/report' }, priority: 'sheddable' },
  pay: { match: { path: '/pay' }, priority: 'critical' },
};

let table: Table;
let center: Center;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  center = await startCenter(table);
});

const shed = (method: string, sent: Sent = {}) => center.send(method, '/v1/shed', sent);
const pause = (body: object = {}, sent: Sent = {}) =>
  shed('POST', { ...sent, body: { priority: 'sheddable', for: '30m', reason: 'the database moves', ...body } });

async function draft(service: string): Promise<void> {
  const body = { apiVersion: 'flyball/v1', service, resources };
  expect((await center.send('PUT', `/v1/services/${service}/draft`, { body })).status).toBe(200);
}

async function publish(service: string): Promise<void> {
  await draft(service);
  expect((await center.send('POST', `/v1/services/${service}/publish`)).status).toBe(200);
}

/** A function of a service as it runs: what `governed()` gives, on an instance that shares the table and the time. */
function functionOf(service: string) {
  const instance = testInstance({ service, table, clock: center.clock });
  const handler = governed({ service, instance }, () => ({ statusCode: 200 }));
  const ask = async (path: string) => {
    const answer = await handler(events.httpV2({ path }), testContext(center.clock));
    return answer as { statusCode: number; body?: string; headers?: Record<string, string> };
  };
  return { instance, ask, status: async (path: string) => (await ask(path)).statusCode };
}

/** What the next poll learns, without waiting for its turn. */
const polled = (instance: Instance) => instance.rules.run(center.clock.now(), new AbortController().signal);

describe('one call for a cell', () => {
  it('pauses what is sheddable in every service until its time is over', async () => {
    await publish('orders');
    await publish('payments');
    const functions = [functionOf('orders'), functionOf('payments')];
    for (const { status } of functions) expect(await status('/report')).toBe(200);

    expect(await pause()).toMatchObject({
      status: 200,
      body: {
        complete: true,
        reached: 2,
        failed: [],
        pause: {
          priority: 'sheddable',
          until: new Date(NOW + HALF_AN_HOUR).toISOString(),
          reason: 'the database moves',
          by: 'admin-key',
        },
      },
    });
    for (const { instance, ask, status } of functions) {
      await polled(instance);
      const refused = await ask('/report');
      expect(refused).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1800' } });
      expect(JSON.parse(refused.body ?? '')).toMatchObject({ by: 'shed', rule: 'paused', priority: 'sheddable' });
      expect(await Promise.all([status('/other'), status('/pay')])).toEqual([200, 200]);
    }

    center.clock.set(NOW + HALF_AN_HOUR);
    for (const { status } of functions) expect(await status('/report')).toBe(200);
  });

  it('is in force within six seconds where there is traffic', async () => {
    await publish('orders');
    const { status } = functionOf('orders');
    expect(await status('/report')).toBe(200);
    await pause();
    const answered: number[] = [];
    for (let second = 0; second < 6; second++) {
      center.clock.advance(1_000);
      answered.push(await status('/report'));
    }
    // The poll runs beside one request, and the next one knows.
    expect(answered.at(-1)).toBe(503);
    expect(answered[0]).toBe(200);
  });

  it('also pauses what is normal, of services that have no rules in force as well', async () => {
    await draft('new');
    await pause({ priority: 'normal' });
    const { status } = functionOf('new');
    expect(await status('/anything')).toBe(503);
  });

  it('holds through publishing and rolling back', async () => {
    await publish('orders');
    await pause();
    const body = { apiVersion: 'flyball/v1', service: 'orders', resources, owner: 'somebody-else' };
    await center.send('PUT', '/v1/services/orders/draft', { body });
    expect((await center.send('POST', '/v1/services/orders/publish')).body).toMatchObject({ revision: 2 });
    expect(await functionOf('orders').status('/report')).toBe(503);
    await center.send('POST', '/v1/services/orders/rollback', { body: { to: 1 } });
    expect(await functionOf('orders').status('/report')).toBe(503);
  });

  it('holds for a service that comes later, and is nothing to one that comes when it is over', async () => {
    await pause();
    await publish('late');
    expect(await functionOf('late').status('/report')).toBe(503);
    center.clock.set(NOW + HALF_AN_HOUR);
    await publish('later');
    expect(await table.get(keys.rulesHead('later'))).not.toHaveProperty('paused');
  });

  it('never stops flyball’s own services', async () => {
    await publish('config-center');
    await publish('orders');
    expect((await pause({ priority: 'normal' })).body).toMatchObject({ reached: 1 });
    expect(await functionOf('config-center').status('/report')).toBe(200);
    expect(await pause({ services: ['config-center'] })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/services/0', reason: '"config-center" is flyball\'s own, and is never paused' }] },
    });
  });

  it('is lifted with one call too, for those that come later as well', async () => {
    await publish('orders');
    await pause();
    expect(await shed('DELETE')).toMatchObject({ status: 200, body: { pause: null, complete: true, reached: 1 } });
    await publish('late');
    for (const service of ['orders', 'late']) expect(await functionOf(service).status('/report')).toBe(200);
  });

  it('takes the place of the one before', async () => {
    await publish('orders');
    await pause({ priority: 'normal' });
    center.clock.advance(1_000);
    await pause({ for: undefined, until: NOW + 60_000 });
    const { status } = functionOf('orders');
    expect(await Promise.all([status('/report'), status('/other')])).toEqual([503, 200]);
  });
});

describe('some services', () => {
  it('are paused by name, and lifted by name', async () => {
    for (const service of ['orders', 'payments']) await publish(service);
    expect((await pause({ services: ['orders'] })).body).toMatchObject({ complete: true, reached: 1 });
    expect(await functionOf('orders').status('/report')).toBe(503);
    expect(await functionOf('payments').status('/report')).toBe(200);
    await pause();
    expect(await shed('DELETE', { query: { services: 'orders' } })).toMatchObject({
      status: 200,
      body: { reached: 1 },
    });
    expect(await functionOf('orders').status('/report')).toBe(200);
    expect(await functionOf('payments').status('/report')).toBe(503);
  });

  it('are those of the key', async () => {
    for (const service of ['orders', 'payments']) await publish(service);
    const as = 'orders-admin';
    expect((await pause({}, { as })).status).toBe(403);
    expect((await shed('DELETE', { as })).status).toBe(403);
    expect((await pause({ services: ['payments'] }, { as })).status).toBe(403);
    expect((await pause({ services: ['orders'] }, { as })).status).toBe(200);
    await pause({ services: ['payments'] });
    const seen = (await shed('GET', { as })).body as { services: { service: string }[] };
    expect(seen.services.map(({ service }) => service)).toEqual(['orders']);
  });
});

describe('what is paused', () => {
  it('is shown for the cell and service by service, page by page, while it lasts', async () => {
    for (const service of ['accounts', 'orders', 'payments']) await publish(service);
    await pause();
    center.clock.advance(1);
    await shed('DELETE', { query: { services: 'orders' } });
    const first = (await shed('GET', { query: { limit: '2' } })).body as { cursor: string };
    expect(first).toMatchObject({
      pause: { priority: 'sheddable', by: 'admin-key', at: new Date(NOW).toISOString() },
      services: [{ service: 'accounts', priority: 'sheddable', reason: 'the database moves' }],
    });
    const second = await shed('GET', { query: { limit: '2', cursor: first.cursor } });
    expect(second.body).toMatchObject({ services: [{ service: 'payments' }] });
    center.clock.set(NOW + HALF_AN_HOUR);
    expect((await shed('GET')).body).toEqual({ pause: null, services: [] });
  });

  it('is in the audit log, of named services under their names', async () => {
    await publish('orders');
    await pause();
    center.clock.advance(10);
    await shed('DELETE', { query: { services: 'orders' } });
    const { body } = await center.send('GET', '/v1/audit');
    const { entries } = body as { entries: { action: string }[] };
    expect(entries.filter(({ action }) => action.startsWith('shed.'))).toMatchObject([
      { action: 'shed.resume', service: 'orders', actor: 'admin-key' },
      {
        action: 'shed.pause',
        target: 'every service',
        note: 'the database moves',
        detail: { priority: 'sheddable', until: new Date(NOW + HALF_AN_HOUR).toISOString() },
      },
    ]);
  });
});

describe('a call that is not meant so', () => {
  it.each([
    [{ priority: 'critical' }, '/priority'],
    [{ reason: undefined }, '/reason'],
    [{ reason: '' }, '/reason'],
    [{ for: undefined }, '/for'],
    [{ until: NOW + 1_000 }, '/for'],
    [{ for: 'a while' }, '/for'],
    [{ for: '25h' }, '/for'],
    [{ for: undefined, until: NOW }, '/until'],
    [{ for: undefined, until: 'tomorrow' }, '/until'],
    [{ for: undefined, until: NOW + 86_400_001 }, '/until'],
    [{ services: [] }, '/services'],
    [{ services: ['nobody'] }, '/services/0'],
    [{ services: ['Not A Name'] }, '/services/0'],
  ])('%o is refused', async (body, path) => {
    expect(await pause(body)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
    expect((await shed('GET')).body).toMatchObject({ pause: null });
  });

  it('is refused when what is paused is not what the caller has seen', async () => {
    const etag = String((await shed('GET')).headers['etag']);
    expect(etag).toBe('"0"');
    expect((await pause({}, { headers: { 'if-match': etag } })).status).toBe(200);
    const again = await pause({ priority: 'normal' }, { headers: { 'if-match': etag } });
    expect(again).toMatchObject({ status: 412, body: { code: 'PAUSED_MEANWHILE', pause: { priority: 'sheddable' } } });
    expect((await shed('DELETE', { headers: { 'if-match': String(again.headers['etag']) } })).status).toBe(200);
  });

  it('is told when somebody else was faster by a moment', async () => {
    let meanwhile = async () => {};
    const racing: Table = {
      ...table,
      put: async (request) => {
        if (request.item.pk === keys.pause().pk) await meanwhile();
        return table.put(request);
      },
    };
    const other = await startCenter(racing);
    const body = { priority: 'normal', for: '1m', reason: 'mine' };
    meanwhile = async () => {
      meanwhile = async () => {};
      await pause();
    };
    const lost = await other.send('POST', '/v1/shed', { body });
    expect(lost).toMatchObject({
      status: 409,
      body: { code: 'PAUSED_MEANWHILE', pause: { reason: 'the database moves' } },
    });
  });
});

describe('a call that does not come to its end', () => {
  const names = Array.from({ length: 8 }, (_, i) => `service-${i}`);

  it('tells which services it did not reach, and reaches them when it is repeated', async () => {
    for (const name of names) await publish(name);
    let away = true;
    const flaky: Table = {
      ...table,
      update: (request) =>
        away && request.key.pk === keys.rulesHead('service-3').pk
          ? Promise.reject(new StoreUnavailable('timeout', 'no answer in time'))
          : table.update(request),
    };
    const other = await startCenter(flaky);
    const body = { priority: 'sheddable', for: '30m', reason: 'the database moves' };
    expect(await other.send('POST', '/v1/shed', { body })).toMatchObject({
      status: 202,
      body: { complete: false, reached: 7, failed: [{ service: 'service-3', reason: 'no answer in time' }] },
    });
    expect(await functionOf('service-3').status('/report')).toBe(200);
    away = false;
    expect(await other.send('POST', '/v1/shed', { body })).toMatchObject({ status: 200, body: { reached: 8 } });
    expect(await functionOf('service-3').status('/report')).toBe(503);
  });

  it('goes on from where its time ended', async () => {
    for (const name of names) await publish(name);
    // A page at a time, each of which takes all the time there is.
    const slow: Table = {
      ...table,
      query: async (request) => {
        const page = await table.query({ ...request, limit: 3 });
        if (request.consistent) other.clock.advance(5_000);
        return page;
      },
    };
    const other = await startCenter(slow);
    const body = { priority: 'sheddable', for: '30m', reason: 'the database moves' };
    let answer = await other.send('POST', '/v1/shed', { body });
    const reached: unknown[] = [];
    for (let calls = 0; answer.status === 202 && calls < 5; calls++) {
      const { reached: some, cursor } = answer.body as { reached: number; cursor: string };
      reached.push(some);
      answer = await other.send('POST', '/v1/shed', { query: { cursor } });
    }
    expect([...reached, (answer.body as { reached: number }).reached]).toEqual([3, 3, 2]);
    for (const name of names) expect(await functionOf(name).status('/report')).toBe(503);
  });

  it('does not go on for a pause that another has taken the place of', async () => {
    const cursor = Buffer.from(JSON.stringify(['shed:1', 'x'])).toString('base64url');
    await pause();
    expect((await shed('POST', { query: { cursor } })).status).toBe(400);
  });

  it('does not overwrite what was laid on a service later', async () => {
    await publish('orders');
    const late = { priority: 'normal', until: NOW + 1, reason: 'older', by: 'x', at: NOW - 1 } as const;
    await pause();
    expect(await pauseService(table, 'orders', late)).toBe(false);
    expect((await shed('GET')).body).toMatchObject({ services: [{ priority: 'sheddable' }] });
  });
});
