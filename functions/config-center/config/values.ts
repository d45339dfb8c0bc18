// Free-form documents on their way in: flat keys and values, from JSON, YAML or properties, or one text as it was sent.
import { parseDocument } from 'yaml';
import { readJson, type TextRead } from '../../api/json-text.ts';
import {
  badRequest,
  bodyText,
  MAX_ERRORS,
  pointerOf,
  Problem,
  unprocessable,
  type ApiRequest,
  type FieldError,
  type ReadDocument,
} from '../../api/index.ts';
import { MAX_DEPTH, unsafeParts } from '../../api/plain.ts';
import { readYaml } from '../../api/yaml-text.ts';
import type { Format } from './names.ts';
import { readProperties, type Values } from './properties.ts';

/** What a text that was sent as properties begins with where it is kept: its content alone would not tell. */
const PROPERTIES_MARK = '#!properties\n';
const MOST_KEYS = 10_000;
/** Aliases may multiply a document as often as the one that was read with care. */
const MAX_ALIASES = 100;

type Syntax = 'json' | 'yaml' | 'properties' | 'text';

const TYPES: readonly (readonly [RegExp, Syntax])[] = [
  [/^$|^application\/(json|[a-z.-]+\+json)$/, 'json'],
  [/^(application|text)\/((x-)?yaml|[a-z.-]+\+yaml)$/, 'yaml'],
  [/^text\/x-java-properties$/, 'properties'],
  [/^(text\/xml|application\/(xml|octet-stream))$/, 'text'],
];

/** The body as a document of such a namespace. @throws {Problem} 400, 413, 415, 422 with every error. */
export function readConfig(format: Format, request: ApiRequest): ReadDocument {
  const syntax = syntaxOf(format, request);
  const text = bodyText(request.body);
  if (text.trim() === '') throw badRequest('The body is empty; send the document in it.');
  if (format !== 'properties') return { source: text, value: contentOf(format, text) };
  const isProperties = syntax === 'properties';
  const source = isProperties ? PROPERTIES_MARK + text : text;
  return { source, value: isProperties ? ofProperties(text) : ofTree(syntax, text) };
}

/** No `text/plain`: other sites' forms can send that. */
function syntaxOf(format: Format, { body: { contentType } }: ApiRequest): Syntax {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const known = TYPES.find(([fits]) => fits.test(type));
  if (known && (known[1] !== 'text' || format !== 'properties')) return known[1];
  const accept = `application/json, application/yaml, ${format === 'properties' ? 'text/x-java-properties' : 'application/octet-stream'}`;
  throw new Problem(415, `Send the document as one of ${accept} (curl: -H "content-type: …").`, {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    headers: { accept },
  });
}

/** The values of a text as it is kept. @throws {Problem} 422 */
export function valuesOfSource(format: Format, source: string): Values {
  if (format !== 'properties') return contentOf(format, source);
  const own = propertiesOfSource(source);
  if (own !== undefined) return ofProperties(own);
  return ofTree(readJson(source, MAX_DEPTH).ok ? 'json' : 'yaml', source);
}

/** The text as its author sent it, if that was as properties. */
export function propertiesOfSource(source: string): string | undefined {
  return source.startsWith(PROPERTIES_MARK) ? source.slice(PROPERTIES_MARK.length) : undefined;
}

/** One text under one key, as Apollo has it; what says that it is JSON or YAML must be that. */
function contentOf(format: Format, text: string): Values {
  if (format === 'json') require(readJson(text, MAX_DEPTH));
  if (format === 'yaml') require(readYaml(text, MAX_DEPTH));
  return { content: text };
}

function require(read: TextRead): unknown {
  const errors = read.ok ? unsafeParts(read.value) : read.errors;
  if (read.ok && errors.length === 0) return read.value;
  throw unreadable(errors);
}

function unreadable(errors: readonly FieldError[]): Problem {
  return unprocessable('The body cannot be read.', 'UNREADABLE_BODY', errors);
}

function ofProperties(text: string): Values {
  const { entries, errors } = readProperties(text);
  if (errors.length > 0) throw unreadable(errors);
  return checked(entries, []);
}

function ofTree(syntax: Syntax, text: string): Values {
  const value = require(syntax === 'json' ? readJson(text, MAX_DEPTH) : readYaml(text, MAX_DEPTH));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unprocessable('The document is no map of keys and values.', 'INVALID_DOCUMENT', [
      { path: '', reason: 'is to be keys and their values; a text as a whole is a namespace that ends in .txt' },
    ]);
  }
  const entries: (readonly [string, string])[] = [];
  flatten('', value, syntax === 'json' ? undefined : asWritten(text), entries);
  return checked(entries, []);
}

/** Every scalar of a YAML text as its author wrote it: 1.10 is a version there, and not 1.1. */
function asWritten(text: string): unknown {
  return parseDocument(text, { version: '1.2', schema: 'failsafe', uniqueKeys: false, prettyErrors: false }).toJS({
    maxAliasCount: MAX_ALIASES,
  });
}

/** Nested keys are joined by dots, and members of lists are numbered in brackets, as Spring does. */
function flatten(key: string, value: unknown, written: unknown, entries: (readonly [string, string])[]): void {
  if (typeof value !== 'object' || value === null) {
    entries.push([key, value === null ? '' : typeof written === 'string' ? written : textOf(value)]);
    return;
  }
  if (Object.keys(value).length === 0) entries.push([key, '']);
  for (const [name, child] of Object.entries(value)) {
    const childKey = Array.isArray(value) ? `${key}[${name}]` : key === '' ? name : `${key}.${name}`;
    flatten(childKey, child, memberOf(written, name), entries);
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function memberOf(written: unknown, name: string): unknown {
  if (typeof written !== 'object' || written === null || !Object.hasOwn(written, name)) return undefined;
  return (written as Readonly<Record<string, unknown>>)[name];
}

/** @throws {Problem} 422 */
function checked(entries: readonly (readonly [string, string])[], found: readonly FieldError[]): Values {
  const errors = [...found];
  const known = new Set<string>();
  for (const [key] of entries) {
    if (key === '') errors.push({ path: '', reason: 'a key is empty' });
    if (known.has(key)) errors.push({ path: pointerOf([key]), reason: 'this key stands here twice, once nested' });
    known.add(key);
  }
  if (entries.length > MOST_KEYS)
    errors.push({ path: '', reason: `has ${entries.length} keys; at most ${MOST_KEYS} are taken` });
  const values = Object.fromEntries(entries);
  errors.push(...unsafeParts(values));
  if (errors.length === 0) return values;
  throw unprocessable('The document cannot be published.', 'INVALID_DOCUMENT', errors.slice(0, MAX_ERRORS));
}
