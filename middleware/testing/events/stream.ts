// Batches of a shard: Kinesis, and the stream of a table.
import type { AttributeValue, DynamoDBStreamEvent, KinesisStreamEvent } from 'aws-lambda';
import { overridden, type Override } from './override.ts';
import { ACCOUNT, asList, bodyText, REGION, TIME_MS } from './places.ts';

export interface KinesisData {
  /** Text, or anything else to be sent as JSON; base64 in the event. */
  readonly data?: unknown;
  readonly partitionKey?: string;
  readonly sequenceNumber?: string;
}

const FIRST_SEQUENCE_NUMBER = 49_545_115_243_490_985_018_280_067_714_973_144_582_180_062_593_244_200_961n;

/** A batch of a Kinesis shard: these records, or so many. */
export function kinesis(
  records: number | readonly KinesisData[] = 1,
  stream = 'clicks',
  override?: Override<KinesisStreamEvent>,
): KinesisStreamEvent {
  const built = asList(records).map((record, i) => {
    const sequenceNumber = record.sequenceNumber ?? String(FIRST_SEQUENCE_NUMBER + BigInt(i));
    return {
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: record.partitionKey ?? 'partition-1',
        sequenceNumber,
        data: Buffer.from(bodyText(record.data ?? { click: i + 1 })).toString('base64'),
        approximateArrivalTimestamp: TIME_MS / 1000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `shardId-000000000006:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/lambda-role`,
      awsRegion: REGION,
      eventSourceARN: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/${stream}`,
    };
  });
  return overridden({ Records: built }, override);
}

export interface ItemChange {
  readonly eventName?: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** Marshalled, as the stream has them: `{ id: { S: 'order-1' } }`. */
  readonly keys?: Readonly<Record<string, AttributeValue>>;
  readonly newImage?: Readonly<Record<string, AttributeValue>>;
  readonly oldImage?: Readonly<Record<string, AttributeValue>>;
  readonly sequenceNumber?: string;
}

/** A batch of a table's stream: these changes, or so many inserts. */
export function dynamodbStream(
  changes: number | readonly ItemChange[] = 1,
  table = 'orders-table',
  override?: Override<DynamoDBStreamEvent>,
): DynamoDBStreamEvent {
  const built = asList(changes).map((change, i) => {
    const { eventName = 'INSERT' } = change;
    const keys = { ...(change.keys ?? { id: { S: `order-${i + 1}` } }) };
    return {
      eventID: `c4ca4238a0b923820dcc509a6f75${String(849 + i)}b`,
      eventName,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: REGION,
      dynamodb: {
        ApproximateCreationDateTime: TIME_MS / 1000,
        Keys: keys,
        ...(eventName === 'REMOVE' ? {} : { NewImage: { ...(change.newImage ?? keys) } }),
        ...(eventName === 'INSERT' ? {} : { OldImage: { ...(change.oldImage ?? keys) } }),
        SequenceNumber: change.sequenceNumber ?? String(111 + i),
        SizeBytes: 26,
        StreamViewType: 'NEW_AND_OLD_IMAGES' as const,
      },
      eventSourceARN: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${table}/stream/2026-01-05T00:00:00.000`,
    };
  });
  return overridden<DynamoDBStreamEvent>({ Records: built }, override);
}
