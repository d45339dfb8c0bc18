// docs/adopt/aws-sdk.md: a client behind flyballPlugin answers as it did, and is governed.
import type { ServerResponse } from 'node:http';
import { PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { fails, silent, startSdkServer, type Answering, type SdkServer, type SeenRequest } from '../call/sdk-server.ts';
import { SOON } from '../../support/patience.ts';
import { coldStart, context, createPlainTable, endOf, publish, rulesOf } from './environment.ts';

const before = () => import('../../adopt/aws-sdk/before.ts');
const after = () => import('../../adopt/aws-sdk/after.ts');
const INVENTORY_TABLE = 'adopt-inventory';
let inventory: DynamoDBClient;
let failing: SdkServer;

beforeAll(async () => {
  failing = await startSdkServer();
  inventory = await createPlainTable(inject('dynamodb'), INVENTORY_TABLE, 'sku');
});
beforeEach(() => vi.stubEnv('INVENTORY_TABLE', INVENTORY_TABLE));
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  inventory.destroy();
  await failing.close();
});

async function stocked(sku: string, stock: number): Promise<void> {
  await inventory.send(
    new PutItemCommand({ TableName: INVENTORY_TABLE, Item: { sku: { S: sku }, stock: { N: String(stock) } } }),
  );
}

const toInventory = ({ body }: SeenRequest) => body.includes(INVENTORY_TABLE);

/** Requests for the inventory are answered so; others, flyball's own, by DynamoDB as ever. */
function outage(answering: Answering): void {
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', failing.endpoint);
  failing.answerWith((response, count, request) => {
    if (toInventory(request)) answering(response, count, request);
    else void passOn(response, request);
  });
}

async function passOn(response: ServerResponse, { headers, body }: SeenRequest): Promise<void> {
  const kept = ['content-type', 'x-amz-target', 'x-amz-date', 'authorization'];
  const answer = await fetch(inject('dynamodb'), {
    method: 'POST',
    headers: kept.map((name): [string, string] => [name, String(headers[name])]),
    body,
  });
  response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(await answer.text());
}

const requests = () => failing.seen.filter(toInventory).length;

describe('an inventory', () => {
  it('is the same before and after: reserved, sold out, unknown', async () => {
    await publish(inject('dynamodb'), rulesOf('aws-sdk'));
    const { handler: plain } = await coldStart(before);
    const { handler: governed } = await coldStart(after);
    for (const handler of [plain, (event: { readonly sku: string }) => governed(event, context())]) {
      await stocked('apple', 1);
      expect(await handler({ sku: 'apple' })).toEqual({ reserved: true });
      expect(await handler({ sku: 'apple' })).toEqual({ reserved: false, reason: 'sold out' });
      expect(await handler({ sku: 'pear' })).toEqual({ reserved: false, reason: 'unknown' });
    }
  });

  it('throws what the SDK throws when the service fails, before and after', async () => {
    await publish(inject('dynamodb'), rulesOf('aws-sdk'));
    outage(fails(500, 'InternalServerError'));
    const threw = { threw: 'InternalServerError: InternalServerError in this test' };
    const { handler: plain } = await coldStart(before);
    expect(await endOf(() => plain({ sku: 'apple' }))).toEqual(threw);
    const { handler: governed } = await coldStart(after);
    expect(await endOf(() => governed({ sku: 'apple' }, context()))).toEqual(threw);
  });

  it('is off when flyball is: FLYBALL_DISABLED leaves the client its own retries', async () => {
    await publish(inject('dynamodb'), rulesOf('aws-sdk'));
    vi.stubEnv('FLYBALL_DISABLED', '1');
    outage(fails(500, 'InternalServerError'));
    const { handler: plain } = await coldStart(before);
    await endOf(() => plain({ sku: 'apple' }));
    const attempts = requests();
    const { handler: disabled } = await coldStart(after);
    await endOf(() => disabled({ sku: 'apple' }, context()));
    expect([attempts, requests()]).toEqual([expect.any(Number), 2 * attempts]);
    expect(attempts).toBeGreaterThan(2);
  });
});

describe('a table that does not answer', () => {
  it('before: one request waits as long as the function lives; after: it is cut off, and soon not made', async () => {
    await publish(inject('dynamodb'), rulesOf('aws-sdk'));
    outage(silent);
    const { handler: plain } = await coldStart(before);
    let waiting = true;
    const ending = endOf(() => plain({ sku: 'apple' })).finally(() => (waiting = false));
    await vi.waitFor(() => expect(requests()).toBe(1), SOON);

    const { handler: governed } = await coldStart(after);
    const ends: unknown[] = [];
    while (requests() < 6) ends.push(await endOf(() => governed({ sku: 'apple' }, context())));
    expect(ends[0]).toEqual({
      threw: expect.stringMatching(/^DependencyFailed: .*"timeout" after 2 attempt/) as string,
    });
    expect(await endOf(() => governed({ sku: 'apple' }, context()))).toEqual({
      threw: expect.stringMatching(/^Refused: .*the breaker of "inventory-table" is open/) as string,
    });
    expect(requests()).toBe(6);
    expect(failing.cutOff.count).toBe(5);

    expect(waiting).toBe(true);
    outage(fails(400, 'ResourceNotFoundException'));
    failing.release();
    await ending;
  });
});
