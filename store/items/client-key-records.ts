// Keys of a service's callers as the control plane has them: made, listed, revoked.
import { CLIENT_KEY_PARTS, CLIENT_KEY_PREFIX, partOfClientKey } from '../client-key.ts';
import { keys } from '../keys.ts';
import { StoreRejected, type Table } from '../port.ts';
import { CLIENT_KEY_MARK, clientKeyOf, type ClientKey } from './client-keys.ts';
import { ITEM_VERSION } from './fields.ts';

const KEY_BYTES = 32;

/** A new key, for showing once: 256 random bits. `randomBytes` must be cryptographically strong. */
export function newClientKey(randomBytes: (count: number) => Uint8Array): string {
  return `${CLIENT_KEY_MARK}${Buffer.from(randomBytes(KEY_BYTES)).toString('base64url')}`;
}

/** Stores a key that was not there before; gives false, and changes nothing, if one has this hash. */
export async function putClientKey(table: Table, service: string, key: Omit<ClientKey, 'revokedAt'>): Promise<boolean> {
  const { roles, attributes, expiresAt, ...rest } = key;
  const { applied } = await table.put({
    item: {
      ...keys.clientKey(service, key.hash),
      v: ITEM_VERSION,
      ...rest,
      roles: [...roles],
      attributes: { ...attributes },
      ...(expiresAt === undefined ? {} : { expiresAt, expiration: Math.ceil(expiresAt / 1000) }),
    },
    condition: 'attribute_not_exists(pk)',
  });
  return applied;
}

/** Revokes the key with this hash; undefined if there is none. The first revocation's time stands. */
export async function revokeClientKey(
  table: Table,
  service: string,
  hash: string,
  at: number,
): Promise<ClientKey | undefined> {
  const written = await table.update({
    key: keys.clientKey(service, hash),
    // Its record stays for good: were it to go, nobody could say any more that it was revoked.
    update: 'SET #revokedAt = if_not_exists(#revokedAt, :at) REMOVE #expiration',
    condition: 'attribute_exists(pk)',
    names: { '#revokedAt': 'revokedAt', '#expiration': 'expiration' },
    values: { ':at': at },
  });
  return written.applied ? clientKeyOf(written.item) : undefined;
}

export interface ClientKeyPage {
  readonly keys: readonly ClientKey[];
  /** Where the next page begins; none behind the last. */
  readonly cursor?: string;
}

const POSITION = /^([0-9]{1,2})(?:#([0-9a-f]{64}))?$/;

/** A service's keys, part by part and by their hash; revoked ones too. Throws `StoreRejected` for a cursor that is not ours. */
export async function listClientKeys(
  table: Table,
  service: string,
  { limit, cursor = '0' }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<ClientKeyPage> {
  const [, startText = '', startAfter] = POSITION.exec(cursor) ?? [];
  const start = Number(startText);
  if (startText === '' || start >= CLIENT_KEY_PARTS) {
    throw new StoreRejected('InvalidCursor', 'The cursor is not one that this list gave: start again without it');
  }
  const found: ClientKey[] = [];
  for (let part = start; part < CLIENT_KEY_PARTS; part++) {
    const after = part === start && startAfter !== undefined ? `${startAfter}!` : '';
    const page = await partOf(table, service, part, after, limit - found.length + 1);
    for (const key of page) {
      const last = found.at(-1);
      if (found.length === limit && last) return { keys: found, cursor: positionOf(last.hash) };
      found.push(key);
    }
  }
  return { keys: found };
}

/** The first keys of one part whose hashes come at or after `from`. */
async function partOf(table: Table, service: string, part: number, from: string, limit: number): Promise<ClientKey[]> {
  const { pk } = keys.clientKey(service, part.toString(16).padStart(2, '0'));
  const between = [`${CLIENT_KEY_PREFIX}${from}`, `${CLIENT_KEY_PREFIX}~`] as const;
  const { items } = await table.query({ pk, sk: { between }, limit, consistent: true });
  return items.map(clientKeyOf);
}

function positionOf(hash: string): string {
  return `${partOfClientKey(hash)}#${hash}`;
}
