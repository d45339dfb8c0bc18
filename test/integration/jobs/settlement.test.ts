// The settlement example over a real table: each order settled exactly once, the night's batch taking what the queue left.
import { randomUUID } from 'node:crypto';
import { BatchWriteItemCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { handler as Nightly } from '../../../functions/examples/settlement/nightly.ts';
import type { handler as Queue } from '../../../functions/examples/settlement/queue.ts';
import { openOrders, settle } from '../../../functions/examples/settlement/settle.ts';
import { listRuns } from '../../../store/items/job-runs.ts';
import type { Table } from '../../../store/port.ts';
import { schedule, sqs } from '../../support/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { testContext } from '../../support/instance.ts';
import { createTable, emulated } from '../table.ts';

const client = new DynamoDBClient({ ...emulated, endpoint: inject('dynamodb'), maxAttempts: 1 });
const context = testContext(fakeClock());
let tableName: string;
let flyballTable: Table;
let nightly: typeof Nightly;
let queue: typeof Queue;

beforeAll(async () => {
  const flyball = await createTable(inject('dynamodb'));
  flyballTable = flyball.sdk;
  ({ tableName } = await createTable(inject('dynamodb')));
  vi.stubEnv('FLYBALL_EXAMPLES_TABLE', tableName);
  vi.stubEnv('FLYBALL_TABLE', flyball.tableName);
  // A governed function reads its environment when it is loaded.
  ({ handler: nightly } = await import('../../../functions/examples/settlement/nightly.ts'));
  ({ handler: queue } = await import('../../../functions/examples/settlement/queue.ts'));
});

/** An order as the orders example writes it. */
async function order(createdAt = '2026-03-01T12:00:00.000Z'): Promise<string> {
  const id = randomUUID();
  const paid = {
    pk: { S: `order#${id}` },
    sk: { S: 'order' },
    status: { S: 'paid' },
    createdAt: { S: createdAt },
  };
  const open = { pk: { S: 'open' }, sk: { S: `${createdAt}#${id}` }, orderId: { S: id } };
  const puts = [paid, open].map((Item) => ({ PutRequest: { Item } }));
  await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: puts } }));
  return id;
}

async function settlements(id: string) {
  const Key = { pk: { S: `order#${id}` }, sk: { S: 'order' } };
  const { Item } = await client.send(new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true }));
  return { status: Item?.['status']?.S, times: Number(Item?.['settlements']?.N ?? 0) };
}

const isOpen = async (id: string) => (await openOrders(undefined)).ids.includes(id);

describe('settling', () => {
  it('happens once, however many ask at the same time', async () => {
    const id = await order();
    const results = await Promise.all(Array.from({ length: 8 }, () => settle(id)));
    expect(results.filter((first) => first)).toHaveLength(1);
    expect(await settlements(id)).toEqual({ status: 'settled', times: 1 });
    expect(await isOpen(id)).toBe(false);
  });

  it('takes an order off the list that died before it could', async () => {
    const id = await order();
    const open = { pk: { S: 'open' }, sk: { S: `2026-03-01T12:00:00.000Z#${id}` }, orderId: { S: id } };
    await settle(id);
    await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: [{ PutRequest: { Item: open } }] } }));
    expect(await settle(id)).toBe(false);
    expect(await isOpen(id)).toBe(false);
  });

  it('refuses an order nobody placed', async () => {
    await expect(settle(randomUUID())).rejects.toMatchObject({ name: 'Unsettleable' });
  });
});

describe('a batch of the queue', () => {
  it('gives back the poison alone', async () => {
    const [first, second] = [await order(), await order()];
    const batch = sqs([
      { messageId: 'a', body: JSON.stringify({ orderId: first }) },
      { messageId: 'b', body: 'poison' },
      { messageId: 'c', body: JSON.stringify({ orderId: second }) },
    ]);
    expect(await queue(batch, context)).toMatchObject({ batchItemFailures: [{ itemIdentifier: 'b' }] });
    expect(await settlements(first)).toEqual({ status: 'settled', times: 1 });
    expect(await settlements(second)).toEqual({ status: 'settled', times: 1 });
  });
});

describe('the nightly batch', () => {
  it('settles every order the queue left, over more than one page', async () => {
    const ids = await Promise.all(Array.from({ length: 120 }, (_, i) => order(new Date(i * 1_000).toISOString())));
    await nightly(schedule(), context);
    expect((await openOrders(undefined)).ids).toEqual([]);
    const all = await Promise.all(ids.map(settlements));
    expect(all.every(({ status, times }) => status === 'settled' && times === 1)).toBe(true);
    const { runs } = await listRuns(flyballTable, { service: 'settlement', job: 'nightly-settlement' }, { limit: 5 });
    expect(runs).toMatchObject([{ status: 'succeeded', counts: { read: 120, written: 120, failed: 0 } }]);
  });
});
