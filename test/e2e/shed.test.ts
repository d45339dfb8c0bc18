// What pauses in the started world, and goes on: what is sheddable by one call, and a resource while another service's job runs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, eventually, order, publish, request, rulesOf } from './client.ts';

let original: Record<string, unknown>;

beforeAll(async () => {
  original = await rulesOf('orders');
  const resources = original['resources'] as Record<string, object>;
  const pausedWhile = [{ service: 'settlement', job: 'nightly-settlement' }];
  const paused = { ...resources['create-order'], priority: 'sheddable', pausedWhile };
  await publish('orders', { ...original, resources: { ...resources, 'create-order': paused } });
});

afterAll(async () => {
  await admin('DELETE', '/v1/shed');
  await publish('orders', original);
});

/** How many of eight orders at once are turned away by the pause, whichever instances they meet. */
async function turnedAway(by = 'paused'): Promise<number> {
  const answers = await Promise.all(Array.from({ length: 8 }, () => order()));
  return answers.filter(({ status, body }) => status === 503 && body['rule'] === by).length;
}

describe('everything sheddable', () => {
  it('is paused, says so, and goes on', async () => {
    const paused = await admin('POST', '/v1/shed', { priority: 'sheddable', for: '5m', reason: 'a test' });
    expect(paused).toMatchObject({ status: 200, body: { complete: true, failed: [] } });
    const until = Date.parse((paused.body['pause'] as { until: string }).until);
    await eventually('the pause', async () => ((await turnedAway()) === 8 ? true : undefined));

    const refused = await order();
    expect(refused).toMatchObject({ status: 503, body: { by: 'shed', rule: 'paused', priority: 'sheddable' } });
    const leftMs = until - Date.now();
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(Math.floor(leftMs / 1_000));
    // What is not sheddable goes on.
    expect((await admin('GET', '/orders/never')).status).not.toBe(503);

    const { body } = await admin('GET', '/v1/shed');
    expect(body).toMatchObject({ pause: { priority: 'sheddable', reason: 'a test' } });
    const services = (body['services'] as { service: string }[]).map(({ service }) => service);
    expect(services).toContain('orders');
    expect(services).not.toContain('config-center');

    expect(await admin('DELETE', '/v1/shed')).toMatchObject({ status: 200, body: { complete: true } });
    await eventually('the end of the pause', async () => ((await turnedAway()) === 0 ? true : undefined));
    await eventually('an order', async () => ((await order()).status === 201 ? true : undefined));
  });
});

describe('a resource that is paused while a job of another service runs', () => {
  it('is paused from the start of a run to its end, which the control plane is told of and functions read in the table', async () => {
    const { status, body } = await admin('POST', '/v1/keys', {
      name: 'a server',
      role: 'pinger',
      services: ['settlement'],
    });
    expect(status).toBe(201);
    const ping = (what: string) => request('GET', `/ping/${String(body['key'])}/nightly-settlement${what}`);
    expect((await ping('/start')).status).toBe(200);
    const rule = 'job:settlement:nightly-settlement';
    await eventually('the pause', async () => ((await turnedAway(rule)) === 8 ? true : undefined));
    expect((await admin('GET', '/orders/never')).status).not.toBe(503);
    expect((await ping('')).status).toBe(200);
    await eventually('the end of the pause', async () => ((await turnedAway(rule)) === 0 ? true : undefined));
    await eventually('an order', async () => ((await order()).status === 201 ? true : undefined));
  });
});
