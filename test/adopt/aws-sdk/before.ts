// Stock in a table, reached through an AWS SDK client with its own retries.
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient();
const TableName = process.env['INVENTORY_TABLE'];

export const handler = async ({ sku }: { readonly sku: string }) => {
  const Key = { sku: { S: sku } };
  const { Item } = await client.send(new GetItemCommand({ TableName, Key }));
  if (!Item) return { reserved: false, reason: 'unknown' };
  try {
    await client.send(
      new UpdateItemCommand({
        ...{ TableName, Key },
        UpdateExpression: 'SET stock = stock - :one',
        ConditionExpression: 'stock >= :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
    return { reserved: true };
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') {
      return { reserved: false, reason: 'sold out' };
    }
    throw error;
  }
};
