// What Prometheus is told over a day: counters that grow minute by minute and never shrink, whatever they are read from.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { ApiHandler } from '../../../functions/api/index.ts';
import { metricsRoutes } from '../../../functions/telemetry/metrics/routes.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { hashOfKey, putApiKey } from '../../../store/items/api-keys.ts';
import { listService } from '../../../store/items/services.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { putDays, putHourOverview, putMinuteSlots } from '../../support/series.ts';
import { createTable, type TestTable } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MIDNIGHT = Date.UTC(2026, 0, 5);

/** A request a minute of each resource since 22:00 of the evening before. */
const slots = new Map<number, Slot>();
for (let at = MIDNIGHT - 2 * HOUR; at < MIDNIGHT + 5 * HOUR; at += MINUTE) {
  const slot = new Slot();
  slot.addSum('service', { instances: 4, outcomes: { ok: 1 } });
  slot.addSum('resource#create-order', { instances: 4, outcomes: { ok: 1 } });
  slots.set(at, slot);
}

describe('GET /metrics', () => {
  let table: TestTable;
  const clock = fakeClock(MIDNIGHT);

  beforeEach(async () => {
    table = await createTable(inject('dynamodb'));
    await putApiKey(table.sdk, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: MIDNIGHT });
    const other = { role: 'viewer', name: 'other', services: ['payments'], createdAt: MIDNIGHT } as const;
    await putApiKey(table.sdk, { hash: hashOfKey('fb_other'), ...other });
    await listService(table.sdk, 'orders', MIDNIGHT);
    await putMinuteSlots(table.sdk, 'orders', slots);
    api = environment();
  });

  let api: ApiHandler;
  const environment = (reading: Table = table.sdk) =>
    describedApi({ routes: metricsRoutes(reading), table: table.sdk, clock, logger: silentLogger });

  async function scraped(nowMs: number, key = 'fb_viewer', from = api) {
    clock.advance(nowMs - clock.now());
    const headers = { authorization: `Bearer ${key}`, accept: 'application/openmetrics-text;version=1.0.0,*/*;q=0.1' };
    const answer = await from(httpV2({ method: 'GET', path: '/metrics', headers }), { awsRequestId: 'request-1' });
    const text = answer.body ?? '';
    const value = (name: string) => Number(new RegExp(`^${name}(?:\\{.*})? (.*)$`, 'm').exec(text)?.[1]);
    return { answer, text, value, requests: value('flyball_requests_total') };
  }

  it('counts from midnight to the last minute that is complete', async () => {
    const { answer, value, requests } = await scraped(MIDNIGHT + 90 * MINUTE + 20_000);
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': expect.stringMatching(/^application\/openmetrics-text; version=1/) as string },
    });
    expect(requests).toBe(87);
    expect(value('flyball_requests_created')).toBe(MIDNIGHT / 1000);
    expect(value('flyball_last_complete_minute_timestamp_seconds')).toBe((MIDNIGHT + 87 * MINUTE) / 1000);
    expect(value('flyball_instances')).toBe(4);
    expect(value('flyball_scrape_truncated')).toBe(0);
  });

  it('grows by what a minute held, also when an hour is summed up, and is the same for who remembers nothing', async () => {
    for (const [minute, summedUp] of [
      [58, 0],
      [63, 0],
      [63, 1],
      [64, 1],
      [126, 1],
      [126, 2],
      [127, 2],
    ] as const) {
      await putDays(table.sdk, 'orders', slots, MIDNIGHT + summedUp * HOUR);
      const now = MIDNIGHT + minute * MINUTE;
      const remembering = await scraped(now);
      const fresh = await scraped(now, 'fb_viewer', environment());
      expect([remembering.requests, fresh.requests]).toEqual([minute - 3, minute - 3]);
      expect(fresh.text).toBe(remembering.text);
    }
  });

  it('grows by what a minute held while the five minutes of the hour are summed up, and reads no more than what follows', async () => {
    let read = 0;
    const counting: Table = {
      ...table.sdk,
      query: async (request) => {
        const page = await table.sdk.query(request);
        if (request.pk.endsWith('#1m')) read += page.items.length;
        return page;
      },
    };
    await putDays(table.sdk, 'orders', slots, MIDNIGHT + HOUR);
    for (const [minute, summedUp, most] of [
      [27, 0, 24],
      [27, 20, 4],
      [28, 20, 5],
      [28, 25, 1],
      [29, 25, 1],
      [62, 25, 34],
      [62, 55, 4],
    ] as const) {
      await putHourOverview(table.sdk, 'orders', slots, MIDNIGHT + HOUR + summedUp * MINUTE);
      const now = MIDNIGHT + HOUR + minute * MINUTE;
      const remembering = await scraped(now);
      read = 0;
      const fresh = await scraped(now, 'fb_viewer', environment(counting));
      expect([remembering.requests, fresh.requests]).toEqual([57 + minute, 57 + minute]);
      expect(fresh.text).toBe(remembering.text);
      expect(fresh.value('flyball_instances')).toBe(4);
      expect(read).toBe(most);
    }
  });

  it('counts a minute again that has grown late', async () => {
    const before = await scraped(MIDNIGHT + 200 * MINUTE);
    const late = new Slot();
    late.addSum('resource#create-order', { outcomes: { ok: 11 } });
    await putMinuteSlots(table.sdk, 'orders', new Map([[MIDNIGHT + 190 * MINUTE, late]]));
    const after = await scraped(MIDNIGHT + 200 * MINUTE);
    expect(after.requests - before.requests).toBe(10);
  });

  it('tells of the last minute of a day before the counters begin again', async () => {
    await putDays(table.sdk, 'orders', slots, MIDNIGHT - HOUR);
    const requests = [];
    for (const minute of [1, 2, 3, 4, 5]) requests.push((await scraped(MIDNIGHT + minute * MINUTE)).requests);
    // Yesterday's 22:00 to 23:57, 23:58, 23:59 and 24:00; then today's first minute.
    expect(requests).toEqual([118, 119, 120, 1, 2]);
  });

  it('tells a key of its services alone', async () => {
    const { text } = await scraped(MIDNIGHT + HOUR, 'fb_other');
    expect(text).not.toContain('orders');
    expect(text).toContain('flyball_last_complete_minute_timestamp_seconds');
  });

  it('leaves out what of a service is nothing that it can read, and says whose', async () => {
    await listService(table.sdk, 'damaged', MIDNIGHT);
    const from = MIDNIGHT + 30 * MINUTE;
    await table.sdk.put({ item: { ...keys.seriesMinute('damaged', '2026-01-05T00:30'), v: 1, from, data: 'text' } });
    const { answer, text, requests } = await scraped(MIDNIGHT + HOUR);
    expect(answer.statusCode).toBe(200);
    expect(requests).toBe(57);
    expect(text).toContain('\nflyball_unreadable{service="damaged"} 1\n');
    expect(text.match(/^flyball_.*service="damaged"/gm)).toHaveLength(1);
  });

  it('takes a key', async () => {
    expect((await scraped(MIDNIGHT + HOUR, 'wrong')).answer.statusCode).toBe(401);
  });
});
