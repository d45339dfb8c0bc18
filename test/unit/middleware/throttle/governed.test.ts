// Throttles within a governed function: held requests, costs, what callers are told and flyball.peek, all in one stack.
import { describe, expect, it } from 'vitest';
import { flyball } from '../../../../middleware/index.ts';
import { events, testGovernor } from '../../../../middleware/testing/index.ts';

const smooth = { algorithm: 'leaky-bucket', limit: '10/s', maxWait: '1s', scope: 'instance' } as const;

describe('a governed function', () => {
  it('runs requests an interval apart, and answers them all', async () => {
    using kit = await testGovernor({ service: 'shop', rules: { throttles: { smooth } } });
    const began: number[] = [];
    const start = kit.clock.now();
    const handler = kit.governed((_event: unknown) => {
      began.push(kit.clock.now() - start);
      return { statusCode: 204 };
    });
    const answers = Promise.all(Array.from({ length: 4 }, () => kit.invoke(handler, events.httpV2())));
    for (let i = 0; i < 4; i++) await kit.advance('100ms');
    expect(await answers).toEqual(Array.from({ length: 4 }, () => ({ statusCode: 204 })));
    expect(began).toEqual([0, 100, 200, 300]);
  });

  it('gives whoever is held no more time than there was', async () => {
    using kit = await testGovernor({
      service: 'shop',
      rules: {
        resources: { web: { match: { trigger: 'http' }, deadline: { timeout: '150ms' } } },
        throttles: { smooth },
      },
    });
    const handler = kit.governed((_event: unknown) => ({ statusCode: 204 }));
    expect(await kit.invoke(handler, events.httpV2())).toEqual({ statusCode: 204 });
    // Its turn is 100 ms away, and it may wait for half of 150.
    expect(await kit.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 429 });
  });

  it('lets its handler look at what is left, and tells the caller', async () => {
    const told = { limit: '5/10s', scope: 'instance', cost: 'header:x-cost', headers: 'always' } as const;
    using kit = await testGovernor({ service: 'shop', rules: { throttles: { told } } });
    const handler = kit.governed(async (_event: unknown) => ({
      statusCode: 200,
      body: JSON.stringify(await flyball.peek('told')),
    }));
    expect(await kit.invoke(handler, events.httpV2({ headers: { 'x-cost': '3' } }))).toEqual({
      statusCode: 200,
      body: '{"limit":5,"remaining":2,"resetMs":2000}',
      headers: { 'ratelimit-policy': '"told";q=5;w=10', ratelimit: '"told";r=2;t=2' },
    });
    expect(await kit.invoke(handler, events.httpV2({ headers: { 'x-cost': '3' } }))).toMatchObject({
      statusCode: 429,
      headers: { 'retry-after': '2', ratelimit: '"told";r=0;t=2' },
    });
    expect(await kit.invoke(handler, events.httpV2({ headers: { 'x-cost': '9' } }))).toMatchObject({ statusCode: 400 });
  });
});
