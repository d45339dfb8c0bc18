import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import rules from '../../functions/examples/orders/flyball.rules.json' with { type: 'json' };
import { type DynamodbLocal, startDynamodbLocal } from '../../infra/dynamodb-local/emulator.ts';
import { type Environment, type Invoked, startEnvironment } from '../../infra/lambda/environment.ts';
import { createTable, type TestTable } from '../integration/table.ts';
import { httpV2 } from '../support/events.ts';
import { SOON } from '../support/patience.ts';
import { publish } from './publish.ts';
import { standBefore, type Between } from './between.ts';

const { emulator, orders } = inject('lambda');

/** What payments was asked, and whether it answers. */
const payments = { headers: [] as IncomingHttpHeaders[], answers: true };
let paymentsServer: Server;
let dynamodb: DynamodbLocal;
let store: Between;
let table: TestTable;
let examples: TestTable;
const started: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  paymentsServer = createServer((request, response) => {
    payments.headers.push(request.headers);
    request.resume();
    if (!payments.answers) return;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ accepted: true }));
  });
  await new Promise<void>((resolve) => paymentsServer.listen(0, '127.0.0.1', resolve));
  dynamodb = await startDynamodbLocal();
  store = await standBefore(new URL(dynamodb.url).host);
  [table, examples] = [await createTable(dynamodb.url), await createTable(dynamodb.url)];
});

afterAll(async () => {
  for (const part of started.toReversed()) await part.stop();
  await store.stop();
  await dynamodb.stop();
  paymentsServer.closeAllConnections();
  paymentsServer.close();
});

/** The rules of `orders` as they are, with payments where this test has it. */
function rulesWith(sections: object = {}): object {
  const { dependencies } = rules;
  const url = `http://127.0.0.1:${String((paymentsServer.address() as AddressInfo).port)}`;
  return {
    ...rules,
    dependencies: { ...dependencies, payments: { ...dependencies.payments, target: { url } } },
    ...sections,
  };
}

interface EnvironmentOptions {
  readonly timeoutSeconds?: number;
  /** With the store: the machine may be busy. */
  readonly patience?: number;
  readonly trace?: string;
}

/** An environment of `orders` that nothing was asked of yet, and its service's rules. */
async function orderEnvironment(
  sections: object,
  { timeoutSeconds = 10, patience = 20, trace }: EnvironmentOptions = {},
): Promise<Environment> {
  await publish(table.sdk, 'orders', rulesWith(sections));
  const environment = await startEnvironment({
    emulator,
    taskRoot: orders,
    handler: 'functions/examples/orders/handler.handler',
    functionName: 'flyball-prod-orders',
    timeoutSeconds,
    environment: {
      FLYBALL_TABLE: table.tableName,
      FLYBALL_EXAMPLES_TABLE: examples.tableName,
      AWS_ENDPOINT_URL_DYNAMODB: `http://${store.address}`,
      FLYBALL_STORE_PATIENCE: String(patience),
      NODE_OPTIONS: '--enable-source-maps',
    },
    ...(trace === undefined ? {} : { between: (runtimeApi: string) => tracing(runtimeApi, trace) }),
  });
  started.push(environment);
  return environment;
}

/** The emulator traces nothing: the header by which the platform tells of a trace is put in on the way. */
async function tracing(runtimeApi: string, trace: string): Promise<string> {
  const platform = await standBefore(runtimeApi);
  platform.adding['lambda-runtime-trace-id'] = trace;
  started.push(platform);
  return platform.address;
}

const placing = () =>
  httpV2({
    method: 'POST',
    path: '/orders',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sku: 'apple', quantity: 2 }),
  });
const reading = (id: string) => httpV2({ method: 'GET', path: `/orders/${id}`, pathParameters: { id } });

interface Web {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
const web = ({ payload }: Invoked): Web => payload as Web;

describe('the packaged orders', () => {
  it('places an order on a cold start, and reads it warm in the same instance', async () => {
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    const environment = await orderEnvironment({}, { trace });
    const placed = web(await environment.invoke(placing()));
    expect(placed).toMatchObject({ statusCode: 201 });
    const { id } = JSON.parse(placed.body) as { id: string };
    const read = web(await environment.invoke(reading(id)));
    expect(JSON.parse(read.body)).toEqual({ id, status: 'paid', sku: 'apple', quantity: 2 });
    const again = web(await environment.invoke(placing()));
    expect(again.headers['x-flyball-instance']).toBe(placed.headers['x-flyball-instance']);
    expect(again.headers['x-flyball-instance']).toMatch(/^89abcdef-/);
    expect(payments.headers[0]?.['x-amzn-trace-id']).toContain('Root=1-5759e988-bd862e3fe1be46a994272793');
    expect(environment.log()).not.toContain('"level":"ERROR"');
  });

  it('refuses what is over its limit with 429 and Retry-After, a direct invocation by an error with its name', async () => {
    const environment = await orderEnvironment({ throttles: { everyone: { limit: '1/min', burst: 1 } } });
    expect(web(await environment.invoke(reading('none')))).toMatchObject({ statusCode: 404 });
    const refused = web(await environment.invoke(reading('none')));
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    expect(JSON.parse(refused.body)).toMatchObject({ by: 'throttle', rule: 'everyone' });
    const { payload } = await environment.invoke({ no: 'trigger' });
    expect(payload).toMatchObject({
      errorType: 'Refused',
      errorMessage: expect.stringContaining('FLYBALL_REFUSED') as string,
    });
  });

  it("hands the function's own error on as it is, with its name and where it was thrown", async () => {
    const environment = await orderEnvironment({});
    const { payload } = await environment.invoke({ no: 'trigger' });
    expect(payload).toMatchObject({ errorType: 'TypeError', errorMessage: expect.stringContaining('http') as string });
    expect((payload as { trace: string[] }).trace.join('\n')).toContain('functions/examples/orders/handler.ts');
    expect(web(await environment.invoke(reading('none')))).toMatchObject({ statusCode: 404 });
  });

  it('answers before the platform would end it, when its dependency hangs', async () => {
    // Two attempts of two seconds do not fit into what is left of five: the deadline ends the second. The reserve is for a
    // machine that looks elsewhere just then, and so is little patience with the store.
    const resources = {
      ...rules.resources,
      'create-order': { ...rules.resources['create-order'], deadline: { reserve: '1500ms' } },
    };
    const environment = await orderEnvironment({ resources }, { timeoutSeconds: 5, patience: 2 });
    payments.answers = false;
    try {
      await vi.waitFor(async () => {
        expect(web(await environment.invoke(reading('none')))).toMatchObject({ statusCode: 404 });
        const hanging = await environment.invoke(placing());
        expect(hanging.text).not.toContain('Task timed out');
        expect(web(hanging).statusCode).toBeGreaterThanOrEqual(502);
      }, SOON);
    } finally {
      payments.answers = true;
    }
    expect(web(await environment.invoke(placing()))).toMatchObject({ statusCode: 201 });
  });

  it('is governed by rules published between two invocations', async () => {
    const environment = await orderEnvironment({});
    expect(web(await environment.invoke(reading('none')))).toMatchObject({ statusCode: 404 });
    await publish(table.sdk, 'orders', rulesWith({ throttles: { everyone: { limit: '1/h', burst: 1 } } }));
    const answered = async () => web(await environment.invoke(reading('none'))).statusCode;
    await expect.poll(answered, { ...SOON, interval: 50 }).toBe(429);
  });

  it('goes on after a freeze in which the store hung up', async () => {
    const environment = await orderEnvironment({});
    expect(web(await environment.invoke(placing()))).toMatchObject({ statusCode: 201 });
    const pid = environment.runtimePid();
    const sofar = store.passages.length;
    process.kill(pid, 'SIGSTOP');
    try {
      store.hangUp();
      // Longer than an idle connection is trusted.
      await pause(4_500);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const thawed = await environment.invoke(placing());
    expect(web(thawed)).toMatchObject({ statusCode: 201 });
    expect(store.passages.length).toBeGreaterThan(sofar);
    expect(environment.log()).not.toContain('could not sync');
  });

  it('answers without its store, in bounded time, and lets in what its rules leave to the instance', async () => {
    const environment = await orderEnvironment({ throttles: { everyone: { limit: '1000/s' } } });
    expect(web(await environment.invoke(reading('none')))).toMatchObject({ statusCode: 404 });
    await dynamodb.stop();
    const durations: number[] = [];
    for (let i = 0; i < 10; i++) {
      const answered = await environment.invoke(reading('none'));
      expect(web(answered)).toMatchObject({ statusCode: 404 });
      durations.push(answered.durationMs);
    }
    // One wait for the store may take its whole budget; then it is known to be away. The quickest tell of that, the others
    // of what else this machine had to do.
    expect(Math.max(...durations)).toBeLessThan(10_000);
    expect(Math.min(...durations.slice(5))).toBeLessThan(200);
  });
});
