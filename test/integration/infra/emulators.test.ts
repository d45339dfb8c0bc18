// The emulators the integration tests stand on answer, and no client can reach a real account by default.
import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, inject, it } from 'vitest';

describe('the emulators', () => {
  it('answer at the provided addresses', async () => {
    const tables = await new DynamoDBClient({ endpoint: inject('dynamodb') }).send(new ListTablesCommand({}));
    const queues = await new SQSClient({ endpoint: inject('sqs') }).send(new ListQueuesCommand({}));
    expect(tables.$metadata.httpStatusCode).toBe(200);
    expect(queues.$metadata.httpStatusCode).toBe(200);
  });

  it('are what a client without an endpoint meets', async () => {
    const table = `emulators-${randomUUID()}`;
    await new DynamoDBClient({ endpoint: inject('dynamodb') }).send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );
    const { Table } = await new DynamoDBClient({}).send(new DescribeTableCommand({ TableName: table }));
    expect(Table?.TableName).toBe(table);
  });
});
