// A fleet in shards: how many there are, where an instance counts, and that the state is one for all.
import { describe, expect, it } from 'vitest';
import { isNew, shardOf, shardsFor } from '../../../../middleware/breaker/shards.ts';
import { NO_BREAKER, recordOf } from '../../../../store/items/breaker-record.ts';
import { divideBreaker, shardedStore } from '../../../../store/items/breaker-shards.ts';
import { breakerStore, forceBreaker, readBreaker } from '../../../../store/items/breaker.ts';
import { keys } from '../../../../store/keys.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const NOW = 1_800_000_000_000;
const bucket = { index: NOW / 3_000, widthMs: 3_000, calls: 2, failures: 1, slow: 0 };
const open = { kind: 'OPEN', until: NOW + 5_000, openForMs: 5_000 } as const;

function fleetOf(shards: number) {
  const table = memoryTable();
  const store = (index: number) =>
    shardedStore(table, 'orders', 'payments', { index, of: shards, now: () => NOW, present: () => [] });
  const stored = (index: number) => recordOf(table.item(keys.breakerShard('orders', 'payments', index)));
  const authoritative = () => recordOf(table.item(keys.breaker('orders', 'payments')));
  return { table, store, stored, authoritative };
}

describe('the number of shards', () => {
  it.each([
    [1, 1, 1],
    [250, 1, 1],
    [251, 1, 2],
    [1_000, 2, 4],
    [10_000, 4, 32],
    [100_000, 32, 32],
    [600, 4, 4],
    [200, 4, 1],
  ])('of %i instances in %i is %i', (instances, current, shards) => {
    expect(shardsFor(instances, current)).toBe(shards);
  });

  it('leaves half of the instances where they are when it doubles', () => {
    const ids = Array.from({ length: 1_000 }, (_, i) => `instance-${i}`);
    const stay = ids.filter((id) => shardOf(id, 'p', 4) === shardOf(id, 'p', 8)).length;
    expect(stay).toBeGreaterThan(400);
    expect(new Set(ids.map((id) => shardOf(id, 'p', 8)))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
  });

  it('leaves nobody in the item of the state, whose writes are for what moves it', () => {
    const ids = Array.from({ length: 1_000 }, (_, i) => `instance-${i}`);
    expect(ids.filter((id) => shardOf(id, 'p', 2) === 0)).toEqual([]);
    expect(new Set(ids.map((id) => shardOf(id, 'p', 1)))).toEqual(new Set([0]));
  });

  it.each([
    [1, 2, true],
    [2, 2, true],
    [1, 4, false],
    [2, 4, false],
    [3, 4, true],
    [16, 32, false],
    [17, 32, true],
  ])('%i of %i was not there before they doubled: %s', (shard, shards, wasNot) => {
    expect(isNew(shard, shards)).toBe(wasNot);
  });
});

describe('the state', () => {
  it('is copied to all shards by whoever moves it', async () => {
    const { store, stored, authoritative } = fleetOf(4);
    expect((await store(2).move({ epoch: 0 }, { epoch: NOW, state: open }, [])).applied).toBe(true);
    expect(authoritative()).toMatchObject({ epoch: NOW, state: open });
    for (const index of [1, 2, 3, 4]) expect(stored(index)).toMatchObject({ epoch: NOW, state: open });
    expect((await store(3).look()).state).toEqual(open);
  });

  it('is copied to all shards there are, also those that whoever moves it has not heard of', async () => {
    const { store, stored, table } = fleetOf(2);
    await divideBreaker(table, 'orders', 'payments', { from: 1, to: 4 });
    await store(2).move({ epoch: 0 }, { epoch: NOW, state: open }, []);
    for (const index of [1, 2, 3, 4]) expect(stored(index)).toMatchObject({ epoch: NOW, state: open });
  });

  it('is moved once: whoever loses the race learns it, and so does its shard', async () => {
    const { store, stored, table } = fleetOf(4);
    await breakerStore(table, 'orders', 'payments').move({ epoch: 0 }, { epoch: NOW, state: open }, []);
    const lost = await store(1).move({ epoch: 0 }, { epoch: NOW + 1, state: open }, []);
    expect(lost).toMatchObject({ applied: false, record: { epoch: NOW } });
    expect(stored(1).epoch).toBe(NOW);
    expect(stored(2)).toEqual(NO_BREAKER);
  });

  it('is as the shard has it where what is read for little of the authoritative item is older', async () => {
    const { store, table } = fleetOf(2);
    const key = keys.breaker('orders', 'payments');
    await store(1).move({ epoch: 0 }, { epoch: NOW, state: { kind: 'CLOSED' } }, []);
    const old = table.item(key);
    const forcing = { service: 'orders', name: 'payments', state: 'FORCED_OPEN', reason: 'r', by: 'ada' } as const;
    await forceBreaker(table, { ...forcing, nowMs: NOW + 1 });
    await table.put({ item: { ...table.item(key), ...keys.breakerShard('orders', 'payments', 1) } });
    const lagging = {
      ...table,
      get: async (...[asked, options]: Parameters<typeof table.get>) =>
        asked.pk === key.pk && options?.consistent !== true ? old : table.get(asked, options),
    };
    const options = { index: 1, of: 2, now: () => NOW, present: () => [] };
    expect(await shardedStore(lagging, 'orders', 'payments', options).look()).toMatchObject({
      epoch: NOW + 1,
      forced: { state: 'FORCED_OPEN' },
    });
  });

  it('is as the authoritative item has it where that knows more of the same half-open period', async () => {
    const { store } = fleetOf(2);
    const first = { by: 'a', token: 'a/1', until: NOW + 1_000 };
    const halfOpen = {
      kind: 'HALF_OPEN',
      openForMs: 5_000,
      successes: 0,
      failed: 0,
      slowed: 0,
      probes: [first],
      turn: 1,
    } as const;
    await store(1).move({ epoch: 0 }, { epoch: NOW, state: halfOpen }, []);
    const next = { ...halfOpen, successes: 1, probes: [], turn: 2 };
    await store(2).move({ epoch: NOW, state: halfOpen }, { epoch: NOW, state: next }, []);
    expect((await store(1).look()).state).toEqual(next);
  });

  it('never goes back: a late copy changes nothing', async () => {
    const { store, stored } = fleetOf(2);
    await store(1).move({ epoch: 0 }, { epoch: NOW + 10, state: { kind: 'CLOSED' } }, []);
    expect((await store(1).move({ epoch: 0 }, { epoch: NOW, state: open }, [])).applied).toBe(false);
    expect(stored(1)).toMatchObject({ epoch: NOW + 10, state: { kind: 'CLOSED' } });
  });
});

describe('the counts', () => {
  it('of a shard are its own', async () => {
    const { store, stored, authoritative } = fleetOf(2);
    expect((await store(1).publish(0, [bucket], [])).record.buckets).toEqual([bucket]);
    for (const record of [authoritative(), stored(2)]) expect(record.buckets).toEqual([]);
  });

  it('are told as written where what is read beside has no answer: they would be told again', async () => {
    const { store, stored, table } = fleetOf(2);
    table.fault = (kind) => (kind === 'get' ? 'throttled' : undefined);
    expect(await store(1).publish(0, [bucket], [])).toMatchObject({ applied: true, record: { buckets: [bucket] } });
    expect(stored(1).buckets).toEqual([bucket]);
  });

  it('are not lost where the shard has not heard of their epoch: it is brought up first', async () => {
    const { store, stored, table } = fleetOf(2);
    await breakerStore(table, 'orders', 'payments').move({ epoch: 0 }, { epoch: NOW, state: { kind: 'CLOSED' } }, []);
    expect(await store(1).publish(NOW, [bucket], [])).toMatchObject({ applied: true, record: { buckets: [bucket] } });
    expect(stored(1)).toMatchObject({ epoch: NOW, buckets: [bucket] });
  });

  it('of before it was divided are forgotten with a move by a shard, which does not know them', async () => {
    const { store, authoritative, table } = fleetOf(2);
    await breakerStore(table, 'orders', 'payments').publish(
      0,
      [
        { ...bucket, index: bucket.index + 1 },
        { ...bucket, slow: 1 },
      ],
      [],
    );
    const { record } = await store(1).publish(0, [{ ...bucket, failures: 0 }], []);
    await store(1).move({ epoch: 0 }, { epoch: NOW, state: open }, record.buckets);
    expect(authoritative()).toMatchObject({ epoch: NOW, state: open, buckets: [] });
  });

  it('begin anew in a shard that is brought up', async () => {
    const { store, stored } = fleetOf(2);
    await store(1).publish(0, [bucket], []);
    await store(2).move({ epoch: 0 }, { epoch: NOW, state: open }, []);
    expect(stored(1).buckets).toEqual([]);
  });
});

it('is divided once, whoever else would', async () => {
  const { store, table } = fleetOf(1);
  await Promise.all([2, 4].map((to) => divideBreaker(table, 'orders', 'payments', { from: 1, to })));
  expect((await store(1).look()).shards).toBe(2);
});

it('is shown to operators with what all shards have counted in its epoch, and nothing of an earlier one', async () => {
  const { store, table } = fleetOf(4);
  await divideBreaker(table, 'orders', 'payments', { from: 1, to: 4 });
  for (const index of [1, 2, 3, 4]) await store(index).publish(0, [bucket], []);
  const shown = async () => (await readBreaker(table, 'orders', 'payments', NOW)).window;
  expect(await shown()).toEqual({ calls: 8, failures: 4, slow: 0 });
  await breakerStore(table, 'orders', 'payments').move({ epoch: 0 }, { epoch: NOW, state: open }, [bucket]);
  expect(await shown()).toEqual({ calls: 0, failures: 0, slow: 0 });
});
