// Settles orders in the examples' table: each exactly once, however often it is asked.
import { flyball } from '../../../middleware/index.ts';
import { ownTable } from '../own-table.ts';

/** A message or an order that can never be settled; trying again will not help. */
export class Unsettleable extends Error {
  override readonly name = 'Unsettleable';
}

const ID = /^[0-9a-f-]{1,64}$/i;

/** The order a queue message asks to settle. @throws {Unsettleable} when it does not say. */
export function orderIdOf(body: string): string {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    throw new Unsettleable('the message is not JSON');
  }
  const orderId = typeof message === 'object' && message !== null && 'orderId' in message ? message.orderId : undefined;
  if (typeof orderId !== 'string' || !ID.test(orderId)) throw new Unsettleable('the message names no orderId');
  return orderId;
}

/**
 * Settles an order; one that is settled already stays as it is.
 * @returns false when it had been settled before. @throws {Unsettleable} when there is no such order.
 */
export async function settle(orderId: string): Promise<boolean> {
  const { sdk, client, TableName } = await ownTable();
  const Key = { pk: { S: `order#${orderId}` }, sk: { S: 'order' } };
  const command = new sdk.UpdateItemCommand({
    TableName,
    Key,
    UpdateExpression: 'SET #status = :settled ADD settlements :one',
    ConditionExpression: '#status = :paid',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':settled': { S: 'settled' }, ':paid': { S: 'paid' }, ':one': { N: '1' } },
    ReturnValues: 'ALL_NEW',
  });
  const settled = await flyball.run('orders-table', async (abortSignal) => {
    try {
      return await client.send(command, { abortSignal });
    } catch (error) {
      // A lost race or an unknown order: an answer, not a failure of the table.
      if (error instanceof sdk.ConditionalCheckFailedException) return undefined;
      throw error;
    }
  });
  const item =
    settled?.Attributes ??
    (
      await flyball.run('orders-table', (abortSignal) =>
        client.send(new sdk.GetItemCommand({ TableName, Key, ConsistentRead: true }), { abortSignal }),
      )
    ).Item;
  if (!item) throw new Unsettleable(`there is no order ${orderId}`);
  await close(orderId, item['createdAt']?.S ?? '');
  return settled !== undefined;
}

/** Takes the order off the list of open ones; done again by whoever finds it settled and still listed. */
async function close(orderId: string, createdAt: string): Promise<void> {
  const { sdk, client, TableName } = await ownTable();
  const Key = { pk: { S: 'open' }, sk: { S: `${createdAt}#${orderId}` } };
  await flyball.run(
    'orders-table',
    (abortSignal) => client.send(new sdk.DeleteItemCommand({ TableName, Key }), { abortSignal }),
    {
      idempotent: true,
    },
  );
}

/** One page of the orders nobody has settled, oldest first. */
export async function openOrders(
  after: string | undefined,
): Promise<{ readonly ids: string[]; readonly next: string | undefined }> {
  const { sdk, client, TableName } = await ownTable();
  const command = new sdk.QueryCommand({
    TableName,
    KeyConditionExpression: 'pk = :open',
    ExpressionAttributeValues: { ':open': { S: 'open' } },
    ...(after === undefined ? {} : { ExclusiveStartKey: { pk: { S: 'open' }, sk: { S: after } } }),
    Limit: 100,
  });
  const page = await flyball.run('orders-table', (abortSignal) => client.send(command, { abortSignal }), {
    idempotent: true,
  });
  const ids = (page.Items ?? []).flatMap((item) => item['orderId']?.S ?? []);
  return { ids, next: page.LastEvaluatedKey?.['sk']?.S };
}
