// The rules of a document that hold for one resource, and how they are written. Pure.
import type { RuleDocument } from './answers.ts';

export interface Applying {
  /** `throttles.per-client`. */
  readonly path: string;
  readonly rule: unknown;
}

/** Sections of named rules, each for the resources it names, or for all. */
const NAMED = ['throttles', 'concurrency', 'faults', 'slos'] as const;

/** What holds for the resource; '' is all of the service, for which every rule counts. */
export function applyingTo(document: RuleDocument, resource: string): Applying[] {
  const own = Object.entries(document.resources ?? {})
    .filter(([name]) => resource === '' || name === resource)
    .map(([name, rule]) => ({ path: `resources.${name}`, rule }));
  const named = NAMED.flatMap((section) =>
    Object.entries(recordOf(document[section]))
      .filter(([, rule]) => holdsFor(rule, resource))
      .map(([name, rule]) => ({ path: `${section}.${name}`, rule })),
  );
  const whole = ['shedding', 'access', 'deadline', 'fallback']
    .filter((section) => document[section] !== undefined)
    .map((section) => ({ path: section, rule: document[section] }));
  return [...own, ...named, ...whole];
}

function holdsFor(rule: unknown, resource: string): boolean {
  const { resources } = recordOf(rule);
  return resource === '' || !Array.isArray(resources) || resources.includes(resource);
}

export const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Names and values a line each, deeper ones set in: to read, not to parse. */
export function written(value: unknown, indent = ''): string {
  return Object.entries(recordOf(value))
    .map(([name, one]) =>
      Object.keys(recordOf(one)).length > 0
        ? `${indent}${name}:\n${written(one, `${indent}  `)}`
        : `${indent}${name}: ${flat(one)}`,
    )
    .join('\n');
}

const flat = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(flat).join(', ')}]`
    : typeof value === 'string'
      ? value
      : (JSON.stringify(value) ?? '');
