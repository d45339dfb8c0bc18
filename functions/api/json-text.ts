// Reads JSON text as JSON.parse does, and refuses what it lets through: repeated keys, and nesting without end.
import { pointerOf } from './pointer.ts';
import { MAX_ERRORS, type FieldError } from './problem.ts';

export type TextRead =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly errors: readonly FieldError[] };

/** Parses JSON; every repeated key is an error with its path, the first hundred of them. */
export function readJson(text: string, maxDepth: number): TextRead {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, errors: [{ path: '', reason: reasonOf(error) }] };
  }
  const errors = repeatedKeys(text, maxDepth);
  return errors.length > 0 ? { ok: false, errors } : { ok: true, value };
}

/** V8 quotes the text around the error: enough to find it, too little to leak much of a document. */
function reasonOf(error: unknown): string {
  return `not JSON: ${error instanceof Error ? error.message : 'unreadable'}`;
}

interface Level {
  /** Undefined in an array. */
  readonly keys: Set<string> | undefined;
  /** The key or index that what follows belongs to. */
  at: string | number;
  expectsKey: boolean;
}

/** Walks text that is known to be JSON. */
function repeatedKeys(text: string, maxDepth: number): FieldError[] {
  const errors: FieldError[] = [];
  const levels: Level[] = [];
  for (let i = 0; i < text.length && errors.length < MAX_ERRORS; i++) {
    const level = levels[levels.length - 1];
    switch (text[i]) {
      case '{':
      case '[': {
        if (levels.length === maxDepth) return [...errors, tooDeep(levels, maxDepth)];
        const isObject = text[i] === '{';
        levels.push({ keys: isObject ? new Set() : undefined, at: isObject ? '' : 0, expectsKey: isObject });
        break;
      }
      case '}':
      case ']':
        levels.pop();
        break;
      case ',':
        if (level?.keys) level.expectsKey = true;
        else if (level && typeof level.at === 'number') level.at++;
        break;
      case '"': {
        const end = endOfString(text, i);
        if (level?.keys && level.expectsKey) {
          const key = String(JSON.parse(text.slice(i, end + 1)));
          level.at = key;
          level.expectsKey = false;
          if (level.keys.has(key)) errors.push({ path: pathOf(levels), reason: 'this key stands here twice' });
          level.keys.add(key);
        }
        i = end;
        break;
      }
    }
  }
  return errors;
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}

function pathOf(levels: readonly Level[]): string {
  return pointerOf(levels.map(({ at }) => at));
}

function tooDeep(levels: readonly Level[], maxDepth: number): FieldError {
  return { path: pathOf(levels.slice(0, 8)), reason: `nested deeper than ${maxDepth} levels` };
}
