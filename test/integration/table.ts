// A fresh table in the emulated DynamoDB, as infra describes it, behind both adapters.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sdkTable } from '../../store/adapters/sdk.ts';
import { type SignedTable, signedTable } from '../../store/adapters/signed.ts';
import type { Table } from '../../store/port.ts';

/** As test/integration/emulators.ts sets them: DynamoDB Local keeps a database of its own for each pair of key and Region. */
export const emulated = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};

export interface TestTable {
  readonly tableName: string;
  readonly sdk: Table;
  readonly signed: SignedTable;
}

/** Creates a table of its own for a test file. The time limits are wide: the machine may be busy. */
export async function createTable(url: string): Promise<TestTable> {
  const tableName = `flyball-test-${randomUUID()}`;
  const client = new DynamoDBClient({ ...emulated, endpoint: url, maxAttempts: 1 });
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'due', AttributeType: 'S' },
        { AttributeName: 'dueAt', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: [
            { AttributeName: 'due', KeyType: 'HASH' },
            { AttributeName: 'dueAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await active(client, tableName);
  return {
    tableName,
    sdk: sdkTable({ tableName, client, defaultTimeoutMs: 60_000 }),
    signed: signedTable({
      tableName,
      ...emulated,
      endpoint: url,
      clock: { now: () => Date.now() },
      defaultTimeoutMs: 60_000,
      firstTimeoutMs: 60_000,
    }),
  };
}

async function active(client: DynamoDBClient, tableName: string): Promise<void> {
  for (let polls = 0; polls < 3_000; polls++) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    const indexes = Table?.GlobalSecondaryIndexes ?? [];
    if (Table?.TableStatus === 'ACTIVE' && indexes.every((index) => index.IndexStatus === 'ACTIVE')) return;
    await pause(20);
  }
  throw new Error(`Table ${tableName} is not active after a minute`);
}
