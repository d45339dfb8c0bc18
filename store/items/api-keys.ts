// API keys of the control plane: made, kept as hashes, found again, revoked.
import { keys } from '../keys.ts';
import type { Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION, UnreadableItem } from './fields.ts';

export const ROLES = ['viewer', 'editor', 'publisher', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface ApiKey {
  /** SHA-256 of the key, in hex: names it without giving it away. */
  readonly hash: string;
  readonly role: Role;
  /** Whose key it is, or what for: stands in the audit log. */
  readonly name: string;
  /** The services it may act on; all when left out. */
  readonly services?: readonly string[];
  /** ms since the epoch, as are the other times. */
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
}

/** A key to be stored: as presented, or its hash when the key itself is not to travel. */
export type NewApiKey = Omit<ApiKey, 'hash' | 'revokedAt'> & ({ readonly key: string } | { readonly hash: string });

const KEY_BYTES = 32;

/** A new key, `fb_` and 256 random bits, for showing once. `randomBytes` must be cryptographically strong. */
export function newApiKey(randomBytes: (count: number) => Uint8Array): string {
  return `fb_${Buffer.from(randomBytes(KEY_BYTES)).toString('base64url')}`;
}

/**
 * SHA-256 in hex. A plain hash does for keys of 256 random bits, where a slow one would only cost every request time:
 * there is nothing to guess by dictionary.
 */
export function hashOfKey(key: string): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', key);
}

/**
 * Stores a key; storing it again changes its role, name and services. Gives false, and changes nothing, if the key has
 * been revoked: a revoked key never comes back.
 */
export async function putApiKey(table: Table, key: NewApiKey): Promise<boolean> {
  const { role, name, services, createdAt, expiresAt } = key;
  const hash = 'hash' in key ? key.hash : hashOfKey(key.key);
  const { applied } = await table.put({
    item: {
      ...keys.apiKey(hash),
      v: ITEM_VERSION,
      hash,
      role,
      name,
      services: services && [...services],
      createdAt,
      expiresAt,
      expiration: expiresAt === undefined ? undefined : Math.ceil(expiresAt / 1000),
    },
    condition: 'attribute_not_exists(revokedAt)',
  });
  return applied;
}

/**
 * The key that was presented, or undefined if there is no such key, or it has expired or been revoked. Constant-time by
 * construction: nothing compares secrets. The lookup is by hash, and how long it takes tells at most about a hash,
 * from which no key can be worked out. Reads consistently, so that revoking takes effect with the next request.
 */
export async function findApiKey(table: Table, presentedKey: string, nowMs: number): Promise<ApiKey | undefined> {
  const item = await table.get(keys.apiKey(hashOfKey(presentedKey)), { consistent: true });
  if (item === undefined) return undefined;
  const key = apiKeyOf(item);
  const expired = key.expiresAt !== undefined && nowMs >= key.expiresAt;
  return expired || key.revokedAt !== undefined ? undefined : key;
}

/** Revokes the key with this hash; gives false if there is none. The first revocation's time stands. */
export async function revokeApiKey(table: Table, hash: string, at: number): Promise<boolean> {
  const { applied } = await table.update({
    key: keys.apiKey(hash),
    // Its record stays for good, past its expiry too: were it to go, the same key could be stored anew.
    update: 'SET #revokedAt = if_not_exists(#revokedAt, :at) REMOVE #expiration',
    condition: 'attribute_exists(pk)',
    names: { '#revokedAt': 'revokedAt', '#expiration': 'expiration' },
    values: { ':at': at },
  });
  return applied;
}

function apiKeyOf(item: Item): ApiKey {
  const { text, number, optionalNumber } = fieldsOf(item);
  const services = item['services'];
  const expiresAt = optionalNumber('expiresAt');
  const revokedAt = optionalNumber('revokedAt');
  return {
    hash: text('hash'),
    role: roleOf(text('role')),
    name: text('name'),
    ...(services === undefined ? {} : { services: namesOf(services) }),
    createdAt: number('createdAt'),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(revokedAt === undefined ? {} : { revokedAt }),
  };
}

function roleOf(text: string): Role {
  const role = ROLES.find((known) => known === text);
  if (role === undefined) throw new UnreadableItem(`An API key has the role "${text}"; known are ${ROLES.join(', ')}`);
  return role;
}

/** Anything but a list of names must not be read as "all services". */
function namesOf(services: unknown): string[] {
  if (Array.isArray(services) && services.every((name) => typeof name === 'string')) return services;
  throw new UnreadableItem('An API key has "services" that are not a list of names');
}
