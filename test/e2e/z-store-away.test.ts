import { describe, expect, it } from 'vitest';
import { eventually, order, request, world } from './client.ts';

const charge = () => request('POST', '/payments/charges', { orderId: 'store-away', amount: 100 });

/** Requests that do not themselves need the table, a few at a time, for as long at least, and so many that all workers are met. */
async function traffic(forMs: number): Promise<Awaited<ReturnType<typeof charge>>[]> {
  const until = performance.now() + forMs;
  const answers: Awaited<ReturnType<typeof charge>>[] = [];
  while (performance.now() < until || answers.length < 60) {
    answers.push(...(await Promise.all([charge(), charge(), request('POST', '/orders', '{}')])));
  }
  return answers;
}

/**
 * Who first meets the silence waits for the store's limits; who comes after does not. The quickest tell of that, the others
 * of what else this machine had to do: that none waited for too long, their statuses say.
 */
function expectNoWaiting(answers: readonly { readonly ms: number }[]): void {
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  expect(times[Math.floor(times.length * 0.1)]).toBeLessThan(1_000);
}

const statusesOf = (answers: readonly { readonly status: number }[]) =>
  [...new Set(answers.map(({ status }) => status))].sort();

const ordersAreMade = () =>
  eventually('orders', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => order()));
    return made.every(({ status }) => status === 201) ? true : undefined;
  });

describe('with the table silent under traffic', () => {
  it('no request fails that does not itself need the table, and all heals when it speaks again', async () => {
    for (let i = 0; i < 8; i++) expect((await charge()).status).toBe(200);
    process.kill(world.dynamodbPid, 'SIGSTOP');
    try {
      const answers = await traffic(5_000);
      expect(statusesOf(answers)).toEqual([200, 400]);
      expectNoWaiting(answers);
      // The page needs no table to say that nobody can be asked.
      expect((await request('GET', '/console')).status).toBe(200);
    } finally {
      process.kill(world.dynamodbPid, 'SIGCONT');
    }
    await ordersAreMade();
  });
});

describe('with the table killed under traffic', () => {
  it('no request fails that does not itself need the table, and all heals when it is back', async () => {
    for (let i = 0; i < 8; i++) expect((await charge()).status).toBe(200);
    process.kill(world.dynamodbPid, 'SIGKILL');
    // At once, since it is back after ten seconds. An order needs the table for itself: a plain answer, not a hang.
    const [refused, health] = await Promise.all([order(), request('GET', '/v1/health')]);
    expect(refused.status).toBeGreaterThanOrEqual(500);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(health.status).toBe(503);
    const answers = await traffic(5_000);
    expect(statusesOf(answers)).toEqual([200, 400]);
    expectNoWaiting(answers);

    await eventually('health', async () => ((await request('GET', '/v1/health')).status === 200 ? true : undefined));
    await ordersAreMade();
  });
});
