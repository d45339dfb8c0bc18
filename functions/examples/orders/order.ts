// Places and reads orders: paid through the `payments` dependency, kept in the examples' table, settled later by queue.
import { randomUUID } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { flyball } from '../../../middleware/index.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { ownTable } from '../own-table.ts';
import type { OrderRequest } from './request.ts';

export interface Order {
  readonly id: string;
  readonly status: string;
  readonly sku: string;
  readonly quantity: number;
}

const CENTS_EACH = 250;
/** What `placeOrder` gives; anything else was never an order, and is no key for the table. */
const ID = /^[0-9a-f-]{36}$/;

/** Charges the order, stores it, and asks for its settlement. Charging twice under one id charges once. */
export async function placeOrder({ sku, quantity }: OrderRequest): Promise<Order> {
  const id = randomUUID();
  const amount = quantity * CENTS_EACH;
  const charge = await flyball.call<{ accepted: boolean }>('payments', {
    operation: 'charge',
    method: 'POST',
    path: '/payments/charges',
    body: { orderId: id, amount },
    idempotencyKey: id,
  });
  if (!charge.accepted) flyball.fail('CARD_DECLINED', 'The payment was declined.');
  const order = { id, status: 'paid', sku, quantity };
  await store(order, amount);
  await askForSettlement(id);
  return order;
}

async function store(order: Order, amount: number): Promise<void> {
  const { sdk, client, TableName } = await ownTable();
  const createdAt = new Date(systemClock.now()).toISOString();
  const number = (value: number) => ({ N: String(value) });
  await flyball.run(
    'orders-table',
    async (abortSignal) => {
      const { UnprocessedItems = {} } = await client.send(
        new sdk.BatchWriteItemCommand({
          RequestItems: {
            [TableName]: [
              {
                PutRequest: {
                  Item: {
                    pk: { S: `order#${order.id}` },
                    sk: { S: 'order' },
                    status: { S: order.status },
                    sku: { S: order.sku },
                    quantity: number(order.quantity),
                    amount: number(amount),
                    createdAt: { S: createdAt },
                  },
                },
              },
              // What the nightly batch goes through: orders nobody has settled yet.
              {
                PutRequest: {
                  Item: { pk: { S: 'open' }, sk: { S: `${createdAt}#${order.id}` }, orderId: { S: order.id } },
                },
              },
            ],
          },
        }),
        { abortSignal },
      );
      if (Object.keys(UnprocessedItems).length > 0) throw new Error('The table took only a part of the order.');
    },
    { idempotent: true },
  );
}

/** The order with this id, or undefined. */
export async function readOrder(id: string): Promise<Order | undefined> {
  if (!ID.test(id)) return undefined;
  const { sdk, client, TableName } = await ownTable();
  const command = new sdk.GetItemCommand({
    TableName,
    Key: { pk: { S: `order#${id}` }, sk: { S: 'order' } },
    ConsistentRead: true,
  });
  const { Item } = await flyball.run('orders-table', (abortSignal) => client.send(command, { abortSignal }), {
    idempotent: true,
  });
  if (!Item) return undefined;
  return {
    id,
    status: Item['status']?.S ?? 'unknown',
    sku: Item['sku']?.S ?? '',
    quantity: Number(Item['quantity']?.N ?? 0),
  };
}

/** A message that cannot be sent loses nothing: the nightly batch settles what the queue did not. */
async function askForSettlement(orderId: string): Promise<void> {
  const QueueUrl = process.env['FLYBALL_SETTLEMENT_QUEUE_URL'];
  if (!QueueUrl) return;
  const { SendMessageCommand, SQSClient } = await import('@aws-sdk/client-sqs');
  queues ??= new SQSClient({ maxAttempts: 1 });
  const client = queues;
  const command = new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ orderId }) });
  try {
    await flyball.run('settlement-queue', (abortSignal) => client.send(command, { abortSignal }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stdout.write(
      `${JSON.stringify({ level: 'WARN', message: 'settlement was not asked for', orderId, reason })}\n`,
    );
  }
}

let queues: SQSClient | undefined;
