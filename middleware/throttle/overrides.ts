// Which of a rule's limits is in force for a caller: that of the first override whose patterns its key matches.
import { compileGlob } from '../kernel/glob.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { RawKey } from '../kernel/key.ts';
import { Recent } from './recent.ts';

/** Keys whose limit is remembered; of others the patterns are asked again. */
const REMEMBERED_KEYS = 10_000;

/** The values a key is made of, as the caller has them, in the order of the rule's `key`. */
export type KeyValues = readonly (string | undefined)[];

/** Patterns by the part of the key they are for. */
export type Match = Readonly<Record<string, string>>;

/** A limit, and when it is in force. */
export interface Override<Limit> {
  readonly match: Match;
  readonly limit: Limit;
}

/** Verified callers are marked in keys, so that nobody's name is another's address; patterns are of names. */
const MARK = /^(?:sub|key|service):/;

/**
 * Finds the limit of a key: the first override all of whose patterns match, else the rule's own. A value that is missing
 * matches no pattern.
 * @throws {RangeError} when a pattern is for what is no part of the key.
 */
export function compileOverrides<Limit>(
  key: readonly string[],
  overrides: readonly Override<Limit>[],
  own: Limit,
): (values: KeyValues) => Limit {
  const tests = overrides.map(({ match, limit }) => ({ limit, matches: compileMatch(key, match) }));
  return (values) => tests.find(({ matches }) => matches(values))?.limit ?? own;
}

function compileMatch(key: readonly string[], match: Match): (values: KeyValues) => boolean {
  const parts = Object.entries(match).map(([name, pattern]) => {
    const index = key.indexOf(name);
    if (index < 0) throw new RangeError(`an override matches "${name}", which is no part of the key`);
    return { index, test: compileGlob(pattern) };
  });
  return (values) =>
    parts.every(({ index, test }) => {
      const value = values[index];
      return value !== undefined && test(key[index] === 'client' ? nameOf(value) : value);
    });
}

function nameOf(client: string): string {
  return client.replace(MARK, '');
}

/** The same for invocations: found once for each key in use, since patterns cost more than a look at a map. */
export function rememberingOverrides<Limit>(
  find: (values: KeyValues) => Limit,
  valuesOf: (invocation: Invocation) => KeyValues,
): (invocation: Invocation, raw: RawKey) => Limit {
  const remembered = new Recent<Limit>(REMEMBERED_KEYS);
  return (invocation, raw) => {
    let limit = remembered.get(raw);
    if (limit === undefined) {
      limit = find(valuesOf(invocation));
      remembered.set(raw, limit);
    }
    return limit;
  };
}
