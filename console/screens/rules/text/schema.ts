// Walks the JSON Schema of rules: what may stand at a place, and what is said of it.
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly enum?: readonly (string | number | boolean)[];
  readonly const?: string | number | boolean;
  readonly pattern?: string;
  readonly description?: string;
  readonly since?: string;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The schema itself and every alternative within it. */
export function branchesOf(schema: Schema): Schema[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [schema, ...inner.flatMap(branchesOf)];
}

/** All that a place may be, alternatives one by one; none where nothing may stand. */
export function schemasAt(schema: Schema, path: readonly string[]): Schema[] {
  let found = branchesOf(schema);
  for (const segment of path) found = found.flatMap((one) => member(one, segment)).flatMap(branchesOf);
  return found;
}

function member({ properties, additionalProperties, items }: Schema, segment: string): Schema[] {
  const own = properties && Object.hasOwn(properties, segment) ? properties[segment] : undefined;
  if (own) return [own];
  if (items && /^\d+$/.test(segment)) return [items];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

export interface Told {
  readonly description: string;
  /** `text`, `number`, `list`, `mapping`, or the values it may have. */
  readonly kinds: readonly string[];
  readonly since: string | undefined;
}

/** What is said of a place; undefined where nothing may stand. */
export function toldOf(schemas: readonly Schema[]): Told | undefined {
  const [whole] = schemas;
  if (!whole) return undefined;
  const description = schemas.find((one) => one.description !== undefined)?.description ?? '';
  const kinds = new Set<string>();
  for (const one of schemas) {
    const values = valuesOf([one]);
    if (values.length > 0) for (const value of values) kinds.add(value);
    else if (one.type === 'integer' || one.type === 'number') kinds.add(rangeOf(one));
    else if (one.type !== undefined) kinds.add(TYPES[one.type] ?? one.type);
  }
  return { description, kinds: [...kinds], since: whole.since };
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'list',
  object: 'mapping',
  boolean: 'true, false',
};

function rangeOf({ minimum, maximum }: Schema): string {
  return minimum !== undefined && maximum !== undefined ? `${String(minimum)}–${String(maximum)}` : 'number';
}

/** The values that can be told: of an enum, a constant, a boolean, or the words that a pattern consists of. */
export function valuesOf(schemas: readonly Schema[]): string[] {
  const values = new Set<string>();
  for (const one of schemas) {
    if (one.const !== undefined) values.add(String(one.const));
    else if (one.enum) for (const value of one.enum) values.add(String(value));
    else if (one.type === 'boolean') for (const value of ['true', 'false']) values.add(value);
    else if (one.pattern !== undefined) for (const word of wordsOf(one.pattern)) values.add(word);
  }
  return [...values];
}

/** `^(client|ip|header:[A-Z]{1,64})$` has the words `client`, `ip` and `header:`. */
export function wordsOf(pattern: string): string[] {
  if (!pattern.startsWith('^(') || !pattern.endsWith(')$')) return [];
  const words: string[] = [];
  let depth = 0;
  let part = '';
  for (const char of `${pattern.slice(2, -2)}|`) {
    if (char === '|' && depth === 0) {
      words.push(/^[A-Za-z0-9:_-]*/.exec(part)?.[0] ?? '');
      part = '';
      continue;
    }
    if ('([{'.includes(char)) depth += 1;
    if (')]}'.includes(char)) depth -= 1;
    part += char;
  }
  return words.filter((word) => word !== '');
}
