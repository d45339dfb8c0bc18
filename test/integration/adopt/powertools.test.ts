// docs/adopt/powertools.md: parameters that become rules, and idempotent handlers that are governed.
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { makeHandlerIdempotent } from '@aws-lambda-powertools/idempotency/middleware';
import { ScanCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clearCaches } from '@aws-lambda-powertools/parameters';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { validateDocument } from '../../../functions/config-center/validate.ts';
import { httpV2 } from '../../support/events.ts';
import { ok, startSdkServer, type Answering, type SdkServer } from '../call/sdk-server.ts';
import { coldStart, context, createPlainTable, endOf, publish, rulesOf } from './environment.ts';

let service: SdkServer;

beforeAll(async () => {
  service = await startSdkServer();
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => service.close());

interface OrderFunction {
  // A method, since Middy asks for the context that its own middlewares make.
  handler(this: void, event: APIGatewayProxyEventV2, context: Context): Promise<unknown>;
}

const broken: Answering = (response) => response.writeHead(503).end();

describe('parameters', () => {
  const before = () => import('../../adopt/parameters/before.ts');
  const after = () => import('../../adopt/parameters/after.ts');
  const EUR = { currency: 'EUR' };
  let parameters: SdkServer;

  beforeAll(async () => {
    parameters = await startSdkServer();
  });
  beforeEach(() => {
    // As an environment starts: what Powertools has read is in modules that are not loaded anew.
    clearCaches();
    vi.stubEnv('FX_URL', service.endpoint);
    vi.stubEnv('AWS_ENDPOINT_URL_SSM', parameters.endpoint);
    service.answerWith(ok({ rate: 1.1 }));
  });
  afterAll(() => parameters.close());

  const given =
    (values: Readonly<Record<string, string>>): Answering =>
    (response, nth, request) => {
      const { Name } = JSON.parse(request.body) as { readonly Name: string };
      ok({ Parameter: { Name, Value: values[Name] } })(response, nth, request);
    };

  it.each([EUR, { currency: 'XXX' }])('before and after answer the same for $currency', async (event) => {
    await publish(inject('dynamodb'), rulesOf('parameters'));
    parameters.answerWith(given({ '/shop/currencies': 'EUR,USD', '/shop/fx-timeout-ms': '500' }));
    const expected = await (await coldStart(before)).handler(event);
    expect(await (await coldStart(after)).handler(event, context())).toEqual(expected);
  });

  it('before: a slip in the limit fails every request; after: it is not published', async () => {
    parameters.answerWith(given({ '/shop/currencies': 'EUR,USD', '/shop/fx-timeout-ms': '500 ms' }));
    expect(await endOf(async () => (await coldStart(before)).handler(EUR))).toEqual({
      threw: expect.stringContaining('RangeError') as string,
    });
    const slipped = {
      ...{ apiVersion: 'flyball/v1', service: 'shop' },
      dependencies: { 'fx-rates': { attemptTimeout: 'half a second' } },
    };
    expect(validateDocument('shop', slipped)).toMatchObject({
      valid: false,
      errors: [{ path: '/dependencies/fx-rates/attemptTimeout' }],
    });
  });

  it('before: a request waits for two parameters; after: for the one that is left', async () => {
    await publish(inject('dynamodb'), rulesOf('parameters'));
    const values = { '/shop/currencies': 'EUR,USD', '/shop/fx-timeout-ms': '500' };
    parameters.answerWith(given(values));
    await (await coldStart(before)).handler(EUR);
    expect(parameters.seen).toHaveLength(2);
    clearCaches();
    parameters.answerWith(given(values));
    await (await coldStart(after)).handler(EUR, context());
    expect(parameters.seen).toHaveLength(1);
  });
});

describe('idempotency', () => {
  const TableName = 'adopt-idempotency';
  let table: DynamoDBClient;
  let orders = 0;

  beforeAll(async () => {
    table = await createPlainTable(inject('dynamodb'), TableName, 'id');
  });
  afterAll(() => table.destroy());
  beforeEach(async () => {
    vi.stubEnv('PAYMENTS_URL', service.endpoint);
    vi.stubEnv('IDEMPOTENCY_TABLE', TableName);
    await publish(inject('dynamodb'), rulesOf('idempotency'));
    service.answerWith((response) => response.end('charged'));
  });

  /** A new order, with a key of its own. */
  function order(): APIGatewayProxyEventV2 {
    orders += 1;
    return httpV2({ headers: { 'idempotency-key': `order-${String(orders)}` }, body: '{"amount":5}' });
  }

  async function records(): Promise<number> {
    const { Count } = await table.send(new ScanCommand({ TableName }));
    return Count ?? 0;
  }

  const CHARGED = { statusCode: 201, body: 'charged' };
  const FUNCTIONS: readonly { readonly name: string; readonly load: () => Promise<OrderFunction> }[] = [
    { name: 'before', load: () => import('../../adopt/idempotency/before.ts') },
    { name: 'after', load: () => import('../../adopt/idempotency/after.ts') },
    { name: 'wrapped', load: () => import('../../adopt/idempotency/wrapped.ts') },
  ];
  const GOVERNED = FUNCTIONS.slice(1);

  it.each(FUNCTIONS)('$name: an order that is repeated is charged once', async ({ load }) => {
    const { handler } = await coldStart(load);
    const event = order();
    expect(await handler(event, context())).toEqual(CHARGED);
    expect(await handler(event, context())).toEqual(CHARGED);
    expect(service.seen).toHaveLength(1);
  });

  it.each(GOVERNED)('$name: a repeated order takes a token as any request does', async ({ load }) => {
    const { handler } = await coldStart(load);
    const event = order();
    const answers = [];
    for (let request = 0; request < 3; request++) answers.push(await handler(event, context()));
    expect(answers).toMatchObject([CHARGED, CHARGED, { statusCode: 429 }]);
  });

  it.each(GOVERNED)('$name: a refusal is not stored, and nothing is written for it', async ({ load }) => {
    const refusing = await coldStart(load);
    for (let request = 0; request < 2; request++) await refusing.handler(order(), context());
    const stored = await records();
    const event = order();
    expect(await refusing.handler(event, context())).toMatchObject({ statusCode: 429 });
    expect(await records()).toBe(stored);

    // The same order when there is room again.
    await publish(inject('dynamodb'), rulesOf('idempotency'));
    expect(await (await coldStart(load)).handler(event, context())).toEqual(CHARGED);
  });

  it.each(GOVERNED)('$name: an order that payments failed can be placed again', async ({ load }) => {
    const { handler } = await coldStart(load);
    const event = order();
    service.answerWith(broken);
    expect(await handler(event, context())).toMatchObject({ statusCode: 502 });
    service.answerWith((response) => response.end('charged'));
    expect(await handler(event, context())).toEqual(CHARGED);
  });

  it('the wrong way round: makeIdempotent around governed stores refusals and failures as answers', async () => {
    const { flyball, governed } = await coldStart(() => import('../../../middleware/index.ts'));
    const { persistenceStore } = await import('../../adopt/idempotency/persistence.ts');
    const config = new IdempotencyConfig({ eventKeyJmesPath: 'headers."idempotency-key"' });
    const load = () =>
      flyball.run('payments', async () => {
        const response = await fetch(`${service.endpoint}/charges`);
        if (!response.ok) throw new Error('payments failed');
        return CHARGED;
      });
    const handler = makeIdempotent(
      governed({ service: 'shop' }, async (_event: APIGatewayProxyEventV2) => load()),
      { persistenceStore, config },
    );
    const failed = order();
    service.answerWith(broken);
    expect(await handler(failed, context())).toMatchObject({ statusCode: 502 });
    service.answerWith((response) => response.end('charged'));
    expect(await handler(failed, context())).toMatchObject({ statusCode: 502 });

    await handler(order(), context());
    const stored = await records();
    expect(await handler(order(), context())).toMatchObject({ statusCode: 429 });
    expect(await records()).toBe(stored + 1);
  });

  it('the other way round in Middy: repeated orders take no token, and a refusal costs its writes', async () => {
    const { govern, governPlugin } = await coldStart(() => import('../../../middleware/index.ts'));
    const { persistenceStore } = await import('../../adopt/idempotency/persistence.ts');
    const config = new IdempotencyConfig({ eventKeyJmesPath: 'headers."idempotency-key"' });
    const shop: OrderFunction = {
      handler: middy<APIGatewayProxyEventV2>(governPlugin)
        .use(makeHandlerIdempotent({ persistenceStore, config }))
        .use(govern({ service: 'shop' }))
        .handler(async () => CHARGED),
    };
    const event = order();
    for (let request = 0; request < 5; request++) expect(await shop.handler(event, context())).toEqual(CHARGED);
    await shop.handler(order(), context());
    const stored = await records();
    expect(await shop.handler(order(), context())).toMatchObject({ statusCode: 429 });
    expect(await records()).toBe(stored);
  });
});
