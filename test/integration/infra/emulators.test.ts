// The emulators the integration tests stand on answer, and no client can reach a real account by default.
import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, inject, it } from 'vitest';

describe('the emulators', () => {
  it('answer at the provided addresses', async () => {
    const tables = await new DynamoDBClient({ endpoint: inject('dynamodb') }).send(new ListTablesCommand({}));
    const queues = await new SQSClient({ endpoint: inject('sqs') }).send(new ListQueuesCommand({}));
    expect(tables.$metadata.httpStatusCode).toBe(200);
    expect(queues.$metadata.httpStatusCode).toBe(200);
  });

  // 127.0.0.2 is this machine too, and answers only for what listens on every address.
  it('cannot be reached from another machine', async () => {
    const port = Number(new URL(inject('sqs')).port);
    const others = Object.values(networkInterfaces()).flatMap((addresses = []) =>
      addresses.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address),
    );
    const answers = await Promise.all(['127.0.0.2', ...others].map((host) => answersAt(host, port)));
    expect(answers).not.toContain(true);
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

function answersAt(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
