// What a rule document declares of a job, as its item keeps it.
import type { Item } from '../port.ts';
import type { RunCounts } from './job-runs.ts';

/** Durations and the like as they are written in the document. */
export interface JobDefinition {
  readonly schedule: string;
  readonly timezone?: string | undefined;
  readonly maxRuntime?: string | undefined;
  readonly minRuntime?: string | undefined;
  readonly startDeadline?: string | undefined;
  readonly finishBy?: string | undefined;
  readonly noHeartbeatFor?: string | undefined;
  readonly failures?: string | undefined;
  readonly notMoreThan?: string | undefined;
  readonly overlap?: 'allow' | 'forbid' | undefined;
  readonly expect?: { readonly [Count in keyof RunCounts]?: CountBound | undefined } | undefined;
  readonly duration?: { readonly anomaly: string } | undefined;
  readonly pauses?: PlannedPause[] | undefined;
  /** Jobs it waits for: `job` of the same service, or `service:job`. */
  readonly after?: string[] | undefined;
  readonly blocking?: boolean | undefined;
  /** Instances of other services are told of its runs. */
  readonly announced?: boolean | undefined;
  /** The resources of its own service that are paused while it runs, by name. */
  readonly pausing?: string[] | undefined;
  readonly tags?: string[] | undefined;
  readonly owner?: string | undefined;
  readonly alert?: JobAlert | undefined;
}

/** How its owner is told that it is wrong. */
export type JobAlert = {
  readonly severity?: 'realtime' | 'high' | 'deferred' | undefined;
  readonly runbook?: string | undefined;
  /** A time of the day in the owner's zone, in place of the owner's own. */
  readonly deferUntil?: string | undefined;
};

/** Numbers, or part of a median. */
export type CountBound = {
  readonly atLeast?: number | string | undefined;
  readonly atMost?: number | string | undefined;
};

/** Once, or each time the schedule comes. */
export type PlannedPause =
  | { readonly from: string; readonly to: string; readonly reason?: string | undefined }
  | { readonly schedule: string; readonly for: string; readonly reason?: string | undefined };

const FIELDS = {
  schedule: true,
  timezone: true,
  maxRuntime: true,
  minRuntime: true,
  startDeadline: true,
  finishBy: true,
  noHeartbeatFor: true,
  failures: true,
  notMoreThan: true,
  overlap: true,
  expect: true,
  duration: true,
  pauses: true,
  after: true,
  blocking: true,
  announced: true,
  pausing: true,
  tags: true,
  owner: true,
  alert: true,
} satisfies Record<keyof JobDefinition, true>;

/** The fields of a definition, each of them, and nothing else of what they stand in: a rule, a job or its item. */
export function definitionOf(source: JobDefinition): JobDefinition;
/** Of an item, which says what it was once declared to be. */
export function definitionOf(source: Item): Omit<JobDefinition, 'schedule'>;
export function definitionOf(source: object): object {
  return Object.fromEntries(Object.keys(FIELDS).map((field) => [field, Reflect.get(source, field)]));
}
