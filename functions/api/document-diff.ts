// What differs between two documents, of rules or of routing: rules that came, went or changed, by name, and which of their fields.
import { isDeepStrictEqual } from 'node:util';
import { pointerOf } from './pointer.ts';

export interface FieldChange {
  readonly path: string;
  /** Left out when the field is new. */
  readonly before?: unknown;
  /** Left out when the field is gone. */
  readonly after?: unknown;
}

export type RuleChange =
  | { readonly path: string; readonly change: 'added'; readonly after: unknown }
  | { readonly path: string; readonly change: 'removed'; readonly before: unknown }
  | { readonly path: string; readonly change: 'changed'; readonly fields: readonly FieldChange[] }
  /** The same rule under another name. */
  | { readonly path: string; readonly change: 'renamed'; readonly from: string };

/** Sections whose entries are rules with a name; any other top-level key counts as one rule. */
const NAMED = new Set([
  'resources',
  'throttles',
  'concurrency',
  'dependencies',
  'jobs',
  'faults',
  'slos',
  'alerts',
  // Of a baseline.
  'guardrails',
  // Of the routing of alerts.
  'owners',
  'channels',
  'windows',
]);

export function diffDocuments(before: unknown, after: unknown): RuleChange[] {
  const [old, now] = [rulesOf(before), rulesOf(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  const renamed = renamesBetween(old, now);
  const gone = new Set(renamed.values());
  return paths.flatMap((path): RuleChange[] => {
    if (gone.has(path)) return [];
    const from = renamed.get(path);
    if (from !== undefined) return [{ path, change: 'renamed', from }];
    if (!old.has(path)) return [{ path, change: 'added', after: now.get(path) }];
    if (!now.has(path)) return [{ path, change: 'removed', before: old.get(path) }];
    const fields = fieldChanges(path, old.get(path), now.get(path));
    return fields.length > 0 ? [{ path, change: 'changed', fields }] : [];
  });
}

/** Every rule by its JSON pointer. */
function rulesOf(document: unknown): Map<string, unknown> {
  const rules = new Map<string, unknown>();
  for (const [key, value] of Object.entries(isObject(document) ? document : {})) {
    if (!NAMED.has(key) || !isObject(value)) rules.set(pointerOf([key]), value);
    else for (const [name, rule] of Object.entries(value)) rules.set(pointerOf([key, name]), rule);
  }
  return rules;
}

/** By its new path the old one of each rule that came where the same one went; in the order of their names. */
function renamesBetween(old: ReadonlyMap<string, unknown>, now: ReadonlyMap<string, unknown>): Map<string, string> {
  const sectionOf = (path: string) => path.slice(0, path.lastIndexOf('/'));
  const isNamed = (path: string) => sectionOf(path) !== '';
  const went = [...old.keys()].filter((path) => isNamed(path) && !now.has(path)).sort();
  const came = [...now.keys()].filter((path) => isNamed(path) && !old.has(path)).sort();
  const renamed = new Map<string, string>();
  for (const from of went) {
    const path = came.find(
      (candidate) =>
        !renamed.has(candidate) &&
        sectionOf(candidate) === sectionOf(from) &&
        isDeepStrictEqual(old.get(from), now.get(candidate)),
    );
    if (path !== undefined) renamed.set(path, from);
  }
  return renamed;
}

/** The smallest fields that differ; lists are compared as a whole, since their order has a meaning. */
function fieldChanges(path: string, before: unknown, after: unknown): FieldChange[] {
  if (!isObject(before) || !isObject(after)) {
    return isDeepStrictEqual(before, after) ? [] : [{ path, before, after }];
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const place = path + pointerOf([name]);
    if (!Object.hasOwn(before, name)) return [{ path: place, after: after[name] }];
    if (!Object.hasOwn(after, name)) return [{ path: place, before: before[name] }];
    return fieldChanges(place, before[name], after[name]);
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
