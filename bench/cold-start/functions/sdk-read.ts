// A handler that reads one item through the AWS SDK's client.
import middy from '@middy/core';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { answer } from './answer.ts';

const client = new DynamoDBClient({ maxAttempts: 1 });

export const handler = middy().handler(async () => {
  const Key = { pk: { S: 'ctl#rules#bench' }, sk: { S: 'head' } };
  await client.send(new GetItemCommand({ TableName: process.env['FLYBALL_TABLE'], Key }));
  return answer();
});
