// What may be written where the caret is: keys and values that the schema knows, and names that the document defines.
import { outlineOf, pathOf, pointerOf, type Outline, type Tail } from './outline.ts';
import { branchesOf, schemasAt, toldOf, valuesOf, type Schema, type Told } from './schema.ts';

export interface Suggestion {
  readonly label: string;
  /** What stands there when it is taken, in place of what was typed. */
  readonly insert: string;
  /** How far before the end of that the caret goes. */
  readonly back: number;
  readonly kind: 'key' | 'value' | 'name';
  readonly told: Told | undefined;
}

export interface Suggestions {
  /** Where what was typed begins. */
  readonly from: number;
  readonly items: readonly Suggestion[];
  /** Nothing was typed of them yet. */
  readonly isBare: boolean;
  readonly isValue: boolean;
}

const NONE: Suggestions = { from: 0, items: [], isBare: true, isValue: false };

/** Names of one section that a place may hold; `*` stands for any name or position. */
const REFERENCES: readonly (readonly [place: string, section: string])[] = [
  ['throttles/*/resources/*', 'resources'],
  ['concurrency/*/resources/*', 'resources'],
  ['access/allow/*/resources/*', 'resources'],
  ['access/deny/*/resources/*', 'resources'],
  ['faults/*/resources/*', 'resources'],
  ['slos/*/resources/*', 'resources'],
  ['alerts/*/resources/*', 'resources'],
  ['resources/*/fallback/*/dependency', 'dependencies'],
  ['dependencies/*/fallback/*/dependency', 'dependencies'],
  ['faults/*/dependencies/*', 'dependencies'],
  ['resources/*/pausedWhile/*', 'jobs'],
  ['resources/*/pausedWhile/*/job', 'jobs'],
  ['jobs/*/after/*', 'jobs'],
  ['shedding/when/concurrency', 'concurrency'],
];

interface Asked {
  readonly text: string;
  readonly offset: number;
  readonly schema: Schema;
  /** The service whose document it is. */
  readonly service: string;
}

export function suggest({ text, offset, schema, service }: Asked): Suggestions {
  const { tail } = outlineOf(text, offset);
  if (tail.role === 'none') return NONE;
  const whole = outlineOf(text);
  const found: Suggestion[] = [];
  if (tail.role !== 'key') found.push(...valuesFor(tail, whole, schema, service));
  if (tail.role !== 'value') found.push(...keysFor(tail, whole, schema, offset));
  const typed = tail.typed.toLowerCase();
  const items = [
    ...found.filter(({ label }) => label.toLowerCase().startsWith(typed)),
    ...found.filter(({ label }) => !label.toLowerCase().startsWith(typed) && label.toLowerCase().includes(typed)),
  ];
  const isDone = items.length === 1 && items[0]?.kind !== 'key' && items[0]?.label === tail.typed;
  return {
    from: offset - tail.typed.length,
    items: isDone ? [] : items,
    isBare: tail.typed === '',
    isValue: tail.role !== 'key',
  };
}

function keysFor(tail: Tail, whole: Outline, schema: Schema, offset: number): Suggestion[] {
  const parent = pointerOf(tail.path);
  const there = new Set<string>();
  for (const entry of whole.entries) {
    // What is being typed right here is no sibling of itself.
    if (entry.parent === parent && (offset < entry.from || offset > entry.to)) there.add(entry.key);
  }
  const found = new Map<string, Suggestion>();
  const add = (key: string, member: Schema) => {
    if (!there.has(key) && !found.has(key)) found.set(key, keyOf(key, member, tail));
  };
  for (const { properties, propertyNames, additionalProperties } of schemasAt(schema, tail.path)) {
    for (const [key, member] of Object.entries(properties ?? {})) add(key, member);
    if (!propertyNames || typeof additionalProperties !== 'object') continue;
    for (const key of valuesOf([propertyNames])) add(key, additionalProperties);
  }
  return [...found.values()];
}

function keyOf(key: string, member: Schema, { column, isFlow }: Tail): Suggestion {
  const branches = branchesOf(member);
  const told = toldOf(branches);
  const types = new Set(branches.map(({ type }) => type).filter((type) => type !== undefined));
  if (types.has('array') && !types.has('string'))
    return { label: key, insert: `${key}: []`, back: 1, kind: 'key', told };
  // The name is still to be written: `header:x-tenant`.
  if (key.endsWith(':')) return { label: key, insert: key, back: 0, kind: 'key', told };
  const isMapping = types.size === 1 && types.has('object');
  if (isMapping && isFlow) return { label: key, insert: `${key}: {  }`, back: 2, kind: 'key', told };
  const insert = isMapping ? `${key}:\n${' '.repeat(column + 2)}` : `${key}: `;
  return { label: key, insert, back: 0, kind: 'key', told };
}

function valuesFor(tail: Tail, whole: Outline, schema: Schema, service: string): Suggestion[] {
  const schemas = schemasAt(schema, tail.path);
  const told = toldOf(schemas);
  const of =
    (kind: 'value' | 'name') =>
    (label: string): Suggestion => ({ label, insert: label, back: 0, kind, told });
  const names = namesFor(tail.path, whole);
  const own = tail.path.length === 1 && tail.path[0] === 'service' ? [service] : [];
  return [...[...own, ...names].map(of('name')), ...valuesOf(schemas).map(of('value'))];
}

function namesFor(path: readonly string[], { entries }: Outline): string[] {
  const reference = REFERENCES.find(([place]) => {
    const steps = place.split('/');
    return steps.length === path.length && steps.every((step, i) => step === '*' || step === path[i]);
  });
  if (!reference) return [];
  const parent = `/${reference[1]}`;
  const itself = path[0] === reference[1] ? path[1] : undefined;
  return entries.filter((entry) => entry.parent === parent && entry.key !== itself).map(({ key }) => key);
}

/** What is said of the key, or the value, at an offset: of whole words, also when the offset is within one. */
export function describe(
  text: string,
  offset: number,
  schema: Schema,
): { readonly path: readonly string[]; readonly told: Told } | undefined {
  const whole = outlineOf(text);
  const key = whole.entries.find(({ from, to }) => from <= offset && offset < to);
  let path: readonly string[];
  if (key) path = pathOf(key.pointer);
  else {
    const { tail } = outlineOf(text, offset);
    if (tail.role === 'none') return undefined;
    path = tail.path;
  }
  const told = toldOf(schemasAt(schema, path));
  return told && path.length > 0 ? { path, told } : undefined;
}
