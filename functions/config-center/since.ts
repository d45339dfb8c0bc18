// Which of a document's fields came with which version of the library, as the rule schema's `since` says.
import { isLaterVersion } from '../../middleware/kernel/version.ts';
import { pointerOf } from '../api/index.ts';
import { ruleSchema, type JsonSchema } from './schema.ts';

export interface NewField {
  /** A JSON pointer into the document. */
  readonly path: string;
  /** The first version that knows it, e.g. `0.2.0`. */
  readonly since: string;
}

/**
 * The fields of a valid document that are younger than flyball's first version, in the order of the document. A field or
 * one of a field's values is marked in the schema by `.meta({ since: '0.2.0' })`; what is not marked was always there.
 */
export function newFieldsOf(document: unknown, schema: JsonSchema = ruleSchema()): NewField[] {
  const found: NewField[] = [];
  visit(schema, document, [], found);
  return found;
}

/** The oldest library that knows all of these fields; undefined when every library does. */
export function neededVersion(fields: readonly NewField[]): string | undefined {
  let latest: string | undefined;
  for (const { since } of fields) if (latest === undefined || isLaterVersion(since, latest)) latest = since;
  return latest;
}

function visit(schema: JsonSchema, value: unknown, path: readonly PropertyKey[], found: NewField[]): void {
  const { since } = schema;
  if (typeof since === 'string') found.push({ path: pointerOf(path), since });
  for (const branch of branchesOf(schema, value)) visit(branch, value, path, found);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (isSchema(items)) value.forEach((item, i) => visit(items, item, [...path, i], found));
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      const inner = memberOf(schema, name);
      if (inner && member !== undefined) visit(inner, member, [...path, name], found);
    }
  }
}

/** Of alternatives, those that this value can be meant by. */
function branchesOf({ anyOf, oneOf, allOf }: JsonSchema, value: unknown): JsonSchema[] {
  const alternatives = [...schemasOf(anyOf), ...schemasOf(oneOf)];
  return [...schemasOf(allOf), ...alternatives.filter((branch) => admits(branch, value))];
}

function admits(schema: JsonSchema, value: unknown): boolean {
  if ('const' in schema) return schema['const'] === value;
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(value);
  const { type } = schema;
  if (type === 'array') return Array.isArray(value);
  if (type === 'string') return typeof value === 'string';
  if (type === 'number' || type === 'integer') return typeof value === 'number';
  if (type === 'boolean') return typeof value === 'boolean';
  if (type !== 'object') return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).every((name) => memberOf(schema, name) !== undefined);
}

function memberOf({ properties, additionalProperties }: JsonSchema, name: string): JsonSchema | undefined {
  if (isSchema(properties) && Object.hasOwn(properties, name)) {
    const member = properties[name];
    return isSchema(member) ? member : undefined;
  }
  return isSchema(additionalProperties) ? additionalProperties : undefined;
}

function schemasOf(value: unknown): JsonSchema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
