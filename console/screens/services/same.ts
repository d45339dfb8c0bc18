// Whether two rule documents say the same. Pure.
import { recordOf } from './applying.ts';

/** In whatever order names stand. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    const others: readonly unknown[] = b;
    return a.every((one, i) => isSame(one, others[i]));
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [recordOf(a), recordOf(b)];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => isSame(left[name], right[name]));
}
