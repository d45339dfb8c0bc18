// flyballPlugin around one client of each kind of AWS protocol: one attempt, its signal, its outcomes, its operations.
import { text as textOf } from 'node:stream/consumers';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { DependencyRule } from '../../../middleware/kernel/rules/document.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { flyballPlugin, governed, type FlyballPluginOptions } from '../../../middleware/index.ts';
import { silentLogger, testContext } from '../../support/instance.ts';
import { emulated } from '../table.ts';
import { SOON } from '../../support/patience.ts';
import { RETRIED, thrown } from './world.ts';
import { silent, startSdkServer, type Answering, type SdkServer } from './sdk-server.ts';

let server: SdkServer;
beforeAll(async () => {
  server = await startSdkServer();
});
afterAll(() => server.close());

interface Client {
  readonly middlewareStack: { use(plugin: { applyToStack(stack: object): void }): void };
}

let worlds = 0;
function world(rule: DependencyRule, remainingMs = 10_000) {
  const service = `clients-${String((worlds += 1))}`;
  const bootstrap = { apiVersion: 'flyball/v1', service, dependencies: { aws: rule } };
  const options = { service, bootstrap, clock: systemClock, logger: silentLogger };
  const handler = governed(options, (work: () => Promise<unknown>) => work());
  return async (work: () => Promise<unknown>): Promise<unknown> => {
    let result: Promise<unknown> | undefined;
    await handler(() => (result = work()), testContext(systemClock, remainingMs)).catch(() => undefined);
    return result;
  };
}

function used<Made extends Client>(client: Made, options?: FlyballPluginOptions): Made {
  client.middlewareStack.use(flyballPlugin('aws', options));
  return client;
}

interface Kind {
  readonly what: string;
  /** What is thrown when the service turns a request away. */
  readonly throttled: { readonly status: number; readonly headers?: Record<string, string>; readonly body: string };
  readonly operation: string;
  readonly send: (options?: FlyballPluginOptions) => Promise<unknown>;
}

const config = () => ({ ...emulated, endpoint: server.endpoint });
const json = (name: string, status = 400) => ({ status, body: JSON.stringify({ __type: name, message: 'slow down' }) });
const restJson = (name: string, status = 429) => ({
  status,
  headers: { 'x-amzn-errortype': name },
  body: '{"message":"slow down"}',
});
const query = (code: string, status = 400) => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>m</Message></Error></ErrorResponse>`,
});

const KINDS: readonly Kind[] = [
  {
    what: 'DynamoDB (JSON 1.0)',
    throttled: json('com.amazonaws.dynamodb.v20120810#ThrottlingException'),
    operation: 'PutItem',
    send: (options) =>
      used(new DynamoDBClient(config()), options).send(
        new PutItemCommand({ TableName: 'inventory', Item: { sku: { S: 'apple' } } }),
      ),
  },
  {
    what: 'SQS (JSON 1.0)',
    throttled: json('com.amazonaws.sqs#RequestThrottled'),
    operation: 'SendMessage',
    send: (options) =>
      used(new SQSClient({ ...config(), md5: false }), options).send(
        new SendMessageCommand({ QueueUrl: `${server.endpoint}/1/q`, MessageBody: 'x' }),
      ),
  },
  {
    what: 'EventBridge (JSON 1.1)',
    throttled: json('ThrottlingException'),
    operation: 'PutEvents',
    send: (options) =>
      used(new EventBridgeClient(config()), options).send(new PutEventsCommand({ Entries: [{ Source: 'x' }] })),
  },
  {
    what: 'SSM (JSON 1.1)',
    throttled: json('ThrottlingException'),
    operation: 'PutParameter',
    send: (options) => used(new SSMClient(config()), options).send(new PutParameterCommand({ Name: 'x', Value: 'y' })),
  },
  {
    what: 'SNS (query)',
    throttled: query('Throttling', 400),
    operation: 'Publish',
    send: (options) =>
      used(new SNSClient(config()), options).send(
        new PublishCommand({ TopicArn: 'arn:aws:sns:us-east-1:1:t', Message: 'x' }),
      ),
  },
  {
    what: 'Lambda (REST JSON)',
    throttled: restJson('TooManyRequestsException'),
    operation: 'Invoke',
    send: (options) => used(new LambdaClient(config()), options).send(new InvokeCommand({ FunctionName: 'payments' })),
  },
  {
    what: 'S3 (REST XML)',
    throttled: {
      status: 503,
      headers: { 'content-type': 'application/xml' },
      body: '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>m</Message></Error>',
    },
    operation: 'PutObject',
    send: (options) =>
      used(new S3Client({ ...config(), forcePathStyle: true }), options).send(
        new PutObjectCommand({ Bucket: 'photos', Key: 'apple', Body: 'x' }),
      ),
  },
  {
    what: 'CloudWatch (whatever it speaks)',
    throttled: { ...json('ThrottlingException'), headers: { 'content-type': 'application/x-amz-json-1.0' } },
    operation: 'PutMetricData',
    send: (options) =>
      used(new CloudWatchClient(config()), options).send(
        new PutMetricDataCommand({ Namespace: 'x', MetricData: [{ MetricName: 'y', Value: 1 }] }),
      ),
  },
];

const says =
  ({ status, headers = { 'content-type': 'application/x-amz-json-1.0' }, body }: Kind['throttled']): Answering =>
  (response) =>
    response.writeHead(status, headers).end(body);

describe.each(KINDS)('$what', ({ throttled, operation, send }) => {
  it('a failure is one request, and repeated as the rules say once they call the operation safe', async () => {
    server.answerWith(says({ status: 500, body: '' }));
    await thrown(world({})(() => send()));
    expect(server.seen).toHaveLength(1);
    server.answerWith(says({ status: 500, body: '' }));
    const operations = { it: { match: { method: operation }, idempotency: 'safe' as const } };
    await thrown(world({ retry: { ...RETRIED, attempts: 2 }, operations })(() => send()));
    expect(server.seen).toHaveLength(2);
    server.answerWith(says({ status: 500, body: '' }));
    await thrown(world({ retry: { ...RETRIED, attempts: 2 } })(() => send({ idempotent: [operation] })));
    expect(server.seen).toHaveLength(2);
  });

  it('is throttled when it is turned away, which opens no breaker and is repeated if the rules say so', async () => {
    server.answerWith(says(throttled));
    const closed = world({ breaker: { consecutiveFailures: 1, failures: ['error', '4xx', '5xx'] } });
    await thrown(closed(() => send()));
    const first = server.seen.length;
    // 4xx stands for being turned away as well: this tells that apart from a 503 of S3.
    const retried = world({ retry: { ...RETRIED, attempts: 2, when: ['throttled'] } });
    server.answerWith(says(throttled));
    await thrown(retried(() => send()));
    expect([first, server.seen.length]).toEqual([1, 2]);
  });

  it('an attempt ends at its timeout, and its socket with it', async () => {
    server.answerWith(silent);
    const error = await thrown(world({ attemptTimeout: '1s' })(() => send()));
    expect(error).toMatchObject({ name: 'DependencyFailed', outcome: 'timeout', dependency: 'aws' });
    await vi.waitFor(() => expect(server.cutOff.count).toBe(server.seen.length), SOON);
  });
});

describe('bodies that are streams', () => {
  const s3 = () => used(new S3Client({ ...config(), forcePathStyle: true }));

  it('an object is governed until its headers are there, and read as ever', async () => {
    server.answerWith((response) => {
      response.writeHead(200, { 'content-length': '11' });
      response.write('begin');
      setImmediate(() => response.end(' + end'));
    });
    const read = await world({ attemptTimeout: '10s' })(async () => {
      const { Body } = await s3().send(new GetObjectCommand({ Bucket: 'photos', Key: 'apple' }));
      return Body && textOf(Body as NodeJS.ReadableStream);
    });
    expect(read).toBe('begin + end');
  });
});

describe('messages to a queue', () => {
  it('carry the deadline of who sends them, one by one and in batches, and arrive', async () => {
    const client = new SQSClient({ ...emulated, endpoint: inject('sqs') });
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'deadlines' }));
    used(client, { deadline: true });
    const startedAt = systemClock.now();
    const mine = { mine: { DataType: 'String', StringValue: '1' } };
    await world({})(() =>
      client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one', MessageAttributes: mine })),
    );
    await world({})(() =>
      client.send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: [
            { Id: 'a', MessageBody: 'two' },
            { Id: 'b', MessageBody: 'three' },
          ],
        }),
      ),
    );
    const tookMs = systemClock.now() - startedAt;
    // When the invocation is over, nobody waits.
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'four' }));
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    const seen = new Map(Messages.map(({ Body, MessageAttributes = {} }) => [Body, MessageAttributes]));
    expect([...seen.keys()].toSorted()).toEqual(['four', 'one', 'three', 'two']);
    expect(seen.get('four')).toEqual({});
    expect(seen.get('one')).toMatchObject(mine);
    for (const message of ['one', 'two', 'three']) {
      const leftMs = Number(seen.get(message)?.['x-flyball-deadline']?.StringValue) - startedAt;
      expect(leftMs).toBeGreaterThan(5_000);
      expect(leftMs).toBeLessThanOrEqual(10_000 + tookMs);
    }
    client.destroy();
  });
});
