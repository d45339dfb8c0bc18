// The schemas of an API's description: each as JSON Schema, those with a name once for all that refer to them.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

const LOCAL = '#/$defs/';
const SHARED = '#/components/schemas/';

export class SchemaComponents {
  readonly #named = new Map<string, JsonSchema>();
  readonly #known = new Map<z.ZodType, JsonSchema>();
  #unnamed = 0;

  /** As callers see it: what is written, not what is made of it. @throws {Error} for a name that two schemas have. */
  schemaOf(schema: z.ZodType): JsonSchema {
    const known = this.#known.get(schema);
    if (known) return known;
    // Within another one, so that what refers to itself refers to a name.
    const { $defs = {}, properties } = z.toJSONSchema(z.object({ it: schema }), {
      io: 'input',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        // The format says it, in fewer words.
        if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      },
    });
    const names = new Map(Object.keys($defs).map((name) => [name, this.#nameOf(name)]));
    const renamed = (part: unknown) => withReferences(part, names);
    for (const [name, definition] of Object.entries($defs)) this.#add(names.get(name) ?? name, renamed(definition));
    const shown = renamed(properties?.['it']) as JsonSchema;
    this.#known.set(schema, shown);
    return shown;
  }

  named(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** zod numbers what has no name, in each schema anew. */
  #nameOf(name: string): string {
    return name.startsWith('__') ? `Part${String(++this.#unnamed)}` : name;
  }

  #add(name: string, definition: unknown): void {
    const known = this.#named.get(name);
    if (known && !isDeepStrictEqual(known, definition)) throw new Error(`Two schemas have the name "${name}"`);
    this.#named.set(name, definition as JsonSchema);
  }
}

/** The same with references to where named schemas stand. */
function withReferences(part: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(part)) return part.map((one) => withReferences(one, names));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).flatMap(([key, value]): [string, unknown][] => {
      if (key === '$ref' && typeof value === 'string' && value.startsWith(LOCAL)) {
        const name = value.slice(LOCAL.length);
        return [[key, SHARED + (names.get(name) ?? name)]];
      }
      return [[key, withReferences(value, names)]];
    }),
  );
}
