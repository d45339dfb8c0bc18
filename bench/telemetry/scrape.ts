// Measures how long `GET /metrics` takes when a hundred services are told of: the first time, and with what is remembered.
import { exposition } from '../../functions/telemetry/metrics/exposition.ts';
import { Days, type ServiceDay } from '../../functions/telemetry/metrics/today.ts';
import { sideBySide } from '../../functions/api/passes.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { putSeries } from '../../store/items/series.ts';
import type { Table } from '../../store/port.ts';
import type { Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import { median, rounded } from '../statistics.ts';
import { hourOverviewOf, slotOf } from './seed.ts';
import { createTable, type startStore } from './store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY_MS = Date.UTC(2026, 0, 31);
const HOURS_OVER = 13;
const HOUR_MS = DAY_MS + HOURS_OVER * HOUR;
/** Into the next, the first time: as many minutes after five that are over as there are on average. */
const MINUTES_SINCE = 32;
const RESOURCES = 20;
const SCRAPES = 5;
const NOW = HOUR_MS + (MINUTES_SINCE + SCRAPES) * MINUTE;

export async function measureScrapes(
  { name, url }: Awaited<ReturnType<typeof startStore>>,
  { quick, progress }: BenchmarkOptions,
): Promise<Row[]> {
  const services = Array.from({ length: quick ? 10 : 100 }, (_, i) => `service-${i}`);
  const table = await createTable(url);
  progress(`writing a day of ${services.length} services into ${name}`);
  for (const [i, service] of services.entries()) await seed(table, service, i);
  const remembered = new Days(table);

  async function scrape(upTo: number): Promise<number> {
    const began = systemClock.precise();
    const days: ServiceDay[] = [];
    await sideBySide(16, services, async (service) => void days.push(await remembered.read(service, DAY_MS, upTo)));
    exposition({ dayMs: DAY_MS, completeUntil: upTo, days }, 'openmetrics');
    return (systemClock.precise() - began) / 1000;
  }

  const first = await scrape(NOW - SCRAPES * MINUTE);
  const later: number[] = [];
  for (let i = SCRAPES - 1; i >= 0; i--) {
    // The third finds five minutes more summed up.
    if (i === 2) for (const [seed, service] of services.entries()) await putHour(table, service, seed, 7);
    later.push(await scrape(NOW - i * MINUTE));
  }
  const scenario = `GET /metrics, ${services.length} services × ${RESOURCES} resources`;
  const row = { subject: 'flyball', metric: 'query_s', unit: 's' };
  return [
    { ...row, scenario: `${scenario}, first of an environment; ${name}`, value: rounded(first) },
    { ...row, scenario: `${scenario}; ${name}`, value: rounded(median(later)) },
  ];
}

async function seed(table: Table, service: string, seed: number): Promise<void> {
  const hours = Array.from({ length: HOURS_OVER }, (_, hour) => hour);
  const overview = { ...slotOf(RESOURCES, 50_000, seed).data(), hours };
  await putSeries(table, { kind: 'overview', service }, { from: DAY_MS, data: overview });
  await putHour(table, service, seed, 6);
  const minutes = Array.from({ length: (NOW - HOUR_MS) / MINUTE }, (_, minute) => HOUR_MS + minute * MINUTE);
  await sideBySide(8, minutes, async (from) => {
    const data = slotOf(RESOURCES, 500, seed + from / MINUTE).data();
    await putSeries(table, { kind: 'minute', service }, { from, data });
  });
}

async function putHour(table: Table, service: string, seed: number, over: number): Promise<void> {
  const data = hourOverviewOf(slotOf(RESOURCES, 2_500, seed), over);
  await putSeries(table, { kind: 'hourOverview', service }, { from: HOUR_MS, data });
}
