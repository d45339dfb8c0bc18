// The examples' own data, in a table of their own: a real service's would not stand in flyball's either.
import type * as Sdk from '@aws-sdk/client-dynamodb';

export interface OwnTable {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.DynamoDBClient;
  readonly TableName: string;
}

/** The SDK is loaded by the first use: a request that is refused never pays for it. */
export async function ownTable(): Promise<OwnTable> {
  const sdk = await import('@aws-sdk/client-dynamodb');
  client ??= new sdk.DynamoDBClient({ maxAttempts: 1 });
  return { sdk, client, TableName: tableName() };
}

let client: Sdk.DynamoDBClient | undefined;

function tableName(): string {
  const name = process.env['FLYBALL_EXAMPLES_TABLE'];
  if (!name) throw new Error('FLYBALL_EXAMPLES_TABLE is not set: the examples keep their data in the table it names');
  return name;
}
