// Creates the template's tables where they are missing.
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';

export async function ensureTables(tables: readonly CreateTableCommandInput[], endpoint: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint });
  try {
    for (const table of tables) {
      try {
        await client.send(new CreateTableCommand(table));
      } catch (error) {
        if (!(error instanceof Error && error.name === 'ResourceInUseException')) throw error;
      }
    }
  } finally {
    client.destroy();
  }
}
