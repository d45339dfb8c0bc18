// A table to measure on: in AWS's DynamoDB Local where there is Java, else in dynalite.
import { randomUUID } from 'node:crypto';
import { BatchWriteItemCommand, CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startDynamodbLocal } from '../../infra/dynamodb-local/emulator.ts';
import { startDynalite } from '../../infra/local/dynalite.ts';
import { sdkTable } from '../../store/adapters/sdk.ts';
import { marshalItem } from '../../store/marshal.ts';
import type { Item, Table } from '../../store/port.ts';

interface Store {
  readonly name: string;
  readonly url: string;
  stop(): Promise<void>;
}

export async function startStore(): Promise<Store> {
  try {
    const local = await startDynamodbLocal();
    return { name: 'DynamoDB Local', url: local.url, stop: () => local.stop() };
  } catch {
    const local = await startDynalite({ port: 0 });
    return { name: 'dynalite', url: local.url, stop: () => local.stop() };
  }
}

export async function createTable(endpoint: string): Promise<Table> {
  return (await createNamedTable(endpoint)).table;
}

/** What one request may put. */
export const AT_ONCE = 25;

interface NamedTable {
  readonly tableName: string;
  readonly table: Table;
  /** Puts some items with one request: `AT_ONCE` at most. */
  readonly putSome: (items: readonly Item[]) => Promise<void>;
}

/** The same for another process, which finds it by its name. */
export async function createNamedTable(endpoint: string): Promise<NamedTable> {
  const tableName = `flyball-bench-${randomUUID()}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  const keySchema = (HASH: string, RANGE: string) =>
    Object.entries({ HASH, RANGE } as const).map(([type, AttributeName]) => ({
      AttributeName,
      KeyType: type as 'HASH' | 'RANGE',
    }));
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [text('pk'), text('sk'), text('due'), { AttributeName: 'dueAt', AttributeType: 'N' }],
      KeySchema: keySchema('pk', 'sk'),
      GlobalSecondaryIndexes: [
        { IndexName: 'due', KeySchema: keySchema('due', 'dueAt'), Projection: { ProjectionType: 'ALL' } },
      ],
    }),
  );
  return {
    tableName,
    table: sdkTable({ tableName, client, defaultTimeoutMs: 30_000 }),
    putSome: async (items) => {
      if (items.length === 0) return;
      const puts = items.map((item) => ({ PutRequest: { Item: marshalItem(item, (bytes) => bytes) } }));
      const { UnprocessedItems } = await client.send(
        new BatchWriteItemCommand({ RequestItems: { [tableName]: puts } }),
      );
      if (Object.keys(UnprocessedItems ?? {}).length > 0) throw new Error('the table did not take all that was put');
    },
  };
}
