// What a rule document declares of a job, as its item keeps it.
import type { Item } from '../port.ts';

/** Durations and the like as they are written in the document. */
export interface JobDefinition {
  readonly schedule: string;
  readonly timezone?: string | undefined;
  readonly maxRuntime?: string | undefined;
  readonly minRuntime?: string | undefined;
  readonly startDeadline?: string | undefined;
  readonly noHeartbeatFor?: string | undefined;
  readonly owner?: string | undefined;
}

const FIELDS = {
  schedule: true,
  timezone: true,
  maxRuntime: true,
  minRuntime: true,
  startDeadline: true,
  noHeartbeatFor: true,
  owner: true,
} satisfies Record<keyof JobDefinition, true>;

/** The fields of a definition, each of them, and nothing else of what they stand in: a rule, a job or its item. */
export function definitionOf(source: JobDefinition): JobDefinition;
/** Of an item, which says what it was once declared to be. */
export function definitionOf(source: Item): Omit<JobDefinition, 'schedule'>;
export function definitionOf(source: object): object {
  return Object.fromEntries(Object.keys(FIELDS).map((field) => [field, Reflect.get(source, field)]));
}
