// What is wrong with a rule document, in places and reasons a person can act on. Never on the way to a handler.
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

export interface Fault {
  readonly path: Path;
  readonly reason: string;
}

const NOT_KNOWN = 'this key is not known here';

/** Faults told of one document; more would not be read. */
export const MOST_FAULTS = 100;

/** One for each unknown key, and of a choice those of the branch that was most likely meant. */
export function faultsOf(error: z.core.$ZodError, value: unknown): Fault[] {
  return allOf(error.issues, [], value);
}

/** Each issue stands for one error at least, so no more of them need looking at. */
function allOf(issues: readonly Issue[], base: Path, root: unknown): Fault[] {
  // What is of another type is not too long as well.
  const mistyped = new Set(issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => path.join('/')));
  return issues
    .filter(({ code, path }) => code === 'invalid_type' || !mistyped.has(path.join('/')))
    .slice(0, MOST_FAULTS)
    .flatMap((issue) => ofIssue(issue, base, root))
    .slice(0, MOST_FAULTS);
}

function ofIssue(issue: Issue, base: Path, root: unknown): Fault[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, MOST_FAULTS).map((key) => ({ path: [...path, key], reason: NOT_KNOWN }));
    case 'invalid_union': {
      const meant = issue.errors.filter((branch) => !branch.some(ofAnotherType));
      if (meant.length === 0) return [{ path, reason: anyOf(issue, valueAt(root, path)) }];
      if (meant.flat().every(isAnotherWord)) return [{ path, reason: `should be ${choiceOf(issue, meant.flat())}` }];
      return allOf(likeliest(meant), path, root).map((fault) => besideAnother(fault, meant, path));
    }
    case 'invalid_key':
      return issue.issues.slice(0, MOST_FAULTS).map((inner) => ({ path, reason: inner.message }));
    case 'invalid_type':
      if (valueAt(root, path) === undefined) return [{ path, reason: `is required: ${wanted(issue)}` }];
      return [{ path, reason: `should be ${wanted(issue)}` }];
    case 'invalid_value':
      return [{ path, reason: isZods(issue) ? `should be ${oneOf(issue.values)}` : issue.message }];
    case 'too_small':
      return [
        { path, reason: isZods(issue) ? `should ${sizes(issue.origin, 'at least', issue.minimum)}` : issue.message },
      ];
    case 'too_big':
      return [
        { path, reason: isZods(issue) ? `should ${sizes(issue.origin, 'at most', issue.maximum)}` : issue.message },
      ];
    default:
      return [{ path, reason: issue.message }];
  }
}

/** A key that the choice which was probably meant does not have, while another one does: both were written. */
function besideAnother(fault: Fault, branches: readonly (readonly Issue[])[], base: Path): Fault {
  const key = fault.path.at(-1);
  if (fault.reason !== NOT_KNOWN || fault.path.length !== base.length + 1 || typeof key !== 'string') return fault;
  const unknown = branches.map((issues) =>
    issues.flatMap((issue) => (issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [])),
  );
  const others = unknown.find((keys) => !keys.includes(key))?.join(', ');
  return others ? { path: fault.path, reason: `does not go with ${others}: give either ${key} or ${others}` } : fault;
}

/** None of the words a choice knows. */
function isAnotherWord({ code, path }: Issue): boolean {
  return code === 'invalid_value' && path.length === 0;
}

function choiceOf(union: z.core.$ZodIssueInvalidUnion, issues: readonly Issue[]): string {
  if (!isZods(union)) return union.message;
  return oneOf(issues.flatMap((issue) => (issue.code === 'invalid_value' ? issue.values : [])));
}

const oneOf = (values: readonly unknown[]) =>
  values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`;

/** The library's own words, where the schema has none for it. */
const isZods = ({ message }: Issue) => /^(Invalid|Too (small|big))/.test(message);

function sizes(origin: string, bound: string, size: number | bigint): string {
  if (origin === 'array' || origin === 'record' || origin === 'object')
    return `have ${bound} ${size} ${size === 1 ? 'entry' : 'entries'}`;
  if (origin === 'string') return `have ${bound} ${size} ${size === 1 ? 'character' : 'characters'}`;
  return `be ${bound} ${size}`;
}

/** The value as a whole is of another type than this branch's: an object where a text could be. */
function ofAnotherType(issue: Issue): boolean {
  return issue.path.length === 0 && issue.code === 'invalid_type';
}

/** What a value of an altogether different type should have been. */
function anyOf(union: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const types = union.errors.flat().flatMap((issue) => (issue.code === 'invalid_type' ? [wanted(issue)] : []));
  const all = union.message === 'Invalid input' ? [...new Set(types)].join(' or ') : union.message;
  return value === undefined ? `is required: ${all}` : `should be ${all}`;
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

/** In the schema's own words, if it has any. */
const wanted = (issue: z.core.$ZodIssueInvalidType) =>
  isZods(issue) ? (TYPES[issue.expected] ?? issue.expected) : issue.message;

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}
