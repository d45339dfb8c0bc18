// A breaker in several items over the network: racing instances, copies that come late, items that go missing.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { recordOf, type BreakerRecord, type HalfOpenState } from '../../../store/items/breaker-record.ts';
import { divideBreaker, shardedStore } from '../../../store/items/breaker-shards.ts';
import { breakerStore, readBreaker, type BreakerStore } from '../../../store/items/breaker.ts';
import { keys } from '../../../store/keys.ts';
import type { Key, Table } from '../../../store/port.ts';
import { breakerFleet, START, storedBreaker } from '../../support/breaker-fleet.ts';
import { reply } from '../../support/outbound.ts';
import { SOON } from '../../support/patience.ts';
import { createTable, type TestTable } from '../table.ts';

const SHARDS = 4;
const ok = reply('ok');
const failure = reply('500');
const open = { kind: 'OPEN', until: START + 5_000, openForMs: 5_000 } as const;
const bucket = { index: Math.floor(START / 3_000), widthMs: 3_000, calls: 1, failures: 1, slow: 0 };
let created: TestTable;

beforeAll(async () => {
  created = await createTable(inject('dynamodb'));
});

const shards = Array.from({ length: SHARDS }, (_, i) => i + 1);
/** With the item that holds the state, and no counts while there are shards. */
const all = [0, ...shards];
const twenty = Array.from({ length: 20 }, (_, i) => i);
const keyOf = (index: number): Key =>
  index === 0 ? keys.breaker('orders', 'payments') : keys.breakerShard('orders', 'payments', index);

interface Sharded {
  readonly table: Table;
  readonly store: (index: number) => BreakerStore;
  readonly stored: (index: number) => Promise<BreakerRecord>;
}

/** Each test has the breaker `payments` of the fleet's service to itself. */
async function fresh(adapter: 'sdk' | 'signed'): Promise<Sharded> {
  const table = created[adapter];
  for (const index of all) await table.delete({ key: keyOf(index) });
  return {
    table,
    store: (index) =>
      shardedStore(table, 'orders', 'payments', { index, of: SHARDS, now: () => START, present: () => [] }),
    stored: async (index) => recordOf(await table.get(keyOf(index), { consistent: true })),
  };
}

/** As instances do: what was refused in the epoch that it is of, since another was just bringing the item up, is told again. */
async function told(store: BreakerStore): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    const { applied, record } = await store.publish(START, [bucket], []);
    if (applied) return;
    expect(record.epoch).toBe(START);
  }
  throw new Error('refused three times in its own epoch');
}

describe.each(['sdk', 'signed'] as const)('through the %s adapter', (adapter) => {
  it('20 instances in four shards open it once: whoever loses brings its own shard up, whoever wins all of them', async () => {
    const { store, stored } = await fresh(adapter);
    const answers = await Promise.all(
      twenty.map((i) => store(1 + (i % SHARDS)).move({ epoch: 0 }, { epoch: START + i, state: open }, [])),
    );
    expect(answers.filter(({ applied }) => applied)).toHaveLength(1);
    const { epoch } = await stored(0);
    for (const { record } of answers) expect(record).toMatchObject({ epoch, state: open });
    for (const index of all) expect(await stored(index)).toMatchObject({ epoch, state: open });
  });

  it('of two transitions whose copies race, every shard ends with the later one', async () => {
    const { store, stored } = await fresh(adapter);
    const halfOpen: HalfOpenState = {
      ...{ kind: 'HALF_OPEN', openForMs: 5_000, successes: 0, failed: 0, slowed: 0, turn: 1 },
      probes: [{ by: 'a', token: 'a/1', until: START + 9_000 }],
    };
    const first = store(1).move({ epoch: 0 }, { epoch: START, state: open }, []);
    await expect.poll(async () => (await stored(0)).epoch, SOON).toBe(START);
    const second = store(2).move({ epoch: START, state: open }, { epoch: START + 5_000, state: halfOpen }, []);
    expect((await Promise.all([first, second])).map(({ applied }) => applied)).toEqual([true, true]);
    for (const index of all) expect(await stored(index)).toMatchObject({ epoch: START + 5_000, state: halfOpen });
  });

  it('20 reports of an epoch that their shard has not heard of all count: it is brought up once, and loses none', async () => {
    const { store, stored, table } = await fresh(adapter);
    await breakerStore(table, 'orders', 'payments').move({ epoch: 0 }, { epoch: START, state: { kind: 'CLOSED' } }, []);
    await Promise.all(twenty.map(() => told(store(1))));
    expect(await stored(1)).toMatchObject({ epoch: START, buckets: [{ ...bucket, calls: 20, failures: 20 }] });
  });

  it('a shard whose item goes missing has its state again with the next report, and counts anew', async () => {
    const { store, stored, table } = await fresh(adapter);
    await store(1).move({ epoch: 0 }, { epoch: START, state: { kind: 'CLOSED' } }, []);
    await store(1).publish(START, [bucket, { ...bucket, index: bucket.index - 1 }], []);
    await table.delete({ key: keyOf(1) });
    expect((await store(1).publish(START, [bucket], [])).applied).toBe(true);
    expect(await stored(1)).toMatchObject({ epoch: START, state: { kind: 'CLOSED' }, buckets: [bucket] });
  });

  it('the state itself is restored by whoever moves it from a copy, and by one alone', async () => {
    const { store, stored, table } = await fresh(adapter);
    await store(4).move({ epoch: 0 }, { epoch: START, state: open }, []);
    await table.delete({ key: keyOf(0) });
    const next = { kind: 'OPEN', until: START + 20_000, openForMs: 10_000 } as const;
    const answers = await Promise.all(
      twenty.map((i) =>
        store(1 + (i % SHARDS)).move({ epoch: START, state: open }, { epoch: START + 1, state: next }, []),
      ),
    );
    expect(answers.filter(({ applied }) => applied)).toHaveLength(1);
    for (const index of all) expect(await stored(index)).toMatchObject({ epoch: START + 1, state: next });
  });

  it('is divided once, whichever of 20 sees to it, and shown with what all shards have counted', async () => {
    const { table, store, stored } = await fresh(adapter);
    await Promise.all(
      twenty.map((i) => divideBreaker(table, 'orders', 'payments', { from: 1, to: i < 10 ? 2 : SHARDS })),
    );
    const { shards: first } = await stored(0);
    expect([2, SHARDS]).toContain(first);
    await divideBreaker(table, 'orders', 'payments', { from: first ?? 1, to: SHARDS });
    await Promise.all(twenty.map((i) => store(1 + (i % SHARDS)).publish(0, [bucket], [])));
    for (const index of shards) expect((await stored(index)).buckets).toEqual([{ ...bucket, calls: 5, failures: 5 }]);
    const { window } = await readBreaker(table, 'orders', 'payments', START);
    expect(window).toEqual({ calls: 20, failures: 20, slow: 0 });
  });

  it('a fleet that is divided while it runs counts in its shards, opens once for all, and one probe closes it', async () => {
    const { table, stored } = await fresh(adapter);
    const rule = { window: { time: '30s', minimumCalls: 4 }, openFor: { initial: '30s' } } as const;
    const fleet = breakerFleet(20, table, rule);
    await divideBreaker(table, 'orders', 'payments', { from: 1, to: SHARDS });
    await Promise.all(fleet.members.map((member) => member.attempt(ok)));
    const present = async (index: number) => {
      const { tallies } = await stored(index);
      return tallies.filter(({ of }) => of === 'present').reduce((sum, { count }) => sum + count, 0);
    };
    // In the one item there was before nobody stays, and nobody decides by it any more.
    const counted = await Promise.all(shards.map(present));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(20);
    expect(Math.max(...counted)).toBeLessThan(20);

    // All of a shard's instances fail twice: that is enough in any of them.
    for (let round = 0; round < 2; round++) {
      await Promise.all(fleet.members.map((member) => member.attempt(failure)));
      fleet.clock.advance(60);
    }
    const { epoch, state } = await storedBreaker(table);
    expect(state.kind).toBe('OPEN');
    for (const index of all) expect(await stored(index)).toMatchObject({ epoch, state: { kind: 'OPEN' } });
    fleet.clock.advance(7_000);
    await Promise.all(fleet.members.map((member) => member.attempt(ok)));
    for (const member of fleet.members) expect((await member.attempt(ok)).outcome).toBe('refused');

    fleet.clock.advance(30_000);
    let probes = 0;
    const probing = fleet.members.map((member) =>
      member.attempt(async () => {
        if ((await storedBreaker(table)).state.kind === 'HALF_OPEN') probes += 1;
        return ok;
      }),
    );
    await Promise.all(probing);
    expect(probes).toBeLessThanOrEqual(1);
    // Turns to probe are spread over a fleet of this size.
    for (let round = 0; round < 3; round++) {
      fleet.clock.advance(7_000);
      for (const member of fleet.members) await member.attempt(ok);
    }
    for (const member of fleet.members) expect((await member.attempt(ok)).outcome).toBe('ok');
    for (const index of all) expect((await stored(index)).state.kind).toBe('CLOSED');
  });
});
