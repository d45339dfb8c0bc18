// The table the measured functions meet: dynalite in a process of its own, with rules published.
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { startDynalite } from '../../infra/local/dynalite.ts';
import { sdkTable } from '../../store/adapters/sdk.ts';
import { publishRevision } from '../../store/items/rules.ts';
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';

export const TABLE = 'flyball-bench';

const ACCESS = { region: 'us-east-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };

export interface BenchStore {
  /** What a function's environment must say to reach it. */
  readonly environment: { readonly [name: string]: string };
  stop(): Promise<void>;
}

/** Starts it and publishes the documents. */
export async function startStore(documents: readonly RuleDocument[], nowMs: number): Promise<BenchStore> {
  const dynalite = await startDynalite({ port: 0 });
  const client = new DynamoDBClient({ ...ACCESS, endpoint: dynalite.url });
  try {
    await client.send(
      new CreateTableCommand({
        TableName: TABLE,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    await waitUntilTableExists({ client, minDelay: 1, maxWaitTime: 20 }, { TableName: TABLE });
    const table = sdkTable({ tableName: TABLE, client, defaultTimeoutMs: 10_000 });
    for (const document of documents) {
      const source = JSON.stringify(document);
      const publication = { document, source, author: 'bench', note: 'bench', at: nowMs, expectedSeq: 0 };
      await publishRevision(table, { service: document.service, ...publication });
    }
  } finally {
    client.destroy();
  }
  return {
    environment: {
      AWS_REGION: ACCESS.region,
      AWS_ACCESS_KEY_ID: ACCESS.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ACCESS.credentials.secretAccessKey,
      // What is meant for another service must meet nobody's account.
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ENDPOINT_URL_DYNAMODB: dynalite.url,
    },
    stop: () => dynalite.stop(),
  };
}
