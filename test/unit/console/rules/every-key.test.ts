// The editor knows every key of the documents that it edits: each place of the schemas, as the API serves them, is completed.
import { describe, expect, it } from 'vitest';
import { suggest } from '../../../../console/screens/rules/text/complete.ts';
import { branchesOf, type Schema } from '../../../../console/screens/rules/text/schema.ts';
import { baselineSchema } from '../../../../functions/config-center/baseline/json-schema.ts';
import { ruleSchema } from '../../../../functions/config-center/schema.ts';

/** As it arrives in the page. */
const served = (schema: object): Schema => JSON.parse(JSON.stringify(schema)) as Schema;

interface Mapping {
  readonly path: readonly string[];
  readonly keys: readonly string[];
}

/** Every mapping that has keys of its own, with all that any of its alternatives has; an item of a list is `0`, a free name `any`. */
function mappingsOf(root: Schema): Mapping[] {
  const keysAt = new Map<string, Mapping>();
  const walk = (schema: Schema, path: readonly string[]): void => {
    for (const { properties, additionalProperties, items } of branchesOf(schema)) {
      if (properties) {
        const place = path.join(' › ');
        const keys = [...(keysAt.get(place)?.keys ?? []), ...Object.keys(properties)];
        keysAt.set(place, { path, keys });
        for (const [key, member] of Object.entries(properties)) walk(member, [...path, key]);
      }
      if (typeof additionalProperties === 'object') walk(additionalProperties, [...path, 'any']);
      if (items) walk(items, [...path, '0']);
    }
  };
  walk(root, []);
  return [...keysAt.values()];
}

/** A document that is written as far as a place, where the caret is. */
function writtenTo(path: readonly string[]): string {
  let text = '';
  let start = '';
  let depth = 0;
  for (const segment of path) {
    if (segment === '0') start = `${' '.repeat(depth)}- `;
    else {
      text += `${start === '' ? ' '.repeat(depth) : start}${segment}:\n`;
      start = '';
    }
    depth += 2;
  }
  return text + (start === '' ? ' '.repeat(depth) : start);
}

describe.each([
  ['rules', served(ruleSchema())],
  ['a baseline', served(baselineSchema())],
])('in %s', (_name, schema) => {
  const mappings = mappingsOf(schema);

  it.each(mappings.map(({ path, keys }) => [path.join(' › ') || 'the document itself', path, keys] as const))(
    '%s is offered with all its keys',
    (_place, path, keys) => {
      const text = writtenTo(path);
      const offered = suggest({ text, offset: text.length, schema, service: 'shop' }).items.map(({ label }) => label);
      expect(offered).toEqual(expect.arrayContaining([...new Set(keys)]));
    },
  );
});

it('defaults of a baseline have what rule documents have, but for what is each document’s own', () => {
  const keysOf = ({ properties = {} }: Schema = {}) => Object.keys(properties);
  const own = ['apiVersion', 'service', 'faults'];
  expect(keysOf(served(baselineSchema()).properties?.['defaults'])).toEqual(
    keysOf(served(ruleSchema())).filter((key) => !own.includes(key)),
  );
});
