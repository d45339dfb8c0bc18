// A breaker's item: every state is read as it was written, and instances of 0.2 in the same fleet neither misread nor break it.
import { describe, expect, it } from 'vitest';
import { breakerStore } from '../../../../store/items/breaker.ts';
import {
  recordOf,
  type BreakerProbe,
  type BreakerState,
  type HalfOpenState,
} from '../../../../store/items/breaker-record.ts';
import { keys } from '../../../../store/keys.ts';
import type { Item, Value } from '../../../../store/port.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const EPOCH = 1_000;
const key = keys.breaker('orders', 'payments');
const probe = (by: string, n: number, until = 9_000): BreakerProbe => ({ by, token: `${by}/${n}`, until });
const halfOpen = (more: Partial<HalfOpenState> = {}): HalfOpenState => ({
  kind: 'HALF_OPEN',
  openForMs: 5_000,
  successes: 0,
  failed: 0,
  slowed: 0,
  probes: [],
  turn: 1,
  ...more,
});

function stored() {
  const table = memoryTable();
  const store = breakerStore(table, 'orders', 'payments');
  return {
    table,
    store,
    item: (): Item => table.item(key) ?? {},
    state: (): BreakerState => recordOf(table.item(key)).state,
    /** Writes as an instance of 0.2 does: these attributes alone, under its own conditions. */
    by02: async (
      set: { readonly [attribute: string]: Value | undefined },
      seen: number,
      freeAt?: number,
    ): Promise<boolean> => {
      const names = Object.keys(set);
      const given = names.filter((name) => set[name] !== undefined);
      const gone = names.filter((name) => set[name] === undefined);
      const free = freeAt === undefined ? '' : ' AND (attribute_not_exists(probeToken) OR probeUntil < :free)';
      const remove = gone.length > 0 ? ` REMOVE ${gone.map((name) => `#${name}`).join(', ')}` : '';
      const { applied } = await table.update({
        key,
        update: `SET ${given.map((name) => `#${name} = :${name}`).join(', ')}${remove}`,
        condition: `epoch = :seen${free}`,
        names: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        values: {
          ...Object.fromEntries(given.map((name) => [`:${name}`, set[name] ?? null])),
          ':seen': seen,
          ...(freeAt === undefined ? {} : { ':free': freeAt }),
        },
      });
      return applied;
    },
  };
}

describe('an item', () => {
  it.each<[string, BreakerState]>([
    ['closed', { kind: 'CLOSED' }],
    ['closed onto a ramp', { kind: 'CLOSED', ramp: { from: 990, openForMs: 20_000 } }],
    ['open', { kind: 'OPEN', until: 6_000, openForMs: 5_000 }],
    ['half-open without a probe', halfOpen({ successes: 2 })],
    ['half-open with one', halfOpen({ probes: [probe('a', 1)] })],
    [
      'half-open with ten, and results',
      halfOpen({ failed: 3, slowed: 1, turn: 17, probes: Array.from({ length: 10 }, (_, i) => probe(`i-${i}`, i)) }),
    ],
  ])('is read as it was written: %s', async (_name, state) => {
    const { store } = stored();
    const { applied, record } = await store.move({ epoch: 0 }, { epoch: EPOCH, state }, []);
    expect(applied).toBe(true);
    expect(record.state).toEqual(state);
    expect((await store.read()).state).toEqual(state);
  });

  it('keeps nothing of the state before', async () => {
    const { store, item } = stored();
    const state = halfOpen({ failed: 1, probes: [probe('a', 1), probe('b', 2)] });
    await store.move({ epoch: 0 }, { epoch: EPOCH, state }, []);
    await store.move({ epoch: EPOCH, state }, { epoch: 2_000, state: { kind: 'CLOSED' } }, []);
    expect(item()).toEqual({ ...key, v: 1, epoch: 2_000, state: 'CLOSED' });
  });

  it('is not changed by whoever has not seen the last turn', async () => {
    const { store } = stored();
    const seen = halfOpen();
    await store.move({ epoch: 0 }, { epoch: EPOCH, state: seen }, []);
    const first = await store.move(
      { epoch: EPOCH, state: seen },
      { epoch: EPOCH, state: halfOpen({ probes: [probe('a', 1)], turn: 2 }) },
      [],
    );
    const second = await store.move(
      { epoch: EPOCH, state: seen },
      { epoch: EPOCH, state: halfOpen({ probes: [probe('b', 1)], turn: 2 }) },
      [],
    );
    expect([first.applied, second.applied]).toEqual([true, false]);
    expect(second.record.state).toMatchObject({ probes: [{ by: 'a' }], turn: 2 });
  });
});

describe('in a fleet with instances of 0.2', () => {
  it('a ramp is closed to them, and their opening ends it', async () => {
    const { store, item, by02, state } = stored();
    const ramp = { from: EPOCH, openForMs: 20_000 };
    await store.move({ epoch: 0 }, { epoch: EPOCH, state: { kind: 'CLOSED', ramp } }, []);
    expect(item()['state']).toBe('CLOSED');
    expect(await by02({ epoch: 2_000, state: 'OPEN', openUntil: 7_000, openForMs: 5_000 }, EPOCH)).toBe(true);
    expect(state()).toEqual({ kind: 'OPEN', until: 7_000, openForMs: 5_000 });
  });

  it('whatever probes are out, they find the slot they know taken', async () => {
    const { store, by02 } = stored();
    const two = halfOpen({ probes: [probe('a', 1), probe('b', 1)] });
    await store.move({ epoch: 0 }, { epoch: EPOCH, state: two }, []);
    expect(await by02({ probeToken: 'old/1', probeBy: 'old', probeUntil: 9_000 }, EPOCH, 5_000)).toBe(false);
    const left = halfOpen({ probes: [probe('b', 1)], turn: 2 });
    await store.move({ epoch: EPOCH, state: two }, { epoch: EPOCH, state: left }, []);
    expect(await by02({ probeToken: 'old/1', probeBy: 'old', probeUntil: 9_000 }, EPOCH, 5_000)).toBe(false);
  });

  it('their probe takes a slot, and nobody writes over it unseen', async () => {
    const { store, by02, state } = stored();
    const seen = halfOpen();
    await store.move({ epoch: 0 }, { epoch: EPOCH, state: seen }, []);
    await by02({ probeToken: 'old/1', probeBy: 'old', probeUntil: 9_000 }, EPOCH, 5_000);
    const unseen = await store.move(
      { epoch: EPOCH, state: seen },
      { epoch: EPOCH, state: halfOpen({ probes: [probe('a', 1)], turn: 2 }) },
      [],
    );
    expect(unseen.applied).toBe(false);
    expect(state()).toMatchObject({ probes: [{ by: 'old', token: 'old/1' }] });
  });

  it('what they leave of an earlier period counts for nothing in the next', async () => {
    const { store, by02, state } = stored();
    const before = halfOpen({ failed: 2, slowed: 1, probes: [probe('a', 1), probe('b', 1)] });
    await store.move({ epoch: 0 }, { epoch: EPOCH, state: before }, []);
    const noProbe = { successes: undefined, probeToken: undefined, probeBy: undefined, probeUntil: undefined };
    await by02({ epoch: 2_000, state: 'OPEN', openUntil: 7_000, openForMs: 5_000, ...noProbe }, EPOCH);
    const probing = { successes: 0, probeToken: 'old/2', probeBy: 'old', probeUntil: 9_000, openUntil: undefined };
    await by02({ epoch: 7_000, state: 'HALF_OPEN', openForMs: 5_000, ...probing }, 2_000, 7_000);
    const found = state();
    expect(found).toEqual(halfOpen({ probes: [probe('old', 2)], turn: 1 }));
    const mine = halfOpen({ probes: [probe('old', 2), probe('a', 3)], turn: 2 });
    const { applied } = await store.move({ epoch: 7_000, state: found }, { epoch: 7_000, state: mine }, []);
    expect(applied).toBe(true);
    expect(state()).toEqual(mine);
  });
});

it.each([0, -4, 1.5, 33, 1e9, '4'])('believes no number of shards that nobody has written: %s', (shards) => {
  expect(recordOf({ shards })).not.toHaveProperty('shards');
  expect(recordOf({ shards: 32 }).shards).toBe(32);
});
