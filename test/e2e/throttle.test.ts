import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, order, publish, rulesOf } from './client.ts';

let original: Record<string, unknown>;

beforeAll(async () => {
  original = await rulesOf('orders');
  await publish('orders', {
    ...original,
    throttles: { 'per-key': { limit: '5/10s', key: ['header:x-api-key'], resources: ['create-order'] } },
  });
  // Instances learn of it one by one, under traffic all within six seconds: one that has just looked is the last to know,
  // and may answer next to nothing of one round and all of the next.
  const publishedAt = performance.now();
  await eventually('the throttle', async () => {
    const key = { 'x-api-key': `warm-${performance.now()}` };
    const answers = await Promise.all(Array.from({ length: 40 }, () => order(key)));
    const known = answers.filter(({ status }) => status === 429).length >= 34;
    return known && performance.now() - publishedAt > 6_000 ? true : undefined;
  });
});

afterAll(() => publish('orders', original));

describe('a throttle of 5/10s by key', () => {
  it('refuses the sixth order and says by which rule and when to come back', async () => {
    const key = { 'x-api-key': 'alice' };
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await order(key)).status);
    expect(statuses).toEqual([201, 201, 201, 201, 201]);
    const sixth = await order(key);
    expect(sixth.status).toBe(429);
    expect(sixth.headers.get('content-type')).toBe('application/problem+json');
    expect(Number(sixth.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(sixth.headers.get('ratelimit-policy')).toBe('"per-key";q=5;w=10');
    expect(sixth.headers.get('ratelimit')).toMatch(/^"per-key";r=0;t=[0-9]+$/);
    expect(sixth.body).toMatchObject({ status: 429, rule: 'per-key' });
    expect((await order({ 'x-api-key': 'bob' })).status).toBe(201);
  });

  it('admits five of forty at once, whichever of several instances they meet', async () => {
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: 40 }, () => order({ 'x-api-key': 'carol' })));
    const tookMs = performance.now() - startedAt;
    const admitted = answers.filter(({ status }) => status === 201).length;
    expect(admitted).toBeGreaterThanOrEqual(5);
    // One more for every two seconds that pass while they are being answered.
    expect(admitted).toBeLessThanOrEqual(5 + Math.floor(tookMs / 2_000));
    expect(answers.every(({ status }) => status === 201 || status === 429)).toBe(true);
    const instances = new Set(
      answers.map(({ headers }) => headers.get('x-flyball-instance')).filter((id) => id !== null),
    );
    expect(instances.size).toBeGreaterThan(1);
  });

  it('stops within six seconds of being lifted, without a restart', async () => {
    const key = { 'x-api-key': 'dave' };
    for (let i = 0; i < 6; i++) await order(key);
    expect((await order(key)).status).toBe(429);
    const startedAt = performance.now();
    await publish('orders', original);
    await eventually(
      'an order',
      async () => {
        const answers = await Promise.all(Array.from({ length: 6 }, () => order(key)));
        return answers.every(({ status }) => status === 201) ? true : undefined;
      },
      6_000,
    );
    expect(performance.now() - startedAt).toBeLessThan(6_000);
  });
});
