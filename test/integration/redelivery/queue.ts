// A queue with its dead-letter queue in the emulated SQS, and a bridge that delivers it to a handler as Lambda does.
import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import { inject } from 'vitest';
import type { BatchResponse } from '../../../middleware/kernel/batch.ts';

export interface TestQueue {
  readonly arn: string;
  readonly url: string;
  readonly name: string;
  send(message: Omit<SendMessageCommandInput, 'QueueUrl'>): Promise<string>;
  /** One batch as Lambda would hand it over; empty when nothing is visible. */
  receive(): Promise<SQSEvent>;
  /** What Lambda does with an answer: whatever is not in it is deleted. */
  answer(event: SQSEvent, response: BatchResponse): Promise<void>;
  /**
   * Takes what has come to the dead-letter queue since this was last asked. It is deleted there: a message that is
   * received and stays would block those that come later in its FIFO group.
   */
  readonly deadLetters: () => Promise<Message[]>;
}

export async function createQueue({
  fifo = false,
  deadLetter = true,
  visibilitySeconds = 600,
  maximumBytes = 1_048_576,
} = {}): Promise<TestQueue> {
  const client = new SQSClient({ endpoint: inject('sqs'), maxAttempts: 1, useQueueUrlAsEndpoint: false });
  const suffix = fifo ? '.fifo' : '';
  const name = `q-${randomUUID().slice(0, 8)}`;
  const fifoAttributes = fifo ? { FifoQueue: 'true' } : {};

  async function create(queue: string, attributes: Record<string, string>): Promise<{ url: string; arn: string }> {
    const { QueueUrl: url = '' } = await client.send(
      new CreateQueueCommand({ QueueName: queue, Attributes: attributes }),
    );
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
    );
    return { url, arn: Attributes?.QueueArn ?? '' };
  }

  const dead = deadLetter
    ? await create(`${name}-dead${suffix}`, { ...fifoAttributes, MaximumMessageSize: String(maximumBytes) })
    : undefined;
  const queue = await create(`${name}${suffix}`, {
    ...fifoAttributes,
    VisibilityTimeout: String(visibilitySeconds),
    ...(dead && { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 100 }) }),
  });
  const receiveFrom = async (QueueUrl: string): Promise<Message[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    return Messages;
  };

  return {
    arn: queue.arn,
    url: queue.url,
    name: `${name}${suffix}`,
    async send(message) {
      const { MessageId = '' } = await client.send(new SendMessageCommand({ QueueUrl: queue.url, ...message }));
      return MessageId;
    },
    receive: async () => ({ Records: (await receiveFrom(queue.url)).map((message) => recordOf(message, queue.arn)) }),
    async answer(event, response) {
      const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const { messageId, receiptHandle } of event.Records) {
        if (failed.has(messageId)) continue;
        await client.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: receiptHandle }));
      }
    },
    async deadLetters() {
      if (!dead) return [];
      const messages = await receiveFrom(dead.url);
      await Promise.all(
        messages.map(({ ReceiptHandle }) =>
          client.send(new DeleteMessageCommand({ QueueUrl: dead.url, ReceiptHandle })),
        ),
      );
      return messages;
    },
  };
}

function recordOf(message: Message, eventSourceARN: string): SQSRecord {
  const messageAttributes: SQSMessageAttributes = {};
  for (const [name, { DataType = 'String', StringValue, BinaryValue }] of Object.entries(
    message.MessageAttributes ?? {},
  )) {
    messageAttributes[name] = {
      dataType: DataType,
      ...(StringValue !== undefined && { stringValue: StringValue }),
      ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
    };
  }
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: { ...message.Attributes } as SQSRecord['attributes'],
    messageAttributes,
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: 'us-east-1',
  };
}
