// The lists of patterns that matchers have, each compiled once: what is exact is looked up, only globs are gone through. Pure.
import { compileGlob } from '../../../middleware/kernel/glob.ts';

export interface Glob {
  readonly text: string;
  readonly fits: (text: string) => boolean;
  /** All that it says is how a text begins: `a*`. */
  readonly isPrefix: boolean;
  /** What is before its first star. */
  readonly prefix: string;
}

export interface Patterns {
  readonly exact: ReadonlySet<string>;
  readonly globs: readonly Glob[];
}

/** Matchers of documents in force stay the same for many alerts. */
const compiled = new WeakMap<readonly string[], Patterns>();

export function patternsOf(list: readonly string[]): Patterns {
  const known = compiled.get(list);
  if (known) return known;
  const patterns = {
    exact: new Set(list.filter((pattern) => !pattern.includes('*'))),
    globs: list.filter((pattern) => pattern.includes('*')).map(globOf),
  };
  compiled.set(list, patterns);
  return patterns;
}

function globOf(text: string): Glob {
  const star = text.indexOf('*');
  return { text, fits: compileGlob(text), isPrefix: star === text.length - 1, prefix: text.slice(0, star) };
}

export const fitsOne = ({ exact, globs }: Patterns, text: string): boolean =>
  exact.has(text) || globs.some(({ fits }) => fits(text));
