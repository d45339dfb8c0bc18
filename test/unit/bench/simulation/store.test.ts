// The simulated table: what takes time, what gets lost, and what is too much for it.
import { describe, expect, it } from 'vitest';
import { SimulatedStore, type StoreOptions } from '../../../../bench/simulation/store.ts';
import { BEGIN_MS, World } from '../../../../bench/simulation/world.ts';
import type { Table } from '../../../../store/port.ts';

const OPTIONS: StoreOptions = { latency: () => 10, itemWritesPerS: 3, tableWritesPerS: 5, outages: [] };

function stored(options: Partial<StoreOptions> = {}, offsetMs = 0) {
  const world = new World();
  const store = new SimulatedStore(world, () => 0.5, { ...OPTIONS, ...options });
  const late: (() => void)[] = [];
  const asker = { frozen: false, now: () => world.nowMs + offsetMs };
  const deliver = (news: () => void) => (asker.frozen ? void late.push(news) : news());
  return { world, store, asker, late, table: store.tableOf({ now: asker.now, deliver }) };
}

/** Counts an item up, and tells when the answer came or why none did. */
async function count(table: Table, world: World, pk = 'a', timeoutMs?: number): Promise<string> {
  const key = { pk, sk: 's' };
  const options = timeoutMs === undefined ? {} : { timeoutMs };
  try {
    const { item } = await table.update({ key, update: 'ADD n :one', values: { ':one': 1 }, ...options });
    return `${Number(item?.['n'])} after ${world.nowMs - BEGIN_MS} ms`;
  } catch (error) {
    return `${error instanceof Error && 'reason' in error ? String(error.reason) : 'other'} after ${world.nowMs - BEGIN_MS} ms`;
  }
}

describe('the simulated table', () => {
  it('answers after its latency', async () => {
    const { world, table } = stored();
    const answer = count(table, world);
    await world.run(BEGIN_MS + 1_000);
    expect(await answer).toBe('1 after 10 ms');
  });

  it('carries out what nobody waits for any more', async () => {
    const { world, table, store } = stored();
    const answer = count(table, world, 'a', 8);
    await world.run(BEGIN_MS + 1_000);
    expect(await answer).toBe('timeout after 8 ms');
    expect(store.items).toEqual([{ pk: 'a', sk: 's', n: 1 }]);
  });

  it('does not answer while it is away', async () => {
    const { world, table, store } = stored({ outages: [{ fromMs: BEGIN_MS, toMs: BEGIN_MS + 100 }] });
    const lost = count(table, world);
    await world.run(BEGIN_MS + 200);
    expect(await lost).toBe('timeout after 100 ms');
    expect(store.items).toEqual([]);
    const answer = count(table, world);
    await world.run(BEGIN_MS + 300);
    expect(await answer).toBe('1 after 210 ms');
  });

  it('refuses more writes of an item, and of all items, than it takes in a second', async () => {
    const { world, table, store } = stored();
    const answers = ['a', 'a', 'a', 'a', 'b', 'c', 'd'].map((pk) => count(table, world, pk));
    await world.run(BEGIN_MS + 900);
    const throttled = 'throttled after 10 ms';
    const [one, two, three] = [1, 2, 3].map((n) => `${n} after 10 ms`);
    expect(await Promise.all(answers)).toEqual([one, two, three, throttled, one, one, throttled]);
    expect(store).toMatchObject({ writes: 5, throttled: 2, mostWritesPerItemS: 3 });
    await world.run(BEGIN_MS + 1_000);
    const next = count(table, world);
    await world.run(BEGIN_MS + 2_000);
    expect(await next).toBe('4 after 1010 ms');
  });

  it('is heard by a frozen environment when that thaws', async () => {
    const { world, table, asker, late } = stored();
    asker.frozen = true;
    const answer = count(table, world);
    await world.run(BEGIN_MS + 50);
    for (const news of late) news();
    expect(await answer).toBe('1 after 50 ms');
  });

  it('tells by its dates how far a clock is off', async () => {
    const { world, table } = stored({ itemWritesPerS: 1_000, tableWritesPerS: 1_000 }, 300);
    for (let ms = 0; ms < 5_000; ms += 90) {
      world.at(BEGIN_MS + ms, () => void count(table, world));
    }
    await world.run(BEGIN_MS + 6_000);
    const { lowMs = NaN, highMs = NaN } = table.skew?.() ?? {};
    expect(lowMs).toBeLessThanOrEqual(-300);
    expect(highMs).toBeGreaterThanOrEqual(-300);
    expect(highMs - lowMs).toBeLessThan(60);
  });
});
