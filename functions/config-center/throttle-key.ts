// Which key of a throttle is asked about, by its values or as the table has it, and which of the rule's limits it has.
import { isIP } from 'node:net';
import type { ThrottleRule } from '../../middleware/kernel/rules/document.ts';
import { hash, NO_VALUE, rawKeyOf, storedKey } from '../../middleware/kernel/key.ts';
import { compileOverrides } from '../../middleware/throttle/overrides.ts';
import { badRequest } from '../api/index.ts';

export interface AskedKey {
  /** As the table has it. */
  readonly stored: string;
  /**
   * Which limits it may have: an override's place in the rule, or undefined for the rule's own. More than one only of
   * a value that is stored as a hash, which patterns cannot be tried on.
   */
  readonly limits: readonly (number | undefined)[];
}

/** As the table has the one key of a rule that has none. */
const ALL = storedKey([], '');
const LONGEST = 1_024;

/**
 * Reads `key=client=ada&key=header:x-plan=gold` (a part without a value is one that callers lack) or `stored=sub:ada,…`.
 * @throws {Problem} 400 when that names no key of the rule.
 */
export function askedKey(query: URLSearchParams, rule: ThrottleRule): AskedKey {
  const parts = rule.key ?? [];
  const stored = query.get('stored');
  const given = query.getAll('key');
  if (stored !== null) {
    if (given.length > 0) throw refused('stored', 'says by itself which key is meant: leave key out');
    return ofStored(stored, parts, rule);
  }
  const values = valuesOf(given, parts);
  const limits = [compileOverrides(parts, numbered(rule), undefined)(values)];
  return { stored: parts.length === 0 ? ALL : storedKey(parts, rawKeyOf(values.map(marked(parts)))), limits };
}

/** By the parts of a key, from `client=ada` and the like. @throws {Problem} 400 when one is missing, or is no part of it. */
export function valuesOf(given: readonly string[], parts: readonly string[]): (string | undefined)[] {
  const values = new Map<string, string | undefined>();
  for (const text of given) {
    if (text.length > LONGEST) throw refused('key', `is longer than ${LONGEST} characters`);
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    if (!parts.includes(name)) throw refused('key:', `"${name}" is no part of the rule’s key; ${expected(parts)}`);
    if (values.has(name)) throw refused('key:', `"${name}" is given twice`);
    values.set(name, equals < 0 ? undefined : text.slice(equals + 1));
  }
  const missing = parts.find((name) => !values.has(name));
  if (missing !== undefined) throw refused('key:', `"${missing}" is not given; ${expected(parts)}`);
  return parts.map((name) => values.get(name));
}

function expected(parts: readonly string[]): string {
  if (parts.length === 0) return 'it has none: one bucket is for all';
  return `write ${parts.map((name) => `key=${name}=VALUE`).join('&')}`;
}

/** A verified caller's name is marked in keys, an address is not. */
export function marked(parts: readonly string[]) {
  return (value: string | undefined, i: number): string | undefined => {
    if (value === undefined || parts[i] !== 'client') return value;
    return value.startsWith('sub:') || isIP(value) > 0 ? value : `sub:${value}`;
  };
}

function numbered({ overrides = [] }: ThrottleRule) {
  return overrides.map(({ match }, i) => ({ match, limit: i }));
}

function ofStored(stored: string, parts: readonly string[], rule: ThrottleRule): AskedKey {
  const values = parts.length === 0 ? [] : stored.split(',');
  if (stored.length > LONGEST || values.length !== parts.length || (parts.length === 0 && stored !== ALL)) {
    const shape =
      parts.length === 0 ? ALL : `${parts.length} values, separated by commas: those of ${parts.join(', ')}`;
    throw refused('stored', `is not how the table has a key of this rule, which is ${shape}`);
  }
  const limits: (number | undefined)[] = [];
  for (const [i, { match }] of (rule.overrides ?? []).entries()) {
    const matches = Object.entries(match).map(([name, pattern]) => tried(name, pattern, values[parts.indexOf(name)]));
    if (matches.includes('no')) continue;
    limits.push(i);
    if (!matches.includes('perhaps')) return { stored, limits };
  }
  return { stored, limits: [...limits, undefined] };
}

/** A pattern on a stored value: of a hash only whole values can be told, or that there is one. */
function tried(name: string, pattern: string, value: string | undefined): 'yes' | 'no' | 'perhaps' {
  if (value === undefined || value === NO_VALUE) return 'no';
  if (!value.startsWith('~')) {
    const matched = compileOverrides([name], [{ match: { [name]: pattern }, limit: true }], false)([value]);
    return matched ? 'yes' : 'no';
  }
  if (pattern === '*') return 'yes';
  if (pattern.includes('*')) return 'perhaps';
  const hashed = value.slice(1);
  return hash(pattern) === hashed || (name === 'client' && hash(`sub:${pattern}`) === hashed) ? 'yes' : 'no';
}

function refused(field: string, reason: string) {
  return badRequest(`${field} ${reason}.`);
}
