// Finds the roles a token gives its bearer, where the rules say that they are. Pure.
import type { JwtRule } from '../kernel/rules/document.ts';

/** Nobody has more; what a token holds beyond is not looked at. */
const MOST_ROLES = 200;

export type RolesOf = (claims: Readonly<Record<string, unknown>>) => readonly string[];

/** Names of claims, one within the other; a list of names is for those that have dots in them, as URLs do. */
export function compileRoles(where: NonNullable<JwtRule['roles']>): RolesOf {
  const path = typeof where === 'string' ? where.split('.') : where;
  return (claims) => {
    let value: unknown = claims;
    for (const name of path) value = memberOf(value, name);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.slice(0, MOST_ROLES).filter((one) => typeof one === 'string' && one !== '') as string[];
  };
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
    return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
