// The port's contract, kept by both adapters against the emulated DynamoDB (dynalite, or FLYBALL_TEST_DYNAMODB_URL).
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { sdkTable } from '../../../store/adapters/sdk.ts';
import { signedTable } from '../../../store/adapters/signed.ts';
import type { Table } from '../../../store/port.ts';
import { keepsTheContract } from '../../support/table-contract.ts';
import { createTable, emulated, type TestTable } from '../table.ts';

const clock = { now: () => Date.now() };

describe.each(['sdk', 'signed'] as const)('the %s adapter', (adapter) => {
  let created: TestTable;
  let table: Table;

  beforeAll(async () => {
    created = await createTable(inject('dynamodb'));
    table = created[adapter];
  });

  const unreachable = (url: string): Table =>
    adapter === 'sdk'
      ? sdkTable({ tableName: 'any', client: new DynamoDBClient({ ...emulated, endpoint: url, maxAttempts: 1 }) })
      : signedTable({ tableName: 'any', ...emulated, endpoint: url, clock, firstTimeoutMs: 2000 });

  const misnamed = (): Table =>
    adapter === 'sdk'
      ? sdkTable({
          tableName: 'no-such-table',
          client: new DynamoDBClient({ ...emulated, endpoint: inject('dynamodb'), maxAttempts: 1 }),
          defaultTimeoutMs: 60_000,
        })
      : signedTable({
          tableName: 'no-such-table',
          ...emulated,
          endpoint: inject('dynamodb'),
          clock,
          firstTimeoutMs: 60_000,
        });

  keepsTheContract(() => table);

  describe('when the store does not do as asked', () => {
    it('says which table is not there, and what to check', async () => {
      const error = { name: 'StoreRejected', type: 'ResourceNotFoundException' };
      await expect(misnamed().get({ pk: 'a', sk: 'b' })).rejects.toMatchObject(error);
      await expect(misnamed().get({ pk: 'a', sk: 'b' })).rejects.toThrow(
        /GetItem on table "no-such-table".*check the table's name/,
      );
    });

    it('is unavailable when nothing listens', async () => {
      await expect(unreachable('http://127.0.0.1:9').get({ pk: 'a', sk: 'b' })).rejects.toMatchObject({
        name: 'StoreUnavailable',
        reason: 'connect',
      });
    });
  });
});

describe('the signed adapter', () => {
  it('learns the skew of the store, which here shares our clock', async () => {
    const { signed } = await createTable(inject('dynamodb'));
    expect(signed.skew()).toBeUndefined();
    await signed.get({ pk: 'a', sk: 'b' });
    const skew = signed.skew();
    expect(skew?.lowMs).toBeLessThanOrEqual(0);
    expect(skew?.highMs).toBeGreaterThanOrEqual(0);
  });

  it('and the SDK read the same table', async () => {
    const { sdk, signed } = await createTable(inject('dynamodb'));
    await signed.put({ item: { pk: 'both', sk: '1', bytes: new Uint8Array([1, 2, 3]) } });
    expect(await sdk.get({ pk: 'both', sk: '1' }, { consistent: true })).toEqual({
      pk: 'both',
      sk: '1',
      bytes: new Uint8Array([1, 2, 3]),
    });
  });
});
