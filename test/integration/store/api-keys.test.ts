// API keys: only what was put is found, only while it is valid, and never the key itself in the table.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { findApiKey, hashOfKey, newApiKey, putApiKey, revokeApiKey } from '../../../store/items/api-keys.ts';
import { keys } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';

let table: Table;

beforeAll(async () => {
  ({ sdk: table } = await createTable(inject('dynamodb')));
});

const NOW = Date.UTC(2026, 10, 21);
const record = { role: 'publisher', name: 'release pipeline', createdAt: NOW } as const;

describe('an API key', () => {
  it('is found by what its holder presents, with its role and services', async () => {
    await putApiKey(table, { ...record, key: 'fb_one', services: ['orders'] });
    expect(await findApiKey(table, 'fb_one', NOW)).toEqual({
      ...record,
      hash: hashOfKey('fb_one'),
      services: ['orders'],
    });
    expect(await findApiKey(table, 'fb_two', NOW)).toBeUndefined();
  });

  it('does not stand in the table itself', async () => {
    await putApiKey(table, { ...record, key: 'fb_secret' });
    const item = await table.get(keys.apiKey(hashOfKey('fb_secret')), { consistent: true });
    expect(item).toMatchObject({ role: 'publisher' });
    expect(JSON.stringify(item)).not.toContain('fb_secret');
  });

  it('can be put by its hash alone', async () => {
    await putApiKey(table, { ...record, hash: hashOfKey('fb_by-hash') });
    expect(await findApiKey(table, 'fb_by-hash', NOW)).toMatchObject({ name: 'release pipeline' });
  });

  it('is of no use from its expiry on', async () => {
    await putApiKey(table, { ...record, key: 'fb_short', expiresAt: NOW + 1000 });
    expect(await findApiKey(table, 'fb_short', NOW + 999)).toMatchObject({ expiresAt: NOW + 1000 });
    expect(await findApiKey(table, 'fb_short', NOW + 1000)).toBeUndefined();
  });

  it('is of no use once revoked, and never comes back', async () => {
    const hash = hashOfKey('fb_gone');
    await putApiKey(table, { ...record, key: 'fb_gone', expiresAt: NOW + 1000 });
    expect(await revokeApiKey(table, hash, NOW + 5)).toBe(true);
    expect(await findApiKey(table, 'fb_gone', NOW)).toBeUndefined();
    expect(await putApiKey(table, { ...record, key: 'fb_gone' })).toBe(false);
    expect(await revokeApiKey(table, hash, NOW + 9)).toBe(true);
    const item = await table.get(keys.apiKey(hash), { consistent: true });
    expect(item).toMatchObject({ revokedAt: NOW + 5 });
    expect(item).not.toHaveProperty('expiration');
  });

  it('that does not exist cannot be revoked', async () => {
    expect(await revokeApiKey(table, hashOfKey('fb_never'), NOW)).toBe(false);
  });

  it.each([
    { damage: { role: 'root' }, message: 'role "root"' },
    { damage: { services: 'orders' }, message: 'not a list of names' },
  ])('with $damage in the table grants nothing', async ({ damage, message }) => {
    const hash = hashOfKey('fb_damaged');
    await table.put({ item: { ...keys.apiKey(hash), v: 1, hash, ...record, ...damage } });
    await expect(findApiKey(table, 'fb_damaged', NOW)).rejects.toThrow(message);
  });

  it('is made of 32 random bytes', () => {
    const key = newApiKey((count) => new Uint8Array(count).fill(255));
    expect(key).toBe(`fb_${'_'.repeat(42)}8`);
  });
});
