// What runs and nobody looks after, over HTTP: of functions that are deployed, and of services with rules or without.
import { randomBytes } from 'node:crypto';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { ApiHandler } from '../../../functions/api/index.ts';
import { sideBySide } from '../../../functions/api/passes.ts';
import { deployedFunctions } from '../../../functions/telemetry/coverage/deployed.ts';
import { coverageRoutes } from '../../../functions/telemetry/coverage/routes.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { dependencySubject, SERVICE } from '../../../functions/telemetry/sums/subject.ts';
import { startFunctionList, type FunctionList } from '../../../infra/local/function-list.ts';
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { hashOfKey, putApiKey } from '../../../store/items/api-keys.ts';
import { noteReporting } from '../../../store/items/reporting.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { listService } from '../../../store/items/services.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { putDays, putMinuteSlots } from '../../support/series.ts';
import { createTable, emulated, type TestTable } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.UTC(2026, 0, 5, 12, 20);
const clock = fakeClock(NOON);
const DEPLOYED = ['orders', 'nightly', 'forgotten', 'reborn'].map((name) => `flyball-test-${name}`);

function slot(functionName: string, ...dependencies: string[]): Slot {
  const one = new Slot();
  one.addSum(SERVICE, { instances: 1, outcomes: { ok: 1 }, functions: { [`${functionName}:1`]: 1 } });
  for (const name of dependencies) one.addSum(dependencySubject(name), { outcomes: { ok: 1 } });
  return one;
}

interface Page {
  readonly functions?: object;
  readonly services: readonly { readonly service: string; readonly missing: readonly string[] }[];
  readonly cursor?: string;
}

describe('GET /v1/telemetry/coverage', () => {
  let table: TestTable;
  let api: ApiHandler;
  let away: ApiHandler;
  let list: FunctionList;

  beforeAll(async () => {
    table = await createTable(inject('dynamodb'));
    const functions = [...DEPLOYED, 'another-team-s'].map((name) => ({
      ...{ name, runtime: 'nodejs24.x', handler: 'x.handler', concurrency: 10 },
    }));
    list = await startFunctionList({ functions, region: 'us-east-1', account: '000000000000' });
    const apiOver = (endpoint: string) => {
      const lambda = new LambdaClient({ ...emulated, endpoint, maxAttempts: 1 });
      const deployed = deployedFunctions(() => Promise.resolve(lambda));
      const routes = coverageRoutes({ table: table.sdk, deployed, prefix: 'flyball-test-' });
      return describedApi({ routes, table: table.sdk, clock, logger: silentLogger });
    };
    [api, away] = [apiOver(list.url), apiOver('http://127.0.0.1:9')];
    await putApiKey(table.sdk, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: NOON });
    const one = { role: 'viewer', name: 'one', services: ['orders'], createdAt: NOON } as const;
    await putApiKey(table.sdk, { hash: hashOfKey('fb_one'), ...one });

    await published('orders', {
      owner: 'team-orders',
      dependencies: { payments: {} },
      slos: { available: { objective: '99.9%' } },
    });
    await published('nightly', { jobs: { close: { schedule: 'rate(1 day)' } } });
    await published('silent', { owner: 'team-silent', slos: { available: { objective: '99%' } } });
    // A draft alone is no rules.
    await listService(table.sdk, 'drafted', NOON);
    await noteReporting(table.sdk, 'announced', NOON);

    // An hour ago, in what is summed up; this minute; and six days ago, when it last ran.
    const earlier = NOON - 80 * MINUTE;
    await putDays(table.sdk, 'orders', new Map([[earlier, slot('flyball-test-orders', 'payments', 'bank')]]), NOON);
    await putMinuteSlots(table.sdk, 'orders', new Map([[NOON - MINUTE, slot('flyball-test-orders', 'mail')]]));
    const lastWeek = NOON - 6 * 24 * HOUR;
    await putDays(table.sdk, 'nightly', new Map([[lastWeek, slot('flyball-test-nightly', 'old')]]), NOON);
    await putMinuteSlots(table.sdk, 'announced', new Map([[NOON - 2 * MINUTE, slot('another-stack-s')]]));
    // Longer ago than anybody asks.
    const lastMonth = NOON - 30 * 24 * HOUR;
    await putDays(table.sdk, 'orders', new Map([[lastMonth, slot('flyball-test-reborn')]]), NOON);
  });
  afterAll(() => list.stop());

  async function published(service: string, rest: Partial<RuleDocument>): Promise<void> {
    const document = { apiVersion: 'flyball/v1', service, ...rest };
    await listService(table.sdk, service, NOON);
    await publishRevision(table.sdk, {
      ...{ service, document, source: JSON.stringify(document) },
      ...{ author: 'a test', note: '', at: NOON, expectedSeq: 0 },
    });
  }

  async function get(query: Record<string, string> = {}, key = 'fb_viewer', over = api) {
    const headers = { authorization: `Bearer ${key}` };
    const event = httpV2({ method: 'GET', path: '/v1/telemetry/coverage', headers, query });
    const answer = await over(event, { awsRequestId: 'request-1' });
    return { status: answer.statusCode, body: JSON.parse(answer.body ?? '{}') as Page };
  }

  it('lists the functions of the stack that nothing has been heard of for a week', async () => {
    expect((await get()).body.functions).toEqual({
      since: '2025-12-29T12:20:00.000Z',
      lookedAt: '2026-01-05T12:20:00.000Z',
      deployed: 4,
      withoutTelemetry: ['flyball-test-forgotten', 'flyball-test-reborn'],
    });
  });

  it('lists what each service lacks, those without rules too', async () => {
    const { body } = await get();
    expect(body.services).toMatchObject([
      { service: 'announced', revision: null, missing: ['rules'], functions: ['another-stack-s'] },
      { service: 'drafted', revision: null, missing: ['rules', 'telemetry'] },
      {
        ...{ service: 'nightly', revision: 1, missing: ['owner', 'jobs', 'slos'], jobsWithoutOwner: ['close'] },
        // Whom it called last week may be gone.
        dependenciesWithoutRule: [],
      },
      {
        ...{ service: 'orders', owner: 'team-orders', missing: ['dependencies'] },
        dependenciesWithoutRule: ['bank', 'mail'],
      },
      { service: 'silent', missing: ['telemetry'], functions: [] },
    ]);
  });

  it('goes page by page; the first says what concerns no service', async () => {
    const first = await get({ limit: '3' });
    expect(first.body.services.map(({ service }) => service)).toEqual(['announced', 'drafted', 'nightly']);
    const second = await get({ limit: '3', cursor: first.body.cursor ?? '' });
    expect(second.body).toEqual({
      at: '2026-01-05T12:20:00.000Z',
      services: [
        expect.objectContaining({ service: 'orders' }) as object,
        expect.objectContaining({ service: 'silent' }) as object,
      ],
    });
  });

  it('tells a key for some services of those alone', async () => {
    const { body } = await get({}, 'fb_one');
    expect(body.functions).toBeUndefined();
    expect(body.services.map(({ service }) => service)).toEqual(['orders']);
  });

  it('knows the services though Lambda cannot be asked', async () => {
    const { status, body } = await get({}, 'fb_viewer', away);
    expect(status).toBe(200);
    expect(body.functions).toMatchObject({ unknown: expect.stringContaining('ECONNREFUSED') as string });
    expect(body.services).toHaveLength(5);
  });

  it('is refused without a key, and with a cursor of another list', async () => {
    expect((await get({}, 'nosuch')).status).toBe(401);
    expect((await get({ cursor: 'bm8' })).status).toBe(400);
  });
});

describe('coverage of services that cannot be trusted', () => {
  let api: ApiHandler;
  let list: FunctionList;

  beforeAll(async () => {
    const { sdk: table } = await createTable(inject('dynamodb'));
    const functions = DEPLOYED.map((name) => ({
      ...{ name, runtime: 'nodejs24.x', handler: 'x.handler', concurrency: 10 },
    }));
    list = await startFunctionList({ functions, region: 'us-east-1', account: '000000000000' });
    const lambda = new LambdaClient({ ...emulated, endpoint: list.url, maxAttempts: 1 });
    const deployed = deployedFunctions(() => Promise.resolve(lambda));
    const routes = coverageRoutes({ table, deployed, prefix: 'flyball-test-', most: 4_000 });
    api = describedApi({ routes, table, clock, logger: silentLogger });
    await putApiKey(table, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: NOON });

    for (const service of ['damaged', 'evil', 'huge', 'nightly', 'orders']) await noteReporting(table, service, NOON);
    const names = Array.from({ length: 100 }, () => randomBytes(60).toString('hex'));
    const at = NOON - MINUTE;
    await putMinuteSlots(table, 'huge', new Map([[at, slot('flyball-test-reborn', ...names)]]));
    await putMinuteSlots(table, 'orders', new Map([[at, slot('flyball-test-orders')]]));
    await putMinuteSlots(table, 'nightly', new Map([[at, slot('flyball-test-nightly')]]));
    await putMinuteSlots(table, 'evil', new Map([[at, slot('flyball-test-orders')]]));
    await table.put({ item: { ...keys.seriesMinute('damaged', '2026-01-05T12:19'), v: 1, from: at, data: 'text' } });
    await table.put({ item: { ...keys.rulesHead('nightly'), v: 9, seq: 1 } });
  });
  afterAll(() => list.stop());

  async function get() {
    const headers = { authorization: 'Bearer fb_viewer' };
    const answer = await api(httpV2({ method: 'GET', path: '/v1/telemetry/coverage', headers }), {
      awsRequestId: 'request-1',
    });
    return { status: answer.statusCode, body: JSON.parse(answer.body ?? '{}') as Page };
  }

  it('says of a service that it cannot be read, and shows the others', async () => {
    const { status, body } = await get();
    expect(status).toBe(200);
    const unreadable = { unreadable: true, functions: [], dependenciesWithoutRule: [] };
    expect(body.services).toMatchObject([
      { service: 'damaged', missing: ['rules'], ...unreadable },
      { service: 'evil', missing: ['rules'] },
      { service: 'huge', missing: ['rules'], ...unreadable },
      { service: 'nightly', revision: null, missing: [], unreadable: true, functions: ['flyball-test-nightly'] },
      { service: 'orders', missing: ['rules'], functions: ['flyball-test-orders'] },
    ]);
    expect(body.services.filter((row) => 'unreadable' in row)).toHaveLength(3);
  });

  it('tells of functions that several services report as, and whose reports it could not read', async () => {
    expect((await get()).body.functions).toEqual({
      since: '2025-12-29T12:20:00.000Z',
      lookedAt: '2026-01-05T12:20:00.000Z',
      deployed: 4,
      withoutTelemetry: ['flyball-test-forgotten', 'flyball-test-reborn'],
      claimed: [{ name: 'flyball-test-orders', by: ['evil', 'orders'] }],
      unreadable: ['damaged', 'huge'],
    });
  });
});

describe('coverage of many services', () => {
  const MANY = 250;
  const A_LOOK = 3;
  const names = Array.from({ length: MANY }, (_, i) => `service-${String(i).padStart(3, '0')}`);
  const time = fakeClock(NOON);
  let table: Table;
  let counted: Table;
  let api: ApiHandler;
  let queries = 0;
  let list: FunctionList;

  beforeAll(async () => {
    table = (await createTable(inject('dynamodb'))).sdk;
    counted = {
      ...{ get: (...asked) => table.get(...asked), put: (asked) => table.put(asked) },
      ...{ update: (asked) => table.update(asked), delete: (asked) => table.delete(asked) },
      query: (asked) => (queries++, table.query(asked)),
    };
    list = await startFunctionList({
      functions: DEPLOYED.map((name) => ({
        ...{ name, runtime: 'nodejs24.x', handler: 'x.handler', concurrency: 10 },
      })),
      ...{ region: 'us-east-1', account: '000000000000' },
    });
    await putApiKey(table, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: NOON });
    await sideBySide(16, names, (service) => noteReporting(table, service, NOON));
  });
  afterAll(() => list.stop());

  beforeEach(() => {
    time.set(NOON);
    api = asking(list.url);
  });

  function asking(endpoint: string): ApiHandler {
    const lambda = new LambdaClient({ ...emulated, endpoint, maxAttempts: 1 });
    const deployed = deployedFunctions(() => Promise.resolve(lambda));
    const routes = coverageRoutes({ table: counted, deployed, prefix: 'flyball-test-' });
    return describedApi({ routes, table: counted, clock: time, logger: silentLogger });
  }

  async function get() {
    queries = 0;
    const headers = { authorization: 'Bearer fb_viewer' };
    const event = httpV2({ method: 'GET', path: '/v1/telemetry/coverage', headers, query: { limit: '1' } });
    const answer = await api(event, { awsRequestId: 'request-1' });
    const { functions } = JSON.parse(answer.body ?? '{}') as {
      functions?: { lookedAt?: string; withoutTelemetry?: string[] };
    };
    return { functions, queries };
  }

  it('looks at all of them once, and then at a hundred for each answer, saying how old the oldest look is', async () => {
    const first = await get();
    expect(first.functions?.lookedAt).toBe('2026-01-05T12:20:00.000Z');
    expect(first.queries).toBeGreaterThanOrEqual(2 * MANY);
    const oldest: (string | undefined)[] = [];
    for (let i = 0; i < 4; i++) {
      time.advance(5 * MINUTE);
      const next = await get();
      expect(next.queries).toBeLessThanOrEqual(100 * A_LOOK + 20);
      oldest.push(next.functions?.lookedAt);
    }
    // The third has been at the last of them: what is oldest then is what the first began with.
    expect(oldest.map((at) => at?.slice(11, 16))).toEqual(['12:20', '12:20', '12:25', '12:30']);
  });

  it('finds a function that begins to report when its service has had its turn', async () => {
    const without = async () => (await get()).functions?.withoutTelemetry;
    expect(await without()).toContain('flyball-test-orders');
    await putMinuteSlots(table, names.at(-1) ?? '', new Map([[NOON + MINUTE, slot('flyball-test-orders')]]));
    for (let i = 0; i < 3; i++) {
      time.advance(5 * MINUTE);
      await without();
    }
    expect(await without()).not.toContain('flyball-test-orders');
  });

  it('looks at none while Lambda cannot be asked', async () => {
    api = asking('http://127.0.0.1:9');
    const { functions, queries } = await get();
    expect(functions).toMatchObject({ unknown: expect.stringContaining('ECONNREFUSED') as string });
    expect(functions).not.toHaveProperty('lookedAt');
    expect(queries).toBeLessThan(20);
  });
});
