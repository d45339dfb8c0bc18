// What a key has made, and what those have made: found by who made them, and revoked.
import { isValidAt, revokeApiKey, type ApiKey } from '../../../store/items/api-keys.ts';
import type { Table } from '../../../store/port.ts';
import { allKeys } from './listing.ts';

export interface Revoking {
  readonly at: number;
  readonly by: string;
  readonly mayManage: (key: ApiKey) => boolean;
}

/** How the makers of keys are told apart. */
export function identityOf({ hash }: Pick<ApiKey, 'hash'>): string {
  return `key:${hash.slice(0, 16)}`;
}

/**
 * Revokes what the key has made, down to the last of them, and gives those that let somebody in until then. The key
 * itself is revoked already, and makes none any more.
 */
export async function revokeMade(table: Table, key: ApiKey, { at, by, mayManage }: Revoking): Promise<ApiKey[]> {
  const makers = new Set([identityOf(key)]);
  const revoked = new Map<string, ApiKey>();
  for (;;) {
    const isNew = ({ madeBy, hash }: ApiKey) =>
      madeBy !== undefined && makers.has(madeBy) && !makers.has(identityOf({ hash }));
    // Again after each round: a key may have been made while the list was read.
    const found = await allKeys(table, (one) => isNew(one) && mayManage(one));
    if (found.length === 0) return [...revoked.values()];
    for (const one of found) {
      makers.add(identityOf(one));
      if (!isValidAt(one, at)) continue;
      await revokeApiKey(table, one.hash, at, by);
      revoked.set(one.hash, one);
    }
  }
}
