import { describe, expect, it } from 'vitest';
import { eventually, order, request, world } from './client.ts';

const charge = () => request('POST', '/payments/charges', { orderId: 'store-away', amount: 100 });

describe('with the table killed under traffic', () => {
  it('no request fails that does not itself need the table, and all heals when it is back', async () => {
    for (let i = 0; i < 8; i++) expect((await charge()).status).toBe(200);
    process.kill(world.dynamodbPid, 'SIGKILL');

    const until = performance.now() + 5_000;
    const answers: Awaited<ReturnType<typeof charge>>[] = [];
    while (performance.now() < until) {
      answers.push(...(await Promise.all([charge(), charge(), request('POST', '/orders', '{}')])));
    }
    const statuses = new Map<number, number>();
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    expect([...statuses.keys()].sort()).toEqual([200, 400]);
    const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
    expect(times[Math.floor(times.length * 0.95)]).toBeLessThan(250);
    // An order needs the table for itself: a plain answer in good time, not a hang.
    const refused = await order();
    expect(refused.status).toBeGreaterThanOrEqual(500);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect((await request('GET', '/v1/health')).status).toBe(503);

    await eventually(
      'health',
      async () => ((await request('GET', '/v1/health')).status === 200 ? true : undefined),
      30_000,
    );
    await eventually(
      'orders',
      async () => {
        const made = await Promise.all(Array.from({ length: 6 }, () => order()));
        return made.every(({ status }) => status === 201) ? true : undefined;
      },
      40_000,
    );
  });
});
