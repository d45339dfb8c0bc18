import { describe, expect, it } from 'vitest';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import { LIBRARY_VERSION } from '../../../../middleware/kernel/version.ts';
import { telemetryPolicy } from '../../../../middleware/telemetry/index.ts';
import { totalOf } from '../../../../middleware/telemetry/merge.ts';
import { StoreUnavailable, type Item, type Table } from '../../../../store/port.ts';
import { fakeClock, type FakeClock } from '../../../support/fake-clock.ts';
import { noTable, testInstance } from '../../../support/instance.ts';

interface World {
  readonly clock: FakeClock;
  readonly instance: Instance;
  /** Every put that was applied, in order. */
  readonly puts: Item[];
  /** That the service is there, as long as nobody has published rules for it. */
  readonly announcements: Item[];
  /** What the table holds, by its key. */
  readonly held: Map<string, Item>;
  /** How the next puts end: `lost` is applied, but its answer never comes. */
  store: 'up' | 'away' | 'lost';
  /** One invocation from start to end. */
  readonly invoke: (resource?: string) => Promise<void>;
  readonly counted: () => number;
}

function world(): World {
  const clock = fakeClock(Date.UTC(2026, 0, 5, 12, 0, 30));
  const puts: Item[] = [];
  const held = new Map<string, Item>();
  const table: Table = {
    ...noTable,
    async put({ item }) {
      if (made.store === 'away') throw new StoreUnavailable('connect', 'away');
      if (item.sk === 'announcement') {
        made.announcements.push(item);
        return { applied: true, item };
      }
      puts.push(item);
      held.set(`${item.pk}|${item.sk}`, item);
      if (made.store === 'lost') throw new StoreUnavailable('timeout', 'no answer');
      return { applied: true, item };
    },
  };
  const instance = testInstance({ clock, table });
  instance.rules.register(telemetryPolicy);
  const made: World = {
    clock,
    instance,
    puts,
    announcements: [],
    held,
    store: 'up',
    async invoke(resource = 'create-order') {
      instance.syncs.startDue(clock.now());
      instance.recorder.invocation(resource, 'ok', 10, false);
      await instance.syncs.settle();
    },
    counted: () =>
      [...held.values()].reduce((sum, item) => {
        const resources = item['resources'] as Record<string, { outcomes: Record<string, number> }>;
        return sum + Object.values(resources).reduce((all, { outcomes }) => all + totalOf(outcomes), 0);
      }, 0),
  };
  return made;
}

describe('an instance', () => {
  it('puts its first minute with its first invocation in it, since it may live for no more than one', async () => {
    const { invoke, puts, counted } = world();
    await invoke();
    expect(puts).toHaveLength(1);
    expect(puts[0]).toMatchObject({ pk: 'run#orders#telemetry#2026-01-05T12:00', sk: 'instance-1', v: 1 });
    expect(counted()).toBe(1);
  });

  it('puts nothing more until an invocation finds the minute over, and then the whole minute under the same key', async () => {
    const { invoke, clock, puts, held, counted } = world();
    await invoke();
    for (let i = 0; i < 50; i++) {
      clock.advance(1_000);
      await invoke();
    }
    expect(puts).toHaveLength(1);
    clock.advance(10_000);
    await invoke();
    expect(puts).toHaveLength(2);
    expect([...held.keys()]).toEqual(['run#orders#telemetry#2026-01-05T12:00|instance-1']);
    expect(counted()).toBe(51);
  });

  it('writes once a minute', async () => {
    const { invoke, clock, puts } = world();
    for (let i = 0; i < 600; i++) {
      await invoke();
      clock.advance(1_000);
    }
    expect(puts.length).toBeLessThanOrEqual(11);
  });

  it('dates what it counted before an hour frozen by when it was counted', async () => {
    const { invoke, clock, held } = world();
    await invoke();
    clock.set(clock.now() + 3_600_000);
    await invoke();
    clock.advance(60_000);
    await invoke();
    expect([...held.keys()].map((key) => key.slice(-27, -11))).toEqual(['2026-01-05T12:00', '2026-01-05T13:00']);
  });

  it('carries revision, function and a date of expiry a day later', async () => {
    const { invoke, puts, clock } = world();
    await invoke();
    expect(puts[0]).toMatchObject({
      revision: 0,
      version: LIBRARY_VERSION,
      functionName: 'flyball-test-orders',
      expiration: clock.now() / 1000 + 86_400,
    });
  });
});

describe('while the store is away', () => {
  it('counts a put whose answer was lost once', async () => {
    const world1 = world();
    await world1.invoke();
    world1.store = 'lost';
    world1.clock.advance(60_000);
    await world1.invoke();
    world1.store = 'up';
    world1.clock.advance(60_000);
    await world1.invoke();
    expect(world1.counted()).toBe(2);
  });

  it('keeps what it counted, and puts all of it when the store is back, each minute under its own key', async () => {
    const world1 = world();
    const { invoke, clock, held, counted } = world1;
    world1.store = 'away';
    for (let i = 0; i < 240; i++) {
      await invoke();
      clock.advance(1_000);
    }
    expect(held.size).toBe(0);
    world1.store = 'up';
    clock.advance(60_000);
    await invoke();
    // And the one that began after a minute without any.
    expect(held.size).toBe(4 + 1);
    expect(counted()).toBe(240 + 1);
  });

  it('loses nothing of a long outage either, but counts its later minutes together', async () => {
    const world1 = world();
    const { invoke, clock, held, counted } = world1;
    world1.store = 'away';
    for (let i = 0; i < 360; i++) {
      await invoke();
      clock.advance(10_000);
    }
    world1.store = 'up';
    clock.advance(60_000);
    await invoke();
    expect(held.size).toBe(5 + 1);
    expect(counted()).toBe(360 + 1);
  });

  it('tries seldom', async () => {
    const clock = fakeClock();
    let tries = 0;
    const table: Table = { ...noTable, put: () => Promise.reject(new StoreUnavailable('connect', `try ${++tries}`)) };
    const instance = testInstance({ clock, table });
    instance.rules.register(telemetryPolicy);
    for (let i = 0; i < 600; i++) {
      instance.syncs.startDue(clock.now());
      instance.recorder.invocation('create-order', 'ok', 10, false);
      await instance.syncs.settle();
      clock.advance(1_000);
    }
    expect(tries).toBeLessThan(16);
  });
});
