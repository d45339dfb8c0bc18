// Whose share of a rule an invocation meets: the values of the rule's key, and their name in the store.
import type { Invocation } from './invocation.ts';
import { callersClaim, clientOf } from './principal.ts';
import { clientIpOf, queryOf } from './request.ts';
import { headerOf } from './trigger.ts';

/** Reads one part of a key; undefined when the event has no such value. */
export type Part = (invocation: Invocation) => string | undefined;

/** A key's values in memory, told apart by what no value contains unescaped. Never logged: it may hold secrets. */
export type RawKey = string;

/** Shared by all who lack the value. No value can be taken for it: values in the store's keys have no parentheses. */
export const NO_VALUE = '(none)';
/** The one of a rule without a key. */
const ALL = '(all)';
const MISSING = '\u0000';
const SEPARATOR = '\u0001';

/** Before the hash of a value that is not kept itself. */
const HASHED = '\u0002';
/** Memory keeps thousands of keys, and a header may have 10 KB: a longer value is hashed as soon as it is read. */
const LONGEST_VALUE = 64;
const FIRST_OF_A_MARK = /^[\u0000\u0002]/;

/** Short, and of characters that mean nothing in a key of the table. */
const PLAIN = /^[A-Za-z0-9._:@-]{1,64}$/;
/** Values a caller may hold as a secret, e.g. an API key, are never written down as they are. */
const SECRET = /^(header|query|claim):/;
const HASH_LENGTH = 22;

/** Compiles a rule's key to a reader; an empty key is one bucket for everybody. */
export function compileKey(names: readonly string[]): (invocation: Invocation) => RawKey {
  const parts = names.map(partOf);
  const [first] = parts;
  if (!first) return () => '';
  if (parts.length === 1) return (invocation) => bounded(first(invocation));
  return (invocation) => parts.map((part) => bounded(separable(part(invocation)))).join(SEPARATOR);
}

/** Compiles a rule's key to a reader of its values, whole: as they are before they are shortened to a key. */
export function compileValues(names: readonly string[]): (invocation: Invocation) => (string | undefined)[] {
  const parts = names.map(partOf);
  const [first] = parts;
  if (first && parts.length === 1) return (invocation) => [first(invocation)];
  return (invocation) => parts.map((part) => separable(part(invocation)));
}

/** The key that these values make. */
export function rawKeyOf(values: readonly (string | undefined)[]): RawKey {
  if (values.length === 1) return bounded(values[0]);
  return values.map((value) => bounded(separable(value))).join(SEPARATOR);
}

function separable(value: string | undefined): string | undefined {
  return value?.replaceAll(SEPARATOR, '');
}

/** Of at most 64 characters. What a caller made to look like one of our marks is hashed, whatever its length. */
function bounded(value: string | undefined): string {
  if (value === undefined) return MISSING;
  return value.length > LONGEST_VALUE || FIRST_OF_A_MARK.test(value) ? HASHED + hash(value) : value;
}

/** The key as the table has it: plain where it is harmless and short, else 22 characters of its SHA-256. */
export function storedKey(names: readonly string[], raw: RawKey): string {
  if (names.length === 0) return ALL;
  const values = names.length === 1 ? [raw] : raw.split(SEPARATOR);
  return names.map((name, i) => storedValue(name, values[i] ?? MISSING)).join(',');
}

function storedValue(name: string, value: string): string {
  if (value === MISSING) return NO_VALUE;
  if (value.startsWith(HASHED)) return `~${value.slice(HASHED.length)}`;
  return SECRET.test(name) || !PLAIN.test(value) ? `~${hash(value)}` : value;
}

/** @throws {RangeError} for a part that no event has. */
export function partOf(name: string): Part {
  const colon = name.indexOf(':');
  const kind = colon < 0 ? name : name.slice(0, colon);
  const of = name.slice(colon + 1);
  switch (kind) {
    case 'client':
      return clientOf;
    case 'ip':
      return ({ trigger, event }) => clientIpOf(trigger, event);
    case 'source':
      return ({ trigger }) => trigger.source || undefined;
    case 'header':
      return ({ event }) => headerOf(event, of);
    case 'query':
      return ({ event }) => queryOf(event, of);
    case 'path':
      return (invocation) => pathParameterOf(invocation, of);
    case 'claim':
      return (invocation) => callersClaim(invocation, of);
    default:
      throw new RangeError(
        `"${name}" is no part of a key: use client, ip, source, header:NAME, query:NAME, path:NAME or claim:NAME`,
      );
  }
}

/** By the resource's own path template, else as the gateway's route found it. */
function pathParameterOf({ resource, trigger, event }: Invocation, name: string): string | undefined {
  const own = resource.pathParameter(trigger.path, name);
  if (own !== undefined) return own;
  const given =
    typeof event === 'object' && event !== null && 'pathParameters' in event ? event.pathParameters : undefined;
  if (typeof given !== 'object' || given === null || !Object.hasOwn(given, name)) return undefined;
  const value = (given as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}

/** For keys and generations alike: nothing of the text can be read from it. */
export function hash(text: string): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', text, 'base64url').slice(0, HASH_LENGTH);
}
