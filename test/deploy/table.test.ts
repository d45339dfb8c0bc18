// The table as the deploy made it.
import { expect, it } from 'vitest';
import { aws } from './aws.ts';
import { STACK } from './cli.ts';
import { deployedTemplate } from './template.ts';
import { PARAMS } from './world.ts';

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

it('is warm from its first second, and so is its index, each as its parameters say', () => {
  const { warmIndexReads, warmIndexWrites } = PARAMS;
  expect(Table).toMatchObject({
    WarmThroughput: { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4000 },
    GlobalSecondaryIndexes: [
      { WarmThroughput: { ReadUnitsPerSecond: warmIndexReads, WriteUnitsPerSecond: warmIndexWrites } },
    ],
  });
});

it('outlives its stack, and so does what else people put something into, but not the deploy that failed to make it', async () => {
  const { Resources } = await deployedTemplate();
  const kept = Object.entries(Resources).filter(([, { DeletionPolicy }]) => DeletionPolicy === 'RetainExceptOnCreate');
  expect(kept.map(([id]) => id).sort()).toEqual([
    'FlyballTable',
    'ParkingQueue',
    'S3BucketUploads',
    'SettlementDeadLetterQueue',
    'ThumbnailsParkingDeadLetterQueue',
    'ThumbnailsParkingQueue',
  ]);
  expect(new Set(kept.map(([, { UpdateReplacePolicy }]) => UpdateReplacePolicy))).toEqual(new Set(['Retain']));
});

it('cannot be deleted by mistake', async () => {
  expect(Table).toMatchObject({ DeletionProtectionEnabled: true });
  await expect(aws('dynamodb', 'delete_table', { TableName: STACK })).rejects.toThrow(
    /can't be deleted while DeletionProtectionEnabled/,
  );
});
