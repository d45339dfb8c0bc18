// Orders calls payments over HTTP and signs: who is let in by that, and whose word is believed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, eventually, order, publish, request, rulesOf, world } from './client.ts';

const CHARGE = { orderId: 'e2e-signed', amount: 5 };
const before: Record<string, Record<string, unknown>> = {};

beforeAll(async () => {
  for (const service of ['orders', 'payments']) before[service] = await rulesOf(service);
  const { orders = {}, payments = {} } = before;
  await publish('payments', {
    ...payments,
    resources: {
      ...(payments['resources'] as object | undefined),
      'signed-charge': { match: { trigger: 'http', method: 'POST', path: '/payments/charges' } },
    },
    access: {
      apiKeys: {},
      signed: { leeway: '30s' },
      allow: [
        { resources: ['signed-charge'], service: ['orders'] },
        { resources: ['signed-charge'], roles: ['cashier'] },
        { resources: ['default'] },
      ],
    },
  });
  const { dependencies } = orders as { dependencies: Record<string, Record<string, unknown>> };
  const { operations, attemptTimeout } = dependencies['payments'] ?? {};
  const signing = { target: { url: world.http }, sign: { callee: 'payments' }, operations, attemptTimeout };
  await publish('orders', { ...orders, dependencies: { ...dependencies, payments: signing } });
});

afterAll(async () => {
  for (const [service, rules] of Object.entries(before)) await publish(service, rules);
});

const charge = async (headers: Record<string, string> = {}) =>
  (await request('POST', '/payments/charges', CHARGE, headers)).status;

describe('payments that orders alone may charge', () => {
  it('lets nobody in who does not sign, whoever they say they are', async () => {
    await eventually('the refusal', async () => ((await charge()) === 403 ? true : undefined));
    expect(await charge({ 'x-flyball-caller': 'orders' })).toBe(403);
    expect(await charge({ 'x-flyball-signature': 'v1.orders' })).toBe(401);
  });

  it('is paid by orders, over HTTP', async () => {
    const paid = await eventually('an order', async () => {
      const { status, body } = await order();
      return status === 201 ? body : undefined;
    });
    expect(paid).toMatchObject({ status: 'paid' });
    // The same way, not the one before.
    const { body } = await admin('GET', '/v1/services/orders/rules');
    expect(body).toMatchObject({ dependencies: { payments: { target: { url: world.http } } } });
  });

  it('lets in a client by its key, until that is revoked', async () => {
    const made = await admin('POST', '/v1/services/payments/clients', { client: 'till-7', roles: ['cashier'] });
    expect(made.status).toBe(201);
    const key = { 'x-api-key': String(made.body['key']) };
    await eventually('the charge', async () => ((await charge(key)) === 200 ? true : undefined));
    const { status, body } = await admin('DELETE', `/v1/services/payments/clients/${String(made.body['id'])}`);
    expect({ status, state: body['state'] }).toEqual({ status: 200, state: 'revoked' });
    await eventually('the end of the key', async () => ((await charge(key)) === 401 ? true : undefined));
  });

  it('believes nothing that is not signed: a deadline long past keeps nobody from the open part', async () => {
    const { status } = await request('GET', '/payments/calls', undefined, { 'x-flyball-deadline': '1' });
    expect(status).toBe(200);
  });
});
