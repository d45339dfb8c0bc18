// Whatever fires, whoever dies, comes twice or does not deliver: no alert is lost, none has two records, and nobody hears
// anything twice or in another order without a reason.
import * as fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import type { Condition } from '../../../functions/alerting/condition.ts';
import type { Source, TickParts } from '../../../functions/alerting/tick-parts.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { listAlertsOfDay, readAlert, readEpisode, type Alert } from '../../../store/items/alerts.ts';
import type { Table } from '../../../store/port.ts';
import { dying, type Death } from '../../support/dying-table.ts';
import { createTable } from '../table.ts';
import { Ledger, type Behaviour } from './alert-ledger.ts';
import { alertWorld, failed, gone, routed } from './alert-world.ts';

const START = Date.parse('2026-10-24T18:00Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const CHANNELS = ['mail', 'pager', 'boss'] as const;

const routing = routed({
  owners: {
    orders: { timezone: 'Europe/Berlin', channels: ['mail'] },
    trade: { timezone: 'America/New_York', channels: ['pager'] },
  },
  windows: { nights: { timezone: 'owner', times: [{ from: '22:00', to: '07:00' }] } },
  route: {
    channels: ['mail', 'pager'],
    escalate: [{ after: '15m', channels: ['boss'] }],
    routes: [
      { match: { kind: ['flyball'] }, channels: ['boss'], escalate: [] },
      { match: { severity: ['deferred'] }, channels: ['owner'], escalate: [] },
      { match: { owner: ['trade'] }, channels: ['owner'], mute: ['nights'], groupWait: '2m' },
    ],
  },
});

type Truth = 'firing' | 'well' | 'unknown';

/** Each has a service of its own, so that each message is of one alert. */
const SUBJECTS: readonly { readonly condition: Partial<Condition>; readonly atOnce: readonly string[] }[] = [
  { condition: { service: 'a', severity: 'high' }, atOnce: ['mail', 'pager'] },
  { condition: { service: 'b', severity: 'deferred', owner: 'orders' }, atOnce: ['mail'] },
  { condition: { service: 'c', severity: 'high', owner: 'trade', because: 'job/settlement/s0' }, atOnce: ['pager'] },
];

interface Step {
  readonly waitMs: number;
  readonly truth: readonly (Truth | 'same')[];
  /** `slow` has seen what was before, and says so when another has seen what is. */
  readonly ticks: 'one' | 'two' | 'slow';
  readonly dies: Death | undefined;
  readonly channels: readonly Behaviour[];
}

const step: fc.Arbitrary<Step> = fc.record({
  waitMs: fc.constantFrom(20 * SECOND, MINUTE, MINUTE, 2 * MINUTE, 4 * MINUTE, 10 * MINUTE, HOUR, 5 * HOUR, 14 * HOUR),
  truth: fc.tuple(
    ...SUBJECTS.map(() => fc.constantFrom<Truth | 'same'>('same', 'same', 'firing', 'firing', 'well', 'unknown')),
  ),
  ticks: fc.constantFrom('one', 'one', 'two', 'slow'),
  dies: fc.option(fc.record({ write: fc.integer({ min: 0, max: 16 }), applied: fc.boolean() }), { nil: undefined }),
  channels: fc.tuple(
    ...CHANNELS.map(() => fc.constantFrom<Behaviour>('ok', 'ok', 'ok', 'busy', 'lost', 'unsure', 'gone')),
  ),
});

/** A tick that looks, and says what it has seen when others have looked since. */
interface Slow {
  readonly gate: Promise<void>;
  /** Subjects of which it finds that another has taken their mark meanwhile. */
  readonly lookAgain: Set<number>;
}

/** Until all that was begun is over: deliveries that are tried again, the hour of what can wait, the end of the night. */
const SETTLING = [
  ...Array<number>(4).fill(MINUTE),
  ...Array<number>(4).fill(16 * MINUTE),
  ...Array<number>(26).fill(HOUR),
  ...Array<number>(4).fill(16 * MINUTE),
];

async function run(table: Table, steps: readonly Step[]): Promise<void> {
  const world = alertWorld(table, START);
  const ledger = new Ledger();
  world.routing = routing;
  const truth: { is: Truth; since: number }[] = SUBJECTS.map(() => ({ is: 'well', since: START }));
  let behaviours: readonly Behaviour[] = [];
  let number = 0;

  const conditions = (): Condition[] =>
    SUBJECTS.flatMap(({ condition }, i) => {
      const { is, since } = truth[i] ?? { is: 'unknown', since: 0 };
      if (is === 'unknown') return [];
      return [failed(`s${i}`, { ...condition, firing: is === 'firing', since })];
    });

  /** What one tick has: a number, a table that may die under it, and what it has seen. */
  function partsOf(dies: Death | undefined, slow?: Slow): Partial<TickParts> {
    const tick = number++;
    const used = watched(dies ? dying(table, dies) : table, () => ledger.died(tick));
    const source: Source = {
      name: 'the test',
      async *subjects() {
        yield await Promise.resolve(
          SUBJECTS.map((_, i) => ({
            name: `s${i}`,
            conditions: async () => {
              const seen = conditions().filter(({ name }) => name === `s${i}`);
              await slow?.gate;
              return seen;
            },
            // As of what is looked at for a mark: what is said of it is kept, whatever was read of it before.
            ...(slow ? { observed: () => Promise.resolve(!slow.lookAgain.delete(i)) } : {}),
          })),
        );
      },
    };
    return {
      table: used,
      sources: [source],
      channels: (_routing, name) => ({
        type: 'sns',
        send: (message) => {
          const behaviour = behaviours[CHANNELS.findIndex((channel) => channel === name)] ?? 'ok';
          if (behaviour === 'ok' || behaviour === 'unsure') {
            ledger.arrived(tick, name, message, behaviour === 'unsure');
          }
          if (behaviour === 'lost') ledger.lost(name, message);
          if (behaviour === 'ok') return Promise.resolve();
          return Promise.reject(gone(behaviour !== 'gone', behaviour === 'lost' || behaviour === 'unsure'));
        },
      }),
    };
  }

  const tick = (parts: Partial<TickParts>) => world.tick(parts).catch(() => undefined);

  for (const { waitMs, truth: next, ticks, dies, channels } of steps) {
    behaviours = channels;
    const gate = Promise.withResolvers<void>();
    const lookAgain = ticks === 'slow' ? await notKept(table) : new Set<number>();
    const slow = ticks === 'slow' ? tick(partsOf(undefined, { gate: gate.promise, lookAgain })) : undefined;
    // The slow one has looked by then.
    if (slow) await readAlert(table, 'nobody').then(() => readAlert(table, 'nobody'));
    world.clock.advance(slow ? 20 * SECOND : waitMs);
    for (const [i, is] of next.entries()) {
      if (is !== 'same' && is !== truth[i]?.is) truth[i] = { is, since: world.clock.now() };
    }
    const others = ticks === 'two' ? [partsOf(undefined), partsOf(dies)] : [partsOf(dies)];
    await Promise.all(others.map(tick));
    gate.resolve();
    await slow;
    if (dies === undefined) await expectTruth(table, truth);
  }
  behaviours = [];
  for (const waitMs of SETTLING) {
    world.clock.advance(waitMs);
    await tick(partsOf(undefined));
  }
  await expectTruth(table, truth);
  const episodes = await allEpisodes(table);
  for (const alert of episodes) {
    const atOnce = SUBJECTS.find((_, i) => alert.condition.name === `s${i}`)?.atOnce ?? [];
    ledger.check(alert, atOnce);
  }
  const listed = new Set(episodes.map(({ id }) => id));
  for (const { alert } of ledger.arrivals) expect(listed).toContain(alert);
}

/** Says when something could not be written. */
function watched(table: Table, died: () => void): Table {
  const watch = async <T>(writing: Promise<T>): Promise<T> => {
    try {
      return await writing;
    } catch (error) {
      died();
      throw error;
    }
  };
  return {
    get: (key, options) => table.get(key, options),
    query: (request) => table.query(request),
    put: (request) => watch(table.put(request)),
    update: (request) => watch(table.update(request)),
    delete: (request) => watch(table.delete(request)),
  };
}

/** What was seen last is what is kept. */
async function expectTruth(table: Table, truth: readonly { readonly is: Truth }[]): Promise<void> {
  for (const [i, { is }] of truth.entries()) {
    if (is === 'unknown') continue;
    const alert = await readAlert(table, hashOfCondition(`job/settlement/s${i}`));
    expect(alert?.status ?? 'resolved', `s${i} is ${is}`).toBe(is === 'firing' ? 'firing' : 'resolved');
  }
}

/** Those that do not fire as far as is kept: that one is well leaves nothing there by which an older word is told from it. */
async function notKept(table: Table): Promise<Set<number>> {
  const kept = await Promise.all(SUBJECTS.map((_, i) => readAlert(table, hashOfCondition(`job/settlement/s${i}`))));
  return new Set([...SUBJECTS.keys()].filter((i) => kept[i]?.status !== 'firing'));
}

/** Every episode that is listed, each of which has one record; those of one condition follow on one another. */
async function allEpisodes(table: Table): Promise<Alert[]> {
  const episodes = new Map<string, Alert>();
  for (let day = START - 24 * HOUR; day < START + 20 * 24 * HOUR; day += 24 * HOUR) {
    const date = new Date(day).toISOString().slice(0, 10);
    const { entries } = await listAlertsOfDay(table, date, { limit: 200 });
    for (const { hash, n, id } of entries) {
      const alert = await readEpisode(table, hash, n);
      // Who listed it may have died before it was written.
      if (alert) episodes.set(id, alert);
    }
  }
  const all = [...episodes.values()];
  for (const { hash } of all) {
    const own = all.filter((alert) => alert.hash === hash).sort((a, b) => a.n - b.n);
    expect(own.map(({ n }) => n)).toEqual(own.map((_, i) => i + 1));
    for (const [i, alert] of own.entries()) {
      expect(alert.noticedAt).toBeGreaterThanOrEqual(own[i - 1]?.resolvedAt ?? 0);
      expect(alert.trail.filter(({ what }) => what === 'fired')).toHaveLength(1);
    }
  }
  return all;
}

describe('alerts', () => {
  it('are never lost, never twice, and told of in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14, size: 'max' }), async (steps) => {
        await run((await createTable(inject('dynamodb'))).sdk, steps);
      }),
      // Shrinking would take minutes: the seed and the path that are printed repeat what failed.
      { numRuns: Number(process.env['FLYBALL_ALERT_RUNS'] ?? 3), endOnFailure: true },
    );
  });
});
