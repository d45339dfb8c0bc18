import { describe, expect, it } from 'vitest';
import { admin, order, request } from './client.ts';

describe('orders', () => {
  it('are made and read', async () => {
    const made = await order();
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ status: 'paid', sku: 'apple', quantity: 2 });
    const read = await request('GET', `/orders/${String(made.body['id'])}`);
    expect(read.status).toBe(200);
    expect(read.body['id']).toBe(made.body['id']);
  });

  it.each([
    ['{"sku":"apple"}', 'quantity'],
    ['{"quantity":2}', 'sku'],
    ['{"sku":"apple","quantity":-1}', 'quantity'],
    ['not json', 'body'],
  ])('%s is a 400 that names %s', async (body, field) => {
    const answer = await request('POST', '/orders', body);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body['errors']).toMatchObject([{ field }]);
  });

  it('that do not exist are a 404', async () => {
    expect((await request('GET', '/orders/nobody')).status).toBe(404);
  });
});

describe('the control plane', () => {
  it('is healthy and says so to anybody', async () => {
    expect((await request('GET', '/v1/health')).status).toBe(200);
  });

  it('takes no request without a key', async () => {
    expect((await request('GET', '/v1/services')).status).toBe(401);
  });

  it('lists the services of the examples', async () => {
    const { body } = await admin('GET', '/v1/services');
    expect(JSON.stringify(body)).toContain('"orders"');
    expect(JSON.stringify(body)).toContain('"settlement"');
  });

  it('refuses a bad document with every error, its path and the reason', async () => {
    const bad = {
      apiVersion: 'flyball/v1',
      service: 'orders',
      throttles: { a: { limit: 'lots' }, b: { limit: '5/s', resources: ['nowhere'] } },
      unknown: true,
    };
    const { status, body } = await admin('PUT', '/v1/services/orders/draft', bad);
    expect(status).toBe(422);
    const paths = (body['errors'] as { path: string }[]).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['/throttles/a/limit', '/throttles/b/resources/0', '/unknown']));
  });
});
