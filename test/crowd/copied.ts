// Copies what was written in memory into a table of DynamoDB, twenty-five items a request.
import { BatchWriteItemCommand, DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../store/port.ts';
import { marshalItem } from '../../store/marshal.ts';
import { sideBySide } from '../../functions/api/passes.ts';
import { emulated } from '../integration/table.ts';

const A_REQUEST = 25;
const AT_ONCE = 8;

/** @throws {Error} when the table takes less than all. */
export async function copyInto(endpoint: string, tableName: string, items: readonly Item[]): Promise<void> {
  const client = new DynamoDBClient({ ...emulated, endpoint });
  const batches: Item[][] = [];
  for (let at = 0; at < items.length; at += A_REQUEST) batches.push(items.slice(at, at + A_REQUEST));
  await sideBySide(AT_ONCE, batches, async (batch) => {
    const requests = batch.map((item): WriteRequest => ({ PutRequest: { Item: marshalItem(item, (bytes) => bytes) } }));
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }),
    );
    if (Object.keys(UnprocessedItems).length > 0) throw new Error('The emulator has not taken all items of a batch');
  });
  client.destroy();
}
