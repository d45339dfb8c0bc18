import { beforeAll, describe, expect, inject, it } from 'vitest';
import { putApiKey } from '../../../store/items/api-keys.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { NOW, ROLES, startCenter, type Center } from './center.ts';

/** Every route and the least role it takes; null takes anyone. */
const ROUTES = [
  ['GET', '/v1/services', 'viewer'],
  ['GET', '/v1/services/orders/draft', 'viewer'],
  ['PUT', '/v1/services/orders/draft', 'editor'],
  ['POST', '/v1/services/orders/draft/validate', 'viewer'],
  ['POST', '/v1/services/orders/publish', 'publisher'],
  ['POST', '/v1/services/orders/rollback', 'publisher'],
  ['GET', '/v1/services/orders/rules', 'viewer'],
  ['GET', '/v1/services/orders/revisions', 'viewer'],
  ['GET', '/v1/services/orders/revisions/1', 'viewer'],
  ['GET', '/v1/services/orders/diff', 'viewer'],
  ['GET', '/v1/services/orders/breakers', 'viewer'],
  ['GET', '/v1/services/orders/breakers/payments', 'viewer'],
  ['GET', '/v1/services/orders/breakers/payments/transitions', 'viewer'],
  ['POST', '/v1/services/orders/breakers/payments/force', 'publisher'],
  ['GET', '/v1/shed', 'viewer'],
  ['POST', '/v1/shed', 'publisher'],
  ['DELETE', '/v1/shed', 'publisher'],
  ['GET', '/v1/faults', 'viewer'],
  ['POST', '/v1/faults/stop', 'publisher'],
  ['POST', '/v1/faults/resume', 'publisher'],
  ['GET', '/v1/services/orders/usage', 'viewer'],
  ['GET', '/v1/services/orders/usage/signals', 'viewer'],
  ['GET', '/v1/audit', 'viewer'],
  ['GET', '/v1/health', null],
  ['GET', '/v1/schema/rules', null],
  ['GET', '/v1/schema/baseline', null],
  ['GET', '/openapi.json', null],
] as const;

describe('who may do what', () => {
  let table: Table;
  let center: Center;
  beforeAll(async () => {
    table = (await createTable(inject('dynamodb'))).sdk;
    center = await startCenter(table);
  });

  const pairs = ROUTES.flatMap(([method, path, least]) => ROLES.map((role) => [method, path, role, least] as const));

  it.each(pairs)('%s %s as %s, which takes %s', async (method, path, role, least) => {
    const { status } = await center.send(method, path, { as: role });
    const allowed = least === null || ROLES.indexOf(role) >= ROLES.indexOf(least);
    expect(status === 403).toBe(!allowed);
    expect(status).not.toBe(401);
    expect(status).toBeLessThan(500);
  });

  it.each(ROUTES)('%s %s without credentials, which takes %s', async (method, path, least) => {
    const { status, headers } = await center.send(method, path, { as: null });
    expect(status === 401).toBe(least !== null);
    expect('www-authenticate' in headers).toBe(least !== null);
  });

  it.each(ROUTES.filter(([, path]) => path.includes('/orders/')))('%s %s of another service', async (method, path) => {
    const other = path.replace('/orders/', '/payments/');
    expect((await center.send(method, other, { as: 'orders-admin' })).status).toBe(403);
  });

  it('shows a key for some services those alone', async () => {
    for (const service of ['orders', 'payments']) {
      await center.send('PUT', `/v1/services/${service}/draft`, { body: { apiVersion: 'flyball/v1', service } });
    }
    const all = await center.send('GET', '/v1/services');
    expect(all.body).toMatchObject({ services: [{ service: 'orders' }, { service: 'payments' }] });
    const own = await center.send('GET', '/v1/services', { as: 'orders-admin' });
    expect(own.body).toMatchObject({ services: [{ service: 'orders' }] });

    expect((await center.send('GET', '/v1/audit', { as: 'orders-admin' })).status).toBe(403);
    const query = (service: string) => ({ as: 'orders-admin' as const, query: { service } });
    expect((await center.send('GET', '/v1/audit', query('orders'))).body).toMatchObject({
      entries: [{ service: 'orders' }],
    });
    expect((await center.send('GET', '/v1/audit', query('payments'))).status).toBe(403);
  });

  it('puts no name of another service in the cursor of a key for some', async () => {
    for (const service of ['accounts', 'orders', 'payments']) {
      await center.send('PUT', `/v1/services/${service}/draft`, { body: { apiVersion: 'flyball/v1', service } });
    }
    const page = { as: 'orders-admin' as const, query: { limit: '1' } };
    const { services } = (await center.send('GET', '/v1/services', page)).body as { services: { service: string }[] };
    expect(services.map(({ service }) => service)).toEqual(['orders']);
    expect((await center.send('GET', '/v1/services', page)).body).not.toHaveProperty('cursor');

    await putApiKey(table, {
      key: 'fb_two',
      role: 'viewer',
      name: 'two',
      services: ['payments', 'orders', 'nothing-yet'],
      createdAt: NOW,
    });
    const headers = { authorization: 'Bearer fb_two' };
    const names: string[] = [];
    let query: Record<string, string> = { limit: '1' };
    for (let pages = 0; pages < 3; pages++) {
      const { body } = await center.send('GET', '/v1/services', { as: null, headers, query });
      const { services: some, cursor } = body as { services: { service: string }[]; cursor?: string };
      names.push(...some.map(({ service }) => service));
      if (cursor === undefined) break;
      expect(Buffer.from(cursor, 'base64url').toString()).toMatch(/"(nothing-yet|orders)"/);
      query = { limit: '1', cursor };
    }
    expect(names).toEqual(['orders', 'payments']);
  });
});
