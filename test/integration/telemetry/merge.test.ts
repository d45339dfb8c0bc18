// From counting in instances that die, over merges that crash, repeat and overlap, to series: nothing is lost but what was
// never stored, and nothing is counted twice.
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { cloudWatch } from '../../../functions/telemetry/merge/cloudwatch.ts';
import { Days } from '../../../functions/telemetry/metrics/today.ts';
import { Memory } from '../../../functions/telemetry/merge/memory.ts';
import { mergeTick, type MergeParts, type MergeReport } from '../../../functions/telemetry/merge/tick.ts';
import type {
  HourOverviewData,
  OverviewData,
  SlotData,
  SlotsData,
  SumData,
} from '../../../functions/telemetry/sums/data.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { resourceSubject, SERVICE } from '../../../functions/telemetry/sums/subject.ts';
import { Histogram, RELATIVE_ERROR } from '../../../middleware/telemetry/histogram.ts';
import type { Outcome } from '../../../middleware/kernel/outcome.ts';
import { readMergeProgress } from '../../../store/items/merge-progress.ts';
import { readSeries, type SeriesOf } from '../../../store/items/series.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { listService } from '../../../store/items/services.ts';
import { keys } from '../../../store/keys.ts';
import { StoreRejected, type Table } from '../../../store/port.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable, type TestTable } from '../table.ts';
import { fleetReady, Member } from './fleet.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TEN = Date.UTC(2026, 0, 5, 10);

let table: TestTable;
let clock: FakeClock;
let told: string[];
beforeAll(fleetReady);
beforeEach(async () => {
  table = await createTable(inject('dynamodb'));
  clock = fakeClock(TEN);
  told = [];
});

function partsOf(changes: Partial<MergeParts> = {}): MergeParts {
  return {
    table: table.sdk,
    clock,
    random: () => 0,
    logger: silentLogger,
    memory: new Memory(),
    exporters: [async (_table, service, from) => () => void told.push(`${service} ${minuteText(from)}`)],
    ...changes,
  };
}

const minuteText = (ms: number) => new Date(ms).toISOString().slice(11, 16);

/** Lets time pass until a tick's time, a few seconds into a minute. */
function passTo(ms: number): void {
  clock.advance(ms - clock.now());
}

async function tickAt(ms: number, parts: MergeParts): Promise<MergeReport> {
  passTo(ms);
  return mergeTick(parts);
}

async function dataOf(of: SeriesOf, from: number, to: number): Promise<{ from: number; data: unknown }[]> {
  const items = [];
  for await (const item of readSeries(table.sdk, of, from, to, { consistent: true })) items.push(item);
  return items;
}

/** Minutes of a service, by beginning. */
async function minutesOf(service: string, from = TEN, to = TEN + 3 * HOUR): Promise<Map<number, SlotData>> {
  const items = await dataOf({ kind: 'minute', service }, from, to);
  return new Map(items.map(({ from: at, data }) => [at, data as SlotData]));
}

function sumOf(slots: Iterable<SlotData>): Slot {
  const slot = new Slot();
  for (const data of slots) slot.add(data);
  return slot;
}

const countOf = (data: SumData | undefined) =>
  Object.values(data?.outcomes ?? {}).reduce((sum, count) => sum + count, 0);

/** A generator of its own for each test: the same run each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a minute', () => {
  it('is shown by the next tick, and told of once it is merged for good', async () => {
    await listService(table.sdk, 'orders', TEN);
    const parts = partsOf();
    const member = new Member('orders', 'a', table.sdk, clock);
    await tickAt(TEN + 5_000, parts);
    passTo(TEN + 20_000);
    await member.serve('ok', 10);

    await tickAt(TEN + MINUTE + 5_000, parts);
    expect(countOf((await minutesOf('orders')).get(TEN)?.subjects[SERVICE])).toBe(1);
    expect(told).toEqual([]);
    await tickAt(TEN + 2 * MINUTE + 5_000, parts);
    expect(told).toEqual([]);
    expect(await tickAt(TEN + 3 * MINUTE + 5_000, parts)).toMatchObject({
      closed: 1,
      failed: 0,
      open: 0,
      complete: true,
    });
    expect(told).toEqual(['orders 10:00']);
    await tickAt(TEN + 3 * MINUTE + 40_000, parts);
    expect(told).toEqual(['orders 10:00']);
    expect(await readMergeProgress(table.sdk)).toEqual({ upTo: TEN + MINUTE, open: {} });
  });

  it('of a service without rules is found by its announcement', async () => {
    const parts = partsOf();
    passTo(TEN + 50_000);
    await new Member('unruled', 'a', table.sdk, clock).serve('ok', 10);
    // Nobody ran the merge when it began.
    for (let minute = 5; minute <= 8; minute++) await tickAt(TEN + minute * MINUTE, parts);
    expect(countOf((await minutesOf('unruled')).get(TEN)?.subjects[SERVICE])).toBe(1);
    expect(await table.sdk.get(keys.reporting('unruled'))).toMatchObject({ seenAt: TEN + 5 * MINUTE });
  });

  it('that came late is in its own series after the next tick, and in all that is summed up of it', async () => {
    await listService(table.sdk, 'orders', TEN);
    const parts = partsOf();
    const idle = new Member('orders', 'idle', table.sdk, clock);
    const busy = new Member('orders', 'busy', table.sdk, clock);
    for (let second = 30; second < 2 * 3600; second += 10) {
      passTo(TEN + second * 1_000);
      // It serves three times, is frozen for an hour and a half, and serves again.
      if ([30, 40, 50, 5_430].includes(second)) await idle.serve('ok', 20);
      await busy.serve('ok', 10);
      if (second % 60 === 10) await mergeTick(parts);
    }
    const subject = resourceSubject(idle.resource);
    const minutes = await minutesOf('orders');
    expect(countOf(minutes.get(TEN)?.subjects[subject])).toBe(3);
    const [hour] = await dataOf({ kind: 'hour', service: 'orders', subject }, TEN, TEN + HOUR);
    expect(countOf((hour?.data as SlotsData).slots['0'])).toBe(3);
    const [day] = await dataOf({ kind: 'day', service: 'orders', subject }, TEN - 10 * HOUR, TEN + HOUR);
    expect(countOf((day?.data as SlotsData).slots['10'])).toBe(3);
    const [overview] = await dataOf({ kind: 'overview', service: 'orders' }, TEN - 10 * HOUR, TEN);
    expect((overview?.data as OverviewData).hours).toEqual([10]);
    expect(countOf((overview?.data as OverviewData).subjects[subject])).toBe(3);
  });

  it('is caught up with when ticks were missed, and every hour, day and overview is the sum of its minutes', async () => {
    await listService(table.sdk, 'orders', TEN);
    const parts = partsOf();
    const members = ['a', 'b'].map((id) => new Member('orders', id, table.sdk, clock));
    await tickAt(TEN + 5_000, parts);
    for (let second = 10; second < 2.2 * 3600; second += 20) {
      passTo(TEN + second * 1_000);
      for (const member of members) await member.serve(second % 3 === 0 ? '503' : 'ok', second % 97);
      // For an hour nobody merges.
      if (second % 60 === 10 && (second < 1_800 || second > 5_400)) await mergeTick(partsOf());
    }
    const minutes = await minutesOf('orders');
    for (const { stored } of members)
      for (const { key } of stored) expect(minutes.has(Date.parse(`${key}:00Z`))).toBe(true);

    const inHour = (hour: number) =>
      sumOf([...minutes].flatMap(([at, data]) => (Math.floor((at - TEN) / HOUR) === hour ? [data] : [])));
    for (const subject of [SERVICE, resourceSubject('of-a'), 'dependency#payments']) {
      const [day] = await dataOf({ kind: 'day', service: 'orders', subject }, TEN - 10 * HOUR, TEN);
      expect((day?.data as SlotsData).slots).toEqual({
        '10': inHour(0).sums().get(subject)?.data(),
        '11': inHour(1).sums().get(subject)?.data(),
      });
      const hours = await dataOf({ kind: 'hour', service: 'orders', subject }, TEN, TEN + 2 * HOUR);
      for (const { from, data } of hours) {
        const parts = Object.values((data as SlotsData).slots);
        expect(parts).toHaveLength(12);
        const hour = sumOf(parts.map((part) => ({ subjects: { [subject]: part } })));
        expect(hour.data().subjects[subject]).toEqual(
          inHour((from - TEN) / HOUR)
            .sums()
            .get(subject)
            ?.data(),
        );
      }
    }
    const [overview] = await dataOf({ kind: 'overview', service: 'orders' }, TEN - 10 * HOUR, TEN);
    const { hours, subjects } = overview?.data as OverviewData;
    expect(hours).toEqual([10, 11]);
    expect(subjects).toEqual(sumOf([inHour(0).data(), inHour(1).data()]).data().subjects);

    // Of the hour that is not over its five minutes that are.
    const noon = TEN + 2 * HOUR;
    const [present] = await dataOf({ kind: 'hourOverview', service: 'orders' }, noon, noon + 1);
    expect((present?.data as HourOverviewData).slots).toEqual([0]);
    const over = sumOf([...minutes].flatMap(([at, data]) => (at >= noon && at < noon + 5 * MINUTE ? [data] : [])));
    for (const [subject, data] of Object.entries((present?.data as HourOverviewData).subjects)) {
      const { outcomes, durations } = over.data().subjects[subject] ?? {};
      expect([data.outcomes, data.durations]).toEqual([outcomes, durations]);
      expect(data).not.toHaveProperty('bytesIn');
    }
  });

  it('that came late within the hour is in what the day counted, which never falls meanwhile', async () => {
    await listService(table.sdk, 'orders', TEN);
    const parts = partsOf();
    const days = new Days(table.sdk);
    const idle = new Member('orders', 'idle', table.sdk, clock);
    const busy = new Member('orders', 'busy', table.sdk, clock);
    const counts: number[] = [];
    for (let second = 30; second < 40 * 60; second += 20) {
      passTo(TEN + second * 1_000);
      // It serves twice, is frozen for twenty minutes, and serves again.
      if ([30, 50, 1_230].includes(second)) await idle.serve('ok', 20);
      await busy.serve('ok', 10);
      if (second % 60 !== 10) continue;
      await mergeTick(parts);
      const { upTo } = (await readMergeProgress(table.sdk)) ?? { upTo: TEN };
      const { subjects } = await days.read('orders', TEN - 10 * HOUR, upTo);
      counts.push(subjects.get(resourceSubject(idle.resource))?.total ?? 0);
    }
    expect([...new Set(counts)]).toEqual([0, 1, 2, 3]);
    const [present] = await dataOf({ kind: 'hourOverview', service: 'orders' }, TEN, TEN + 1);
    const { slots, subjects } = present?.data as HourOverviewData;
    expect(slots).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(countOf(subjects[resourceSubject(idle.resource)])).toBe(3);
  });
});

describe('what cannot be merged', () => {
  it('hinders no other service, and is merged as soon as it can be', async () => {
    for (const service of ['orders', 'broken']) await listService(table.sdk, service, TEN);
    const members = ['orders', 'broken'].map((service) => new Member(service, 'a', table.sdk, clock));
    let broken = true;
    const failing: Table = {
      ...table.sdk,
      query: (request) =>
        broken && request.pk.startsWith('run#broken#')
          ? Promise.reject(new StoreRejected('ValidationException', 'no such luck'))
          : table.sdk.query(request),
    };
    const parts = partsOf({ table: failing });
    passTo(TEN + 10_000);
    for (const member of members) await member.serve('ok', 10);
    for (let minute = 1; minute <= 6; minute++) {
      const report = await tickAt(TEN + minute * MINUTE + 5_000, parts);
      expect(report).toMatchObject({ failed: 1, complete: true, superseded: false });
    }
    expect(told).toEqual(['orders 10:00']);
    expect((await readMergeProgress(table.sdk))?.open).toEqual({ broken: [[TEN - 2 * MINUTE, TEN + 4 * MINUTE]] });

    broken = false;
    expect(await tickAt(TEN + 7 * MINUTE + 5_000, parts)).toMatchObject({ failed: 0, open: 0 });
    expect(told).toEqual(['orders 10:00', 'broken 10:00']);
    expect(countOf((await minutesOf('broken')).get(TEN)?.subjects[SERVICE])).toBe(1);
  });

  it('for want of time stays open', async () => {
    await listService(table.sdk, 'orders', TEN);
    passTo(TEN + 10_000);
    await new Member('orders', 'a', table.sdk, clock).serve('ok', 10);
    let remainingMs = 4_000;
    const parts = partsOf({ remainingMs: () => remainingMs });
    expect(await tickAt(TEN + 5 * MINUTE, parts)).toMatchObject({ closed: 0, complete: false, open: 3 });
    remainingMs = 50_000;
    expect(await tickAt(TEN + 5 * MINUTE + 30_000, parts)).toMatchObject({ closed: 3, complete: true, open: 0 });
    expect(countOf((await minutesOf('orders')).get(TEN)?.subjects[SERVICE])).toBe(1);
  });
});

describe('two ticks at once', () => {
  it('of which the later began meanwhile: what the earlier still writes changes nothing, and it tells nobody', async () => {
    await listService(table.sdk, 'orders', TEN);
    passTo(TEN + 10_000);
    await new Member('orders', 'a', table.sdk, clock).serve('ok', 10);
    const { pk } = keys.telemetryMinute('orders', '2026-01-05T10:00', '');
    const [item] = (await table.sdk.query({ pk })).items;
    passTo(TEN + 3 * MINUTE + 5_000);
    let writes = 0;
    let later: MergeReport | undefined;
    const slow: Table = {
      ...table.sdk,
      put: async (request) => {
        // It has read all there was. Before it writes, more is put, and another tick merges that.
        if (writes++ === 0) {
          await table.sdk.put({ item: { ...item, pk, sk: 'b', instance: 'b' } });
          later = await mergeTick(partsOf());
        }
        return table.sdk.put(request);
      },
    };
    expect(await mergeTick(partsOf({ table: slow }))).toMatchObject({ superseded: true, closed: 0 });
    expect(later).toMatchObject({ superseded: false, closed: 1, open: 0 });
    expect(countOf((await minutesOf('orders')).get(TEN)?.subjects[SERVICE])).toBe(2);
    expect(told).toEqual(['orders 10:00']);
  });

  it('of which neither wrote anything yet: the later alone says how far they came', async () => {
    await listService(table.sdk, 'orders', TEN);
    passTo(TEN + 10_000);
    await new Member('orders', 'a', table.sdk, clock).serve('ok', 10);
    passTo(TEN + 3 * MINUTE + 5_000);
    const reports = await Promise.all([mergeTick(partsOf()), mergeTick(partsOf()), mergeTick(partsOf())]);
    expect(reports.filter(({ superseded }) => !superseded)).toHaveLength(1);
    expect(told).toEqual(['orders 10:00']);
  });
});

describe('what a tick writes', () => {
  it('are samples and edges too, and nothing again that has not changed', async () => {
    await listService(table.sdk, 'orders', TEN);
    const written: string[] = [];
    const watched: Table = {
      ...table.sdk,
      put: (request) => (written.push(`${request.item.pk} ${request.item.sk}`), table.sdk.put(request)),
    };
    const parts = partsOf({ table: watched });
    passTo(TEN + 4 * MINUTE + 10_000);
    const member = new Member('orders', 'a', table.sdk, clock);
    for (let i = 0; i < 3; i++) await member.serve('503', 10);
    for (let minute = 5; minute <= 8; minute++) await tickAt(TEN + minute * MINUTE + 5_000, parts);
    // Those of one service go out beside each other, so the order in which they are begun says nothing.
    expect(written.toSorted()).toEqual([
      'ctl#telemetry#edges#2026-01-05T10 2026-01-05T10:00#orders',
      'ctl#telemetry#orders#1d 2026-01-05#hour',
      'ctl#telemetry#orders#1m 2026-01-05T10:04',
      // Its five minutes are over.
      ...['dependency#payments', 'resource#of-a', 'service'].map((of) => `ctl#telemetry#orders#5m#${of} 2026-01-05T10`),
    ]);
  });

  it('is what the rules of a service say of metrics, at the end of the minute', async () => {
    const rules = { silent: 'none', usual: undefined, detailed: 'resources' } as const;
    for (const [service, metrics] of Object.entries(rules)) {
      const document = { apiVersion: 'flyball/v1', service, ...(metrics ? { telemetry: { metrics } } : {}) };
      const [author, note] = ['ada', ''];
      await publishRevision(table.sdk, { service, document, source: '', author, note, at: TEN, expectedSeq: 0 });
      passTo(TEN + 10_000);
      await new Member(service, 'a', table.sdk, clock).serve('ok', 10);
    }
    const lines: string[] = [];
    const print = (line: string) => void lines.push(line);
    const exporters = [cloudWatch({ namespace: 'flyball/test', clock, logger: silentLogger, print })];
    for (const minute of [1, 3, 3.5, 4]) await tickAt(TEN + minute * MINUTE + 5_000, partsOf({ exporters }));
    const said = lines.map((line) => JSON.parse(line) as { service: string; resource?: string; Requests: number });
    expect(said.map(({ service, resource = '-', Requests }) => `${service} ${resource} ${Requests}`).sort()).toEqual([
      'detailed - 1',
      'detailed of-a 1',
      'usual - 1',
    ]);
  });
});

describe('an idle service', () => {
  it('costs three queries a tick, and nothing is written for it', async () => {
    await listService(table.sdk, 'idle', TEN);
    const asked: string[] = [];
    const watched: Table = {
      ...table.sdk,
      query: (request) => (asked.push(`query ${request.pk}`), table.sdk.query(request)),
      put: (request) => (asked.push(`put ${request.item.pk}`), table.sdk.put(request)),
    };
    const parts = partsOf({ table: watched });
    for (let minute = 0; minute <= 12; minute++) {
      asked.length = 0;
      await tickAt(TEN + minute * MINUTE + 5_000, parts);
      if (minute >= 6) expect(asked.filter((what) => what.includes('idle'))).toHaveLength(3);
    }
  });
});

describe('series of instances that die, of puts that fail, and of merges that crash, repeat and overlap', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'count what was stored, never more, at the error that is stated (%i)',
    async (seed) => {
      const random = randomFrom(seed);
      await listService(table.sdk, 'orders', TEN);
      const all: Member[] = [];
      let alive: Member[] = [];
      const join = () => {
        const member = new Member('orders', `i${String(all.length)}`, table.sdk, clock);
        member.fate = () => {
          const chance = random();
          return chance < 0.1 ? 'away' : chance < 0.2 ? 'lost' : 'answered';
        };
        all.push(member);
        alive.push(member);
      };
      for (let i = 0; i < 6; i++) join();
      const environments = [new Memory(), new Memory()];
      const crashing = (memory: Memory): MergeParts => {
        let calls = Math.floor(random() * 60);
        const may = <T>(call: () => Promise<T>): Promise<T> =>
          calls-- > 0 ? call() : Promise.reject(new StoreRejected('Crash', 'the environment is gone in this test'));
        const crash: Table = {
          ...table.sdk,
          get: (...args) => may(() => table.sdk.get(...args)),
          put: (request) => may(() => table.sdk.put(request)),
          update: (request) => may(() => table.sdk.update(request)),
          query: (request) => may(() => table.sdk.query(request)),
        };
        return partsOf({ memory, table: crash });
      };
      const mergeSomehow = async () => {
        const memory = environments[random() < 0.5 ? 0 : 1] ?? new Memory();
        const chance = random();
        if (chance < 0.2) return;
        if (chance < 0.5) await mergeTick(crashing(random() < 0.5 ? memory : new Memory())).catch(() => undefined);
        else if (chance < 0.7) await Promise.all([mergeTick(partsOf({ memory })), mergeTick(partsOf())]);
        else await mergeTick(partsOf({ memory }));
      };

      const remembering = new Days(table.sdk);
      let before: ReadonlyMap<string, number> = new Map();
      const scrape = async () => {
        const { upTo } = (await readMergeProgress(table.sdk)) ?? { upTo: TEN };
        const [day, fresh] = await Promise.all(
          [remembering, new Days(table.sdk)].map((days) => days.read('orders', TEN - 10 * HOUR, upTo)),
        );
        expect(day?.subjects).toEqual(fresh?.subjects);
        const counts = new Map([...(day?.subjects ?? [])].map(([subject, { total }]) => [subject, total]));
        for (const [subject, count] of before) expect(counts.get(subject)).toBeGreaterThanOrEqual(count);
        before = counts;
      };

      for (let second = 0; second < 25 * 60; second += 5) {
        passTo(TEN + second * 1_000);
        for (const member of alive) {
          const idles = Number(member.id.slice(1)) % 3 === 0 && Math.floor(second / 300) % 2 === 1;
          if (idles || random() < 0.4) continue;
          const chance = random();
          const outcome: Outcome = chance < 0.1 ? '503' : 'ok';
          await member.serve(outcome, Math.exp(random() * 8));
        }
        if (random() < 0.01 && alive.length > 2) alive = alive.filter((_, i) => i > 0);
        if (random() < 0.015 && all.length < 14) join();
        if (second % 60 === 10) {
          await mergeSomehow();
          await scrape();
        }
      }
      for (let minute = 25; minute < 30; minute++) await tickAt(TEN + minute * MINUTE + 5_000, partsOf());
      expect((await readMergeProgress(table.sdk))?.open).toEqual({});
      await scrape();

      const sum = sumOf((await minutesOf('orders')).values());
      let [least, most] = [0, 0];
      for (const member of all) {
        const bounds = member.bounds();
        least += bounds[0];
        most += bounds[1];
        const count = sum.sums().get(resourceSubject(member.resource))?.total ?? 0;
        expect(count, `what ${member.id} stored`).toBeGreaterThanOrEqual(bounds[0]);
        expect(count, `what ${member.id} stored`).toBeLessThanOrEqual(bounds[1]);
        expect(bounds[1]).toBeLessThanOrEqual(member.counted.length);
      }
      const total = sum.sum(SERVICE)?.total ?? 0;
      expect(total).toBeGreaterThanOrEqual(least);
      expect(total).toBeLessThanOrEqual(most);
      expect(new Set(told).size).toBe(told.length);

      expect(before.get(SERVICE)).toBe(total);

      // In hours, of whole five minutes, it is the same.
      const hours = await dataOf({ kind: 'hour', service: 'orders', subject: SERVICE }, TEN, TEN + HOUR);
      const inSlots = Object.values((hours[0]?.data as SlotsData).slots);
      expect(inSlots.reduce((all, data) => all + countOf(data), 0)).toBe(total);
    },
    60_000,
  );

  it('give the percentiles of what was served', async () => {
    await listService(table.sdk, 'orders', TEN);
    const random = randomFrom(42);
    const members = ['a', 'b', 'c'].map((id) => new Member('orders', id, table.sdk, clock));
    const parts = partsOf();
    for (let second = 0; second < 8 * 60; second += 2) {
      passTo(TEN + second * 1_000);
      for (const member of members) await member.serve('ok', Math.exp(random() * 9));
      if (second % 60 === 4) await mergeTick(parts);
    }
    for (let minute = 9; minute < 14; minute++) {
      passTo(TEN + minute * MINUTE);
      for (const member of members) await member.serve('ok', 1);
      await mergeTick(parts);
    }
    const data = sumOf((await minutesOf('orders', TEN, TEN + 8 * MINUTE)).values()).data().subjects[SERVICE];
    const histogram = Histogram.decode(Buffer.from(data?.durations ?? '', 'base64'), data?.maxMs);
    const served = members.flatMap(({ counted }) => counted.filter(({ at }) => at < TEN + 8 * MINUTE));
    const sorted = served.map(({ ms }) => ms).sort((a, b) => a - b);
    expect(histogram.count).toBe(sorted.length);
    for (const q of [0.01, 0.5, 0.9, 0.95, 0.99, 0.999]) {
      const exact = sorted[Math.ceil(q * sorted.length) - 1] ?? NaN;
      expect(Math.abs((histogram.quantile(q) ?? NaN) - exact) / exact).toBeLessThanOrEqual(RELATIVE_ERROR + 1e-9);
    }
  });
});
