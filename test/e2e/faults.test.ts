// A drill in the started world: it meets whom it is for, says so, and one call ends it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, eventually, order, publish, rulesOf } from './client.ts';

const tester = { 'x-drill': 'yes' };
let original: Record<string, unknown>;

beforeAll(async () => {
  original = await rulesOf('orders');
  const drill = {
    resources: ['create-order'],
    match: { 'header:x-drill': 'yes' },
    abort: { share: '100%', status: 503 },
    until: new Date(Date.now() + 600_000).toISOString(),
  };
  await publish('orders', { ...original, faults: { drill } });
});

afterAll(async () => {
  await admin('POST', '/v1/faults/resume', { reason: 'the test is over' });
  await publish('orders', original);
});

/** How many of eight orders at once are met, whichever instances they meet. */
async function met(): Promise<number> {
  const answers = await Promise.all(Array.from({ length: 8 }, () => order(tester)));
  return answers.filter(({ headers }) => headers.get('x-flyball-fault') === 'drill').length;
}

describe('a drill', () => {
  it('meets whom it is for, and ends with one call', async () => {
    await eventually('the drill', async () => ((await met()) === 8 ? true : undefined));
    expect(await order(tester)).toMatchObject({ status: 503, body: { by: 'fault', rule: 'drill' } });
    const spared = await order();
    expect(spared.headers.get('x-flyball-fault')).toBeNull();
    expect((await admin('GET', '/v1/faults')).body).toMatchObject({
      stopped: null,
      services: [{ service: 'orders', faults: [{ name: 'drill', inForce: true }] }],
    });

    const stopped = await admin('POST', '/v1/faults/stop', { reason: 'enough' });
    expect(stopped).toMatchObject({ status: 200, body: { complete: true, failed: [] } });
    await eventually('the end of the drill', async () => ((await met()) === 0 ? true : undefined));
    await eventually('an order', async () => ((await order(tester)).status === 201 ? true : undefined));
  });
});
