// Measures how long the series of a month take, from the table to the text of the answer: 200 resources at once, and one by the hour.
import { systemClock } from '../../middleware/kernel/clock.ts';
import { putSeries } from '../../store/items/series.ts';
import type { Table } from '../../store/port.ts';
import { seriesQueryOf } from '../../functions/telemetry/series/query.ts';
import { readSeries } from '../../functions/telemetry/series/read.ts';
import { totalsQueryOf } from '../../functions/telemetry/series/totals-query.ts';
import { readTotals } from '../../functions/telemetry/series/totals.ts';
import { resourceSubject } from '../../functions/telemetry/sums/subject.ts';
import { atMost, type Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import { median, rounded } from '../statistics.ts';
import { measureScrapes } from './scrape.ts';
import { slotOf, sumOf } from './seed.ts';
import { createTable, startStore } from './store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Half an hour into the day's fourteenth: hours that are over, and minutes that are in none yet. */
const NOW = Date.UTC(2026, 0, 31, 13, 33);
const DAYS = 30;
const GOAL_S = 1;
const ROUNDS = 9;
const SERVICE = 'orders';

export async function measureQueries({ quick, progress }: BenchmarkOptions): Promise<readonly Row[]> {
  const resources = quick ? 20 : 200;
  const store = await startStore();
  try {
    const table = await createTable(store.url);
    progress(`writing ${DAYS} days of ${resources} resources into ${store.name}`);
    await seed(table, resources);
    const month = `service=${SERVICE}&from=${NOW - DAYS * DAY}&to=${NOW}`;
    const totals = await seconds(quick, async () => {
      const { shown } = await readTotals(table, totalsQueryOf(new URLSearchParams(`${month}&by=resource`), NOW));
      return JSON.stringify(shown).length;
    });
    const one = await seconds(quick, async () => {
      const query = seriesQueryOf(new URLSearchParams(`${month}&resource=resource-7&step=1h`), NOW);
      return JSON.stringify((await readSeries(table, query)).series.shown()).length;
    });
    const row = { subject: 'flyball', metric: 'query_s', unit: 's' };
    return [
      atMost(GOAL_S, { ...row, scenario: `30 days × ${resources} resources, totals; ${store.name}`, value: totals }),
      atMost(GOAL_S, { ...row, scenario: `30 days of one resource by the hour; ${store.name}`, value: one }),
      ...(await measureScrapes(store, { quick, progress })),
    ];
  } finally {
    await store.stop();
  }
}

/** The median of some repetitions, after one that warms up. */
async function seconds(quick: boolean, query: () => Promise<number>): Promise<number> {
  await query();
  const took: number[] = [];
  for (let i = 0; i < (quick ? 1 : ROUNDS); i++) {
    const began = systemClock.now();
    if ((await query()) < 1000) throw new Error('the answer is too short to be one');
    took.push((systemClock.now() - began) / 1000);
  }
  return rounded(median(took));
}

/** What a busy service has: overviews and minutes of all, hours and five minutes of the one that is asked for. */
async function seed(table: Table, resources: number): Promise<void> {
  const today = Math.floor(NOW / DAY) * DAY;
  for (let day = today - DAYS * DAY; day <= today; day += DAY) {
    const hours = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => day + (hour + 1) * HOUR <= NOW);
    const data = { ...slotOf(resources, 50_000 * hours.length, day).data(), hours };
    await putSeries(table, { kind: 'overview', service: SERVICE }, { from: day, data });
    const slots = Object.fromEntries(hours.map((hour) => [hour, sumOf(50_000, day + hour)]));
    const of = { kind: 'day', service: SERVICE, subject: resourceSubject('resource-7') } as const;
    await putSeries(table, of, { from: day, data: { slots } });
  }
  for (let at = Math.floor(NOW / HOUR) * HOUR; at < NOW; at += MINUTE) {
    const data = slotOf(resources, 800, at).data();
    await putSeries(table, { kind: 'minute', service: SERVICE }, { from: at, data });
  }
  const minutes = Array.from({ length: 6 }, (_, slot) => slot);
  const slots = Object.fromEntries(minutes.map((slot) => [slot, sumOf(4_000, slot)]));
  const of = { kind: 'hour', service: SERVICE, subject: resourceSubject('resource-7') } as const;
  await putSeries(table, of, { from: Math.floor(NOW / HOUR) * HOUR, data: { slots } });
}
