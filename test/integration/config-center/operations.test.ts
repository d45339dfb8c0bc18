import { beforeEach, describe, expect, inject, it } from 'vitest';
import { keys } from '../../../store/keys.ts';
import { StoreUnavailable, type Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { limited, NOW, startCenter, type Center } from './center.ts';

const ORDERS = '/v1/services/orders';
let table: Table;
let center: Center;
let send: Center['send'];

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  center = await startCenter(table);
  send = (method, path, sent) => center.send(method, path, sent);
});

async function publishDependencies(dependencies: object): Promise<void> {
  await send('PUT', `${ORDERS}/draft`, { body: { apiVersion: 'flyball/v1', service: 'orders', dependencies } });
  await send('POST', `${ORDERS}/publish`);
}

describe('breakers', () => {
  const force = (name: string, body: object) => send('POST', `${ORDERS}/breakers/${name}/force`, { body });
  const states = async () =>
    ((await send('GET', `${ORDERS}/breakers`)).body as { name: string; state: string }[]).map(
      ({ name, state }) => `${name} ${state}`,
    );

  it('are those of the published rules, closed until something happens', async () => {
    expect((await send('GET', `${ORDERS}/breakers`)).status).toBe(404);
    await publishDependencies({ payments: { breaker: {} }, fx: { breaker: {} }, mail: { attemptTimeout: '1s' } });
    expect(await states()).toEqual(['fx CLOSED', 'payments CLOSED']);
  });

  it('are forced for a time, and released', async () => {
    await publishDependencies({ payments: { breaker: {} } });
    const until = new Date(NOW + 60_000).toISOString();
    expect(await force('payments', { state: 'FORCED_OPEN', until, reason: 'maintenance' })).toMatchObject({
      status: 200,
      body: { name: 'payments', state: 'FORCED_OPEN', forced: { until, reason: 'maintenance', by: 'admin-key' } },
    });
    expect(await states()).toEqual(['payments FORCED_OPEN']);
    center.clock.advance(60_000);
    expect(await states()).toEqual(['payments CLOSED']);

    await force('payments', { state: 'FORCED_CLOSED', reason: 'it lies' });
    expect(await states()).toEqual(['payments FORCED_CLOSED']);
    expect((await force('payments', { state: null, reason: 'over' })).body).toMatchObject({ state: 'CLOSED' });
    expect(await states()).toEqual(['payments CLOSED']);
  });

  it('are not forced while the fleet changes them each time, and the caller is told to try again', async () => {
    await publishDependencies({ payments: { breaker: {} } });
    let tries = 0;
    const changing: Table = {
      ...table,
      update: (request) => {
        if (!request.key.pk.includes('#breaker#')) return table.update(request);
        tries++;
        return Promise.resolve({ applied: false, item: undefined });
      },
    };
    const busy = await startCenter(changing);
    const body = { state: 'FORCED_OPEN', reason: 'maintenance' };
    const answer = await busy.send('POST', `${ORDERS}/breakers/payments/force`, { body });
    expect(answer).toMatchObject({ status: 409, body: { code: 'BREAKER_CONTENDED' } });
    expect((answer.body as { detail: string }).detail).toContain('try again');
    expect(tries).toBe(8);
  });

  it.each([
    [{ state: 'OPEN', reason: 'x' }, '/state'],
    [{ state: 'FORCED_OPEN' }, '/reason'],
    [{ state: 'FORCED_OPEN', until: 'tomorrow', reason: 'x' }, '/until'],
    [{ state: 'FORCED_OPEN', until: '2027-02-31T00:00:00Z', reason: 'x' }, '/until'],
    [{ state: 'FORCED_OPEN', until: new Date(NOW).toISOString(), reason: 'x' }, '/until'],
    [{ state: null, until: new Date(NOW + 1000).toISOString(), reason: 'x' }, '/until'],
  ])('are not forced by %o', async (body, path) => {
    await publishDependencies({ payments: { breaker: {} } });
    expect(await force('payments', body)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
  });

  it('must exist', async () => {
    await publishDependencies({ payments: { breaker: {} } });
    expect(await force('nothing', { state: 'FORCED_OPEN', reason: 'x' })).toMatchObject({
      status: 404,
      body: { detail: 'The published rules of "orders" have no breaker "nothing"; it has payments.' },
    });
  });
});

describe('the audit log', () => {
  it('has every write: who, what, when and why, newest first', async () => {
    await send('PUT', `${ORDERS}/draft`, {
      as: 'editor',
      body: { ...limited('orders', '5/s'), dependencies: { payments: { breaker: {} } } },
    });
    center.clock.advance(1000);
    await send('POST', `${ORDERS}/publish`, { as: 'publisher', body: { note: 'go' } });
    center.clock.advance(1000);
    await send('POST', `${ORDERS}/breakers/payments/force`, { body: { state: 'FORCED_OPEN', reason: 'drill' } });
    center.clock.advance(1000);
    await send('PUT', `${ORDERS}/draft`, { body: limited('orders', '6/s') });
    await send('POST', `${ORDERS}/publish`);
    center.clock.advance(1000);
    await send('POST', `${ORDERS}/rollback`, { body: { to: 1, note: 'back' } });
    // No write: no entry.
    await send('POST', `${ORDERS}/publish`, { as: 'viewer' });
    await send('GET', `${ORDERS}/rules`);

    const { body } = await send('GET', '/v1/audit');
    expect((body as { entries: object[] }).entries).toMatchObject([
      { action: 'rules.rollback', actor: 'admin-key', detail: { to: 1, revision: 3, from: 2 }, note: 'back' },
      { action: 'rules.publish', detail: { revision: 2, from: 1 } },
      { action: 'draft.put', actor: 'admin-key' },
      { action: 'breaker.force', actor: 'admin-key', target: 'payments', note: 'drill' },
      {
        action: 'rules.publish',
        actor: 'publisher-key',
        at: '2026-01-05T12:00:01.000Z',
        note: 'go',
        target: 'revision 1',
      },
      { action: 'draft.put', actor: 'editor-key', service: 'orders', at: '2026-01-05T12:00:00.000Z' },
    ]);
  });

  it('is read by time and page by page', async () => {
    for (const limit of ['1/s', '2/s', '3/s']) {
      await send('PUT', `${ORDERS}/draft`, { body: limited('orders', limit) });
      center.clock.advance(60_000);
    }
    const get = async (query: Record<string, string>) => {
      const { body } = await send('GET', '/v1/audit', { query });
      return body as { entries: { at: string }[]; cursor?: string };
    };
    const window = await get({ from: '2026-01-05T12:00:30Z', to: '2026-01-05T12:01:30Z' });
    expect(window.entries.map(({ at }) => at)).toEqual(['2026-01-05T12:01:00.000Z']);
    const first = await get({ limit: '2' });
    const second = await get({ limit: '2', cursor: first.cursor ?? '' });
    expect([...first.entries, ...second.entries].map(({ at }) => at)).toEqual([
      '2026-01-05T12:02:00.000Z',
      '2026-01-05T12:01:00.000Z',
      '2026-01-05T12:00:00.000Z',
    ]);
    expect(await get({ from: 'yesterday' })).toMatchObject({ status: 400 });
  });

  it('that does not answer is no secret: the change stands, and the entry is in the log', async () => {
    const logged: object[] = [];
    const deaf: Table = {
      ...table,
      put: (request) =>
        request.item.pk.startsWith('ctl#audit#')
          ? Promise.reject(new StoreUnavailable('timeout', 'PutItem timed out'))
          : table.put(request),
    };
    const logger = {
      info: () => {},
      warn: () => {},
      error: (message: string, fields: object) => logged.push({ message, ...fields }),
    };
    const { send: sendDeaf } = await startCenter(deaf, { logger });
    expect(await sendDeaf('PUT', `${ORDERS}/draft`, { body: limited('orders', '5/s') })).toMatchObject({
      status: 503,
      body: { code: 'AUDIT_UNAVAILABLE', applied: true },
    });
    expect(logged).toMatchObject([{ entry: { actor: 'admin-key', action: 'draft.put', service: 'orders' } }]);
  });
});

describe('health', () => {
  it('is up when the table and every other part answer', async () => {
    const probed: string[] = [];
    const probe = async (url: string) => void probed.push(url);
    const { send: sendHealth } = await startCenter(table, { healthUrls: ['http://127.0.0.1:4566'], probe });
    expect(await sendHealth('GET', '/v1/health', { as: null })).toMatchObject({
      status: 200,
      body: {
        status: 'up',
        parts: [
          { name: 'table', up: true },
          { name: 'http://127.0.0.1:4566', up: true },
        ],
      },
    });
    expect(probed).toEqual(['http://127.0.0.1:4566']);
  });

  it('says which part is down, and not why', async () => {
    const probe = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const { send: sendHealth } = await startCenter(table, { healthUrls: ['http://127.0.0.1:1'], probe });
    const answer = await sendHealth('GET', '/v1/health', { as: null });
    expect(answer).toMatchObject({
      status: 503,
      body: {
        status: 'down',
        parts: [
          { name: 'table', up: true },
          { name: 'http://127.0.0.1:1', up: false },
        ],
      },
    });
    expect(JSON.stringify(answer)).not.toContain('ECONNREFUSED');
  });

  it('is down without the table', async () => {
    const gone: Table = {
      ...table,
      get: (key, options) =>
        key.pk === keys.rulesHead('health').pk
          ? Promise.reject(new StoreUnavailable('connect', 'no answer'))
          : table.get(key, options),
    };
    const { send: sendHealth } = await startCenter(gone);
    expect(await sendHealth('GET', '/v1/health', { as: null })).toMatchObject({
      status: 503,
      body: { parts: [{ name: 'table', up: false }] },
    });
  });
});

describe('the schema', () => {
  it('of rule documents is there for editors', async () => {
    expect(await send('GET', '/v1/schema/rules', { as: null })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/schema+json' },
      body: { type: 'object', required: ['apiVersion', 'service'], additionalProperties: false },
    });
  });

  it('of baselines is there for editors', async () => {
    expect(await send('GET', '/v1/schema/baseline', { as: null })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/schema+json' },
      body: { type: 'object', required: ['apiVersion', 'kind'], additionalProperties: false },
    });
  });
});
