// Lambda environments of a function in test/adopt: each loads the module anew, under rules published in a table of the test's own.
import { readFileSync } from 'node:fs';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { vi } from 'vitest';
import { parse } from 'yaml';
import { validateDocument } from '../../../functions/config-center/validate.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import { testContext } from '../../support/instance.ts';
import { createTable, emulated, type TestTable } from '../table.ts';

/** The rules of `test/adopt/<name>/rules.yaml`, as they are published. */
export function rulesOf(name: string): object {
  const text = readFileSync(new URL(`../../adopt/${name}/rules.yaml`, import.meta.url), 'utf8');
  const validation = validateDocument('shop', parse(text) as object);
  if (!validation.valid) throw new Error(`test/adopt/${name}/rules.yaml: ${JSON.stringify(validation.errors)}`);
  return validation.document;
}

/** A table with these rules in it, which every environment from now on is told of. Without rules, an empty one. */
export async function publish(url: string, document?: object): Promise<TestTable> {
  const table = await createTable(url);
  if (document) {
    const texts = { author: 'operator', note: 'as the page shows', source: JSON.stringify(document) };
    await publishRevision(table.sdk, {
      ...{ service: 'shop', document, ...texts },
      at: systemClock.now(),
      expectedSeq: 0,
    });
  }
  vi.stubEnv('FLYBALL_TABLE', table.tableName);
  // The machine of a test may be busy with others.
  vi.stubEnv('FLYBALL_STORE_PATIENCE', '50');
  return table;
}

/**
 * Loads a function's module as a new environment does: with nothing remembered of others. One at a time: what an
 * environment loads later comes from the modules of the newest.
 */
export async function coldStart<Module>(load: () => Promise<Module>): Promise<Module> {
  vi.resetModules();
  return load();
}

/** One invocation's context, with 10 s to live unless told otherwise. */
export function context(remainingMs = 10_000): Context {
  return testContext(systemClock, remainingMs);
}

/** A table keyed by one text attribute, as an application has it. */
export async function createPlainTable(url: string, TableName: string, key: string): Promise<DynamoDBClient> {
  const client = new DynamoDBClient({ ...emulated, endpoint: url });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    }),
  );
  return client;
}

/** How a handler ended: what it returned, or the name and message of what it threw. */
export async function endOf(work: () => unknown): Promise<unknown> {
  try {
    return { returned: await work() };
  } catch (error) {
    return { threw: error instanceof Error ? `${error.name}: ${error.message}` : error };
  }
}
