// Keys through a running gateway: what is made over HTTP lets its holder in, and no longer once revoked.
import { describe, expect, it } from 'vitest';
import { admin, request, world } from './client.ts';

const as = (key: string, method: string, path: string, body?: unknown) =>
  request(method, path, body, { authorization: `Bearer ${key}` });

interface Made {
  readonly id: string;
  readonly key: string;
}

async function made(body: object): Promise<Made> {
  const answer = await admin('POST', '/v1/keys', body);
  expect(answer.status).toBe(201);
  return answer.body as unknown as Made;
}

describe('a key made over HTTP', () => {
  it('lets its holder into every function, as its role and scope have it, until it is revoked', async () => {
    const { id, key } = await made({ name: 'e2e', role: 'viewer', services: ['orders'], for: '1h' });
    expect((await as(key, 'GET', '/v1/services/orders/rules')).status).toBe(200);
    expect((await as(key, 'GET', '/v1/services/payments/rules')).status).toBe(403);
    expect((await as(key, 'POST', '/v1/services/orders/publish', {})).status).toBe(403);
    expect((await as(key, 'GET', '/v1/jobs')).status).toBe(200);
    expect((await as(key, 'GET', '/v1/telemetry/topology')).status).toBe(200);
    expect((await as(key, 'GET', '/v1/keys')).status).toBe(403);

    expect((await admin('POST', `/v1/keys/${id}/revoke`, { note: 'the test is over' })).status).toBe(200);
    for (const path of ['/v1/services', '/v1/jobs', '/v1/telemetry/topology']) {
      expect((await as(key, 'GET', path)).status, path).toBe(401);
    }
  });

  it('is listed beside the one the world began with, neither of them shown', async () => {
    const { id, key } = await made({ name: 'listed', role: 'viewer', for: '1h' });
    const { body } = await admin('GET', '/v1/keys?limit=200');
    expect(body).toMatchObject({
      keys: expect.arrayContaining([
        expect.objectContaining({ id, name: 'listed', state: 'active', createdBy: 'local-admin' }),
        expect.objectContaining({ name: 'local-admin', role: 'admin', state: 'active' }),
      ]) as unknown,
    });
    const text = JSON.stringify(body);
    expect(text).not.toContain(key);
    expect(text).not.toContain(world.adminToken);
  });
});
