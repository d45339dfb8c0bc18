// Who is calling and what they may do: API keys with one of four roles, perhaps for some services only.
import { findApiKey, type Role } from '../../store/items/api-keys.ts';
import type { Table } from '../../store/port.ts';
import { Problem } from './problem.ts';

export type { Role } from '../../store/items/api-keys.ts';

/** Each role may do what the ones before it may. */
const ROLES: readonly Role[] = ['viewer', 'editor', 'publisher', 'admin'];

/** No key of ours is longer; a longer one is not worth a look into the table. */
const LONGEST_KEY = 256;

export interface Caller {
  /** The key's name: what the audit log says. */
  readonly name: string;
  readonly role: Role;
  /** The services it may act on; all when left out. */
  readonly services?: readonly string[];
}

export function roleCovers(has: Role, needed: Role): boolean {
  return ROLES.indexOf(has) >= ROLES.indexOf(needed);
}

export function inScope(caller: Caller, service: string): boolean {
  return caller.services?.includes(service) ?? true;
}

/** @throws {Problem} 403 when the caller's key is not for this service. */
export function requireScope(caller: Caller, service: string): void {
  if (inScope(caller, service)) return;
  throw new Problem(403, `This key is not for service "${service}".`, { code: 'OUT_OF_SCOPE' });
}

/** @throws {Problem} 403 when the caller's key is for some services only: what is asked for concerns all. */
export function requireAllServices(caller: Caller): void {
  if (caller.services === undefined) return;
  throw new Problem(403, `This key is for ${caller.services.join(', ')} only; this needs a key for all services.`, {
    code: 'OUT_OF_SCOPE',
  });
}

/** @throws {Problem} 403 when the role does not reach. */
export function requireRole(caller: Caller, needed: Role): void {
  if (roleCovers(caller.role, needed)) return;
  throw new Problem(403, `This needs the role ${needed}; this key has ${caller.role}.`, { code: 'ROLE_TOO_LOW' });
}

/**
 * The caller by `Authorization: Bearer <key>` or `X-Api-Key: <key>`. What was presented is never repeated, neither in
 * an answer nor in a log.
 * @throws {Problem} 401 without a key that is known and valid.
 */
export async function authenticate(table: Table, headers: ReadonlyMap<string, string>, nowMs: number): Promise<Caller> {
  const presented = presentedKey(headers);
  if (presented === undefined) {
    throw unauthorized('Send an API key as "Authorization: Bearer <key>" or "X-Api-Key: <key>".', '');
  }
  const key = presented.length > LONGEST_KEY ? undefined : await findApiKey(table, presented, nowMs);
  if (key === undefined) {
    throw unauthorized('The API key is not known, has expired or was revoked.', ', error="invalid_token"');
  }
  const { name, role, services } = key;
  return { name, role, ...(services === undefined ? {} : { services }) };
}

function presentedKey(headers: ReadonlyMap<string, string>): string | undefined {
  const bearer = /^bearer +([^ ]+) *$/i.exec(headers.get('authorization') ?? '')?.[1];
  return bearer ?? (headers.get('x-api-key')?.trim() || undefined);
}

function unauthorized(detail: string, error: string): Problem {
  return new Problem(401, detail, {
    code: 'UNAUTHORIZED',
    headers: { 'www-authenticate': `Bearer realm="flyball"${error}` },
  });
}
