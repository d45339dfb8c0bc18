// Quotas are asked last: nothing counts against a month that something else refuses.
import { describe, expect, it } from 'vitest';
import { flyball } from '../../../../middleware/index.ts';
import { events, testGovernor } from '../../../../middleware/testing/index.ts';

const quota = { algorithm: 'fixed-window', limit: '10/day', key: ['client'] } as const;

describe('a quota', () => {
  it('counts no request that a limit of concurrency refuses', async () => {
    const concurrency = { one: { limit: 1, scope: 'instance' } } as const;
    using kit = await testGovernor({ service: 'shop', rules: { throttles: { daily: quota }, concurrency } });
    let release = () => {};
    const first = new Promise<void>((resolve) => (release = resolve));
    let handled = 0;
    const left: (number | undefined)[] = [];
    const handler = kit.governed(async (_event: unknown) => {
      if ((handled += 1) === 1) await first;
      left.push((await flyball.peek('daily'))?.remaining);
      return { statusCode: 200 };
    });
    const waiting = kit.invoke(handler, events.httpV2());
    expect(await kit.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 503 });
    expect(await kit.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 503 });
    release();
    await waiting;
    await kit.invoke(handler, events.httpV2());
    expect(left).toEqual([9, 8]);
  });

  it('counts no request that a throttle with a wider key refuses', async () => {
    const throttles = { daily: quota, everyone: { limit: '1/min', burst: 1, scope: 'instance' } } as const;
    using kit = await testGovernor({ service: 'shop', rules: { throttles } });
    const left: (number | undefined)[] = [];
    const handler = kit.governed(async (_event: unknown) => {
      left.push((await flyball.peek('daily'))?.remaining);
      return { statusCode: 200 };
    });
    const statuses: unknown[] = [];
    for (let i = 0; i < 4; i++) statuses.push(await kit.invoke(handler, events.httpV2()));
    expect(statuses.map((answer) => (answer as { statusCode: number }).statusCode)).toEqual([200, 429, 429, 429]);
    await kit.advance('61s');
    await kit.invoke(handler, events.httpV2());
    expect(left).toEqual([9, 8]);
  });

  it('refuses by itself, with what it has left for whoever asks', async () => {
    using kit = await testGovernor({ service: 'shop', rules: { throttles: { daily: { ...quota, limit: '2/day' } } } });
    const handler = kit.governed((_event: unknown) => ({ statusCode: 200 }));
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) {
      const answer: { statusCode: number } = await kit.invoke(handler, events.httpV2());
      statuses.push(answer.statusCode);
    }
    expect(statuses).toEqual([200, 200, 429]);
  });
});
