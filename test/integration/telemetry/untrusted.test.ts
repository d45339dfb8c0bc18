// A function's role may put anything under its own service's keys: it spoils its own series at most, never those of others.
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { Memory } from '../../../functions/telemetry/merge/memory.ts';
import { mergeTick, type MergeParts, type MergeReport } from '../../../functions/telemetry/merge/tick.ts';
import type { SlotsData } from '../../../functions/telemetry/sums/data.ts';
import { announce } from '../../../store/items/announcement.ts';
import { edgePartitions, readEdges, type ReadEdges } from '../../../store/items/edges.ts';
import { readMergeProgress } from '../../../store/items/merge-progress.ts';
import { noteReporting } from '../../../store/items/reporting.ts';
import { readSeries } from '../../../store/items/series.ts';
import { due, keys } from '../../../store/keys.ts';
import { pack, packDetail, type MinuteDetail } from '../../../store/items/telemetry-detail.ts';
import { putMinute, type TelemetryMinute } from '../../../store/items/telemetry.ts';
import type { Table } from '../../../store/port.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable, type TestTable } from '../table.ts';
import { fleetReady, Member } from './fleet.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TEN = Date.UTC(2026, 0, 5, 10);

let table: TestTable;
let clock: FakeClock;
let parts: MergeParts;
beforeAll(fleetReady);
beforeEach(async () => {
  table = await createTable(inject('dynamodb'));
  clock = fakeClock(TEN);
  parts = { table: table.sdk, clock, random: () => 0, logger: silentLogger, memory: new Memory(), exporters: [] };
  for (const service of ['evil', 'orders']) await noteReporting(table.sdk, service, TEN);
});

async function tickAt(ms: number, changes: Partial<MergeParts> = {}): Promise<MergeReport> {
  clock.advance(ms - clock.now());
  return mergeTick({ ...parts, ...changes });
}

function putEvil(instance: string, from: number, changes: Partial<TelemetryMinute>): Promise<void> {
  return putMinute(table.sdk, {
    service: 'evil',
    instance,
    from,
    to: from + MINUTE,
    revision: 0,
    version: '0.3.0',
    functionName: 'evil-prod',
    functionVersion: '1',
    cell: '',
    ...{ resources: {}, calls: {}, attempts: {}, refusals: {}, shadow: {}, transitions: {}, internal: {} },
    ...changes,
  });
}

const detailOf = (detail: unknown) => packDetail(detail as MinuteDetail);

/** Orders served once in the first minute. */
async function serveOrders(): Promise<void> {
  clock.advance(TEN + 10_000 - clock.now());
  await new Member('orders', 'a', table.sdk, clock).serve('ok', 10);
}

describe('edges', () => {
  async function edges(): Promise<ReadEdges[]> {
    const all = [];
    for (const [from, to] of edgePartitions('hour', TEN, TEN + HOUR))
      for await (const one of readEdges(table.sdk, 'hour', from, to)) all.push(one);
    return all;
  }

  it('have no names that are too long to be read together', async () => {
    await serveOrders();
    for (const minute of [0, 1]) {
      const names = Array.from({ length: 50 }, (_, i) => `m${String(minute)}d${String(i)}`);
      const target = (name: string) => ({ target: `function:${'x'.repeat(45_000)}${name}` });
      await putEvil('a', TEN + minute * MINUTE, {
        calls: Object.fromEntries(names.map((name) => [name, { outcomes: { ok: 1 } }])),
        detail: detailOf({ dependencies: Object.fromEntries(names.map((name) => [name, target(name)])) }),
      });
    }
    for (let minute = 1; minute <= 8; minute++)
      expect(await tickAt(TEN + minute * MINUTE + 5_000)).toMatchObject({ failed: 0 });
    const read = await edges();
    expect(read.map(({ service }) => service)).toEqual(['evil', 'orders']);
    for (const { bytes } of read) expect(bytes).toBeLessThan(64 * 1024);
    expect(JSON.stringify(read[0]?.data).length).toBeLessThan(20_000);
  });

  it('that cannot be read do not hide those of others', async () => {
    await serveOrders();
    for (let minute = 1; minute <= 8; minute++) await tickAt(TEN + minute * MINUTE + 5_000);
    const strange = [
      { v: 1, service: 'bomb', from: TEN, data: pack(['x'.repeat(5 * 2 ** 20)]) },
      { v: 1, service: 'text', from: TEN, data: 'no bytes' },
      { v: 9, service: 'newer', from: TEN, data: pack({}) },
    ];
    for (const item of strange)
      await table.sdk.put({ item: { ...keys.edges('2026-01-05T10', '2026-01-05T10:00', item.service), ...item } });
    const read = await edges();
    expect(read.filter(({ data }) => data === undefined)).toHaveLength(3);
    expect(read.find(({ service }) => service === 'orders')?.data).toMatchObject({ calls: [{ name: 'payments' }] });
  });
});

describe('a minute that cannot be read again', () => {
  it('keeps nothing open: five minutes are summed up of the others', async () => {
    await serveOrders();
    await tickAt(TEN + 3 * MINUTE + 5_000);
    const data = pack(['x'.repeat(5 * 2 ** 20)]);
    await table.sdk.put({
      item: { ...keys.seriesMinute('orders', '2026-01-05T10:02'), v: 1, from: TEN + 2 * MINUTE, data },
    });
    for (let minute = 7; minute <= 8; minute++)
      expect(await tickAt(TEN + minute * MINUTE + 5_000)).toMatchObject({ failed: 0, open: 0 });
    const hours = [];
    const of = { kind: 'hour', service: 'orders', subject: 'service' } as const;
    for await (const hour of readSeries(table.sdk, of, TEN, TEN + HOUR)) hours.push(hour.data);
    expect(hours).toMatchObject([{ slots: { 0: { outcomes: { ok: 1 } } } }]);
  });
});

describe('announcements', () => {
  const strangers = (count: number, dueAt: number) =>
    Promise.all(
      Array.from({ length: count }, (_, i) => {
        const key = { pk: `run#evil#x${String(dueAt)}`, sk: String(i) };
        return table.sdk.put({ item: { ...key, due: due.services, dueAt } });
      }),
    );

  it('are of the last day: what strangers put before is not looked at', async () => {
    await strangers(3, 1);
    await announce(table.sdk, 'newcomer', TEN - HOUR);
    const warnings: unknown[] = [];
    const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
    expect(await tickAt(TEN + MINUTE, { logger })).toMatchObject({ services: 3 });
    expect(warnings).toEqual([]);
  });

  it('that many strangers stand before are found by one of the next ticks, and some of these are told of', async () => {
    await strangers(250, TEN - 2 * HOUR);
    await announce(table.sdk, 'newcomer', TEN - HOUR);
    const warnings: unknown[] = [];
    const logger = { ...silentLogger, warn: (_: string, fields: unknown) => void warnings.push(fields) };
    const short: Table = {
      ...table.sdk,
      query: (request) => table.sdk.query(request.index ? { ...request, limit: 4 } : request),
    };
    expect(await tickAt(TEN + MINUTE, { logger, table: short })).toMatchObject({ services: 2 });
    expect(warnings).toEqual([
      { strangers: 200, some: expect.arrayContaining([expect.stringMatching(/^run#evil#x/)]) as unknown },
    ]);
    expect(await tickAt(TEN + 2 * MINUTE, { table: short })).toMatchObject({ services: 3 });
    // Then from the beginning again.
    expect(parts.memory.announced).toBeUndefined();
  });
});

describe('a service that takes long', () => {
  const asked: string[] = [];
  const told: string[] = [];
  /** Each piece of work takes a tenth of a second. */
  const slow = (changes: Partial<MergeParts> = {}): Partial<MergeParts> => {
    let ms = 0;
    return {
      clock: { ...clock, now: () => clock.now(), precise: () => (ms += 100) },
      exporters: [async (_table, service, from) => () => void told.push(`${service} ${String(from - TEN)}`)],
      table: {
        ...table.sdk,
        query: (request) => {
          const [, service = ''] = /^run#(.*?)#/.exec(request.pk) ?? [];
          if (service !== '' && asked.at(-1) !== service) asked.push(service);
          return table.sdk.query(request);
        },
      },
      ...changes,
    };
  };
  beforeEach(async () => {
    asked.length = 0;
    told.length = 0;
    await serveOrders();
    for (let i = 0; i < 150; i++) await putEvil(`i${String(i)}`, TEN, { resources: { a: { outcomes: { ok: 1 } } } });
  });

  it('is merged when all others are, and from then on after them', async () => {
    expect(await tickAt(TEN + 3 * MINUTE + 5_000, slow({ remainingMs: () => 50_000 }))).toMatchObject({
      failed: 0,
      open: 0,
    });
    expect(told).toEqual(['orders 0', 'evil 0']);
    expect(parts.memory.heavy).toEqual(new Set(['evil']));
    asked.length = 0;
    await tickAt(TEN + 4 * MINUTE + 5_000, slow({ remainingMs: () => 50_000 }));
    expect(asked).toEqual(['orders', 'evil']);
    // It took no time any more.
    expect(parts.memory.heavy).toEqual(new Set());
  });

  it('fails alone when there is no time for it: the others are merged and told of', async () => {
    const short = { remainingMs: () => 12_000, memory: new Memory() };
    expect(await tickAt(TEN + 3 * MINUTE + 5_000, slow(short))).toMatchObject({ failed: 1, complete: true });
    expect(told).toEqual(['orders 0']);
    expect((await readMergeProgress(table.sdk))?.open).toEqual({ evil: [[TEN, TEN + MINUTE]] });
    asked.length = 0;
    // In another environment, too.
    await tickAt(TEN + 4 * MINUTE + 5_000, slow({ remainingMs: () => 50_000, memory: new Memory() }));
    expect(asked).toEqual(['orders', 'evil']);
    expect(told).toEqual(['orders 0', 'evil 0']);
  });

  it('is stopped in the middle when the tick runs out of time, and what is done by then is committed', async () => {
    let remainingMs = 12_000;
    const { table: watched = table.sdk, ...rest } = slow({ remainingMs: () => remainingMs });
    const hindered: Table = {
      ...watched,
      query: async (request) => {
        const page = await watched.query(request);
        if (request.pk.startsWith('run#evil#')) remainingMs = 1_000;
        return page;
      },
    };
    parts.memory.heavy.add('evil');
    expect(await tickAt(TEN + 3 * MINUTE + 5_000, { ...rest, table: hindered })).toMatchObject({ complete: false });
    expect((await readMergeProgress(table.sdk))?.open).toEqual({ evil: [[TEN, TEN + MINUTE]] });
  });
});

describe('minutes that are named late', () => {
  const text = (ms: number) => new Date(ms).toISOString().slice(0, 16);
  const LATE = 130;

  it('are merged some at a time, newest first, and none is forgotten, nor told of again', async () => {
    const told: string[] = [];
    const exporters: MergeParts['exporters'] = [
      async (_table, service, from) => () => void told.push(`${service} ${text(from)}`),
    ];
    const minutes = Array.from({ length: LATE }, (_, i) => TEN - (i + 1) * MINUTE);
    const instanceOf = (i: number) => `i${String(Math.floor(i / 60))}`;
    for (const [i, from] of minutes.entries())
      await putEvil(instanceOf(i), from, { resources: { a: { outcomes: { ok: 1 } } } });
    await tickAt(TEN, { exporters });
    await tickAt(TEN + 2 * MINUTE, { exporters });
    told.length = 0;
    for (let i = 0; i < LATE; i += 60)
      await putEvil(instanceOf(i), TEN + MINUTE, { late: minutes.slice(i, i + 60).map(text) });
    const merged = async () => {
      const all = [];
      for await (const { from } of readSeries(table.sdk, { kind: 'minute', service: 'evil' }, TEN - 12 * HOUR, TEN))
        all.push(from);
      return all.length;
    };
    const before = await merged();
    expect(await tickAt(TEN + 3 * MINUTE, { exporters })).toMatchObject({ late: 60, failed: 0 });
    expect((await readMergeProgress(table.sdk))?.late).toEqual({ evil: [minutes.at(-1), minutes[59]] });
    // Another environment goes on with it, when nothing names them any more.
    for (let minute = 4; minute <= 7; minute++)
      await tickAt(TEN + minute * MINUTE, { exporters, memory: minute === 5 ? new Memory() : parts.memory });
    expect(await merged()).toBe(LATE);
    expect(before).toBeLessThan(10);
    expect((await readMergeProgress(table.sdk))?.late).toBeUndefined();
    expect(told).toEqual([`evil ${text(TEN + MINUTE)}`]);
    const hours: SlotsData[] = [];
    for (const hour of [7, 8, 9]) {
      const of = { kind: 'hour', service: 'evil', subject: 'resource#a' } as const;
      const from = TEN + (hour - 10) * HOUR;
      for await (const { data } of readSeries(table.sdk, of, from, from + 1)) hours.push(data as SlotsData);
    }
    const counts = hours.flatMap(({ slots }) => Object.values(slots).map(({ outcomes = {} }) => outcomes['ok'] ?? 0));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(LATE);
  });

  it('wait while there is no time: what else there is is merged', async () => {
    await tickAt(TEN + MINUTE);
    await putEvil('late', TEN - HOUR, { resources: { a: { outcomes: { ok: 1 } } } });
    await putEvil('a', TEN + MINUTE, { late: [text(TEN - HOUR)] });
    expect(await tickAt(TEN + 4 * MINUTE, { remainingMs: () => 9_000 })).toMatchObject({ late: 0, failed: 0 });
    expect((await readMergeProgress(table.sdk))?.late).toEqual({ evil: [TEN - HOUR, TEN - HOUR + MINUTE] });
    expect(await tickAt(TEN + 5 * MINUTE)).toMatchObject({ late: 1 });
    expect((await readMergeProgress(table.sdk))?.late).toBeUndefined();
  });
});
