// What is wrong with a rule document, in places and reasons a person can act on. Never on the way to a handler.
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

export interface Fault {
  readonly path: Path;
  readonly reason: string;
}

/** Faults told of one document; more would not be read. */
export const MOST_FAULTS = 100;

/** One for each unknown key, and of a choice those of the branch that was most likely meant. */
export function faultsOf(error: z.core.$ZodError, value: unknown): Fault[] {
  return allOf(error.issues, [], value);
}

/** Each issue stands for one error at least, so no more of them need looking at. */
function allOf(issues: readonly Issue[], base: Path, root: unknown): Fault[] {
  return issues
    .slice(0, MOST_FAULTS)
    .flatMap((issue) => ofIssue(issue, base, root))
    .slice(0, MOST_FAULTS);
}

function ofIssue(issue: Issue, base: Path, root: unknown): Fault[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys
        .slice(0, MOST_FAULTS)
        .map((key) => ({ path: [...path, key], reason: 'this key is not known here' }));
    case 'invalid_union': {
      const meant = issue.errors.filter((branch) => !branch.some(ofAnotherType));
      if (meant.length === 0) return [{ path, reason: anyOf(issue, valueAt(root, path)) }];
      return allOf(likeliest(meant), path, root);
    }
    case 'invalid_key':
      return issue.issues.slice(0, MOST_FAULTS).map((inner) => ({ path, reason: inner.message }));
    case 'invalid_type':
      if (valueAt(root, path) === undefined) return [{ path, reason: `is required: ${expected(issue.expected)}` }];
      return [{ path, reason: `should be ${expected(issue.expected)}` }];
    default:
      return [{ path, reason: issue.message }];
  }
}

/** The value as a whole is of another type than this branch's: an object where a text could be. */
function ofAnotherType(issue: Issue): boolean {
  return issue.path.length === 0 && issue.code === 'invalid_type';
}

/** What a value of an altogether different type should have been. */
function anyOf(union: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const types = union.errors
    .flat()
    .flatMap((issue) => (issue.code === 'invalid_type' ? [expected(issue.expected)] : []));
  const wanted = union.message === 'Invalid input' ? [...new Set(types)].join(' or ') : union.message;
  return value === undefined ? `is required: ${wanted}` : `should be ${wanted}`;
}

/** The branch with the fewest errors: `{ function: …, alais: … }` meant a function. */
function likeliest(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const wrongness = (issues: readonly Issue[]) =>
    issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
  return branches.toSorted((a, b) => wrongness(a) - wrongness(b))[0] ?? [];
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

const expected = (type: string) => TYPES[type] ?? type;

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}
