// Events as AWS sends them, one builder a trigger; what a test cares about is given, the rest is realistic.
import type {
  DynamoDBStreamEvent,
  EventBridgeEvent,
  KinesisStreamEvent,
  S3Event,
  ScheduledEvent,
  SNSEvent,
  SQSEvent,
  SQSMessageAttributes,
  SQSRecord,
} from 'aws-lambda';

export { alb, albMultiValue, functionUrl, httpV2, restV1, type WebRequest } from './events-http.ts';

export const REGION = 'eu-central-1';
export const ACCOUNT = '000000000000';
const TIME = '2026-01-05T12:00:00Z';
const TIME_MS = Date.UTC(2026, 0, 5, 12, 0, 0);

export interface QueueMessage {
  readonly messageId?: string;
  readonly body?: string;
  /** `ApproximateReceiveCount`: 1 on the first delivery. */
  readonly receives?: number;
  readonly receiptHandle?: string;
  readonly messageAttributes?: SQSMessageAttributes;
  /** FIFO queues alone. */
  readonly group?: string;
  readonly deduplicationId?: string;
}

/** A batch of a standard queue. */
export function sqs(messages: readonly QueueMessage[] = [{}], queue = 'settlement'): SQSEvent {
  return { Records: messages.map((message, i) => sqsRecord(message, i, queue)) };
}

/** A batch of a FIFO queue; messages without a `group` share one. */
export function sqsFifo(messages: readonly QueueMessage[] = [{}], queue = 'settlement.fifo'): SQSEvent {
  const records = messages.map((message, i) => {
    const record = sqsRecord(message, i, queue);
    const attributes = {
      ...record.attributes,
      MessageGroupId: message.group ?? 'group-1',
      MessageDeduplicationId: message.deduplicationId ?? `dedup-${i + 1}`,
      SequenceNumber: String(18_850_000_000_000_000n + BigInt(i)),
    };
    return { ...record, attributes };
  });
  return { Records: records };
}

function sqsRecord(message: QueueMessage, index: number, queue: string): SQSRecord {
  return {
    messageId: message.messageId ?? `message-${index + 1}`,
    receiptHandle: message.receiptHandle ?? `receipt-${index + 1}`,
    body: message.body ?? JSON.stringify({ orderId: `order-${index + 1}` }),
    attributes: {
      ApproximateReceiveCount: String(message.receives ?? 1),
      SentTimestamp: String(TIME_MS),
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: String(TIME_MS + 1),
    },
    messageAttributes: message.messageAttributes ?? {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNT}:${queue}`,
    awsRegion: REGION,
  };
}

/** An object put; the key is encoded as S3 does it, with spaces as plus signs. */
export function s3(key = 'uploads/Grüße aus Köln.png', bucket = 'uploads-bucket'): S3Event {
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: REGION,
        eventTime: TIME,
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'AWS:AIDAIENQZJOLO23YVJ4VO' },
        requestParameters: { sourceIPAddress: '203.0.113.7' },
        responseElements: { 'x-amz-request-id': 'C3D13FE58DE4C810', 'x-amz-id-2': 'FMyUVURIY8/IgAtTv8xRjskZ' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'thumbnails',
          bucket: {
            name: bucket,
            ownerIdentity: { principalId: 'A3NL1KOZZKExample' },
            arn: `arn:aws:s3:::${bucket}`,
          },
          object: {
            key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'),
            size: 1024,
            eTag: 'd41d8cd98f00b204e9800998ecf8427e',
            sequencer: '0055AED6DCD90281E5',
          },
        },
      },
    ],
  };
}

export function sns(message = '{"orderId":"order-1"}', topic = 'orders-topic'): SNSEvent {
  return {
    Records: [
      {
        EventVersion: '1.0',
        EventSource: 'aws:sns',
        EventSubscriptionArn: `arn:aws:sns:${REGION}:${ACCOUNT}:${topic}:2bcfbf39-05c3-41de-beaa-fcfcc21c8f55`,
        Sns: {
          SignatureVersion: '1',
          Timestamp: TIME,
          Signature: 'EXAMPLE',
          SigningCertUrl: 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService.pem',
          MessageId: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
          Message: message,
          MessageAttributes: {},
          Type: 'Notification',
          UnsubscribeUrl: 'https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe',
          TopicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:${topic}`,
          Subject: 'order',
        },
      },
    ],
  };
}

export function eventBridge(
  detail: Record<string, unknown> = { orderId: 'order-1' },
  source = 'com.example.orders',
): EventBridgeEvent<'Order Placed', Record<string, unknown>> {
  return {
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': 'Order Placed',
    source,
    account: ACCOUNT,
    time: TIME,
    region: REGION,
    resources: [],
    detail,
  };
}

/** What an EventBridge rule with a schedule sends. */
export function schedule(rule = 'nightly'): ScheduledEvent<Record<string, never>> {
  return {
    version: '0',
    id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: ACCOUNT,
    time: TIME,
    region: REGION,
    resources: [`arn:aws:events:${REGION}:${ACCOUNT}:rule/${rule}`],
    detail: {},
  };
}

/** What EventBridge Scheduler sends when its target has no input of its own. */
export function scheduler(name = 'nightly', group = 'default'): ScheduledEvent<string> {
  return {
    version: '0',
    id: '2a6b9a0e-0d4f-4b8e-8d2e-6a5d0f0a6f6e',
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: ACCOUNT,
    time: TIME,
    region: REGION,
    resources: [`arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/${group}/${name}`],
    detail: '{}',
  };
}

/** A batch of a Kinesis shard, with these sequence numbers. */
export function kinesis(
  sequenceNumbers: readonly string[] = ['49545115243490985018280067714973144582180062593244200961'],
  stream = 'clicks',
): KinesisStreamEvent {
  return {
    Records: sequenceNumbers.map((sequenceNumber) => ({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: 'partition-1',
        sequenceNumber,
        data: Buffer.from('{"click":1}').toString('base64'),
        approximateArrivalTimestamp: TIME_MS / 1000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `shardId-000000000006:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/lambda-role`,
      awsRegion: REGION,
      eventSourceARN: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/${stream}`,
    })),
  };
}

/** A batch of a table's stream, with these sequence numbers. */
export function dynamodbStream(
  sequenceNumbers: readonly string[] = ['111'],
  table = 'orders-table',
): DynamoDBStreamEvent {
  return {
    Records: sequenceNumbers.map((SequenceNumber) => ({
      eventID: 'c4ca4238a0b923820dcc509a6f75849b',
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: REGION,
      dynamodb: {
        ApproximateCreationDateTime: TIME_MS / 1000,
        Keys: { id: { S: 'order-1' } },
        NewImage: { id: { S: 'order-1' } },
        SequenceNumber,
        SizeBytes: 26,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      eventSourceARN: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${table}/stream/2026-01-05T00:00:00.000`,
    })),
  };
}

/** A direct invoke's payload is whatever its caller sent. */
export function direct(payload: Record<string, unknown> = { orderId: 'order-1' }): Record<string, unknown> {
  return payload;
}
