// The same, with the client as the dependency `inventory-table` of the rules.
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { flyballPlugin, governed } from 'flyball';

const client = new DynamoDBClient();
client.middlewareStack.use(flyballPlugin('inventory-table'));
const TableName = process.env['INVENTORY_TABLE'];

export const handler = governed({ service: 'shop' }, async ({ sku }: { readonly sku: string }) => {
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
});
