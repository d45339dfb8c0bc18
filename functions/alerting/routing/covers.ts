// Which matchers fit all that others fit, and which exclude each other; undecided where patterns make it hard to tell. Pure.
import { compileGlob } from '../../../middleware/kernel/glob.ts';
import type { Matcher } from './document.ts';

const FIELDS = ['service', 'owner', 'kind', 'severity', 'name', 'tag'] as const;

/** Whether whatever fits `narrow` fits `wide` for certain. */
export function covers(wide: Matcher, narrow: Matcher): boolean {
  return FIELDS.every((field) => {
    const [all, some] = [wide[field], narrow[field]];
    if (all === undefined) return true;
    return some !== undefined && some.every((one) => all.some((pattern) => coversPattern(pattern, one)));
  });
}

/** Whether nothing can fit both. An alert has many tags: one of each may fit. */
export function excludes(a: Matcher, b: Matcher): boolean {
  return FIELDS.filter((field) => field !== 'tag').some((field) => {
    const [some, others] = [a[field], b[field]];
    if (some === undefined || others === undefined) return false;
    return some.every((one) => others.every((other) => apart(one, other)));
  });
}

function coversPattern(wide: string, narrow: string): boolean {
  if (wide === narrow || wide === '*') return true;
  if (!narrow.includes('*')) return compileGlob(wide)(narrow);
  // One star at the end takes all that begins in the same way.
  const star = wide.indexOf('*');
  return star === wide.length - 1 && narrow.slice(0, narrow.indexOf('*')).startsWith(wide.slice(0, star));
}

function apart(a: string, b: string): boolean {
  if (!a.includes('*')) return !compileGlob(b)(a);
  if (!b.includes('*')) return !compileGlob(a)(b);
  const [x, y] = [a.slice(0, a.indexOf('*')), b.slice(0, b.indexOf('*'))];
  return !x.startsWith(y) && !y.startsWith(x);
}
