// Orders and payments as deployed, one calling the other over HTTP, with tables and a queue of their own.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { inject } from 'vitest';
import type * as ordersFunction from '../../../functions/examples/orders/handler.ts';
import type * as paymentsFunction from '../../../functions/examples/payments/handler.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { httpV2, type WebRequest } from '../../support/events.ts';
import { testContext } from '../../support/instance.ts';
import { createTable } from '../table.ts';

export interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
}

export interface Shop {
  readonly examplesTable: string;
  readonly orders: (request: WebRequest) => Promise<Answer>;
  readonly payments: (request: WebRequest) => Promise<Answer>;
  readonly invokePayments: (payload: object) => Promise<unknown>;
  /** How many calls have reached payments, by its own count. */
  readonly calls: () => Promise<unknown>;
  readonly behave: (behavior: object) => Promise<Answer>;
  /** The messages that ask for settlement, taken off the queue. */
  readonly settlements: () => Promise<string[]>;
  readonly close: () => Promise<void>;
}

/** Handlers read their environment when they are loaded, so they are loaded here, once a test file. */
export async function openShop(): Promise<Shop> {
  const [own, examples] = [await createTable(inject('dynamodb')), await createTable(inject('dynamodb'))];
  const queues = new SQSClient({ endpoint: inject('sqs') });
  const made = await queues.send(new CreateQueueCommand({ QueueName: `settlement-${randomUUID()}` }));
  // The emulator gives its queues a host name that not every machine resolves.
  const QueueUrl = new URL(new URL(made.QueueUrl ?? '').pathname, inject('sqs')).href;
  process.env['FLYBALL_TABLE'] = own.tableName;
  process.env['FLYBALL_EXAMPLES_TABLE'] = examples.tableName;
  process.env['FLYBALL_SETTLEMENT_QUEUE_URL'] = QueueUrl;

  const { handler: handlePayments }: typeof paymentsFunction =
    await import('../../../functions/examples/payments/handler.ts');
  const payments = async (request: WebRequest) =>
    answerOf(await handlePayments(httpV2(request), testContext(systemClock)));
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(incoming.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
      );
      const body = Buffer.concat(chunks).toString('utf8');
      void payments({ method: incoming.method ?? '', path: incoming.url ?? '', headers, body }).then((answer) => {
        outgoing.writeHead(answer.status ?? 500, { 'content-type': 'application/json' });
        outgoing.end(JSON.stringify(answer.body));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const document = {
    apiVersion: 'flyball/v1',
    service: 'orders',
    dependencies: {
      payments: {
        target: { url },
        attemptTimeout: '2s',
        retry: { attempts: 2, backoff: { initial: '1ms' }, budget: '100%' },
        operations: { charge: { idempotency: 'key' } },
      },
    },
  };
  const publication = { document, source: '', author: 'a test', note: '', at: systemClock.now(), expectedSeq: 0 };
  await publishRevision(own.sdk, { service: 'orders', ...publication });
  const { handler: handleOrders }: typeof ordersFunction =
    await import('../../../functions/examples/orders/handler.ts');

  return {
    examplesTable: examples.tableName,
    orders: async (request) => answerOf(await handleOrders(httpV2(request), testContext(systemClock))),
    payments,
    invokePayments: (payload) => handlePayments(payload, testContext(systemClock)),
    calls: async () => (await payments({ method: 'GET', path: '/payments/calls' })).body['calls'],
    behave: (behavior) => payments({ method: 'PUT', path: '/payments/behavior', body: JSON.stringify(behavior) }),
    async settlements() {
      const { Messages = [] } = await queues.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      return Messages.map(({ Body = '' }) => Body);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function answerOf(result: object): Answer {
  const { statusCode, headers = {}, body = '{}' } = result as APIGatewayProxyStructuredResultV2;
  return { status: statusCode, headers, body: JSON.parse(body) as Record<string, unknown> };
}
