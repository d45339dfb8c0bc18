// The actuator over published rules, a table and as much of Lambda's API as it needs.
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { loggerOf } from '../../../functions/api/logging.ts';
import { lambdaLimits } from '../../../functions/concurrency-actuator/lambda-limits.ts';
import { settled } from '../../../functions/concurrency-actuator/settled.ts';
import { tick, type TickParts, type TickReport } from '../../../functions/concurrency-actuator/tick.ts';
import { readAudit } from '../../../store/items/audit.ts';
import { permitStore } from '../../../store/items/permits.ts';
import type { Table } from '../../../store/port.ts';
import { NOW, startCenter, type Center } from '../config-center/center.ts';
import { createTable, emulated } from '../table.ts';
import { startLambdaApi, type LambdaApi } from './lambda-api.ts';

const UUID = '14e0db71-0000-4000-8000-000000000001';
const ORDERS = 'flyball-test-orders';

let table: Table;
let center: Center;
let api: LambdaApi;
let parts: TickParts;
let lines: { readonly message: string; readonly [field: string]: unknown }[];

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  center = await startCenter(table);
  api = await startLambdaApi();
  lines = [];
  const client = new LambdaClient({ ...emulated, endpoint: api.url, maxAttempts: 1 });
  const log = (message: string, fields?: object) => void lines.push({ message, ...fields });
  let ids = 0;
  parts = {
    table,
    clock: center.clock,
    logger: { info: log, warn: log, error: log },
    newId: () => `id-${String(++ids)}`,
    prefix: 'flyball-test-',
    cell: '000000000000:us-east-1:test',
    limits: lambdaLimits(() => Promise.resolve(client)),
    memory: new Map(),
    remainingMs: () => 50_000,
  };
});

afterEach(() => api.stop());

async function publish(service: string, concurrency: object): Promise<void> {
  const body = { apiVersion: 'flyball/v1', service, concurrency };
  const draft = await center.send('PUT', `/v1/services/${service}/draft`, { body });
  expect(draft.status, JSON.stringify(draft.body)).toBe(200);
  expect((await center.send('POST', `/v1/services/${service}/publish`)).status).toBe(200);
}

const run = (): Promise<TickReport> => tick(parts);
const reserved = (limit: number, name = 'orders') => ({
  limit,
  actuate: { reservedConcurrency: { function: name, min: 10, max: 200 } },
});
const writes = () => api.requests.filter((request) => request.startsWith('PUT'));

describe('a published rule', () => {
  it('has Lambda’s limit set, and leaves an entry in the audit log', async () => {
    await publish('orders', { 'db-writers': reserved(50) });
    api.limits.set(ORDERS, undefined);
    expect(await run()).toMatchObject({ services: 1, limits: 1, changed: 1, failed: 0, complete: true });
    expect(api.limits.get(ORDERS)).toBe(50);
    const { entries } = await readAudit(table, { from: NOW - 1, to: NOW + 60_000, service: 'orders' });
    expect(entries[0]).toMatchObject({
      actor: 'concurrency-actuator',
      action: 'concurrency.actuate',
      target: 'db-writers',
      detail: { kind: 'reservedConcurrency', of: ORDERS, from: null, to: 50 },
    });
  });

  it('is followed when it changes by a tenth, and left alone while it does not', async () => {
    await publish('orders', { 'db-writers': reserved(50) });
    api.limits.set(ORDERS, 48);
    expect(await run()).toMatchObject({ changed: 0 });
    expect(api.limits.get(ORDERS)).toBe(48);
    await publish('orders', { 'db-writers': reserved(60) });
    expect(await run()).toMatchObject({ changed: 1 });
    expect(api.limits.get(ORDERS)).toBe(60);
    expect(await run()).toMatchObject({ changed: 0 });
    expect(writes()).toHaveLength(1);
  });

  it('sets the most a queue’s event source may have at once', async () => {
    const actuate = { maximumConcurrency: { eventSource: UUID, min: 2, max: 20 } };
    await publish('orders', { 'db-writers': { limit: 50, actuate } });
    api.limits.set(UUID, undefined);
    expect(await run()).toMatchObject({ changed: 1 });
    expect(api.limits.get(UUID)).toBe(20);
  });

  it('that is adaptive has Lambda follow what the fleet found', async () => {
    await publish('orders', { found: { ...reserved(1), limit: 'adaptive', floor: 5, ceiling: 150 } });
    api.limits.set(ORDERS, 20);
    expect(await run()).toMatchObject({ limits: 0, changed: 0 });
    const store = permitStore(table, 'orders', 'found', 0);
    await store.report(10, 500_000, NOW);
    const record = { limit: 80.5, probe: 0, phase: 'run', baseMs: 50, measuredAt: NOW, measuredLimit: 80 } as const;
    await store.decide({ startedAt: NOW, calls: 10, busyUs: 500_000 }, record, NOW);
    expect(await run()).toMatchObject({ limits: 1, changed: 1 });
    expect(api.limits.get(ORDERS)).toBe(80);
  });

  it('in shadow is told and not done', async () => {
    await publish('orders', { 'db-writers': { ...reserved(50), mode: 'shadow' } });
    api.limits.set(ORDERS, 20);
    expect(await run()).toMatchObject({ changed: 0, shadowed: 1 });
    expect(writes()).toEqual([]);
    expect(lines[0]).toMatchObject({ message: 'in shadow: a limit of Lambda’s would be changed', wanted: 50, set: 20 });
  });

  it('does not undo an emergency stop', async () => {
    await publish('orders', { 'db-writers': reserved(50) });
    api.limits.set(ORDERS, 0);
    expect(await run()).toMatchObject({ changed: 0, failed: 0 });
    expect(api.limits.get(ORDERS)).toBe(0);
  });
});

describe('what goes wrong', () => {
  it.each([
    [403, 'AccessDeniedException', 'not authorized', 'deploy with the parameter actuatedFunctions'],
    [404, 'ResourceNotFoundException', 'Function not found', 'mend the rule, or remove it'],
    [429, 'TooManyRequestsException', 'Rate exceeded', 'AWS throttles these calls: tried again in a minute'],
    [409, 'ResourceConflictException', 'in progress', 'being changed by somebody else'],
    [
      400,
      'InvalidParameterValueException',
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
      'the account must keep 100 executions that no function reserves',
    ],
    [400, 'InvalidParameterValueException', 'no such value', 'AWS does not take that value: no such value'],
  ])('as a %d %s is logged with what to do, and hurts no other rule', async (status, type, message, says) => {
    await publish('orders', { 'db-writers': reserved(50) });
    await publish('shop', {
      readers: { limit: 7, actuate: { reservedConcurrency: { function: 'shop', min: 1, max: 9 } } },
    });
    api.limits.set('flyball-test-shop', undefined);
    api.failing.set(ORDERS, { status, type, message });
    const report = await run();
    expect(report).toMatchObject({ services: 2, limits: 2, changed: 1, failed: 1 });
    expect(() => settled(report)).toThrow(
      expect.objectContaining({
        code: 'ACTUATION_FAILED',
        message: expect.stringMatching(/^1 of what rules set/) as string,
      }),
    );
    expect(api.limits.get('flyball-test-shop')).toBe(7);
    const warning = lines.find((line) => line.message === 'a limit of Lambda’s could not be made to follow its rule');
    expect(warning).toMatchObject({ of: 'orders', rule: 'db-writers', target: ORDERS });
    expect(warning?.['reason']).toContain(says);
  });

  it('is nothing where Lambda’s API is not AWS’s own: it is said, and nothing is done', async () => {
    parts = { ...parts, limits: undefined };
    await publish('orders', { 'db-writers': reserved(50) });
    expect(await run()).toMatchObject({ limits: 1, changed: 0, shadowed: 1, failed: 0 });
    expect(api.requests).toEqual([]);
    expect(lines[0]?.message).toBe('here Lambda’s API is not AWS’s own, and no limit is changed');
  });

  it('with too little time left is looked at a minute later', async () => {
    parts = { ...parts, remainingMs: () => 1_000 };
    await publish('orders', { 'db-writers': reserved(50) });
    const report = await run();
    expect(report).toMatchObject({ services: 0, complete: false });
    expect(() => settled(report)).toThrow(/^time ran out after 0 services/);
  });

  it('is nothing while AWS is still changing a mapping: a minute later it is done', async () => {
    await publish('orders', {
      w: { limit: 50, actuate: { maximumConcurrency: { eventSource: UUID, min: 2, max: 20 } } },
    });
    api.limits.set(UUID, undefined);
    api.states.set(UUID, 'Updating');
    const report = await run();
    expect(settled(report)).toMatchObject({ changed: 0, waiting: 1, failed: 0 });
    api.states.delete(UUID);
    expect(settled(await run())).toMatchObject({ changed: 1, waiting: 0 });
  });

  it('with the rules of one service holds up none of the others', async () => {
    await publish('orders', { 'db-writers': reserved(50) });
    await publish('shop', { readers: reserved(20, 'shop') });
    api.limits.set(ORDERS, undefined);
    const broken: Table = {
      ...table,
      get: (key, options) =>
        key.pk.startsWith('ctl#rules#shop') ? Promise.reject(new Error('away')) : table.get(key, options),
    };
    parts = { ...parts, table: broken };
    expect(await run()).toMatchObject({ services: 2, changed: 1, failed: 1 });
    const line = lines.find(({ message }) => message === 'the limits of a service could not be followed');
    expect(line).toMatchObject({ of: 'shop', reason: 'away' });
  });
});

describe('rules that set one limit', () => {
  const ARN = `arn:aws:lambda:us-east-1:000000000000:function:${ORDERS}`;

  it.each([['orders'], [ORDERS], [ARN]])(
    'of two services, written orders and %s, are named, and it follows neither',
    async (name) => {
      await publish('orders', { 'db-writers': reserved(50) });
      await publish('shop', { readers: reserved(20, name) });
      await publish('bank', { readers: reserved(30, 'bank') });
      api.limits.set(ORDERS, 20);
      api.limits.set(ARN, 20);
      api.limits.set('flyball-test-bank', undefined);
      for (let minute = 0; minute < 2; minute++) await run();
      expect(await run()).toMatchObject({ limits: 3, changed: 0, failed: 2 });
      expect(writes()).toEqual(['PUT flyball-test-bank']);
      const line = lines.find(
        ({ message }) => message === 'several rules set one limit of Lambda’s, and it follows none',
      );
      expect(line).toMatchObject({
        kind: 'reservedConcurrency',
        targets: name === ARN ? [ARN, ORDERS] : [ORDERS],
        rules: ['orders/db-writers', 'shop/readers'],
        reason: expect.stringContaining('leave actuate in one of these rules') as string,
      });
    },
  );

  it('are told apart by account and Region', async () => {
    const elsewhere = ARN.replace('us-east-1', 'eu-central-1');
    await publish('orders', { 'db-writers': reserved(50) });
    await publish('shop', { readers: reserved(20, elsewhere) });
    api.limits.set(ORDERS, undefined);
    api.limits.set(elsewhere, undefined);
    expect(await run()).toMatchObject({ changed: 2, failed: 0 });
  });

  it('do not stand in each other’s way when all but one are in shadow', async () => {
    await publish('orders', { 'db-writers': reserved(50) });
    await publish('shop', { readers: { ...reserved(20), mode: 'shadow' } });
    api.limits.set(ORDERS, undefined);
    expect(await run()).toMatchObject({ changed: 1, shadowed: 1, failed: 0 });
    expect(api.limits.get(ORDERS)).toBe(50);
  });

  it('of one event source are found out as well', async () => {
    const rule = { limit: 5, actuate: { maximumConcurrency: { eventSource: UUID, min: 2, max: 9 } } };
    await publish('orders', { a: rule });
    await publish('shop', { b: rule });
    expect(await run()).toMatchObject({ changed: 0, failed: 2 });
    expect(api.requests).toEqual([]);
  });
});

it('a function of the control plane is left alone, even if rules that name it were published', async () => {
  parts = { ...parts, prefix: 'flyball-prod-eu-' };
  // Whoever does not know the stage cannot tell this one from a function of others.
  await publish('orders', { a: reserved(50, 'flyball-prod-eu-config-center') });
  expect(await run()).toMatchObject({ limits: 1, changed: 0, failed: 1 });
  expect(api.requests).toEqual([]);
  expect(lines[0]?.['reason']).toContain('a function of the control plane');
});

it('lines of the function’s own logger name the service they are about, and nothing is dropped', async () => {
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  const logged: Record<string, unknown>[] = [];
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => {
      logged.push({ level, ...(JSON.parse(line) as object) });
    });
  }
  parts = { ...parts, logger: loggerOf('concurrency-actuator') };
  await publish('orders', { 'db-writers': reserved(50) });
  await publish('shop', { readers: { ...reserved(20, 'shop'), mode: 'shadow' } });
  await publish('bank', { readers: reserved(20, 'unheard-of') });
  api.limits.set(ORDERS, 20);
  api.limits.set('flyball-test-shop', 10);
  await run();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  expect(logged.map(({ of, rule, message }) => [of, rule, message]).sort()).toEqual([
    ['bank', 'readers', 'a limit of Lambda’s could not be made to follow its rule'],
    ['orders', 'db-writers', 'a limit of Lambda’s was changed'],
    ['shop', 'readers', 'in shadow: a limit of Lambda’s would be changed'],
  ]);
  expect(logged.every(({ service }) => service === 'concurrency-actuator')).toBe(true);
});
