// The tables and queues that the template defines, as the emulators take them.
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { isObject, type LocalStack, resolve } from './template.ts';

export interface LocalQueue {
  readonly name: string;
  readonly attributes: Record<string, string>;
}

export function tablesOf(stack: LocalStack): CreateTableCommandInput[] {
  return ofType(stack, 'AWS::DynamoDB::Table').map((properties) => {
    const { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } =
      properties as unknown as CreateTableCommandInput;
    return {
      TableName,
      AttributeDefinitions,
      KeySchema,
      ...(GlobalSecondaryIndexes
        ? {
            // Without WarmThroughput, which is AWS's alone.
            GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(({ IndexName, KeySchema: keys, Projection }) => ({
              IndexName,
              KeySchema: keys,
              Projection,
            })),
          }
        : {}),
      BillingMode: 'PAY_PER_REQUEST',
    };
  });
}

const QUEUE_ATTRIBUTES = [
  'VisibilityTimeout',
  'MessageRetentionPeriod',
  'DelaySeconds',
  'ReceiveMessageWaitTimeSeconds',
  'MaximumMessageSize',
  'FifoQueue',
  'ContentBasedDeduplication',
  'RedrivePolicy',
];

/** Dead-letter queues come before those that name them. */
export function queuesOf(stack: LocalStack): LocalQueue[] {
  const queues = ofType(stack, 'AWS::SQS::Queue').map((properties) => ({
    name: String(properties['QueueName']),
    attributes: Object.fromEntries(
      QUEUE_ATTRIBUTES.filter((name) => properties[name] !== undefined).map((name) => {
        const value = properties[name];
        return [name, isObject(value) ? JSON.stringify(value) : String(value)];
      }),
    ),
  }));
  const redrives = ({ attributes }: LocalQueue) => ('RedrivePolicy' in attributes ? 1 : 0);
  return queues.sort((a, b) => redrives(a) - redrives(b));
}

/** The name of the queue that takes what this queue gives up on, or undefined. */
export function deadLetterNameOf({ attributes }: LocalQueue): string | undefined {
  const policy: unknown = JSON.parse(attributes['RedrivePolicy'] ?? 'null');
  const arn = isObject(policy) ? policy['deadLetterTargetArn'] : undefined;
  return typeof arn === 'string' ? arn.split(':').pop() : undefined;
}

function ofType(stack: LocalStack, type: string): Record<string, unknown>[] {
  return Object.entries(stack.resources).flatMap(([id, resource]) => {
    if (resource.Type !== type) return [];
    const properties = resolve(resource.Properties ?? {}, stack, id);
    return isObject(properties) ? [properties] : [];
  });
}
