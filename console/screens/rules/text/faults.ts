// What the API says against a text, each fault with the line that it is about.
import type { FieldError } from '../../../api/problem.ts';
import { lineOf, outlineOf } from './outline.ts';

export interface Fault {
  readonly kind: 'bad' | 'warn';
  /** A JSON pointer. */
  readonly path: string;
  readonly reason: string;
  /** From 0. */
  readonly line: number;
}

/** In the order of their lines. What is no YAML has no path, but says its line itself. */
export function faultsOf(text: string, errors: readonly FieldError[], kind: Fault['kind']): Fault[] {
  const outline = outlineOf(text);
  const faults = errors.map(({ path, reason }) => {
    const said = / at line (\d+), column \d+/.exec(path === '' ? reason : '');
    return { kind, path, reason, line: said ? Number(said[1]) - 1 : lineOf(outline, path) };
  });
  return faults.sort((a, b) => a.line - b.line);
}
