// Who is calling and what they may do: one of four roles, perhaps for some services only.
import { ROLES, type Role } from '../../store/items/api-keys.ts';
import { Problem } from './problem.ts';

export type { Role } from '../../store/items/api-keys.ts';

export interface Caller {
  /** The key's name, or `jwt:<issuer>:<subject>`: what the audit log says. */
  readonly name: string;
  /** Who it is whatever they are called: `jwt:<issuer>:<sub>`, or `key:<id>` of a key. */
  readonly identity: string;
  readonly role: Role;
  /** When the key ends, ms since the epoch; undefined of one that does not, and of tokens. */
  readonly until?: number;
  /** The services it may act on; all when left out. */
  readonly services?: readonly string[];
}

/** Each role may do what the ones before it may. */
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
