// Series over days and months: what is read of minutes, five-minute slots, hours and overviews adds up to the same.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { seriesQueryOf } from '../../../functions/telemetry/series/query.ts';
import { readSeries } from '../../../functions/telemetry/series/read.ts';
import { totalsQueryOf } from '../../../functions/telemetry/series/totals-query.ts';
import { readTotals } from '../../../functions/telemetry/series/totals.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { Histogram } from '../../../middleware/telemetry/histogram.ts';
import type { Table } from '../../../store/port.ts';
import { putDays, putHours, putMinuteSlots, type Slots } from '../../support/series.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Half past ten: the hour that runs has slots that are over, and minutes that are in none yet. */
const NOW = Date.UTC(2026, 0, 15, 10, 33, 20);
const BEGAN = NOW - 4 * DAY;
const SETTLED = Date.UTC(2026, 0, 15, 10, 30);

/** Every seventh minute has something in it; how much tells which minute it was. */
function everySeventhMinute(): Slots {
  const slots = new Map<number, Slot>();
  for (let at = Math.ceil(BEGAN / MINUTE) * MINUTE; at < SETTLED; at += 7 * MINUTE) {
    const durations = new Histogram();
    const hour = Math.floor(at / HOUR) % 24;
    durations.record(1 + hour);
    const slot = new Slot();
    const sum = { outcomes: { ok: 1 + hour }, instances: 2, durations: base64(durations), maxMs: 1 + hour };
    slot.addSum('service', sum);
    slot.addSum('resource#create-order', sum);
    if (hour >= 12) slot.addSum('resource#afternoon', { outcomes: { '503': 1 } });
    slots.set(at, slot);
  }
  return slots;
}

const base64 = (histogram: Histogram) => Buffer.from(histogram.encode()).toString('base64');

describe('a series over days', () => {
  const slots = everySeventhMinute();
  let table: Table;

  beforeAll(async () => {
    ({ sdk: table } = await createTable(inject('dynamodb')));
    const service = 'orders';
    // As they would stand: minutes of the last 26 hours, slots of five minutes that are over, and hours that are.
    const kept = new Map([...slots].filter(([at]) => at >= NOW - 26 * HOUR));
    await putMinuteSlots(table, service, kept);
    await putHours(table, service, slots, SETTLED);
    await putDays(table, service, slots, Date.UTC(2026, 0, 15, 10));
  });

  function counted(from: number, to: number): number {
    let count = 0;
    for (const [at, slot] of slots) if (at >= from && at < to) count += slot.sum('resource#create-order')?.total ?? 0;
    return count;
  }

  async function read(range: string, subject = 'resource=create-order') {
    const query = seriesQueryOf(new URLSearchParams(`service=orders&${subject}&${range}`), NOW);
    return { query, ...(await readSeries(table, query)) };
  }

  it.each([
    ['minutes', NOW - 5 * HOUR, NOW, '1m'],
    ['minutes of yesterday', NOW - 25 * HOUR, NOW - 24 * HOUR, '1m'],
    ['five minutes', NOW - 3 * DAY, NOW, '5m'],
    ['quarters of an hour, of a time that is over', NOW - 3 * DAY, NOW - 2 * DAY, '15m'],
    ['hours', NOW - 3 * DAY, NOW, '1h'],
    ['days', NOW - 3 * DAY, NOW, '1d'],
  ])('in %s counts everything once, up to the last minute that is merged', async (_what, from, to, step) => {
    const { query, series } = await read(`from=${from}&to=${to}&step=${step}`);
    const { total, points } = series.shown();
    expect(total.count).toBe(counted(query.from, query.to));
    expect(points.map(({ count }) => count)).toEqual(
      points.map((_point, i) => counted(query.from + i * query.stepMs, query.from + (i + 1) * query.stepMs)),
    );
    expect(total).toMatchObject({ instances: 2 });
  });

  it('reads a few items for days, and not the minutes they are made of', async () => {
    const { read: items } = await read(`from=${NOW - 3 * DAY}&to=${NOW - DAY}&step=1h`);
    // Three days, and two overviews for the names.
    expect(items).toBe(5);
  });

  it('is not there twice while slots are summed up before they are complete', async () => {
    const early = new Map([...slots].filter(([at]) => at < SETTLED - 10 * MINUTE));
    const { sdk } = await createTable(inject('dynamodb'));
    await putMinuteSlots(sdk, 'orders', new Map([...slots].filter(([at]) => at >= NOW - 3 * HOUR)));
    await putHours(sdk, 'orders', early, SETTLED + HOUR);
    await putDays(sdk, 'orders', early, SETTLED + HOUR);
    const query = seriesQueryOf(
      new URLSearchParams(`service=orders&resource=create-order&from=${NOW - HOUR}&to=${NOW}&step=1h`),
      NOW,
    );
    const { series } = await readSeries(sdk, query);
    expect(series.shown().total.count).toBe(counted(query.from, query.to));
  });

  it('names what there is beside it', async () => {
    const { series } = await read(`from=${NOW - 3 * DAY}&to=${NOW}&step=1h`);
    expect(series.shown().resources).toEqual(['afternoon', 'create-order']);
  });

  it('gives percentiles of any stretch within the error of a histogram', async () => {
    const { series } = await read(`from=${NOW - 2 * DAY}&to=${NOW - DAY}&step=1h&metric=duration&percentiles=50,99.9`);
    const { durationMs } = series.shown().total;
    expect(durationMs).toMatchObject({ max: 24 });
    expect(Math.abs((durationMs?.['p99.9'] ?? 0) - 24) / 24).toBeLessThan(0.022);
    expect(Object.keys(durationMs ?? {})).toEqual(['p50', 'p99.9', 'max']);
  });

  describe('in totals of all resources', () => {
    async function totals(from: number, to: number) {
      const query = totalsQueryOf(new URLSearchParams(`service=orders&by=resource&from=${from}&to=${to}`), NOW);
      const { shown } = await readTotals(table, query);
      return { query, rows: (shown as { rows: { name: string; count: number }[] }).rows };
    }

    it.each([
      ['half an hour, from minutes', NOW - HOUR / 2, NOW],
      ['hours of a day that is cut, from what there is of each', NOW - 40 * HOUR, NOW - 30 * HOUR],
      ['a day and a half up to now', NOW - 36 * HOUR, NOW],
      ['days, from overviews and what is not in them yet', NOW - 3 * DAY, NOW],
      ['days that are over', NOW - 3.5 * DAY, NOW - 1.2 * DAY],
    ])('counts %s', async (_what, from, to) => {
      const { query, rows } = await totals(from, to);
      expect(query.to - query.from).toBeGreaterThanOrEqual(to - from);
      expect(rows.find(({ name }) => name === 'create-order')?.count).toBe(counted(query.from, query.to));
    });

    it('shows the busiest first', async () => {
      const { rows } = await totals(NOW - 3 * DAY, NOW);
      expect(rows.map(({ name }) => name)).toEqual(['create-order', 'afternoon']);
    });
  });
});
