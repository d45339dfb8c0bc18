import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { limited, startCenter, type Center } from './center.ts';

const BASELINE = '/v1/baseline';
let table: Table;
let send: Center['send'];

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  send = (await startCenter(table)).send;
});

const put = (body: object | string, headers: Record<string, string> = {}) =>
  send('PUT', `${BASELINE}/draft`, { body, headers });
const publish = (body: object = {}) => send('POST', `${BASELINE}/publish`, { body });
const baseline = (rest: object) => ({ apiVersion: 'flyball/v1', kind: 'baseline', ...rest });
const called = (service: string, rest: object = {}) => ({
  apiVersion: 'flyball/v1',
  service,
  dependencies: { payments: { retry: { attempts: 3 }, ...rest } },
});

async function inForce(service: string, body: object): Promise<void> {
  expect(await send('PUT', `/v1/services/${service}/draft`, { body })).toMatchObject({ status: 200 });
  expect(await send('POST', `/v1/services/${service}/publish`, { body: {} })).toMatchObject({ status: 200 });
}

describe('a baseline', () => {
  it('is drafted, published, read and rolled back as rules are', async () => {
    expect((await send('GET', BASELINE)).status).toBe(404);
    expect(await publish()).toMatchObject({ status: 409, body: { code: 'NO_DRAFT' } });
    const source = '# ours\napiVersion: flyball/v1\nkind: baseline\nowner: platform\n';
    expect(await put(source)).toMatchObject({ status: 200, headers: { 'flyball-draft-in-force': 'false' } });
    expect(await publish({ note: 'first' })).toMatchObject({ body: { revision: 1, changed: true, violations: [] } });
    expect(await publish()).toMatchObject({ body: { revision: 1, changed: false } });
    expect(await send('GET', BASELINE)).toMatchObject({ body: { owner: 'platform' } });
    const yaml = { headers: { accept: 'application/yaml' } };
    expect(await send('GET', `${BASELINE}/draft`, yaml)).toMatchObject({
      body: source,
      headers: { 'flyball-draft-in-force': 'true', 'flyball-revision': '1' },
    });
    await put(baseline({ owner: 'others' }));
    expect(await send('GET', `${BASELINE}/diff`)).toMatchObject({ body: { changes: [{ path: '/owner' }] } });
    await publish();
    expect(await send('POST', `${BASELINE}/rollback`, { body: { to: 1 } })).toMatchObject({ body: { revision: 3 } });
    expect(await send('GET', `${BASELINE}/revisions/3`, yaml)).toMatchObject({ body: source });
    expect(await send('GET', `${BASELINE}/revisions`)).toMatchObject({
      body: { revisions: [{ revision: 3, state: 'current' }, { revision: 2 }, { revision: 1, note: 'first' }] },
    });
    expect((await send('GET', '/v1/services')).body).toEqual({ services: [] });
    const { entries } = (await send('GET', '/v1/audit')).body as { entries: { action: string }[] };
    expect(entries.map(({ action }) => action)).toEqual([
      'baseline.rollback',
      'baseline.publish',
      'draft.put',
      'baseline.publish',
      'draft.put',
    ]);
  });

  it('is refused with every error in it', async () => {
    const answer = await put(
      baseline({
        defaults: {
          service: 'orders',
          throttles: { '*': { limit: 'fast' } },
          dependencies: { '*': { atemptTimeout: '1s' }, Payments: { attemptTimeout: '1s' } },
        },
        guardrails: {
          empty: { at: '/owner' },
          nowhere: { at: '/resources/*/dedline', required: true },
          unclear: { at: '/dependencies/*/attemptTimeout', max: 'long' },
          crossed: { at: '/dependencies/*/attemptTimeout', max: '1s', min: '2s' },
        },
      }),
    );
    expect(answer.status).toBe(422);
    const { errors } = answer.body as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path).sort()).toEqual([
      '/defaults/dependencies/*/atemptTimeout',
      '/defaults/dependencies/Payments',
      '/defaults/service',
      '/defaults/throttles/*/limit',
      '/guardrails/crossed/min',
      '/guardrails/empty',
      '/guardrails/nowhere/at',
      '/guardrails/unclear/max',
    ]);
  });

  it('is not drafted twice from the same state', async () => {
    const etag = String((await put(baseline({ owner: 'a' }))).headers['etag']);
    expect((await put(baseline({ owner: 'b' }), { 'if-match': etag })).status).toBe(200);
    expect(await put(baseline({ owner: 'c' }), { 'if-match': etag })).toMatchObject({
      status: 412,
      body: {
        code: 'DRAFT_CHANGED',
        draft: { author: 'admin-key', document: { owner: 'b' } },
        changes: [{ path: '/owner', fields: [{ before: 'b', after: 'c' }] }],
      },
    });
  });
});

describe('its defaults', () => {
  it('are in what is published, and not in the draft', async () => {
    await put(
      baseline({
        defaults: {
          owner: 'platform',
          telemetry: { slow: '2s' },
          dependencies: { '*': { attemptTimeout: '2s', retry: { attempts: 2 } } },
        },
      }),
    );
    await publish();
    const mine = called('orders');
    await inForce('orders', mine);
    expect((await send('GET', '/v1/services/orders/draft')).body).toEqual(mine);
    expect((await send('GET', '/v1/services/orders/rules')).body).toEqual({
      ...mine,
      owner: 'platform',
      telemetry: { slow: '2s' },
      dependencies: { payments: { retry: { attempts: 3 }, attemptTimeout: '2s' } },
    });
    expect((await send('GET', '/v1/services/orders/diff')).body).toMatchObject({ changes: [] });
    expect(await send('POST', '/v1/services/orders/publish', { body: {} })).toMatchObject({
      body: { changed: false, revision: 1 },
    });
  });

  it('change nothing in force until a service publishes again', async () => {
    await inForce('orders', called('orders'));
    await put(baseline({ defaults: { dependencies: { '*': { attemptTimeout: '2s' } } } }));
    await publish();
    expect((await send('GET', '/v1/services/orders/rules')).body).toEqual(called('orders'));
    expect(await send('GET', '/v1/services/orders/diff')).toMatchObject({
      body: { changes: [{ path: '/dependencies/payments' }] },
    });
    expect(await send('POST', '/v1/services/orders/publish', { body: {} })).toMatchObject({ body: { revision: 2 } });
    expect((await send('GET', '/v1/services/orders/rules')).body).toEqual(called('orders', { attemptTimeout: '2s' }));
  });

  it('are named where an error comes from them', async () => {
    await put(baseline({ defaults: { throttles: { everyone: { limit: '5/s', resources: ['pay'] } } } }));
    await publish();
    expect(await send('PUT', '/v1/services/orders/draft', { body: called('orders') })).toMatchObject({
      status: 422,
      body: {
        errors: [
          {
            path: '/throttles/everyone/resources/0',
            reason: 'there is no resource "pay" (from the defaults of the baseline)',
          },
        ],
      },
    });
  });
});

describe('its guardrails', () => {
  const guardrails = {
    quick: { at: '/dependencies/*/attemptTimeout', max: '5s', required: true, because: 'a caller waits 10 s' },
    few: { at: '/dependencies/*/retry/attempts', max: 3, except: ['batch'] },
  };

  it('are checked with everything else when a service validates or publishes', async () => {
    await put(baseline({ guardrails }));
    await publish();
    const reasons = {
      status: 422,
      body: {
        errors: [
          { path: '/throttles/everyone/limit' },
          {
            path: '/dependencies/payments/attemptTimeout',
            reason: '9s is more than 5s (guardrail "quick" of the baseline: a caller waits 10 s)',
          },
          {
            path: '/dependencies/payments/retry/attempts',
            reason: '4 is more than 3 (guardrail "few" of the baseline)',
          },
        ],
      },
    };
    const body = {
      ...called('orders', { attemptTimeout: '9s', retry: { attempts: 4 } }),
      throttles: { everyone: { limit: 'fast' } },
    };
    expect(await send('POST', '/v1/services/orders/draft/validate', { body })).toMatchObject(reasons);
    expect(await send('PUT', '/v1/services/orders/draft', { body })).toMatchObject(reasons);
    await inForce('orders', called('orders', { attemptTimeout: '5s' }));
    await inForce('batch', { ...called('batch', { attemptTimeout: '5s', retry: { attempts: 4 } }) });
  });

  it('stop a draft that was put before them, and warn where an old revision is rolled back to', async () => {
    await inForce('orders', called('orders'));
    await inForce('orders', limited('orders', '5/s'));
    await send('PUT', '/v1/services/orders/draft', { body: called('orders') });
    await put(baseline({ guardrails }));
    await publish();
    expect((await send('POST', '/v1/services/orders/publish', { body: {} })).status).toBe(422);
    expect(await send('POST', '/v1/services/orders/rollback', { body: { to: 1 } })).toMatchObject({
      status: 200,
      body: { revision: 3, warnings: [{ path: '/dependencies/payments/attemptTimeout' }] },
    });
  });

  it('tell whose rules in force break them, page by page, and change none', async () => {
    for (const service of ['a', 'b', 'c']) await inForce(service, called(service));
    await inForce('d', limited('d', '1/s'));
    await put(baseline({ guardrails }));
    const preview = await send('POST', `${BASELINE}/draft/validate`);
    const of = (answer: { body: unknown }) => (answer.body as { violations: { service: string }[] }).violations;
    expect(of(preview).map(({ service }) => service)).toEqual(['a', 'b', 'c']);
    expect(of(await send('GET', `${BASELINE}/violations`, { query: { of: 'draft' } }))).toHaveLength(3);
    expect((await send('GET', `${BASELINE}/violations`)).status).toBe(404);
    const published = await publish();
    expect(published).toMatchObject({ body: { looked: 4 } });
    expect(of(published)).toEqual(of(preview));
    const first = await send('GET', `${BASELINE}/violations`, { query: { limit: '2' } });
    expect(of(first)).toEqual([
      {
        service: 'a',
        revision: 1,
        errors: [
          {
            path: '/dependencies/payments/attemptTimeout',
            reason: 'is required (guardrail "quick" of the baseline: a caller waits 10 s)',
          },
        ],
      },
      expect.objectContaining({ service: 'b' }),
    ]);
    const { cursor } = first.body as { cursor: string };
    expect(
      of(await send('GET', `${BASELINE}/violations`, { query: { cursor } })).map(({ service }) => service),
    ).toEqual(['c']);
    expect((await send('GET', '/v1/services/a/rules')).body).toEqual(called('a'));
  });
});

describe('who may', () => {
  it.each([
    ['GET', '', 'viewer', 404],
    ['PUT', '/draft', 'viewer', 403],
    ['PUT', '/draft', 'editor', 200],
    ['PUT', '/draft', 'orders-admin', 403],
    ['POST', '/publish', 'publisher', 403],
    ['POST', '/publish', 'orders-admin', 403],
    ['POST', '/rollback', 'publisher', 403],
    ['GET', '/violations', 'orders-admin', 403],
    ['POST', '/draft/validate', 'orders-admin', 403],
  ] as const)('%s /v1/baseline%s as %s: %i', async (method, path, as, status) => {
    const body = path === '/draft' || path === '/draft/validate' ? baseline({}) : {};
    const sent = method === 'GET' ? { as } : { as, body };
    expect((await send(method, `${BASELINE}${path}`, sent)).status).toBe(status);
  });
});
