// Four hundred services with five resources each: what each route of the control plane asks of the table, counted where its
// requests leave.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { resourceSubject, SERVICE } from '../../../functions/telemetry/sums/subject.ts';
import { sideBySide } from '../../../functions/api/passes.ts';
import { sdkTable } from '../../../store/adapters/sdk.ts';
import { commitTurn, takeTurn } from '../../../store/items/merge-progress.ts';
import { putSeries } from '../../../store/items/series.ts';
import { listRules } from '../../../store/items/services.ts';
import type { Table } from '../../../store/port.ts';
import { controlPlane, givenKey, NOW, type ControlPlane } from '../access-control/planes.ts';
import { NAMED, ROUTES } from '../access-control/routes.ts';
import { createTable, emulated } from '../table.ts';

const MINUTE = 60_000;
const SERVICES = 400;
const DAY = Math.floor(NOW / 86_400_000) * 86_400_000;
const names = ['orders', ...Array.from({ length: SERVICES - 1 }, (_, i) => `service-${String(i).padStart(3, '0')}`)];

/** What routes of one service ask at most, with the look at who calls. */
const FEW = 40;
/** Lists ask at most so many times for each service of a page of fifty. */
const OF_A_PAGE: Readonly<Record<string, number>> = {
  ...{ '/v1/shed': 1, '/v1/faults': 2, '/v1/baseline/violations': 3 },
  // Lambda cannot be asked here: then it is of no use what all the others report as.
  '/v1/telemetry/coverage': 6,
};
/** Those that tell of all services at once, for each of them. */
const OF_ALL: Readonly<Record<string, number>> = { '/metrics': 3 };
const PAGE = 50;

const mostOf = (path: string) => FEW + PAGE * (OF_A_PAGE[path] ?? 0) + SERVICES * (OF_ALL[path] ?? 0);

describe('four hundred services of five resources each', () => {
  /** By operation, as they left. */
  const asked = new Map<string, number>();
  let plane: ControlPlane;
  let bearer: string;

  beforeAll(async () => {
    // What AWS would be asked is not there.
    for (const name of ['', '_LAMBDA', '_SQS', '_XRAY']) vi.stubEnv(`AWS_ENDPOINT_URL${name}`, 'http://127.0.0.1:9');
    const endpoint = inject('dynamodb');
    const { tableName, sdk } = await createTable(endpoint);
    await seed(sdk);
    bearer = await givenKey(sdk, 'everything', 'admin');
    const client = new DynamoDBClient({ ...emulated, endpoint, maxAttempts: 1 });
    client.middlewareStack.add(
      (next) => (sent) => {
        const { headers } = sent.request as { readonly headers: Readonly<Record<string, string>> };
        const operation = headers['x-amz-target']?.split('.').at(-1) ?? 'unknown';
        asked.set(operation, (asked.get(operation) ?? 0) + 1);
        return next(sent);
      },
      { step: 'finalizeRequest', name: 'recordOperation' },
    );
    plane = controlPlane(sdkTable({ tableName, client, defaultTimeoutMs: 60_000 }));
  });

  async function get(path: string, query: Readonly<Record<string, string>> = {}) {
    asked.clear();
    const answer = await plane.send({ method: 'GET', path, bearer, query });
    const calls = [...asked.values()].reduce((sum, count) => sum + count, 0);
    return { answer, calls, operations: [...asked.keys()].sort() };
  }

  const reading = ROUTES.flatMap(([method, path, , , sent]) =>
    method === 'GET' ? [{ path, query: sent?.query ?? {} }] : [],
  );

  it.each(reading)('GET $path scans nothing, and asks the table a bounded number of times', async ({ path, query }) => {
    const named = path.replace(/\{\w+\}/g, (name) => NAMED[name] ?? name);
    const { calls, operations } = await get(named, query);
    expect(['GetItem', 'PutItem', 'Query', 'UpdateItem']).toEqual(expect.arrayContaining(operations));
    expect(calls, operations.join()).toBeLessThanOrEqual(mostOf(path));
  });

  it('lists them in two pages of one query each', async () => {
    const first = await get('/v1/services', { limit: '200' });
    const second = await get('/v1/services', { limit: '200', cursor: String(first.answer.body['cursor']) });
    expect([first, second].map(({ calls }) => calls)).toEqual([2, 2]);
    const listed = [first, second].flatMap(({ answer }) => answer.body['services'] as { service: string }[]);
    expect(listed.map(({ service }) => service)).toEqual(names.toSorted());
  });

  it('tells Prometheus of all of them, and reads no more of any than its overview and what came since', async () => {
    const { answer, calls } = await get('/metrics');
    expect(answer.text.match(/^flyball_requests_total\{.*outcome="ok"\}/gm)).toHaveLength(5 * SERVICES);
    expect(calls).toBeLessThanOrEqual(2 * SERVICES + 10);
  });
});

async function seed(table: Table): Promise<void> {
  const slot = new Slot();
  slot.addSum(SERVICE, { instances: 2, outcomes: { ok: 50 }, functions: { 'shop:1': 2 } });
  for (let i = 0; i < 5; i++) slot.addSum(resourceSubject(`resource-${i}`), { instances: 2, outcomes: { ok: 10 } });
  const data = slot.data();
  const hours = Array.from({ length: 11 }, (_, hour) => hour);
  await sideBySide(16, names, async (service) => {
    const rules = { seq: 1, revision: 1, publishedAt: NOW, author: 'a test', digest: 'd' };
    await listRules(table, service, rules);
    await putSeries(table, { kind: 'overview', service }, { from: DAY, data: { ...data, hours } });
    await putSeries(table, { kind: 'minute', service }, { from: NOW - 4 * MINUTE, data });
  });
  const { fence } = await takeTurn(table);
  await commitTurn(table, fence, { upTo: NOW - 3 * MINUTE, open: {} });
}
