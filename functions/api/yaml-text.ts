// Reads YAML text (1.2, core schema) into plain JSON values: one document, no repeated keys, few aliases, no tags.
import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  type CST,
  type Document,
  type Node,
  type YAMLError,
} from 'yaml';
import type { TextRead } from './json-text.ts';
import { pointerOf } from './pointer.ts';
import { MAX_ERRORS, type FieldError } from './problem.ts';
import { lexemesOf } from './yaml-lexemes.ts';

/** How many aliases (`*name`) may multiply a document; far more than a person writes. */
const MAX_ALIASES = 100;

/** Parses YAML; gives the first hundred errors, with the line for errors of form and the path for repeated keys. */
export function readYaml(text: string, maxDepth: number): TextRead {
  const parts = lexemesOf(text, maxDepth);
  if (!parts.ok) return { ok: false, errors: [{ path: '', reason: parts.reason }] };
  const lines = new LineCounter();
  const [document, another] = new Composer(AS_JSON).compose(tokensOf(parts.lexemes, lines), true, text.length);
  if (document === undefined) return { ok: true, value: null };
  const found: readonly YAMLError[] = [...document.errors, ...document.warnings].slice(0, MAX_ERRORS);
  if (found.length > 0) return { ok: false, errors: found.map((error) => errorOf(error, lines, maxDepth)) };
  if (another !== undefined) return { ok: false, errors: [errorAt(another.range[0], 'more than one document', lines)] };
  const errors: FieldError[] = [];
  inspect(document.contents, [], maxDepth, errors);
  if (errors.length > 0) return { ok: false, errors };
  return toPlain(document);
}

const AS_JSON = {
  version: '1.2',
  schema: 'core',
  stringKeys: true,
  // Repeated keys are looked for below: the library compares every key with every other.
  uniqueKeys: false,
} as const;

/** As the library makes them of a text, which it would take apart a second time. */
function* tokensOf(lexemes: readonly string[], lines: LineCounter): Generator<CST.Token, void> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of lexemes) yield* parser.next(lexeme);
  yield* parser.end();
}

/** The library's own messages would quote the line for each error: with long lines, half a minute for one body. */
function errorOf({ message, pos }: YAMLError, lines: LineCounter, maxDepth: number): FieldError {
  if (STACK_ENDED.test(message)) return { path: '', reason: `nested deeper than ${maxDepth} levels` };
  return errorAt(pos[0], message.split('\n')[0] ?? message, lines);
}

function errorAt(offset: number, what: string, lines: LineCounter): FieldError {
  const { line, col } = lines.linePos(offset);
  return { path: '', reason: `not YAML: ${what} at line ${line}, column ${col}` };
}

/** The library makes an error of form of it when its recursion ends the stack. */
const STACK_ENDED = /call stack|stack overflow/i;

function inspect(node: Node | null, path: readonly PropertyKey[], maxDepth: number, errors: FieldError[]): void {
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
      if (errors.length >= MAX_ERRORS) return;
      const name = String(isScalar(key) ? key.value : key);
      if (keys.has(name)) errors.push({ path: pointerOf([...path, name]), reason: 'this key stands here twice' });
      keys.add(name);
      inspect(value, [...path, name], maxDepth, errors);
    }
  } else if (isSeq<Node | null>(node)) {
    for (const [i, item] of node.items.entries()) {
      if (errors.length >= MAX_ERRORS) return;
      inspect(item, [...path, i], maxDepth, errors);
    }
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
