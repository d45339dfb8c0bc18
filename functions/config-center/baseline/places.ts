// Finds what a guardrail's place means in a document, and whether rule documents have such a place at all.
import type { JsonSchema } from '../schema.ts';
import { isObject } from '../validation/salvage.ts';
import type { Place } from '../validation/findings.ts';
import { EVERY } from './merge.ts';

export interface Found {
  readonly place: Place;
  /** Undefined when it is not there, though what it would be in is. */
  readonly value: unknown;
}

/** The steps of a JSON pointer. */
export function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Every place that a pattern means: each `*` is every name or entry that there is, what follows the last may be absent. */
export function placesOf(document: unknown, steps: readonly string[]): readonly Found[] {
  let found: readonly Found[] = [{ place: [], value: document }];
  for (const step of steps) {
    found = found.flatMap(({ place, value }): Found[] => {
      if (step !== EVERY) return [{ place: [...place, step], value: memberOf(value, step) }];
      if (Array.isArray(value)) return value.map((entry: unknown, i) => ({ place: [...place, i], value: entry }));
      if (!isObject(value)) return [];
      return Object.entries(value).map(([name, entry]) => ({ place: [...place, name], value: entry }));
    });
  }
  return found;
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Whether a rule document can have something there. */
export function isKnown(root: JsonSchema, steps: readonly string[]): boolean {
  let schemas = alternatives(root);
  for (const step of steps) {
    schemas = schemas.flatMap((schema) => beneath(schema, step)).flatMap(alternatives);
    if (schemas.length === 0) return false;
  }
  return true;
}

function beneath({ properties, additionalProperties, items }: JsonSchema, step: string): JsonSchema[] {
  if (step === EVERY) return [additionalProperties, items].filter(isObject);
  if (isObject(properties) && Object.hasOwn(properties, step)) return [properties[step]].filter(isObject);
  return [additionalProperties].filter(isObject);
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  const { anyOf, oneOf, allOf } = schema;
  const inner = [anyOf, oneOf, allOf].flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : []));
  return [schema, ...inner.flatMap(alternatives)];
}
