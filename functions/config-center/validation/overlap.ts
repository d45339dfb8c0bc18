// Whether two patterns (exact, glob or path template) have a text in common. Pure.

/** One position of a pattern; a starred one stands for any run of what it accepts. */
interface Element {
  /** One character, or one of the classes below. */
  readonly accepts: string;
  readonly starred: boolean;
}

/** Classes of characters; longer than any character, so that they cannot be taken for one. */
const ANY = 'any';
const NOT_SLASH = 'not-slash';

/** A pattern compiled for comparing. */
export type Shape = readonly Element[];

/** A glob: `*` stands for any run of characters. */
export function globShape(pattern: string): Shape {
  return [...pattern].map((char) => (char === '*' ? run(ANY) : one(char)));
}

/** A path: a glob, or with names in braces a template, in which `*` and `{name}` stay within one segment. */
export function pathShape(pattern: string): Shape {
  if (!pattern.includes('{')) return globShape(pattern);
  return pattern.split('/').flatMap((segment, i) => {
    const slash = i === 0 ? [] : [one('/')];
    if (isParameter(segment)) return [...slash, one(NOT_SLASH), run(NOT_SLASH)];
    return [...slash, ...[...segment].map((char) => (char === '*' ? run(NOT_SLASH) : one(char)))];
  });
}

export const isParameter = (segment: string) => segment.startsWith('{') && segment.endsWith('}');

/** How many steps all comparisons of one document may still take together. */
export interface Budget {
  steps: number;
}

/**
 * Compares what both shapes begin and end with, then walks what is left of them at once over every text they could
 * share: O(n·m) steps. @throws {BudgetSpent} instead of taking more steps than the budget has.
 */
export function overlap(a: Shape, b: Shape, budget: Budget = { steps: Number.POSITIVE_INFINITY }): boolean {
  const shorter = Math.min(a.length, b.length);
  const begins = agreeing(shorter, (i) => [a[i], b[i]]);
  if (begins === undefined) return false;
  const ends = agreeing(shorter - begins, (i) => [a[a.length - 1 - i], b[b.length - 1 - i]]);
  if (ends === undefined) return false;
  return walk(a.slice(begins, a.length - ends), b.slice(begins, b.length - ends), budget);
}

export class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent';
  readonly code = 'BUDGET_SPENT';
}

/** How many pairs, up to the first with a star, agree; undefined when one cannot. */
function agreeing(
  most: number,
  pair: (i: number) => readonly [Element | undefined, Element | undefined],
): number | undefined {
  for (let i = 0; i < most; i++) {
    const [left, right] = pair(i);
    if (!left || !right || left.starred || right.starred) return i;
    if (!compatible(left.accepts, right.accepts)) return undefined;
  }
  return most;
}

function walk(a: Shape, b: Shape, budget: Budget): boolean {
  const width = b.length + 1;
  // Clearing the board costs time too, a little for each of its places.
  spend(budget, Math.ceil(((a.length + 1) * width) / 64));
  const seen = new Uint8Array((a.length + 1) * width);
  const ahead = [0];
  for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
    if (seen[at] === 1) continue;
    seen[at] = 1;
    spend(budget, 1);
    const left = a[Math.floor(at / width)];
    const right = b[at % width];
    if (left === undefined && right === undefined) return true;
    if (left?.starred) ahead.push(at + width);
    if (right?.starred) ahead.push(at + 1);
    if (left && right && compatible(left.accepts, right.accepts)) {
      ahead.push(at + (left.starred ? 0 : width) + (right.starred ? 0 : 1));
    }
  }
  return false;
}

function spend(budget: Budget, steps: number): void {
  budget.steps -= steps;
  if (budget.steps < 0) throw new BudgetSpent('comparing these patterns takes more steps than it may');
}

function compatible(a: string, b: string): boolean {
  if (a === ANY || b === ANY || a === b) return true;
  return (a === NOT_SLASH && b !== '/') || (b === NOT_SLASH && a !== '/');
}

const one = (accepts: string): Element => ({ accepts, starred: false });
const run = (accepts: string): Element => ({ accepts, starred: true });
