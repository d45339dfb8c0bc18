// The JSON Schema of baselines, for editors: their own form, and for their defaults that of rule documents, of which they are parts.
import { z } from 'zod';
import { ruleSchema, type JsonSchema } from '../schema.ts';
import { isObject } from '../validation/salvage.ts';
import { baselineDocument } from './schema.ts';
import { NOT_BY_DEFAULT } from './validate.ts';

/** Names the schema wherever it is served; a later apiVersion is another schema. */
const ID = 'urn:flyball:schema:baseline:v1';

let made: JsonSchema | undefined;

/** Made once, when it is first asked for. */
export function baselineSchema(): JsonSchema {
  made ??= build();
  return made;
}

function build(): JsonSchema {
  const { properties, ...rest } = z.toJSONSchema(baselineDocument, { io: 'input' });
  const described = z.toJSONSchema(baselineDocument.shape.defaults).description;
  const defaults = {
    ...{ type: 'object', additionalProperties: false, properties: partsOf(ruleSchema()['properties']) },
    ...(described === undefined ? {} : { description: described }),
  };
  return { $id: ID, title: 'flyball baseline', ...rest, properties: { ...properties, defaults } };
}

/** Without what every document has for itself. */
function partsOf(sections: unknown): object {
  const all = isObject(sections) ? Object.entries(sections) : [];
  return Object.fromEntries(
    all.filter(([name]) => !Object.hasOwn(NOT_BY_DEFAULT, name)).map(([name, section]) => [name, partOf(section)]),
  );
}

/** What a part leaves out is for services to say, and `*` is no name: at no depth is anything asked for. */
function partOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(partOf);
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => key !== 'propertyNames' && !(key === 'required' && Array.isArray(value)),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, partOf(value)]));
}
