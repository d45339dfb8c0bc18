// How instances find one limit together: what they report, how often, and who decides.
import { describe, expect, it } from 'vitest';
import type { ConcurrencyRule } from '../../../../middleware/kernel/rules/document.ts';
import { permitStore, readPermits } from '../../../../store/items/permits.ts';
import { StoreUnavailable } from '../../../../store/port.ts';
import { keys } from '../../../../store/keys.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { memoryTable, type MemoryTable } from '../../../support/memory-table.ts';
import { governed, type Governed } from './stack.ts';

const database: ConcurrencyRule = { limit: 'adaptive', floor: 3, ceiling: 40 };
const rules = { concurrency: { database } };
const seen = async (table: MemoryTable) => await readPermits(table, 'orders', 'database', 0);

/** One invocation of so many ms. */
async function invoke(one: Governed, ms: number): Promise<void> {
  const invocation = await one.begin();
  one.clock.advance(ms);
  invocation.finish();
  await invocation.ended();
}

describe('an instance', () => {
  it('reports once a second at most, and nothing twice', async () => {
    const table = memoryTable();
    const reported: (readonly [calls: number, busyUs: number])[] = [];
    const counting = {
      ...table,
      update: (request: Parameters<typeof table.update>[0]) => {
        const { ':calls': calls, ':busy': busyUs } = request.values ?? {};
        if (request.update.includes('ADD calls')) reported.push([Number(calls), Number(busyUs)]);
        return table.update(request);
      },
    };
    const one = await governed(rules, counting);
    for (let i = 0; i < 100; i++) await invoke(one, 50);
    expect(reported.length).toBeGreaterThanOrEqual(4);
    expect(reported.length).toBeLessThanOrEqual(7);
    const calls = reported.reduce((sum, [count]) => sum + count, 0);
    expect(calls).toBeGreaterThan(70);
    expect(calls).toBeLessThan(100);
    expect(reported.reduce((sum, [, busyUs]) => sum + busyUs, 0)).toBe(calls * 50_000);
  });

  it('begins at the floor, and learns the fleet’s limit with its first claim', async () => {
    const table = memoryTable();
    const clock = fakeClock();
    const store = permitStore(table, 'orders', 'database', 0);
    await store.report(1, 50_000, clock.now());
    const found = {
      limit: 12,
      probe: 0,
      phase: 'run',
      baseMs: 50,
      measuredAt: clock.now(),
      measuredLimit: 12,
    } as const;
    await store.decide({ startedAt: clock.now(), calls: 1, busyUs: 50_000 }, found, clock.now());
    const one = await governed(rules, table, { clock });
    const all = [];
    for (let i = 0; i < 12; i++) all.push(await one.begin());
    expect(await one.status()).toBe(503);
    for (const invocation of all) invocation.finish();
    await Promise.all(all.map((invocation) => invocation.ended()));
    expect(one.refusals).toHaveLength(1);
  });

  it('measures what ended well, and not what was refused or failed at once', async () => {
    const table = memoryTable();
    const one = await governed({ concurrency: { database: { ...database, floor: 1 } } }, table);
    const busy = await one.begin();
    for (let i = 0; i < 3; i++) expect(await one.status()).toBe(503);
    one.clock.advance(80);
    busy.finish();
    await busy.ended();
    one.clock.advance(1_300);
    await invoke(one, 20);
    expect((await seen(table))?.window).toMatchObject({ calls: 1, busyUs: 80_000 });
  });
});

describe('a window', () => {
  it('that nobody ended for a minute is dropped, and with it a measurement that had begun', async () => {
    const table = memoryTable();
    const clock = fakeClock();
    const store = permitStore(table, 'orders', 'database', 0);
    await store.report(500, 500 * 90_000, clock.now());
    const measuring = {
      limit: 20,
      probe: 12,
      phase: 'measure',
      baseMs: 50,
      measuredAt: clock.now(),
      measuredLimit: 20,
    } as const;
    await store.decide({ startedAt: clock.now(), calls: 0, busyUs: 0 }, measuring, clock.now());
    const one = await governed(rules, table, { clock });
    clock.advance(3_600_000);
    await one.status();
    const record = await seen(table);
    expect(record?.adaptive).toMatchObject({ limit: 20, probe: 0, phase: 'run', baseMs: 50 });
    expect(record?.window).toEqual({ startedAt: clock.now(), calls: 0, busyUs: 0 });
  });

  it.each([
    ['an hour ahead', 3_600_000],
    ['beyond all time', 9e120],
    ['before all time', -9e120],
  ])('that begins %s of every clock is dropped, and what somebody made of the rest with it', async (_when, aheadMs) => {
    const table = memoryTable();
    const clock = fakeClock();
    await table.update({
      key: keys.permits('orders', 'database', 0),
      update:
        'SET v = :v, windowAt = :at, calls = :huge, busyUs = :huge, lim = :huge, probe = :huge, phase = :phase, baseMs = :huge, measuredAt = :huge, measuredLim = :huge',
      values: { ':v': 1, ':at': clock.now() + aheadMs, ':huge': 9e120, ':phase': 'measure' },
    });
    const one = await governed(rules, table, { clock });
    await one.status();
    const record = await seen(table);
    expect(record?.window).toEqual({ startedAt: clock.now(), calls: 0, busyUs: 0 });
    expect(record?.adaptive).toEqual({
      ...{ limit: 40, probe: 0, phase: 'run', baseMs: 900_000 },
      ...{ measuredAt: clock.now(), measuredLimit: 40 },
    });
  });

  it('that a clock a little ahead began goes on', async () => {
    const table = memoryTable();
    const clock = fakeClock();
    await permitStore(table, 'orders', 'database', 0).report(3, 150_000, clock.now() + 1_500);
    const one = await governed(rules, table, { clock });
    await one.status();
    expect((await seen(table))?.window).toEqual({ startedAt: clock.now() + 1_500, calls: 3, busyUs: 150_000 });
  });

  it('is decided once, whoever comes second', async () => {
    const table = memoryTable();
    const clock = fakeClock();
    const store = permitStore(table, 'orders', 'database', 0);
    const { record } = await store.report(100, 5_000_000, clock.now());
    const window = record?.window ?? { startedAt: 0, calls: 0, busyUs: 0 };
    const next = { limit: 5, probe: 0, phase: 'start', baseMs: 50, measuredAt: 0, measuredLimit: 3 } as const;
    expect(await store.decide(window, next, clock.now() + 1_000)).toMatchObject({ applied: true });
    const second = await store.decide(window, { ...next, limit: 40 }, clock.now() + 1_001);
    expect(second).toMatchObject({ applied: false, record: { adaptive: { limit: 5 } } });
  });
});

describe('a slot with an expiry that no clock gives', () => {
  it.each([
    ['a minute ahead', 60_000],
    ['beyond all time', 9e120],
  ])('%s keeps nobody out', async (_when, aheadMs) => {
    const table = memoryTable();
    const clock = fakeClock();
    await table.update({
      key: keys.permits('orders', 'database', 0),
      update: 'SET v = :v, s0 = :far, s1 = :far, s75 = :far',
      values: { ':v': 1, ':far': (clock.now() + aheadMs) * 1000 },
    });
    const one = await governed({ concurrency: { database: { limit: 2, whenStoreFails: 'reject' } } }, table, { clock });
    const both = [await one.begin(), await one.begin()];
    expect(await one.status()).toBe(503);
    for (const invocation of both) {
      invocation.finish();
      expect(await invocation.ended()).toEqual({ statusCode: 200 });
    }
    expect((await seen(table))?.expiries.size).toBe(0);
  });

  it('is taken by name: a claim that is long on its way takes no permit that was given meanwhile', async () => {
    const store = permitStore(memoryTable(), 'orders', 'database', 0);
    const [foreignUs, expiryUs] = [1_800_000_060_000_000, 1_800_000_010_000_000];
    await store.claim(0, { expiryUs: foreignUs, pastUs: 0 });
    const claim = { pastUs: 1_800_000_000_000_000, foreignUs };
    expect(await store.claim(0, { ...claim, expiryUs })).toMatchObject({ applied: true });
    expect(await store.claim(0, { ...claim, expiryUs: expiryUs + 7 })).toMatchObject({ applied: false });
  });
});

describe('a claim whose answer does not come', () => {
  it('is given back at the end all the same, should it have been applied', async () => {
    const table = memoryTable();
    let timingOut = true;
    const unanswered = {
      ...table,
      update: async (request: Parameters<typeof table.update>[0]) => {
        const written = await table.update(request);
        if (timingOut && request.update.startsWith('SET #slot')) throw new StoreUnavailable('timeout', 'no answer');
        return written;
      },
    };
    const one = await governed({ concurrency: { database: { limit: 1 } } }, unanswered);
    const invocation = await one.begin();
    expect(Object.keys(table.item(keys.permits('orders', 'database', 0)) ?? {})).toContain('s0');
    timingOut = false;
    invocation.finish();
    expect(await invocation.ended()).toEqual({ statusCode: 200 });
    expect(Object.keys(table.item(keys.permits('orders', 'database', 0)) ?? {})).not.toContain('s0');
  });
});
