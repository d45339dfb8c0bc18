// How long the control plane takes where there are four hundred services of five resources: the list of them, and a scrape.
import { createApi, type ApiHandler } from '../../functions/api/index.ts';
import { sideBySide } from '../../functions/api/passes.ts';
import { serviceRoutes } from '../../functions/config-center/services.ts';
import { metricsRoutes } from '../../functions/telemetry/metrics/routes.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { signedTable } from '../../store/adapters/signed.ts';
import { httpV2 } from '../../middleware/testing/events/http.ts';
import { putApiKey } from '../../store/items/api-keys.ts';
import { commitTurn, takeTurn } from '../../store/items/merge-progress.ts';
import { putSeries } from '../../store/items/series.ts';
import { listRules } from '../../store/items/services.ts';
import type { Table } from '../../store/port.ts';
import { atMost, type Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import { median, rounded } from '../statistics.ts';
import { hourOverviewOf, slotOf } from '../telemetry/seed.ts';
import { createNamedTable, startStore } from '../telemetry/store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY_MS = Date.UTC(2026, 0, 31);
const HOURS_OVER = 13;
const MINUTES_SINCE = 32;
/** Half an hour into the next, with as many minutes after five that are over as there are on average. */
const HOUR_MS = DAY_MS + HOURS_OVER * HOUR;
const NOW = HOUR_MS + MINUTES_SINCE * MINUTE;
const RESOURCES = 5;
const ROUNDS = 5;
const KEY = 'fb_bench';
const LIST_GOAL_S = 0.3;
const SCRAPE_GOAL_S = 2;

export async function measureScale({ quick, progress }: BenchmarkOptions): Promise<readonly Row[]> {
  const services = Array.from({ length: quick ? 40 : 400 }, (_, i) => `service-${String(i).padStart(3, '0')}`);
  const store = await startStore();
  try {
    const { table, tableName } = await createNamedTable(store.url);
    const reading = readingTable(store.url, tableName);
    progress(`writing ${services.length} services into ${store.name}`);
    for (const [i, service] of services.entries()) await seed(table, service, i);
    const { fence } = await takeTurn(table);
    await commitTurn(table, fence, { upTo: NOW, open: {} });
    await putApiKey(table, { key: KEY, role: 'viewer', name: 'bench', createdAt: NOW });
    const of = `${services.length} services; ${store.name}`;
    const rowsOf = (scenario: string, took: readonly Took[], goal?: number): Row[] => {
      const row = { scenario: `${scenario} of ${of}`, subject: 'flyball', unit: 's' };
      const cpu = { ...row, metric: 'query_cpu_s', value: rounded(median(took.map(({ cpuS }) => cpuS))) };
      const wall = { ...row, metric: 'query_s', value: rounded(median(took.map(({ wallS }) => wallS))) };
      return [goal === undefined ? cpu : atMost(goal, cpu), wall];
    };
    const first = await measured(() => asked(environment(table, reading), '/metrics'));
    const warm = environment(table, reading);
    await asked(warm, '/metrics');
    const [lists, scrapes]: [Took[], Took[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      lists.push(await measured(() => asked(warm, '/v1/services', { limit: '200' })));
      scrapes.push(await measured(() => asked(warm, '/metrics')));
    }
    return [
      ...rowsOf('GET /v1/services, a page of 200', lists, LIST_GOAL_S),
      ...rowsOf(`GET /metrics, ${RESOURCES} resources each`, scrapes, SCRAPE_GOAL_S),
      ...rowsOf(`GET /metrics, first of an environment, ${RESOURCES} resources each`, [first], SCRAPE_GOAL_S),
    ];
  } finally {
    await store.stop();
  }
}

/** As the telemetry function reads. */
function readingTable(url: string, tableName: string): Table {
  const access = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const environment = { ...access, AWS_ENDPOINT_URL_DYNAMODB: url };
  return signedTable({ tableName, clock: systemClock, environment, defaultTimeoutMs: 30_000, firstTimeoutMs: 30_000 });
}

/** A new one remembers nothing. */
function environment(table: Table, reading: Table): ApiHandler {
  const clock = { ...systemClock, now: () => NOW + 20_000 };
  const nothing = () => {};
  const logger = { info: nothing, warn: nothing, error: nothing };
  const parts = { table, clock, logger, newId: () => '', healthUrls: [], probe: () => Promise.resolve() };
  return createApi({ routes: [...serviceRoutes(parts), ...metricsRoutes(reading)], table, clock, logger });
}

async function asked(api: ApiHandler, path: string, query: Readonly<Record<string, string>> = {}): Promise<void> {
  const headers = { authorization: `Bearer ${KEY}` };
  const event = httpV2({ method: 'GET', path, headers, query });
  const { statusCode, body = '' } = await api(event, { awsRequestId: 'bench' });
  if (statusCode !== 200 || body.length < 1_000) throw new Error(`${path} answers ${String(statusCode)}: ${body}`);
}

/** The processor's time is ours alone; the time that passes is also that of an emulated table on the same machine. */
interface Took {
  readonly cpuS: number;
  readonly wallS: number;
}

async function measured(work: () => Promise<void>): Promise<Took> {
  const [began, cpu] = [systemClock.precise(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { cpuS: (user + system) / 1e6, wallS: (systemClock.precise() - began) / 1_000 };
}

async function seed(table: Table, service: string, seed: number): Promise<void> {
  await listRules(table, service, { seq: 1, revision: 1, publishedAt: NOW, author: 'bench', digest: String(seed) });
  const hours = Array.from({ length: HOURS_OVER }, (_, hour) => hour);
  const overview = { ...slotOf(RESOURCES, 50_000, seed).data(), hours };
  await putSeries(table, { kind: 'overview', service }, { from: DAY_MS, data: overview });
  const hour = hourOverviewOf(slotOf(RESOURCES, 2_500, seed), Math.floor(MINUTES_SINCE / 5));
  await putSeries(table, { kind: 'hourOverview', service }, { from: HOUR_MS, data: hour });
  const data = slotOf(RESOURCES, 500, seed).data();
  const minutes = Array.from({ length: MINUTES_SINCE }, (_, minute) => HOUR_MS + minute * MINUTE);
  await sideBySide(
    16,
    minutes,
    async (from) => void (await putSeries(table, { kind: 'minute', service }, { from, data })),
  );
}
