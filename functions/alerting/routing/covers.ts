// Which matchers fit all that others fit, and which exclude each other; undecided where patterns make it hard to tell, or are too many. Pure.
import type { Matcher } from './document.ts';
import { patternsOf, type Glob, type Patterns } from './patterns.ts';

const FIELDS = ['service', 'owner', 'kind', 'severity', 'name', 'tag'] as const;

/** What a comparison costs: a look whether a text is in a list, and a glob held against a text. */
const LOOK = 1;
const GLOB = 8;

/** Compares matchers as long as it may: then it says of none that it covers or excludes another. */
export interface Comparison {
  /** Whether whatever fits `narrow` fits `wide` for certain. */
  readonly covers: (wide: Matcher, narrow: Matcher) => boolean;
  /** Whether nothing can fit both. An alert has many tags: one of each may fit. */
  readonly excludes: (a: Matcher, b: Matcher) => boolean;
  /** Whether a matcher of one pattern surely fits none of these. */
  readonly fitsNone: (pattern: string, names: readonly string[]) => boolean;
  /** Whether one more alert may be held against all of these matchers. */
  readonly affords: (matchers: readonly Matcher[]) => boolean;
  /** Something was not compared. */
  readonly isExhausted: boolean;
}

/** @param most What it may cost in all. */
export function comparison(most: number): Comparison {
  let left = most;
  const spend = (cost: number): boolean => (left = Math.max(left - cost, -1)) >= 0;

  function coversPattern({ exact, globs }: Patterns, one: string): boolean {
    return spend(LOOK) && (exact.has(one) || globs.some((glob) => spend(GLOB) && coversText(glob, one)));
  }

  function meet(a: Patterns, b: Patterns): boolean {
    // What cannot be looked at may meet.
    const fit = (texts: ReadonlySet<string>, globs: readonly Glob[]) =>
      [...texts].some((text) => globs.some(({ fits }) => !spend(GLOB) || fits(text)));
    return (
      [...a.exact].some((text) => !spend(LOOK) || b.exact.has(text)) ||
      fit(a.exact, b.globs) ||
      fit(b.exact, a.globs) ||
      a.globs.some((x) => b.globs.some((y) => !spend(GLOB) || beginAlike(x, y)))
    );
  }

  return {
    covers: (wide, narrow) =>
      spend(LOOK) &&
      FIELDS.every((field) => {
        const [all, some] = [wide[field], narrow[field]];
        if (all === undefined) return true;
        return some !== undefined && some.every((one) => coversPattern(patternsOf(all), one));
      }),
    excludes: (a, b) =>
      spend(LOOK) &&
      FIELDS.filter((field) => field !== 'tag').some((field) => {
        const [some, others] = [a[field], b[field]];
        return some !== undefined && others !== undefined && !meet(patternsOf(some), patternsOf(others));
      }),
    fitsNone: (pattern, names) => {
      const { exact, globs } = patternsOf([pattern]);
      return names.every((name) => spend(GLOB) && !exact.has(name) && !globs.some(({ fits }) => fits(name)));
    },
    affords: (matchers) => spend(matchers.reduce((globs, match) => globs + globsIn(match), 0) * GLOB),
    get isExhausted() {
      return left < 0;
    },
  };
}

function coversText({ text, fits, isPrefix, prefix }: Glob, narrow: string): boolean {
  if (text === narrow || text === '*') return true;
  if (!narrow.includes('*')) return fits(narrow);
  // One star at the end takes all that begins in the same way.
  return isPrefix && narrow.slice(0, narrow.indexOf('*')).startsWith(prefix);
}

const beginAlike = ({ prefix: x }: Glob, { prefix: y }: Glob): boolean => x.startsWith(y) || y.startsWith(x);

function globsIn(match: Matcher): number {
  return FIELDS.reduce((sum, field) => sum + patternsOf(match[field] ?? []).globs.length, 0);
}
