// What may come in as data: plain values, bounded in depth and number, with no key that JavaScript gives a meaning to.
import { pointerOf } from './pointer.ts';
import { MAX_ERRORS, type FieldError } from './problem.ts';

/** Deeper than any rule document goes. */
export const MAX_DEPTH = 32;
const MAX_VALUES = 100_000;
/** Longer than any name of ours, and than names of headers or fields that people choose. */
const LONGEST_KEY = 256;
const REFUSED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** What of a parsed value must not go further, the first hundred finds; aliases may have made it a graph, even a circular one. */
export function unsafeParts(value: unknown): FieldError[] {
  const errors: FieldError[] = [];
  let values = 0;
  visit(value, []);
  return errors;

  function visit(part: unknown, path: readonly PropertyKey[]): void {
    values++;
    if (values === MAX_VALUES) errors.push({ path: '', reason: `more than ${MAX_VALUES} values` });
    if (values >= MAX_VALUES || typeof part !== 'object' || part === null) return;
    if (path.length >= MAX_DEPTH) {
      // One such error says it all.
      values = MAX_VALUES;
      errors.push({ path: pointerOf(path.slice(0, 8)), reason: `nested deeper than ${MAX_DEPTH} levels` });
      return;
    }
    for (const [key, child] of Object.entries(part)) {
      if (errors.length >= MAX_ERRORS) return;
      const childPath = [...path, Array.isArray(part) ? Number(key) : key];
      if (REFUSED_KEYS.has(key)) errors.push({ path: pointerOf(childPath), reason: 'this name cannot be used' });
      else if (key.length > LONGEST_KEY) errors.push({ path: pointerOf(childPath), reason: tooLong(key) });
      else visit(child, childPath);
    }
  }
}

function tooLong(key: string): string {
  return `this name has ${key.length} characters; at most ${LONGEST_KEY} are taken`;
}
