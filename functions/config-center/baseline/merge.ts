// Puts a baseline's defaults below what a service says. What a service has written is the service's, whole.
import { isObject } from '../validation/salvage.ts';

/** The sections that hold rules by name. */
export const NAMED = [
  'resources',
  'throttles',
  'concurrency',
  'dependencies',
  'jobs',
  'faults',
  'slos',
  'alerts',
] as const;
const named: ReadonlySet<string> = new Set(NAMED);

/** Stands for every rule of a section; no rule can be called like this. */
export const EVERY = '*';

/**
 * The document with what it leaves out: a section, a rule by its name, a field of a rule or of another section. A field
 * that it has stays as it is: the two are never mixed within one, so that nobody need read both to know what a field
 * says. Of defaults, those of a rule's own name come before those of every rule. Pure; what is no document stays as it is.
 */
export function withDefaults(document: unknown, defaults: Readonly<Record<string, unknown>> | undefined): unknown {
  if (!isObject(document) || defaults === undefined) return document;
  const merged: Record<string, unknown> = { ...document };
  for (const [section, given] of Object.entries(defaults)) {
    const own = document[section];
    if (named.has(section)) {
      if ((own === undefined || isObject(own)) && isObject(given)) addTo(merged, section, rulesWith(own ?? {}, given));
    } else if (own === undefined) merged[section] = given;
    else if (isObject(own) && isObject(given)) merged[section] = { ...given, ...own };
  }
  return merged;
}

type Plain = Readonly<Record<string, unknown>>;

function rulesWith(own: Plain, { [EVERY]: every, ...byName }: Plain): Plain {
  const names = [...new Set([...Object.keys(own), ...Object.keys(byName)])];
  return Object.fromEntries(names.map((name) => [name, fieldsWith([own[name], byName[name], every])]));
}

/** What comes first counts; what is no object is a fault for the validator to name, and stays. */
function fieldsWith(layers: readonly unknown[]): unknown {
  const [first, ...rest] = layers.filter((layer) => layer !== undefined);
  if (!isObject(first)) return first;
  return [first, ...rest.filter(isObject)].reduceRight<Plain>((below, layer) => ({ ...below, ...layer }), {});
}

/** A section that was not there and gets nothing stays away. */
function addTo(document: Record<string, unknown>, section: string, rules: Plain): void {
  if (Object.keys(rules).length > 0 || document[section] !== undefined) document[section] = rules;
}
