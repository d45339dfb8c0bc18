// One call pauses what is sheddable in the started world, and one lets it go on.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, eventually, order, publish, rulesOf } from './client.ts';

let original: Record<string, unknown>;

beforeAll(async () => {
  original = await rulesOf('orders');
  const resources = original['resources'] as Record<string, object>;
  const sheddable = { ...resources['create-order'], priority: 'sheddable' };
  await publish('orders', { ...original, resources: { ...resources, 'create-order': sheddable } });
});

afterAll(async () => {
  await admin('DELETE', '/v1/shed');
  await publish('orders', original);
});

/** How many of eight orders at once are turned away by the pause, whichever instances they meet. */
async function turnedAway(): Promise<number> {
  const answers = await Promise.all(Array.from({ length: 8 }, () => order()));
  return answers.filter(({ status, body }) => status === 503 && body['rule'] === 'paused').length;
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
