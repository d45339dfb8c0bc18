// A store that is killed comes back by itself, with its data, unless somebody else took its place.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepDynamodb, type DynamodbKeeper } from '../../../infra/local/dynamodb-keeper.ts';
import { startDynalite } from '../../../infra/local/dynalite.ts';
import { freePorts } from '../../../infra/local/ports.ts';
import { ensureTables } from '../../../infra/local/tables.ts';
import { SOON } from '../../support/patience.ts';

const table = {
  TableName: `kept-${randomUUID()}`,
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' as const }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
  BillingMode: 'PAY_PER_REQUEST' as const,
};

let folder: string;
let keeper: DynamodbKeeper;
const pids: (number | undefined)[] = [];
const said: string[] = [];
const prepared = vi.fn(async () => undefined);

const tables = async () =>
  (await new DynamoDBClient({ endpoint: keeper.url }).send(new ListTablesCommand({}))).TableNames;

const keep = async (times: { restartAfterMs: number }) => {
  const { dynamodb: port } = await freePorts();
  keeper = await keepDynamodb({
    port,
    path: folder,
    prepare: prepared,
    changed: (pid) => pids.push(pid),
    log: (message) => said.push(message),
    lookEveryMs: 20,
    ...times,
  });
  await ensureTables([table], keeper.url);
  return port;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flyball-keeper-'));
  pids.length = 0;
  said.length = 0;
  prepared.mockClear();
});

afterEach(async () => {
  await keeper.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a killed DynamoDB', () => {
  it('is back on its port with its data, and says so', async () => {
    await keep({ restartAfterMs: 60 });
    process.kill(keeper.pid, 'SIGKILL');
    await vi.waitFor(() => expect(prepared).toHaveBeenCalledOnce(), SOON);
    expect(await tables()).toEqual([table.TableName]);
    expect(pids).toEqual([undefined, expect.any(Number)]);
    expect(said).toEqual([
      expect.stringMatching(/ended with SIGKILL: back in 0.06 s$/),
      expect.stringMatching(/is back on port/),
    ]);
  });

  it('leaves the port to another process that answers there, and prepares that one', async () => {
    const port = await keep({ restartAfterMs: 60_000 });
    process.kill(keeper.pid, 'SIGKILL');
    await vi.waitFor(() => expect(pids).toEqual([undefined]), SOON);
    const other = await startDynalite({ port });
    try {
      await vi.waitFor(() => expect(prepared).toHaveBeenCalledOnce(), SOON);
      expect(await tables()).toEqual([]);
      expect(pids).toEqual([undefined]);
    } finally {
      await keeper.stop();
      await other.stop();
    }
  });

  it('stays away once the world stops', async () => {
    await keep({ restartAfterMs: 20 });
    await keeper.stop();
    expect(pids).toEqual([]);
    await expect(tables()).rejects.toThrow();
  });
});
