// What a limit of concurrency does to invocations, over a table that answers as DynamoDB does.
import { describe, expect, it } from 'vitest';
import { concurrencyPolicy } from '../../../../middleware/concurrency/index.ts';
import { settlementOf } from '../../../../middleware/kernel/deferral.ts';
import { loadOf } from '../../../../middleware/kernel/load.ts';
import type { ConcurrencyRule } from '../../../../middleware/kernel/rules/document.ts';
import { keys } from '../../../../store/keys.ts';
import * as events from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInvocation } from '../../../support/instance.ts';
import { memoryTable, type MemoryTable } from '../../../support/memory-table.ts';
import { governed, settled } from './stack.ts';

const writers = (rule: ConcurrencyRule) => ({ concurrency: { 'db-writers': rule } });

/** The slots that hold a permit. */
function held(table: MemoryTable, rule = 'db-writers', shard = 0): string[] {
  return Object.keys(table.item(keys.permits('orders', rule, shard)) ?? {})
    .filter((name) => /^s\d+$/.test(name))
    .sort();
}

describe('a limit of the fleet', () => {
  it('admits as many as it says across instances, refuses the next, and admits again when one has ended', async () => {
    const table = memoryTable();
    const clock = fakeClock();
    const rules = writers({ limit: 2 });
    const [a, b, c] = [
      await governed(rules, table, { clock, id: 'a' }),
      await governed(rules, table, { clock, id: 'b' }),
      await governed(rules, table, { clock, id: 'c' }),
    ];
    const first = await a.begin();
    const second = await b.begin();
    expect(held(table)).toEqual(['s0', 's1']);
    expect(await c.status()).toBe(503);
    first.finish();
    await first.ended();
    expect(held(table)).toHaveLength(1);
    clock.advance(50);
    expect(await c.status()).toBe(200);
    second.finish();
    await second.ended();
    expect(held(table)).toEqual([]);
  });

  it('tells whoever is refused which rule, why and when to come back', async () => {
    const table = memoryTable();
    const one = await governed(writers({ limit: 1 }), table);
    const busy = await one.begin();
    const refused = (await (await one.begin()).ended()) as {
      statusCode: number;
      headers: Record<string, string>;
      body: string;
    };
    expect(refused.statusCode).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect(JSON.parse(refused.body)).toMatchObject({
      by: 'concurrency',
      rule: 'db-writers',
      retryAfterMs: 1_000,
      detail: 'the concurrency rule "db-writers" admits 1 at once; come back in 1 s',
    });
    expect(one.refusals).toEqual([['concurrency', 'db-writers', 'default', 1, false]]);
    busy.finish();
    await busy.ended();
  });

  it('costs two writes an invocation', async () => {
    const table = memoryTable();
    const one = await governed(writers({ limit: 5 }), table);
    for (let i = 0; i < 10; i++) await one.status();
    expect(table.requests.filter((kind) => kind === 'update')).toHaveLength(20);
  });

  it('asks the table once for refusals that follow each other', async () => {
    const table = memoryTable();
    const one = await governed(writers({ limit: 1 }), table);
    const busy = await one.begin();
    const before = table.requests.length;
    for (let i = 0; i < 10; i++) expect(await one.status()).toBe(503);
    expect(table.requests.length - before).toBe(0);
    one.clock.advance(50);
    for (let i = 0; i < 10; i++) expect(await one.status()).toBe(503);
    expect(table.requests.length - before).toBe(1);
    busy.finish();
    await busy.ended();
  });

  it('is given back when the handler fails, and when another rule refuses', async () => {
    const table = memoryTable();
    const rules = { concurrency: { 'a-first': { limit: 5 }, 'b-second': { limit: 1 } } };
    const one = await governed(rules, table);
    const busy = await one.begin();
    expect([held(table, 'a-first').length, held(table, 'b-second').length]).toEqual([1, 1]);
    expect(await one.status()).toBe(503);
    expect([held(table, 'a-first').length, held(table, 'b-second').length]).toEqual([1, 1]);
    busy.finish();
    await busy.ended();
    expect([held(table, 'a-first').length, held(table, 'b-second').length]).toEqual([0, 0]);
  });

  it('spreads many permits over several items', async () => {
    const table = memoryTable();
    const one = await governed(writers({ limit: 130 }), table);
    const all = [];
    for (let i = 0; i < 40; i++) all.push(await one.begin());
    const counts = [0, 1, 2].map((shard) => held(table, 'db-writers', shard).length);
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(40);
    for (const invocation of all) invocation.finish();
    await Promise.all(all.map((invocation) => invocation.ended()));
    expect([0, 1, 2].map((shard) => held(table, 'db-writers', shard).length)).toEqual([0, 0, 0]);
  });

  it('that was lowered admits nobody above it, while those who are there go on', async () => {
    const table = memoryTable();
    const clock = fakeClock();
    const wide = await governed(writers({ limit: 4 }), table, { clock, id: 'old' });
    const all = [await wide.begin(), await wide.begin(), await wide.begin(), await wide.begin()];
    const narrow = await governed(writers({ limit: 2 }), table, { clock, id: 'new' });
    expect(await narrow.status()).toBe(503);
    for (const invocation of all.slice(0, 2)) {
      invocation.finish();
      await invocation.ended();
    }
    for (const invocation of all.slice(2)) invocation.finish();
    await Promise.all(all.map((invocation) => invocation.ended()));
    clock.advance(50);
    expect(await narrow.status()).toBe(200);
  });

  it('says how full it is to those who ask, for two seconds', async () => {
    const table = memoryTable();
    const one = await governed(writers({ limit: 4 }), table);
    expect(loadOf(one.instance, 'db-writers', one.clock.now())).toBeUndefined();
    const busy = await one.begin();
    expect(loadOf(one.instance, 'db-writers', one.clock.now())).toBe(0.25);
    one.clock.advance(2_001);
    expect(loadOf(one.instance, 'db-writers', one.clock.now())).toBeUndefined();
    busy.finish();
    await busy.ended();
  });
});

describe('the permit of an invocation', () => {
  it('is prolonged while the handler runs, and by no timer after it', async () => {
    const table = memoryTable();
    const clock = fakeClock();
    const one = await governed(writers({ limit: 1 }), table, { clock });
    const other = await governed(writers({ limit: 1 }), table, { clock, id: 'other' });
    const long = await one.begin(undefined, testContext(clock, 60_000, 'long'));
    for (let second = 0; second < 40; second++) {
      clock.advance(1_000);
      await settled();
    }
    expect(await other.status()).toBe(503);
    long.finish();
    await long.ended();
    expect(clock.timers).toBe(0);
    expect(held(table)).toEqual([]);
  });

  it('of an instance that dies frees itself', async () => {
    const table = memoryTable();
    const clock = fakeClock();
    const dying = await governed(writers({ limit: 1 }), table, { clock });
    await dying.begin(undefined, testContext(clock, 3_000));
    const other = await governed(writers({ limit: 1 }), table, { clock, id: 'other' });
    clock.set(clock.now() + 3_350);
    expect(await other.status()).toBe(503);
    clock.set(clock.now() + 60);
    expect(await other.status()).toBe(200);
  });

  it('that somebody else holds by now, after an hour frozen, is neither prolonged nor given back', async () => {
    const table = memoryTable();
    const clock = fakeClock();
    const frozen = await governed(writers({ limit: 1 }), table, { clock });
    const thawed = await frozen.begin(undefined, testContext(clock, 900_000, 'frozen'));
    clock.set(clock.now() + 3_600_000);
    const other = await governed(writers({ limit: 1 }), table, { clock, id: 'other' });
    const holder = await other.begin();
    clock.advance(5_000);
    await settled();
    expect(frozen.internals).toContain('concurrency:permit-lost');
    thawed.finish();
    await thawed.ended();
    expect(held(table)).toEqual(['s0']);
    holder.finish();
    await holder.ended();
    expect(held(table)).toEqual([]);
  });

  it('is tried again when a renewal gets no answer', async () => {
    const table = memoryTable();
    const clock = fakeClock();
    const one = await governed(writers({ limit: 1 }), table, { clock });
    const long = await one.begin(undefined, testContext(clock, 60_000, 'long'));
    table.away = true;
    clock.advance(6_000);
    await settled();
    table.away = false;
    for (let second = 0; second < 9; second++) {
      clock.advance(1_000);
      await settled();
    }
    const other = await governed(writers({ limit: 1 }), table, { clock, id: 'other' });
    expect(await other.status()).toBe(503);
    expect(one.internals).toContain('concurrency:renewal-failed');
    long.finish();
    await long.ended();
    expect(held(table)).toEqual([]);
  });
});

describe('maxWait', () => {
  it('lets an invocation wait for a permit, and no longer', async () => {
    const table = memoryTable();
    const clock = fakeClock();
    const rules = writers({ limit: 1, maxWait: '400ms' });
    const one = await governed(rules, table, { clock });
    const busy = await one.begin();
    const waiting = one.begin();
    for (let i = 0; i < 5; i++) {
      await settled();
      clock.advance(25);
    }
    busy.finish();
    await busy.ended();
    for (let i = 0; i < 10; i++) {
      await settled();
      clock.advance(25);
    }
    const admitted = await waiting;
    const late = one.begin();
    const from = clock.now();
    for (let i = 0; i < 16; i++) {
      await settled();
      clock.advance(25);
    }
    const refused = (await (await late).ended()) as { statusCode: number; body: string };
    expect(refused.statusCode).toBe(503);
    expect(clock.now() - from).toBe(400);
    expect(refused.body).toContain('none was free for 400 ms');
    admitted.finish();
    await admitted.ended();
  });

  it('ends at the deadline', async () => {
    const table = memoryTable();
    const clock = fakeClock();
    const one = await governed(writers({ limit: 1, maxWait: '30s' }), table, { clock });
    const busy = await one.begin();
    const waiting = one.begin(undefined, testContext(clock, 100, 'short'));
    for (let i = 0; i < 4; i++) {
      await settled();
      clock.advance(25);
    }
    expect(await (await waiting).ended()).toMatchObject({ statusCode: 503 });
    busy.finish();
    await busy.ended();
  });
});

describe('priorities', () => {
  const resources = {
    report: { match: { path: '/report' }, priority: 'sheddable' },
    pay: { match: { path: '/pay' }, priority: 'critical' },
  } as const;
  const at = (path: string) => events.httpV2({ path });

  it('leave the last permits to those above them', async () => {
    const table = memoryTable();
    const one = await governed({ resources, ...writers({ limit: 20 }) }, table);
    const all = [];
    for (let i = 0; i < 18; i++) all.push(await one.begin(at('/report')));
    expect(await one.status(at('/report'))).toBe(503);
    all.push(await one.begin(at('/other')));
    expect(await one.status(at('/other'))).toBe(503);
    all.push(await one.begin(at('/pay')));
    expect(await one.status(at('/pay'))).toBe(503);
    for (const invocation of all) invocation.finish();
    await Promise.all(all.map((invocation) => invocation.ended()));
  });
});

describe('what a refusal is', () => {
  const refusedWith = async (event: unknown) => {
    const table = memoryTable();
    const one = await governed(writers({ limit: 1 }), table);
    const busy = await one.begin();
    const refused = await (await one.begin(event)).ended().catch((error: unknown) => error);
    busy.finish();
    await busy.ended();
    return { refused, refusals: one.refusals };
  };

  it('of a queue’s batch: every record goes back, and is counted', async () => {
    const { refused, refusals } = await refusedWith(events.sqs([{ body: 'a' }, { body: 'b' }], 'settlement'));
    expect((refused as { batchItemFailures: unknown[] }).batchItemFailures).toHaveLength(2);
    expect(refusals).toEqual([['concurrency', 'db-writers', 'default', 2, false]]);
  });

  it('of a queue’s record: it stays away for 1 to 5 s, and that is no attempt', async () => {
    const table = memoryTable();
    const one = await governed(writers({ limit: 1 }), table);
    const busy = await one.begin();
    const invocation = testInvocation(
      one.instance,
      events.sqs([{ body: 'a' }, { body: 'b' }, { body: 'c' }], 'settlement'),
    );
    const before = Promise.resolve(concurrencyPolicy.before?.(invocation, invocation.snapshot.of(concurrencyPolicy)));
    await expect(before).rejects.toMatchObject({ name: 'Refused', by: 'concurrency' });
    const delays = settlementOf(invocation).deferrals.map(({ delayMs = 0 }) => delayMs);
    expect(new Set(delays).size).toBe(3);
    for (const delayMs of delays) expect(delayMs).toBeGreaterThanOrEqual(1_000);
    for (const delayMs of delays) expect(delayMs).toBeLessThan(5_000);
    busy.finish();
    await busy.ended();
  });

  it('of a FIFO queue’s batch: all of it stays away for as long', async () => {
    const table = memoryTable();
    const one = await governed(writers({ limit: 1 }), table);
    const busy = await one.begin();
    const invocation = testInvocation(one.instance, events.sqsFifo([{ body: 'a' }, { body: 'b' }], 'settlement.fifo'));
    const before = Promise.resolve(concurrencyPolicy.before?.(invocation, invocation.snapshot.of(concurrencyPolicy)));
    await expect(before).rejects.toMatchObject({ name: 'Refused' });
    expect(new Set(settlementOf(invocation).deferrals.map(({ delayMs }) => delayMs)).size).toBe(1);
    busy.finish();
    await busy.ended();
  });

  it('of a stream: its shard waits at the first record', async () => {
    const { refused } = await refusedWith(events.kinesis(2));
    expect((refused as { batchItemFailures: unknown[] }).batchItemFailures).toHaveLength(1);
  });

  it('of a schedule: the run is skipped', async () => {
    expect((await refusedWith(events.schedule())).refused).toEqual({ skipped: true, rule: 'db-writers' });
  });

  it('of a direct invoke: an error with a name', async () => {
    expect((await refusedWith({ orderId: 1 })).refused).toMatchObject({ name: 'Refused', by: 'concurrency' });
  });
});

describe('mode: shadow', () => {
  it('takes permits, tells what it would have refused, and refuses nobody', async () => {
    const table = memoryTable();
    const one = await governed(writers({ limit: 1, mode: 'shadow' }), table);
    const busy = await one.begin();
    await settled();
    expect(held(table)).toEqual(['s0']);
    expect(await one.status()).toBe(200);
    expect(one.refusals).toEqual([['concurrency', 'db-writers', 'default', 1, true]]);
    busy.finish();
    await busy.ended();
    expect(held(table)).toEqual([]);
  });
});

describe('a store that is away', () => {
  it.each([
    ['local', undefined, 200, 503],
    ['allow', 'allow', 200, 200],
    ['reject', 'reject', 503, 503],
  ] as const)('with whenStoreFails: %s', async (_name, whenStoreFails, first, second) => {
    const table = memoryTable();
    table.away = true;
    const one = await governed(writers({ limit: 1, ...(whenStoreFails ? { whenStoreFails } : {}) }), table);
    const busy = await one.begin();
    expect(await one.status()).toBe(second);
    busy.finish();
    expect(((await busy.ended()) as { statusCode: number }).statusCode).toBe(first);
    expect(one.internals).toContain('concurrency:store-failed');
  });
});

describe('scope: instance', () => {
  it('counts in memory, and never asks the table', async () => {
    const table = memoryTable();
    const one = await governed(writers({ limit: 2, scope: 'instance' }), table);
    const all = [await one.begin(), await one.begin()];
    expect(loadOf(one.instance, 'db-writers', one.clock.now())).toBe(1);
    expect(await one.status()).toBe(503);
    for (const invocation of all) invocation.finish();
    await Promise.all(all.map((invocation) => invocation.ended()));
    expect(await one.status()).toBe(200);
    expect(table.requests.filter((kind) => kind === 'update')).toEqual([]);
  });
});
