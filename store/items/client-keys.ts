// Reads the key of a service's caller by its hash: the part that is bundled into governed functions whose rules take keys.
import { clientKeys } from '../client-key.ts';
import type { CallOptions, Item, Table } from '../port.ts';
import { fieldsOf, UnreadableItem } from './fields.ts';

export interface ClientKey {
  /** SHA-256 of the key, in hex: names it without giving it away. */
  readonly hash: string;
  /** Whose it is: several keys may be of one client. */
  readonly client: string;
  readonly roles: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  /** ms since the epoch, as are the other times. */
  readonly createdAt: number;
  /** Who made it. */
  readonly createdBy: string;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
}

/** What keys look like: nobody is asked for anything else. */
export const CLIENT_KEY = /^fbc_[A-Za-z0-9_-]{43}$/;
/** What tells them from other credentials. */
export const CLIENT_KEY_MARK = 'fbc_';

/**
 * SHA-256 in hex. A plain hash does for keys of 256 random bits: there is nothing to guess by dictionary. Nothing compares
 * secrets, so that nothing can be learned from how long it takes.
 */
export function hashOfClientKey(key: string): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', key);
}

/** The key with this hash as it stands, expired and revoked ones too; undefined when there is none. */
export async function readClientKey(
  table: Table,
  service: string,
  hash: string,
  options: CallOptions = {},
): Promise<ClientKey | undefined> {
  const item = await table.get(clientKeys.clientKey(service, hash), { ...options, consistent: true });
  return item && clientKeyOf(item);
}

/** True while whoever has it is to be let in. */
export function isGood({ expiresAt, revokedAt }: ClientKey, nowMs: number): boolean {
  return revokedAt === undefined && (expiresAt === undefined || nowMs < expiresAt);
}

/** @throws {UnreadableItem} */
export function clientKeyOf(item: Item): ClientKey {
  const { text, moment, optionalMoment } = fieldsOf(item);
  const [expiresAt, revokedAt] = [optionalMoment('expiresAt'), optionalMoment('revokedAt')];
  const { roles, attributes } = item;
  // Anything but a list of roles must not be read as some.
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) throw unreadable(item, 'roles');
  if (!isTexts(attributes)) throw unreadable(item, 'attributes');
  return {
    hash: text('hash'),
    client: text('client'),
    roles,
    attributes,
    createdAt: moment('createdAt'),
    createdBy: text('createdBy'),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(revokedAt === undefined ? {} : { revokedAt }),
  };
}

function isTexts(value: Item[string]): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((one) => typeof one === 'string');
}

function unreadable({ pk, sk }: Item, field: string): UnreadableItem {
  return new UnreadableItem(`Item ${JSON.stringify([pk, sk])} has "${field}" that no flyball has written`);
}
