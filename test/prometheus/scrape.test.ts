// A real Prometheus scrapes `GET /metrics` over HTTP while a day ends: what PromQL says is what was counted.
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ApiHandler } from '../../functions/api/index.ts';
import { metricsRoutes } from '../../functions/telemetry/metrics/routes.ts';
import { Slot } from '../../functions/telemetry/sums/slot.ts';
import { prometheusPrograms, type Programs } from '../../infra/prometheus/programs.ts';
import { Histogram } from '../../middleware/telemetry/histogram.ts';
import { putApiKey } from '../../store/items/api-keys.ts';
import { listService } from '../../store/items/services.ts';
import { createTable, type TestTable } from '../integration/table.ts';
import { describedApi } from '../support/described.ts';
import { httpV2 } from '../support/events.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { silentLogger } from '../support/instance.ts';
import { putMinuteSlots } from '../support/series.ts';
import { SOON } from '../support/patience.ts';
import { startPrometheus, type Prometheus } from './prometheus.ts';
import { serve, type Served } from './server.ts';

const MINUTE = 60_000;
const MIDNIGHT = Date.UTC(2026, 0, 5);
/** A minute is told of three minutes after it is over. */
const SETTLED = 3 * MINUTE;

/** Requests of one minute: as many as there are durations, and two that were refused. */
function minuteOf(...durationsMs: number[]): Slot {
  const durations = new Histogram();
  for (const ms of durationsMs) durations.record(ms);
  const slot = new Slot();
  slot.addSum('service', { instances: 2, refusals: { 'throttle/everyone/create-order': 2 } });
  slot.addSum('resource#create-order', {
    outcomes: { ok: durationsMs.length, refused: 2 },
    durations: Buffer.from(durations.encode()).toString('base64'),
    maxMs: Math.max(...durationsMs),
  });
  return slot;
}

const times = (count: number, ms: number) => Array.from({ length: count }, () => ms);

/** Three minutes: the last but one and the last of a day, and the first of the next. */
const MINUTES = new Map([
  [MIDNIGHT - 2 * MINUTE, minuteOf(...times(100, 3))],
  [MIDNIGHT - MINUTE, minuteOf(...times(60, 3), ...times(30, 100), ...times(10, 900))],
  [MIDNIGHT, minuteOf(...times(7, 3))],
]);

describe('Prometheus', () => {
  const clock = fakeClock(MIDNIGHT - MINUTE + SETTLED);
  let programs: Programs;
  let table: TestTable;
  let api: ApiHandler;
  let served: Served;
  let prometheus: Prometheus;

  beforeAll(async () => {
    programs = prometheusPrograms();
    table = await createTable(inject('dynamodb'));
    await putApiKey(table.sdk, { key: 'fb_viewer', role: 'viewer', name: 'prometheus', createdAt: 0 });
    await listService(table.sdk, 'orders', 0);
    await putMinuteSlots(table.sdk, 'orders', MINUTES);
    api = describedApi({ routes: metricsRoutes(table.sdk), table: table.sdk, clock, logger: silentLogger });
    served = await serve(api);
    prometheus = await startPrometheus(programs.prometheus, served.address, 'fb_viewer');
  });

  afterAll(async () => {
    await prometheus.stop();
    await served.stop();
  });

  const ok = 'flyball_requests_total{service="orders",resource="create-order",outcome="ok"}';

  /** Until it has scraped this value, and once more. */
  async function scraped(value: number): Promise<void> {
    await expect.poll(() => prometheus.value(ok), SOON).toBe(value);
    const seen = served.requests.length;
    await expect.poll(() => served.requests.length, SOON).toBeGreaterThan(seen + 1);
  }

  it('scrapes it with a key, as OpenMetrics', async () => {
    await scraped(100);
    expect(await prometheus.value('up')).toBe(1);
    expect(served.requests.at(-1)).toMatchObject({
      status: 200,
      accept: expect.stringContaining('openmetrics') as string,
    });
    expect(await prometheus.value('flyball_requests_created{outcome="ok"}')).toBe((MIDNIGHT - 24 * 60 * MINUTE) / 1000);
    expect(await prometheus.value('flyball_instances')).toBe(2);
  });

  it('sees what a minute added, no more and no less', async () => {
    clock.advance(MINUTE);
    await scraped(200);
    expect(await prometheus.value(`max_over_time(${ok}[5m]) - min_over_time(${ok}[5m])`)).toBe(100);
    // Prometheus stretches an increase to the ends of its range: by half a scrape at each.
    const increase = await prometheus.value(`increase(${ok}[5m])`);
    expect(increase).toBeGreaterThanOrEqual(100);
    expect(increase).toBeLessThan(150);
    const refused = 'increase(flyball_requests_total{outcome="refused"}[5m])';
    expect(await prometheus.value(`sum(${refused}) / sum(increase(flyball_requests_total[5m]))`)).toBeCloseTo(
      2 / 102,
      6,
    );
    expect(await prometheus.value('max_over_time(flyball_refusals_total{policy="throttle",rule="everyone"}[5m])')).toBe(
      4,
    );
  });

  it.each([
    // Of the hundred that were added, sixty lie up to 4 ms, thirty from 64 to 128 ms, ten from 512 to 1024 ms.
    [0.5, 0.001 + (0.004 - 0.001) * (50 / 60)],
    [0.75, 0.064 + (0.128 - 0.064) * (15 / 30)],
    [0.95, 0.512 + (1.024 - 0.512) * (5 / 10)],
  ])('finds the quantile %d of a minute in its bucket', async (quantile, seconds) => {
    const buckets = 'increase(flyball_request_duration_seconds_bucket[5m])';
    expect(await prometheus.value(`histogram_quantile(${quantile}, sum by (le) (${buckets}))`)).toBeCloseTo(seconds, 6);
  });

  it('takes a new day for what it is', async () => {
    clock.advance(MINUTE);
    await scraped(7);
    expect(await prometheus.value(`resets(${ok}[5m])`)).toBe(1);
    const increase = await prometheus.value(`increase(${ok}[5m])`);
    expect(increase).toBeGreaterThanOrEqual(107);
    expect(increase).toBeLessThan(150);
  });

  it('finds nothing to say against it, in its own format', async () => {
    const headers = { authorization: 'Bearer fb_viewer' };
    const { body } = await api(httpV2({ method: 'GET', path: '/metrics', headers }), { awsRequestId: 'check' });
    expect(body).toContain('flyball_requests_total');
    const said = execFileSync(programs.promtool, ['check', 'metrics'], { input: body ?? '', encoding: 'utf8' });
    expect(said).toBe('');
  });
});
