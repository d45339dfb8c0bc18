// Batches of queue records, standard and FIFO.
import type { SQSEvent, SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import { overridden, type Override } from './override.ts';
import { ACCOUNT, asList, bodyText, REGION, TIME_MS } from './places.ts';

export interface QueueMessage {
  readonly messageId?: string;
  /** Text, or anything else to be sent as JSON. */
  readonly body?: unknown;
  /** `ApproximateReceiveCount`: 1 on the first delivery. */
  readonly receives?: number;
  readonly receiptHandle?: string;
  readonly messageAttributes?: SQSMessageAttributes;
  /** FIFO queues alone. */
  readonly group?: string;
  readonly deduplicationId?: string;
}

/** A batch of a standard queue: these messages, or so many. */
export function sqs(
  messages: number | readonly QueueMessage[] = 1,
  queue = 'settlement',
  override?: Override<SQSEvent>,
): SQSEvent {
  return overridden({ Records: asList(messages).map((message, i) => record(message, i, queue)) }, override);
}

/** A batch of a FIFO queue; messages without a `group` share one. */
export function sqsFifo(
  messages: number | readonly QueueMessage[] = 1,
  queue = 'settlement.fifo',
  override?: Override<SQSEvent>,
): SQSEvent {
  const records = asList(messages).map((message, i) => {
    const standard = record(message, i, queue);
    const attributes = {
      ...standard.attributes,
      MessageGroupId: message.group ?? 'group-1',
      MessageDeduplicationId: message.deduplicationId ?? `dedup-${i + 1}`,
      SequenceNumber: String(18_850_000_000_000_000n + BigInt(i)),
    };
    return { ...standard, attributes };
  });
  return overridden({ Records: records }, override);
}

function record(message: QueueMessage, index: number, queue: string): SQSRecord {
  const body = message.body ?? { orderId: `order-${index + 1}` };
  return {
    messageId: message.messageId ?? `message-${index + 1}`,
    receiptHandle: message.receiptHandle ?? `receipt-${index + 1}`,
    body: bodyText(body),
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
