// Measures how long the series of a month take, from the table to the text of the answer: 200 resources at once, and one by the hour.
import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startDynamodbLocal } from '../../infra/dynamodb-local/emulator.ts';
import { startDynalite } from '../../infra/local/dynalite.ts';
import { Histogram } from '../../middleware/telemetry/histogram.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { sdkTable } from '../../store/adapters/sdk.ts';
import { putSeries } from '../../store/items/series.ts';
import type { Table } from '../../store/port.ts';
import { seriesQueryOf } from '../../functions/telemetry/series/query.ts';
import { readSeries } from '../../functions/telemetry/series/read.ts';
import { totalsQueryOf } from '../../functions/telemetry/series/totals-query.ts';
import { readTotals } from '../../functions/telemetry/series/totals.ts';
import { Slot } from '../../functions/telemetry/sums/slot.ts';
import { resourceSubject } from '../../functions/telemetry/sums/subject.ts';
import type { SumData } from '../../functions/telemetry/sums/data.ts';
import { atMost, type Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import { median, rounded } from '../statistics.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Half an hour into the day's fourteenth: hours that are over, and minutes that are in none yet. */
const NOW = Date.UTC(2026, 0, 31, 13, 33);
const DAYS = 30;
const GOAL_S = 1;
const ROUNDS = 9;
const SERVICE = 'orders';

interface Store {
  readonly name: string;
  readonly url: string;
  stop(): Promise<void>;
}

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

async function startStore(): Promise<Store> {
  try {
    const local = await startDynamodbLocal();
    return { name: 'DynamoDB Local', url: local.url, stop: () => local.stop() };
  } catch {
    const local = await startDynalite({ port: 0 });
    return { name: 'dynalite', url: local.url, stop: () => local.stop() };
  }
}

async function createTable(endpoint: string): Promise<Table> {
  const tableName = `flyball-bench-${randomUUID()}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  return sdkTable({ tableName, client, defaultTimeoutMs: 30_000 });
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

function slotOf(resources: number, requests: number, seed: number): Slot {
  const slot = new Slot();
  for (let i = 0; i < resources; i++) slot.addSum(resourceSubject(`resource-${i}`), sumOf(requests, seed + i));
  return slot;
}

/** As much as a resource has: five outcomes, a refusing rule, and histograms as wide as latencies and sizes are. */
function sumOf(requests: number, seed: number): SumData {
  const values = new Uniform(seed);
  const typical = 5 + 100 * values.next();
  return {
    instances: 20,
    outcomes: { ok: requests, '404': 7, '503': 3, timeout: 1, refused: Math.ceil(requests / 100) },
    cold: 12,
    slow: 9,
    durations: histogramOf(typical, values),
    maxMs: 40 * typical,
    waits: histogramOf(1, values),
    bytesIn: histogramOf(300, values),
    bytesOut: histogramOf(4_000, values),
    left: histogramOf(9_000, values),
    refusals: { 'throttle/per-client/a-resource': Math.ceil(requests / 100) },
  };
}

/** Log-normal, two hundred draws scaled: some sixty buckets in use. */
function histogramOf(typical: number, values: Uniform): string {
  const histogram = new Histogram();
  for (let i = 0; i < 200; i++) {
    const normal = Math.sqrt(-2 * Math.log(1 - values.next())) * Math.cos(2 * Math.PI * values.next());
    histogram.record(typical * Math.exp(0.6 * normal));
  }
  return Buffer.from(histogram.encode()).toString('base64');
}

/** The same numbers every time: a linear congruential generator (Numerical Recipes). */
class Uniform {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }
}
