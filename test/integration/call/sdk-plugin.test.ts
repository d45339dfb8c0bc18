// flyballPlugin around real AWS SDK clients: against a server that fails as the test says, dynalite and fauxqs.
import { Readable } from 'node:stream';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { DependencyRule } from '../../../middleware/kernel/rules/document.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { flyballPlugin, governed, type FlyballPluginOptions } from '../../../middleware/index.ts';
import { silentLogger, testContext } from '../../support/instance.ts';
import { emulated } from '../table.ts';
import { SOON } from '../../support/patience.ts';
import { fails, failsFirst, ok, silent, startSdkServer, type SdkServer } from './sdk-server.ts';

let server: SdkServer;
const clients: { destroy(): void }[] = [];

beforeAll(async () => {
  server = await startSdkServer();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});
afterAll(() => server.close());

function dynamodb(options?: FlyballPluginOptions, endpoint = server.endpoint): DynamoDBClient {
  const client = new DynamoDBClient({ ...emulated, endpoint });
  client.middlewareStack.use(flyballPlugin('inventory-table', options));
  clients.push(client);
  return client;
}

/** Runs work as a governed function does, under a rule for `inventory-table`, or under none. */
let worlds = 0;
function world(rule?: DependencyRule, remainingMs = 10_000) {
  const service = `orders-${String((worlds += 1))}`;
  const bootstrap = { apiVersion: 'flyball/v1', service, ...(rule && { dependencies: { 'inventory-table': rule } }) };
  const options = { service, bootstrap, clock: systemClock, logger: silentLogger };
  const handler = governed(options, (work: () => Promise<unknown>) => work());
  return async <T>(work: () => Promise<T>): Promise<T> => {
    let result: Promise<T> | undefined;
    await handler(() => (result = work()), testContext(systemClock, remainingMs)).catch(() => undefined);
    if (!result) throw new Error('the handler was not run');
    return result;
  };
}

const thrown = (promise: Promise<unknown>) =>
  promise.then(() => expect.unreachable('nothing was thrown')).catch((error: unknown) => error);

const RETRIED: DependencyRule = {
  retry: { attempts: 2, budget: '100%', backoff: { kind: 'fixed', initial: '1ms', jitter: 'none' } },
};
const get = () => new GetItemCommand({ TableName: 'inventory', Key: { sku: { S: 'apple' } } });
const put = () => new PutItemCommand({ TableName: 'inventory', Item: { sku: { S: 'apple' } } });
const UNAVAILABLE = fails(500, 'InternalServerError');

describe('requests that reach the service', () => {
  it.each([
    { what: 'a read that fails is repeated as the rules say', rule: RETRIED, command: get, requests: 2 },
    { what: 'without a retry rule there is one request', rule: {}, command: get, requests: 1 },
    { what: 'a write is sent once', rule: RETRIED, command: put, requests: 1 },
    {
      what: 'a write that the rules call safe is repeated',
      rule: { ...RETRIED, operations: { put: { match: { method: 'PutItem' }, idempotency: 'safe' } } },
      command: put,
      requests: 2,
    },
    {
      what: 'a read that the rules call unsafe is sent once',
      rule: { ...RETRIED, operations: { get: { match: { method: 'GetItem' }, idempotency: 'none' } } },
      command: get,
      requests: 1,
    },
  ] satisfies { what: string; rule: DependencyRule; command: typeof get | typeof put; requests: number }[])(
    '$what',
    async ({ rule, command, requests }) => {
      server.answerWith(UNAVAILABLE);
      const client = dynamodb();
      // Each kind of command has its own type of `send`.
      const send = () => (command === get ? client.send(get()) : client.send(put()));
      const error = await thrown(world(rule)(send));
      expect(server.seen).toHaveLength(requests);
      expect(error).toMatchObject({
        name: 'InternalServerError',
        $metadata: { httpStatusCode: 500, attempts: requests },
      });
    },
  );

  it('a write that the plugin is told may be repeated is repeated', async () => {
    server.answerWith(failsFirst(1, UNAVAILABLE, ok({})));
    const client = dynamodb({ idempotent: ['PutItem'] });
    const { $metadata } = await world(RETRIED)(() => client.send(put()));
    expect([server.seen.length, $metadata.attempts]).toEqual([2, 2]);
  });

  it('each attempt is signed anew', async () => {
    server.answerWith(failsFirst(1, UNAVAILABLE, ok({})));
    const client = dynamodb();
    await world(RETRIED)(() => client.send(get()));
    expect(server.seen.map(({ headers }) => headers.authorization?.split(' ')[0])).toEqual(
      Array(2).fill('AWS4-HMAC-SHA256'),
    );
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
  });

  it('a body that is a stream is never sent twice, even to nobody', async () => {
    const client = new S3Client({ ...emulated, endpoint: 'http://127.0.0.1:1', forcePathStyle: true });
    client.middlewareStack.use(flyballPlugin('inventory-table', { idempotent: ['PutObject'] }));
    clients.push(client);
    const send = (Body: Readable | string) =>
      world(RETRIED)(() =>
        client.send(new PutObjectCommand({ Bucket: 'photos', Key: 'apple', Body, ContentLength: 5 })),
      );
    const stream = await thrown(send(Readable.from(['apple'])));
    expect(stream).toMatchObject({ code: 'ECONNREFUSED', $metadata: { attempts: 1 } });
    expect(await thrown(send('apple'))).toMatchObject({ code: 'ECONNREFUSED', $metadata: { attempts: 2 } });
  });
});

describe('without the rules', () => {
  it('outside of an invocation the client repeats by itself as it did', async () => {
    server.answerWith(UNAVAILABLE);
    expect(await thrown(dynamodb().send(get()))).toMatchObject({ name: 'InternalServerError' });
    const plain = new DynamoDBClient({ ...emulated, endpoint: server.endpoint });
    clients.push(plain);
    const governedRequests = server.seen.length;
    server.answerWith(UNAVAILABLE);
    await thrown(plain.send(get()));
    expect(governedRequests).toBe(server.seen.length);
    expect(governedRequests).toBeGreaterThan(1);
  });

  it('until a rule names the dependency, the client repeats by itself, within the deadline', async () => {
    server.answerWith(failsFirst(2, UNAVAILABLE, ok({})));
    const client = dynamodb();
    await world()(() => client.send(get()));
    expect(server.seen).toHaveLength(3);
  });

  it('a client is governed from the moment it uses the plugin, whatever it has sent before', async () => {
    const client = new DynamoDBClient({ ...emulated, endpoint: server.endpoint });
    clients.push(client);
    server.answerWith(ok({}));
    await client.send(get());
    client.middlewareStack.use(flyballPlugin('inventory-table'));
    server.answerWith(UNAVAILABLE);
    await thrown(world({})(() => client.send(get())));
    expect(server.seen).toHaveLength(1);
  });

  it('other clients are left alone', async () => {
    dynamodb();
    const other = new DynamoDBClient({ ...emulated, endpoint: server.endpoint });
    clients.push(other);
    server.answerWith(failsFirst(1, UNAVAILABLE, ok({})));
    await world({})(() => other.send(get()));
    expect(server.seen).toHaveLength(2);
  });

  it('used twice, the later plugin governs alone', async () => {
    const client = dynamodb();
    client.middlewareStack.use(flyballPlugin('inventory-table'));
    server.answerWith(UNAVAILABLE);
    await thrown(world({})(() => client.send(get())));
    expect(server.seen).toHaveLength(1);
  });
});

describe('the breaker', () => {
  const rule: DependencyRule = { breaker: { consecutiveFailures: 3, openFor: { initial: '30s' } } };

  it('opens on failures of the service, and then nothing is sent', async () => {
    const run = world(rule);
    const client = dynamodb();
    server.answerWith(UNAVAILABLE);
    for (let calls = 0; calls < 3; calls++) await thrown(run(() => client.send(get())));
    const error = await thrown(run(() => client.send(get())));
    expect(error).toMatchObject({ name: 'Refused', by: 'breaker', rule: 'inventory-table', statusCode: 503 });
    expect(server.seen).toHaveLength(3);
  });

  it.each([
    { name: 'ConditionalCheckFailedException', failures: undefined },
    { name: 'ValidationException', failures: undefined },
    { name: 'ConditionalCheckFailedException', failures: ['4xx' as const] },
  ])('stays closed on answers: $name, failures $failures', async ({ name, failures }) => {
    const run = world({ breaker: { ...rule.breaker, ...(failures && { failures }) } });
    const client = dynamodb();
    server.answerWith(fails(400, name));
    for (let calls = 0; calls < 5; calls++) {
      expect(await thrown(run(() => client.send(put())))).toMatchObject({ name });
    }
    expect(server.seen).toHaveLength(5);
  });
});

describe('time', () => {
  it('an attempt ends at its timeout, and its socket with it', async () => {
    server.answerWith(silent);
    const client = dynamodb();
    const error = await thrown(world({ attemptTimeout: '1s' })(() => client.send(get())));
    expect(error).toMatchObject({ name: 'DependencyFailed', outcome: 'timeout', dependency: 'inventory-table' });
    await vi.waitFor(() => expect(server.cutOff.count).toBe(1), SOON);
  });

  it('a read that timed out is repeated', async () => {
    server.answerWith(failsFirst(1, silent, ok({})));
    const client = dynamodb();
    await world({ ...RETRIED, attemptTimeout: '1s' })(() => client.send(get()));
    expect(server.seen).toHaveLength(2);
  });

  it('the deadline of the invocation ends it with DeadlineExceeded', async () => {
    server.answerWith(silent);
    const client = dynamodb();
    const error = await thrown(world({}, 1_500)(() => client.send(get())));
    expect(error).toMatchObject({ name: 'DeadlineExceeded' });
    await vi.waitFor(() => expect(server.cutOff.count).toBe(1), SOON);
  });

  it('a signal given to `send` ends it as the SDK does', async () => {
    server.answerWith(silent);
    const client = dynamodb();
    const abort = new AbortController();
    const left = new Error('the user has left');
    const running = world(RETRIED)(() => client.send(get(), { abortSignal: abort.signal }));
    await vi.waitFor(() => expect(server.seen).toHaveLength(1), SOON);
    abort.abort(left);
    expect(await thrown(running)).toMatchObject({ name: 'AbortError', cause: left });
    await vi.waitFor(() => expect(server.cutOff.count).toBe(1), SOON);
    expect(server.seen).toHaveLength(1);
  });

  it('waits as long as the service asks, and no longer than the deadline allows', async () => {
    server.answerWith(fails(503, 'ServiceUnavailable', { 'retry-after': '60' }));
    const client = dynamodb();
    expect(await thrown(world(RETRIED)(() => client.send(get())))).toMatchObject({ name: 'ServiceUnavailable' });
    expect(server.seen).toHaveLength(1);
  });
});

describe('throttling by the service', () => {
  it.each([
    { when: undefined, requests: 1 },
    { when: ['throttled' as const], requests: 2 },
  ])('is repeated if the rules say so: $when', async ({ when, requests }) => {
    server.answerWith(fails(400, 'ProvisionedThroughputExceededException'));
    const client = dynamodb();
    const retry = { attempts: 2, budget: '100%', ...RETRIED.retry, ...(when && { when }) };
    // Also a write: what was turned away has done nothing.
    const error = await thrown(world({ retry })(() => client.send(put())));
    expect(error).toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    expect(server.seen).toHaveLength(requests);
  });
});

describe('a fallback', () => {
  it('answers with the command’s output', async () => {
    server.answerWith(UNAVAILABLE);
    const client = dynamodb();
    const fallback = [{ respond: { status: 200, body: { Item: { sku: { S: 'apple' }, stock: { N: '0' } } } } }];
    const output = await world({ fallback })(() => client.send(get()));
    expect(output.Item).toEqual({ sku: { S: 'apple' }, stock: { N: '0' } });
  });
});

describe('emulated AWS', () => {
  it('DynamoDB: items go in and come out, and a condition that does not hold is thrown as it is', async () => {
    const client = dynamodb(undefined, inject('dynamodb'));
    const TableName = 'sdk-plugin-inventory';
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'sku', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'sku', KeyType: 'HASH' }],
      }),
    );
    const run = world({ ...RETRIED, breaker: { consecutiveFailures: 1 } });
    const Item = { sku: { S: 'apple' }, stock: { N: '3' } };
    const once = () => new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(sku)' });
    await vi.waitFor(() => run(() => client.send(once())), SOON);
    expect(await thrown(run(() => client.send(once())))).toMatchObject({ name: 'ConditionalCheckFailedException' });
    const { Item: found } = await run(() => client.send(new GetItemCommand({ TableName, Key: { sku: Item.sku } })));
    expect(found).toEqual(Item);
  });

  it('SQS: messages go out and come in', async () => {
    const client = new SQSClient({ ...emulated, endpoint: inject('sqs') });
    client.middlewareStack.use(flyballPlugin('inventory-table'));
    clients.push(client);
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'sdk-plugin' }));
    const run = world(RETRIED);
    await run(() => client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' })));
    const { Messages } = await run(() => client.send(new ReceiveMessageCommand({ QueueUrl })));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['hello']);
  });

  it('S3 and Lambda clients take the plugin, by its types and by its deeds', async () => {
    const s3 = new S3Client({ ...emulated, endpoint: server.endpoint, forcePathStyle: true });
    const lambda = new LambdaClient({ ...emulated, endpoint: server.endpoint });
    clients.push(s3, lambda);
    for (const { middlewareStack } of [s3]) middlewareStack.use(flyballPlugin('inventory-table'));
    lambda.middlewareStack.use(flyballPlugin('inventory-table'));
    server.answerWith((response) => response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>'));
    const retry = { attempts: 2, ...RETRIED.retry, when: ['throttled' as const] };
    const read = () => s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'apple' }));
    expect(await thrown(world({ retry })(read))).toMatchObject({ name: 'SlowDown' });
    expect(server.seen).toHaveLength(2);
  });
});
