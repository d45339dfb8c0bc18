// Faults of flyball's own store: what a function does without it can be tested in a millisecond.
import { describe, expect, it } from 'vitest';
import { flyball } from '../../../../middleware/index.ts';
import { events, fakeClock, testGovernor, type TestGovernor } from '../../../../middleware/testing/index.ts';
import { StoreFaults } from '../../../../middleware/testing/store-faults.ts';
import { memoryTable } from '../../../../middleware/testing/table/memory-table.ts';

const created = { statusCode: 201, body: '' };
const rules = (whenStoreFails: 'local' | 'allow' | 'reject') => ({
  throttles: { everyone: { limit: '1/s', burst: 1, whenStoreFails } },
});

async function statusOf(governor: TestGovernor): Promise<number> {
  return (
    await governor.invoke(
      governor.governed(() => created),
      events.httpV2(),
    )
  ).statusCode;
}

describe('a store that is down', () => {
  it.each([
    ['local', [201, 429]],
    ['allow', [201, 201]],
    ['reject', [503, 503]],
  ] as const)('whenStoreFails: %s', async (whenStoreFails, expected) => {
    const governor = await testGovernor({ service: 'shop', rules: rules(whenStoreFails) });
    governor.store.down();
    expect([await statusOf(governor), await statusOf(governor)]).toEqual(expected);
    expect(governor.recorded.internal).toContain('throttle:store-failed');
  });

  it('is found well again after flyball’s own back-off', async () => {
    const governor = await testGovernor({ service: 'shop', rules: rules('reject') });
    governor.store.down();
    for (let i = 0; i < 5; i++) await statusOf(governor);
    governor.store.up();
    expect(await statusOf(governor)).toBe(503);
    await governor.advance('30s');
    await statusOf(governor);
    await governor.advance('30s');
    expect(await statusOf(governor)).toBe(201);
  });

  it('may be down for a whole fleet', async () => {
    const first = await testGovernor({ service: 'shop', rules: rules('local') });
    const second = await first.another();
    first.store.down();
    expect([await statusOf(first), await statusOf(second)]).toEqual([201, 201]);
  });

  it('may be down before an instance starts: it then has no rules', async () => {
    const governor = await testGovernor({ service: 'shop', rules: rules('reject') });
    governor.store.down();
    const other = await governor.another();
    expect([await statusOf(other), await statusOf(other)]).toEqual([201, 201]);
  });
});

describe('a store that is slow', () => {
  it('delays an invocation by what flyball waits at most', async () => {
    const governor = await testGovernor({ service: 'shop', rules: rules('local') });
    const start = governor.clock.now();
    governor.store.slow('10s');
    expect(await statusOf(governor)).toBe(201);
    expect(governor.clock.now() - start).toBeLessThanOrEqual(200);
    expect(governor.clock.now() - start).toBeGreaterThanOrEqual(100);
  });

  it('delays an invocation by one budget, however much of it asks, and soon by nothing', async () => {
    const governor = await testGovernor({
      service: 'shop',
      rules: {
        throttles: { everyone: { limit: '1k/s' } },
        dependencies: { payments: { breaker: { failureRate: '50%' } } },
      },
    });
    governor.store.slow('10s');
    const charge = governor.governed(() => flyball.run('payments', () => Promise.resolve(created)));
    const waits: number[] = [];
    for (let i = 0; i < 20; i++) {
      const start = governor.clock.now();
      expect(await governor.invoke(charge, events.httpV2())).toMatchObject(created);
      waits.push(governor.clock.now() - start);
    }
    expect(waits[0]).toBeGreaterThanOrEqual(100);
    expect(Math.max(...waits)).toBeLessThanOrEqual(200);
    expect(waits.slice(2)).toEqual(Array(18).fill(0));
  });

  it('is waited for when it is quick enough', async () => {
    const governor = await testGovernor({ service: 'shop', rules: rules('reject') });
    governor.store.slow('20ms');
    expect([await statusOf(governor), await statusOf(governor)]).toEqual([201, 429]);
  });
});

it('a store that rejects is asked less and less', async () => {
  const governor = await testGovernor({ service: 'shop', rules: rules('local') });
  governor.store.rejects();
  for (let i = 0; i < 3; i++) await statusOf(governor);
  const asked = governor.store.requests.length;
  for (let i = 0; i < 10; i++) await statusOf(governor);
  expect(governor.store.requests).toHaveLength(asked);
});

describe('each fault by itself', () => {
  const key = { pk: 'a', sk: 'b' };
  function faulty() {
    const clock = fakeClock();
    const table = memoryTable();
    const store = new StoreFaults(clock);
    return { clock, table, store, faulty: store.over(table) };
  }

  it('down: no connection', async () => {
    const { store, faulty: table } = faulty();
    store.down();
    await expect(table.get(key)).rejects.toMatchObject({ name: 'StoreUnavailable', reason: 'connect' });
  });

  it('rejecting: with the type asked for', async () => {
    const { store, faulty: table } = faulty();
    store.rejects();
    await expect(table.get(key)).rejects.toMatchObject({ name: 'StoreRejected', type: 'AccessDeniedException' });
    store.rejects('ResourceNotFoundException');
    await expect(table.delete({ key })).rejects.toMatchObject({ type: 'ResourceNotFoundException' });
  });

  it('slow: answers in its time', async () => {
    const { clock, store, faulty: table } = faulty();
    store.slow('30ms');
    const put = table.put({ item: key });
    const settled: string[] = [];
    void put.then(() => settled.push('put'));
    await Promise.resolve();
    clock.advance(29);
    await new Promise(setImmediate);
    expect(settled).toEqual([]);
    clock.advance(1);
    expect(await put).toMatchObject({ applied: true });
    expect(clock.timers).toBe(0);
  });

  it.each([
    ['the usual limit', {}, 100],
    ['a limit of the call’s own', { timeoutMs: 40 }, 40],
  ])('too slow: %s passes, and the write has been applied all the same', async (_name, options, limitMs) => {
    const { clock, table, store, faulty: slow } = faulty();
    store.slow('1s');
    const put = slow.put({ item: key, ...options });
    const refused = expect(put).rejects.toMatchObject({ reason: 'timeout' });
    await new Promise(setImmediate);
    clock.advance(limitMs);
    await refused;
    expect(table.item(key)).toEqual(key);
  });

  it('slow: ends with its caller', async () => {
    const { clock, store, faulty: table } = faulty();
    store.slow('1s');
    const caller = new AbortController();
    const query = table.query({ pk: 'a', signal: caller.signal });
    const refused = expect(query).rejects.toMatchObject({ reason: 'aborted' });
    await new Promise(setImmediate);
    caller.abort();
    await refused;
    expect(clock.timers).toBe(0);
  });

  it('up: all is as it was', async () => {
    const { store, faulty: table } = faulty();
    store.down();
    store.up();
    expect(await table.update({ key, update: 'ADD n :n', values: { ':n': 1 } })).toMatchObject({ item: { n: 1 } });
    expect(store.requests.map(({ kind }) => kind)).toEqual(['update']);
  });
});
