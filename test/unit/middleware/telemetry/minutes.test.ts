import fc from 'fast-check';
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

  it('tries with the next invocation once the store is known to be back', async () => {
    const clock = fakeClock(Date.UTC(2026, 0, 5, 12, 0, 30));
    let away = true;
    const puts: Item[] = [];
    const table: Table = {
      ...noTable,
      put: ({ item }) => {
        if (away) return Promise.reject(new StoreUnavailable('backing-off', 'away'));
        puts.push(item);
        return Promise.resolve({ applied: true, item });
      },
    };
    const instance = testInstance({ clock, table, storeAway: () => away });
    instance.rules.register(telemetryPolicy);
    async function invoke(): Promise<void> {
      instance.syncs.startDue(clock.now());
      instance.recorder.invocation('create-order', 'ok', 10, false);
      await instance.syncs.settle();
      clock.advance(1_000);
    }
    for (let i = 0; i < 180; i++) await invoke();
    expect(puts).toEqual([]);
    away = false;
    await invoke();
    expect(puts.reduce((sum, item) => sum + countOf(item), 0)).toBeGreaterThanOrEqual(120);
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

/** Counts of all resources in an item. */
const countOf = (item: Item | undefined) =>
  Object.values((item?.['resources'] ?? {}) as Record<string, { outcomes: Record<string, number> }>).reduce(
    (sum, { outcomes }) => sum + totalOf(outcomes),
    0,
  );
const minuteOfKey = (item: Item | undefined) => (item?.['pk'] as string).slice(-16);

describe('an instance that is seldom asked', () => {
  it('puts what woke it up at once, and no minute twice in which nothing more was counted', async () => {
    const { invoke, clock, puts } = world();
    for (let i = 0; i < 10; i++) {
      await invoke();
      clock.advance(600_000);
    }
    expect(puts.map(countOf)).toEqual(Array.from({ length: 10 }, () => 1));
    expect(new Set(puts.map(minuteOfKey)).size).toBe(10);
    expect(puts.filter((item) => item['late'] !== undefined)).toEqual([]);
  });

  it.each([1, 29, 31, 45, 59, 61, 75, 89, 91, 120, 3_600])(
    'has every minute in time, or listed in one that is, with an invocation every %i s',
    async (seconds) => {
      for (const second of [0, 20, 59]) {
        const { invoke, clock, puts } = world();
        clock.set(Date.UTC(2026, 0, 5, 12, 0, second));
        const storedAt = new Map<string, number>();
        const listed = new Set<string>();
        for (let i = 0; i < 40; i++) {
          const before = puts.length;
          await invoke();
          for (const item of puts.slice(before)) {
            storedAt.set(minuteOfKey(item), clock.now());
            const inTime = clock.now() - Date.parse(`${minuteOfKey(item)}Z`) <= 150_000;
            if (inTime) for (const minute of (item['late'] ?? []) as string[]) listed.add(minute);
          }
          clock.advance(seconds * 1_000);
        }
        const late = [...storedAt].filter(([minute, at]) => at - Date.parse(`${minute}Z`) > 150_000);
        expect(late.map(([minute]) => minute).filter((minute) => !listed.has(minute))).toEqual([]);
      }
    },
  );

  it('lists a minute that was put late in the next, once it is stored, and goes on listing it there', async () => {
    const { invoke, clock, puts } = world();
    clock.set(Date.UTC(2026, 0, 5, 12, 0, 58));
    await invoke();
    clock.advance(30_000);
    await invoke();
    clock.advance(3_600_000);
    await invoke();
    expect(puts.map(minuteOfKey)).toEqual(['2026-01-05T12:00', '2026-01-05T12:00', '2026-01-05T13:01']);
    expect(puts.map((item) => item['late'])).toEqual([undefined, undefined, ['2026-01-05T12:00']]);
    for (let i = 0; i < 4; i++) {
      clock.advance(30_000);
      await invoke();
    }
    expect(puts.map((item) => item['late']).slice(3)).toEqual([['2026-01-05T12:00'], undefined]);
  });
});

describe('an instance whose clock is off', () => {
  const off = (lowMs: number, highMs: number) => {
    const made = world();
    made.instance.table.skew = () => ({ lowMs, highMs });
    return made;
  };

  it.each([
    ['certainly, by an hour', 3_600_000, 3_600_400, '2026-01-05T13:00'],
    ['certainly, the other way', -3_600_400, -3_600_000, '2026-01-05T11:00'],
    ['perhaps', -900, 600_000, '2026-01-05T12:00'],
  ])('%s, dates its minutes by the store’s if that is certain', async (_how, lowMs, highMs, minute) => {
    const { invoke, puts } = off(lowMs, highMs);
    await invoke();
    expect(minuteOfKey(puts[0])).toBe(minute);
  });

  it('never gives two minutes one key, however it is set', async () => {
    const made = world();
    for (const [i, lowMs] of [0, 20_000, -20_000, -7_200_000, 0, 86_400_000, 0].entries()) {
      made.instance.table.skew = () => ({ lowMs, highMs: lowMs });
      for (let n = 0; n < 13; n++) {
        await made.invoke();
        made.clock.advance(i === 3 ? -5_000 : 5_000);
      }
    }
    made.clock.advance(60_000);
    await made.invoke();
    expect(made.counted()).toBe(7 * 13);
  });
});

describe('a service without published rules', () => {
  it('says that it is there with its first minute, and again half a day later', async () => {
    const { invoke, clock, announcements } = world();
    await invoke();
    expect(announcements).toEqual([
      {
        pk: 'run#orders#telemetry',
        sk: 'announcement',
        v: 1,
        service: 'orders',
        due: 'services',
        dueAt: clock.now(),
        expiration: clock.now() / 1000 + 86_400,
      },
    ]);
    clock.advance(60_000);
    await invoke();
    expect(announcements).toHaveLength(1);
    clock.advance(12 * 3_600_000);
    await invoke();
    expect(announcements).toHaveLength(2);
  });

  it('has its minute all the same when it cannot say so, and says it with the next', async () => {
    const { invoke, clock, puts, announcements, instance } = world();
    const table = instance.table as { put: Table['put'] };
    const put = table.put.bind(table);
    table.put = (request) =>
      request.item.sk === 'announcement' ? Promise.reject(new StoreUnavailable('connect', 'away')) : put(request);
    await invoke();
    expect([puts.length, announcements.length]).toEqual([1, 0]);
    table.put = put;
    clock.advance(60_000);
    await invoke();
    expect(announcements).toHaveLength(1);
  });
});

describe('whatever becomes of an instance', () => {
  type Step = { readonly waitMs: number; readonly store: World['store'] };
  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.record({
      waitMs: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 200_000 })),
      store: fc.constantFrom('up', 'up', 'up', 'away', 'lost'),
    }),
    { minLength: 1, maxLength: 60 },
  );

  it('nothing counts twice, and all of it arrives while it lives', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const made = world();
        for (const [i, { waitMs, store }] of all.entries()) {
          made.clock.advance(waitMs);
          made.store = store;
          await made.invoke();
          expect(made.counted()).toBeLessThanOrEqual(i + 1);
        }
        made.store = 'up';
        for (let i = 0; i < 3; i++) {
          made.clock.advance(61_000);
          await made.invoke();
        }
        expect(made.counted()).toBeGreaterThanOrEqual(all.length + 2);
        expect(made.counted()).toBeLessThanOrEqual(all.length + 3);
      }),
      { numRuns: 60 },
    );
  });

  it('what is lost when it dies are invocations of its last minute', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const made = world();
        const endedAt: number[] = [];
        for (const { waitMs } of all) {
          made.clock.advance(waitMs);
          await made.invoke();
          endedAt.push(made.clock.now());
          const ofTheLastMinute = endedAt.filter((at) => at > made.clock.now() - 60_000).length;
          expect(made.counted()).toBeGreaterThanOrEqual(endedAt.length - ofTheLastMinute);
          // Whoever served one alone, or came after a while without any, loses nothing.
          if (endedAt.length === 1 || waitMs >= 150_000) expect(made.counted()).toBe(endedAt.length);
        }
      }),
      { numRuns: 60 },
    );
  });
});
