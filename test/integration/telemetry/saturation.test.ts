// How full a service is, over HTTP: from what its instances counted, what Lambda allows, and what SQS says of its queues.
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ApiHandler } from '../../../functions/api/index.ts';
import { awsPlatform, defaultClients } from '../../../functions/telemetry/saturation/platform.ts';
import { saturationRoutes } from '../../../functions/telemetry/saturation/routes.ts';
import { Slot } from '../../../functions/telemetry/sums/slot.ts';
import { inboundSubject, SERVICE } from '../../../functions/telemetry/sums/subject.ts';
import { startFunctionList, type FunctionList } from '../../../infra/local/function-list.ts';
import { Histogram } from '../../../middleware/telemetry/histogram.ts';
import { hashOfKey, putApiKey } from '../../../store/items/api-keys.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { putHours, putMinuteSlots } from '../../support/series.ts';
import { createQueue, type TestQueue } from '../redelivery/queue.ts';
import { emulated, createTable, type TestTable } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.UTC(2026, 0, 5, 12);
const clock = fakeClock(NOON);
const DAYS_KEPT_MS = 4 * 24 * HOUR;

function packed(...values: number[]): string {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return Buffer.from(histogram.encode()).toString('base64');
}

/** Four environments a minute, three of them of one function; memory and the queue's age grow by the hour. */
function minuteOf(at: number, queue: string): Slot {
  const hours = (at - (NOON - 6 * HOUR)) / HOUR;
  const ageMs = 30_000 + hours * 60_000;
  const ages = { ages: packed(1_000, ageMs), maxAgeMs: Math.round(ageMs) };
  const slot = new Slot();
  slot.addSum(SERVICE, {
    instances: 4,
    outcomes: { ok: 2 },
    functions: { 'flyball-test-settlement:1': 3, 'flyball-test-nightly:7': 1 },
    machine: { memoryMb: 100 + 10 * hours, memoryLimitMb: 256, tmpMb: 20, tmpLimitMb: 512, timeoutMs: 10_000 },
    left: packed(2_500, 9_000),
    internal: { 'telemetry:unsent': 1, 'fallback:orders': 5 },
    ...ages,
  });
  slot.addSum(inboundSubject(`queue:${queue}`), { outcomes: { ok: 2 }, ...ages });
  return slot;
}

interface Gauge {
  readonly used: number;
  readonly limit: number | null;
  readonly perHour: number;
  readonly reachesLimitAt: string | null;
}

describe('GET /v1/telemetry/saturation', () => {
  let table: TestTable;
  let api: ApiHandler;
  let list: FunctionList;
  let queue: TestQueue;

  beforeAll(async () => {
    table = await createTable(inject('dynamodb'));
    const functions = ['flyball-test-settlement'].map((name) => ({
      ...{ name, runtime: 'nodejs24.x', handler: 'x.handler', concurrency: 10 },
    }));
    list = await startFunctionList({ functions, region: 'us-east-1', account: '000000000000' });
    const lambda = new LambdaClient({ ...emulated, endpoint: list.url });
    const platform = awsPlatform({ ...defaultClients(), lambda: () => Promise.resolve(lambda) });
    api = describedApi({
      routes: saturationRoutes(table.sdk, platform),
      table: table.sdk,
      clock,
      logger: silentLogger,
    });
    await putApiKey(table.sdk, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: NOON });
    const other = { role: 'admin', name: 'other', services: ['billing'], createdAt: NOON } as const;
    await putApiKey(table.sdk, { hash: hashOfKey('fb_other'), ...other });

    queue = await createQueue();
    for (const MessageBody of ['a', 'b', 'c']) await queue.send({ MessageBody });
    const slots = new Map<number, Slot>();
    for (let at = NOON - 6 * HOUR; at < NOON; at += MINUTE) slots.set(at, minuteOf(at, queue.name));
    const recent = new Map([...slots].filter(([at]) => at >= NOON - HOUR));
    await putMinuteSlots(table.sdk, 'settlement', recent);
    await putHours(table.sdk, 'settlement', slots, NOON - 5 * MINUTE);
  });
  afterAll(() => list.stop());

  async function get(query: Record<string, string>, key = 'fb_viewer') {
    const headers = { authorization: `Bearer ${key}` };
    const event = httpV2({ method: 'GET', path: '/v1/telemetry/saturation', headers, query });
    const answer = await api(event, { awsRequestId: 'request-1' });
    return { status: answer.statusCode, body: JSON.parse(answer.body ?? '{}') as Record<string, unknown> };
  }

  it('says how full memory, /tmp and time are, and when memory will be', async () => {
    const { status, body } = await get({ service: 'settlement' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      from: '2026-01-05T06:00:00.000Z',
      to: '2026-01-05T12:00:00.000Z',
      stepMs: 5 * MINUTE,
      completeUntil: '2026-01-05T11:57:00.000Z',
      tmpMb: { used: 20, limit: 512, perHour: 0, reachesLimitAt: null },
      // What Lambda would have given the slowest of a hundred is 2.5 s, within the histogram's error.
      timeMs: { limit: 10_000, reachesLimitAt: null },
      table: { 'telemetry:unsent': 360 },
    });
    const { used } = body['timeMs'] as Gauge;
    expect(Math.abs(10_000 - used - 2_500) / 2_500).toBeLessThan(0.022);
    const memory = body['memoryMb'] as Gauge;
    expect(memory).toMatchObject({ limit: 256, perHour: 10, rSquared: 1 });
    expect(memory.used).toBeCloseTo(159.8, 1);
    // 156 MB more at ten an hour, 15.6 hours after the first of it, but for what a step's minutes differ.
    expect(Date.parse(memory.reachesLimitAt ?? '') - (NOON - 6 * HOUR)).toBeCloseTo(15.6 * HOUR, -6);
  });

  it('says how many environments of each function are active, of how many that may be', async () => {
    const { body } = await get({ service: 'settlement' });
    expect(body['functions']).toMatchObject([
      { name: 'flyball-test-nightly', used: 1, limit: null, unknown: expect.any(String) as string },
      { name: 'flyball-test-settlement', used: 3, limit: 10, limitOf: 'function', share: 0.3, reachesLimitAt: null },
    ]);
  });

  it('says how deep its queues are, how old their messages, and when the oldest would be lost', async () => {
    const { body } = await get({ service: 'settlement' });
    const [shown] = body['queues'] as [{ readonly ageMs: Gauge }];
    expect(shown).toMatchObject({
      name: queue.name,
      depth: 3,
      inFlight: 0,
      delayed: 0,
      deadLetters: { name: `${queue.name}-dead`, depth: 0 },
      // An hour more each 60 hours: nobody knows what will be in half a year.
      ageMs: { limit: DAYS_KEPT_MS, reachesLimitAt: null },
    });
    expect(shown.ageMs.perHour).toBeCloseTo(60_000, -2);
  });

  it('looks back as far as it is told to', async () => {
    const { body } = await get({ service: 'settlement', window: '1h' });
    expect(body).toMatchObject({ from: '2026-01-05T11:00:00.000Z', stepMs: 5 * MINUTE, memoryMb: { limit: 256 } });
    const week = await get({ service: 'settlement', window: '7d' });
    expect(week.body).toMatchObject({ from: '2025-12-29T12:00:00.000Z', stepMs: HOUR, memoryMb: { limit: 256 } });
  });

  it('knows a queue by the rules that name it, though nothing has come from it', async () => {
    const resources = {
      named: { match: { trigger: 'queue', source: 'nosuch-queue' } },
      any: { match: { trigger: 'queue', source: 'orders-*' } },
    };
    const document = { apiVersion: 'flyball/v1', service: 'waiting', resources };
    await publishRevision(table.sdk, {
      ...{ service: 'waiting', document, source: JSON.stringify(document) },
      ...{ author: 'a test', note: '', at: NOON, expectedSeq: 0 },
    });
    const { status, body } = await get({ service: 'waiting' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      functions: [],
      memoryMb: { used: null, limit: null },
      queues: [{ name: 'nosuch-queue', depth: null, deadLetters: null, unknown: expect.any(String) as string }],
    });
  });

  it.each([
    ['of a service that nobody has heard of', { service: 'nosuch' }, 'fb_viewer', 404],
    ['without a service', {}, 'fb_viewer', 400],
    ['with a key for other services', { service: 'settlement' }, 'fb_other', 403],
    ['looking back for less than an hour', { service: 'settlement', window: '59m' }, 'fb_viewer', 400],
    ['looking back for more than a week', { service: 'settlement', window: '8d' }, 'fb_viewer', 400],
    ['looking back for what is no duration', { service: 'settlement', window: 'long' }, 'fb_viewer', 400],
  ])('is refused %s', async (_why, query, key, status) => {
    expect((await get(query, key)).status).toBe(status);
  });
});
