// API keys of the control plane: made, kept as hashes, found again, listed, revoked.
import { keys } from '../keys.ts';
import type { Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION, UnreadableItem } from './fields.ts';

/** Each may do what the ones before it may. A `pinger` may tell of the checks of its service, and nothing else. */
export const ROLES = ['pinger', 'viewer', 'editor', 'publisher', 'admin'] as const;
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
  /** Who made it over HTTP; undefined when it was put into the table from outside. */
  readonly createdBy?: string;
  /** Who that is whatever they are called; keys made by flyball before 0.3.0 have none. */
  readonly madeBy?: string;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  readonly revokedBy?: string;
}

/** A key to be stored: as presented, or its hash when the key itself is not to travel. */
export type NewApiKey = Omit<ApiKey, 'hash' | 'revokedAt' | 'revokedBy'> &
  ({ readonly key: string } | { readonly hash: string });

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
  const { role, name, services, createdAt, createdBy, madeBy, expiresAt } = key;
  const hash = 'hash' in key ? key.hash : hashOfKey(key.key);
  const expiration = expiresAt === undefined ? undefined : Math.ceil(expiresAt / 1000);
  // On the list first: there must be no key that works and that nobody sees.
  await table.put({ item: { ...keys.apiKeyEntry(hash), v: ITEM_VERSION, expiration } });
  const { applied } = await table.put({
    item: {
      ...keys.apiKey(hash),
      v: ITEM_VERSION,
      hash,
      role,
      name,
      services: services && [...services],
      createdAt,
      createdBy,
      madeBy,
      expiresAt,
      expiration,
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
  const key = await readApiKey(table, hashOfKey(presentedKey));
  return key && isValidAt(key, nowMs) ? key : undefined;
}

/** Whether it lets anybody in. */
export function isValidAt({ expiresAt, revokedAt }: ApiKey, nowMs: number): boolean {
  return revokedAt === undefined && (expiresAt === undefined || nowMs < expiresAt);
}

/** The key with this hash, valid or not. */
export async function readApiKey(table: Table, hash: string): Promise<ApiKey | undefined> {
  const item = await table.get(keys.apiKey(hash), { consistent: true });
  return item && apiKeyOf(item);
}

/** Hashes are hex. */
const BEHIND_ALL = 'g';

/** How many keys a page reads at once. */
const AT_ONCE = 20;

/**
 * A page of keys in order of their hashes, from that one on; `last` is the hash that it ends with while there may be more. As their own items have them: an entry of the list says no more than that
 * there may be such a key. Those that flyball before 0.3.0 stored are not on it.
 */
export async function listApiKeys(
  table: Table,
  { from = '', limit }: { readonly from?: string; readonly limit?: number } = {},
): Promise<{ readonly keys: ApiKey[]; readonly last?: string }> {
  const { items, cursor } = await table.query({
    ...{ pk: keys.apiKeyEntry('').pk, sk: { between: [from === '' ? '0' : from, BEHIND_ALL] }, consistent: true },
    ...(limit === undefined ? {} : { limit }),
  });
  const hashes = items.map((item) => fieldsOf(item).text('sk'));
  const found: ApiKey[] = [];
  for (let i = 0; i < hashes.length; i += AT_ONCE) {
    const read = await Promise.all(hashes.slice(i, i + AT_ONCE).map((hash) => readApiKey(table, hash)));
    found.push(...read.filter((key) => key !== undefined));
  }
  const last = hashes.at(-1);
  return { keys: found, ...(cursor === undefined || last === undefined ? {} : { last }) };
}

/** The listed key whose hash begins like this. */
export async function apiKeyByPrefix(table: Table, prefix: string): Promise<ApiKey | undefined> {
  const { pk } = keys.apiKeyEntry('');
  const { items } = await table.query({ pk, sk: { beginsWith: prefix }, limit: 1, consistent: true });
  const [entry] = items;
  return entry && readApiKey(table, fieldsOf(entry).text('sk'));
}

/** Revokes the key with this hash; gives false if there is none. The first revocation stands: its time, and by whom. */
export async function revokeApiKey(table: Table, hash: string, at: number, by = 'somebody'): Promise<boolean> {
  const { applied } = await table.update({
    key: keys.apiKey(hash),
    // Its record stays for good, past its expiry too: were it to go, the same key could be stored anew.
    update:
      'SET #revokedAt = if_not_exists(#revokedAt, :at), #revokedBy = if_not_exists(#revokedBy, :by) REMOVE #expiration',
    condition: 'attribute_exists(pk)',
    names: { '#revokedAt': 'revokedAt', '#revokedBy': 'revokedBy', '#expiration': 'expiration' },
    values: { ':at': at, ':by': by },
  });
  return applied;
}

function apiKeyOf(item: Item): ApiKey {
  const { text, number, optionalNumber, optionalText } = fieldsOf(item);
  const services = item['services'];
  const [createdBy, madeBy] = [optionalText('createdBy'), optionalText('madeBy')];
  const revokedBy = optionalText('revokedBy');
  const [expiresAt, revokedAt] = [optionalNumber('expiresAt'), optionalNumber('revokedAt')];
  return {
    hash: text('hash'),
    role: roleOf(text('role')),
    name: text('name'),
    ...(services === undefined ? {} : { services: namesOf(services) }),
    createdAt: number('createdAt'),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(madeBy === undefined ? {} : { madeBy }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(revokedAt === undefined ? {} : { revokedAt }),
    ...(revokedBy === undefined ? {} : { revokedBy }),
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
