// What of a service a change of its rules concerns: which resources, dependencies and jobs.
import type { RuleChange } from '../answers.ts';
import { pathOf } from './outline.ts';

export interface Concerned {
  /** `all`: whatever arrives, also what no resource names. */
  readonly resources: readonly string[] | 'all';
  readonly dependencies: readonly string[];
  readonly jobs: readonly string[];
}

/** Sections of which a rule names resources; without a name it is about all. */
const OF_RESOURCES = new Set(['throttles', 'concurrency', 'slos', 'alerts', 'faults']);
const OF_NOTHING = new Set(['apiVersion', 'service', 'owner', 'tags']);

/** `document` is the draft. */
export function concernedBy(changes: readonly RuleChange[], document: unknown): Concerned {
  const resources = new Set<string>();
  const dependencies = new Set<string>();
  const jobs = new Set<string>();
  let isAll = false;
  for (const change of changes) {
    const [section = '', name = ''] = pathOf(change.path);
    if (OF_NOTHING.has(section)) continue;
    if (section === 'resources') resources.add(name);
    else if (section === 'dependencies') dependencies.add(name);
    else if (section === 'jobs') jobs.add(name);
    else if (OF_RESOURCES.has(section)) {
      const rules = [ruleAt(document, section, name), ...sidesOf(change)];
      const hits = rules.flatMap((rule) => namesIn(rule, 'dependencies'));
      for (const hit of hits) dependencies.add(hit);
      const named = rules.map((rule) => namesIn(rule, 'resources'));
      // A rule that names none on one of its sides is about all of them there.
      if (hits.length === 0 && rules.some((rule, i) => rule !== undefined && named[i]?.length === 0)) isAll = true;
      for (const one of named.flat()) resources.add(one);
    } else isAll = true;
  }
  return { resources: isAll ? 'all' : [...resources], dependencies: [...dependencies], jobs: [...jobs] };
}

function sidesOf(change: RuleChange): unknown[] {
  if (change.change === 'removed') return [change.before];
  if (change.change !== 'changed') return [];
  const field = change.fields.find(({ path }) => path.endsWith('/resources') || path.endsWith('/dependencies'));
  if (!field) return [];
  return [{ [field.path.endsWith('/resources') ? 'resources' : 'dependencies']: field.before }];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function ruleAt(document: unknown, section: string, name: string): unknown {
  const rules = isObject(document) ? document[section] : undefined;
  return isObject(rules) ? rules[name] : undefined;
}

function namesIn(rule: unknown, member: string): string[] {
  const names = isObject(rule) ? rule[member] : undefined;
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}
