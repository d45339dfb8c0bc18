// The traffic of a series, split into what became of it. Pure.
import type { Counts, Measured, RuleDocument, Series } from './answers.ts';

export interface Fates {
  readonly admitted: number;
  /** Records that went back to their queue, for later. */
  readonly deferred: number;
  readonly refused: number;
  readonly failed: number;
}

/** As telemetry counts failures: what a client got wrong (4xx) is an answer, refusals are none of either. */
export const isFailure = (outcome: string): boolean =>
  ['error', 'timeout', 'connect'].includes(outcome) || /^5\d\d$/.test(outcome) || outcome.startsWith('business:');

/** What a queue brings is deferred, not refused: the record comes again, and an invocation with deferred records is admitted. */
export function fatesOf({ count, outcomes, refusals }: Measured, isQueue: (resource: string) => boolean): Fates {
  const failed = sumOf(outcomes, isFailure);
  const deferred = sumOf(refusals, (by) => isQueue(resourceOf(by)));
  const told = outcomes['refused'] ?? 0;
  // Refused invocations of queues are told of record by record already.
  const others = sumOf(refusals, (by) => !isQueue(resourceOf(by)));
  const refused = deferred > 0 ? Math.min(told, others) : told;
  return { admitted: Math.max(0, count - failed - told), deferred, refused, failed };
}

/** `throttle/everyone/create-order` is of create-order. */
export const resourceOf = (by: string): string => by.slice(by.lastIndexOf('/') + 1);

export const queuesOf = (rules: RuleDocument | undefined) => (resource: string) =>
  rules?.resources?.[resource]?.match?.trigger === 'queue';

const sumOf = (counts: Counts, counted: (name: string) => boolean): number =>
  Object.entries(counts).reduce((sum, [name, count]) => sum + (counted(name) ? count : 0), 0);

export interface FateLines extends Record<keyof Fates, readonly (number | null)[]> {
  /** ms since the epoch. */
  readonly at: readonly number[];
  /** All of it, per second. */
  readonly demand: readonly (number | null)[];
}

/** Per second; null where it may still grow, which would look like a fall. */
export function linesOf(series: Series, isQueue: (resource: string) => boolean): FateLines {
  const fates = series.points.map((point) => (point.partial ? null : fatesOf(point, isQueue)));
  const rate = (count: number) => (count * 1_000) / series.stepMs;
  const line = (name: keyof Fates) => fates.map((one) => (one ? rate(one[name]) : null));
  return {
    at: series.points.map(({ at }) => Date.parse(at)),
    admitted: line('admitted'),
    deferred: line('deferred'),
    refused: line('refused'),
    failed: line('failed'),
    demand: fates.map((one) => (one ? rate(one.admitted + one.deferred + one.refused + one.failed) : null)),
  };
}

/** `p95` of each moment, ms. */
export const percentileLine = ({ points }: Series, name: string): (number | null)[] =>
  points.map(({ partial, durationMs }) => (partial ? null : (durationMs?.[name] ?? null)));
