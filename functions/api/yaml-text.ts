// Reads YAML text (1.2, core schema) into plain JSON values: one document, no repeated keys, few aliases, no tags.
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type Node } from 'yaml';
import type { TextRead } from './json-text.ts';
import { pointerOf } from './pointer.ts';
import type { FieldError } from './problem.ts';

/** How many aliases (`*name`) may multiply a document; far more than a person writes. */
const MAX_ALIASES = 100;
const MAX_ERRORS = 50;

/** Parses YAML; every error found is given, with the line for errors of form and the path for repeated keys. */
export function readYaml(text: string, maxDepth: number): TextRead {
  // Repeated keys are looked for below: the library compares every key with every other.
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: false, stringKeys: true });
  const found = [...document.errors, ...document.warnings].slice(0, MAX_ERRORS);
  if (found.length > 0) return { ok: false, errors: found.map(({ message }) => errorOf(message)) };
  const errors: FieldError[] = [];
  inspect(document.contents, [], maxDepth, errors);
  if (errors.length > 0) return { ok: false, errors };
  return toPlain(document);
}

/** The message without the excerpt that follows it. */
function errorOf(message: string): FieldError {
  const [first = message] = message.split('\n');
  return { path: '', reason: `not YAML: ${first.replace(/:$/, '')}` };
}

function inspect(node: Node | null, path: readonly PropertyKey[], maxDepth: number, errors: FieldError[]): void {
  if (errors.length >= MAX_ERRORS) return;
  if (path.length > maxDepth) {
    errors.push({ path: pointerOf(path.slice(0, 8)), reason: `nested deeper than ${maxDepth} levels` });
    return;
  }
  // `!!binary` and the like would give values that JSON does not have.
  if (node !== null && !isAlias(node) && node.tag !== undefined && !PLAIN_TAGS.has(node.tag)) {
    errors.push({ path: pointerOf(path), reason: `the tag ${node.tag} is not understood here` });
  } else if (isMap<Node, Node | null>(node)) {
    const keys = new Set<string>();
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      if (keys.has(name)) errors.push({ path: pointerOf([...path, name]), reason: 'this key stands here twice' });
      keys.add(name);
      inspect(value, [...path, name], maxDepth, errors);
    }
  } else if (isSeq<Node | null>(node)) {
    node.items.forEach((item, i) => inspect(item, [...path, i], maxDepth, errors));
  }
}

const PLAIN_TAGS = new Set(
  ['map', 'seq', 'str', 'int', 'float', 'bool', 'null'].map((name) => `tag:yaml.org,2002:${name}`),
);

function toPlain(document: Document): TextRead {
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch (error) {
    if (!(error instanceof ReferenceError || error instanceof RangeError)) throw error;
    return { ok: false, errors: [{ path: '', reason: `its aliases cannot be resolved: ${error.message}` }] };
  }
}
