import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, KNOWN_EVERYWHERE_MS, order, publish, rulesOf } from './client.ts';

let original: Record<string, unknown>;

beforeAll(async () => {
  original = await rulesOf('orders');
  await publish('orders', {
    ...original,
    throttles: { 'per-key': { limit: '5/h', key: ['header:x-api-key'], resources: ['create-order'] } },
  });
  // Instances learn of it one by one, under traffic all within six seconds: one that has just looked is the last to know,
  // and may answer next to nothing of one round and all of the next.
  const publishedAt = performance.now();
  await eventually('the throttle', async () => {
    const key = { 'x-api-key': `warm-${performance.now()}` };
    const answers = await Promise.all(Array.from({ length: 40 }, () => order(key)));
    const known = answers.filter(({ status }) => status === 429).length >= 34;
    return known && performance.now() - publishedAt > KNOWN_EVERYWHERE_MS ? true : undefined;
  });
});

afterAll(() => publish('orders', original));

describe('a throttle of 5/h by key', () => {
  it('refuses the sixth order and says by which rule and when to come back', async () => {
    const key = { 'x-api-key': 'alice' };
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await order(key)).status);
    expect(statuses).toEqual([201, 201, 201, 201, 201]);
    const sixth = await order(key);
    expect(sixth.status).toBe(429);
    expect(sixth.headers.get('content-type')).toBe('application/problem+json');
    expect(Number(sixth.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(sixth.headers.get('ratelimit-policy')).toBe('"per-key";q=5;w=3600');
    expect(sixth.headers.get('ratelimit')).toMatch(/^"per-key";r=0;t=[0-9]+$/);
    expect(sixth.body).toMatchObject({ status: 429, rule: 'per-key' });
    expect((await order({ 'x-api-key': 'bob' })).status).toBe(201);
  });

  it('admits five of forty at once, whichever of several instances they meet', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => order({ 'x-api-key': 'carol' })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(answers.every(({ status }) => status === 201 || status === 429)).toBe(true);
    const instances = new Set(
      answers.map(({ headers }) => headers.get('x-flyball-instance')).filter((id) => id !== null),
    );
    expect(instances.size).toBeGreaterThan(1);
  });

  it('stops once it is lifted, without a restart', async () => {
    const key = { 'x-api-key': 'dave' };
    for (let i = 0; i < 6; i++) await order(key);
    expect((await order(key)).status).toBe(429);
    await publish('orders', original);
    await eventually('an order', async () => {
      const answers = await Promise.all(Array.from({ length: 6 }, () => order(key)));
      return answers.every(({ status }) => status === 201) ? true : undefined;
    });
  });
});
