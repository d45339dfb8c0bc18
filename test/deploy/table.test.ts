// The table as the deploy made it.
import { expect, it } from 'vitest';
import { aws } from './aws.ts';
import { STACK } from './cli.ts';

const { Table } = await aws<{ Table: unknown }>('dynamodb', 'describe_table', { TableName: STACK });

it('has the keys that store/keys.ts makes, and is paid by request', () => {
  expect(Table).toMatchObject({
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
});

it('has one index, of what is due', () => {
  expect(Table).toMatchObject({
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
  });
});

it('is warm from its first second, and so is its index', () => {
  const warm = { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4000 };
  expect(Table).toMatchObject({ WarmThroughput: warm, GlobalSecondaryIndexes: [{ WarmThroughput: warm }] });
});

it('cannot be deleted by mistake', async () => {
  expect(Table).toMatchObject({ DeletionProtectionEnabled: true });
  await expect(aws('dynamodb', 'delete_table', { TableName: STACK })).rejects.toThrow(
    /can't be deleted while DeletionProtectionEnabled/,
  );
});
