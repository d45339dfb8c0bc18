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

/**
 * From when on the service has been counted, ms since the epoch: that nothing was counted before it was there is no zero.
 * `since` is when flyball has first heard of it.
 */
export function countedFrom({ from, points }: Series, since: string | undefined): number {
  const begun = Math.max(Date.parse(from), Date.parse(since ?? from));
  const first = points.find(({ count }) => count > 0);
  return first === undefined ? begun : Math.min(begun, Date.parse(first.at));
}

/** What may still grow would look like a fall. */
const isCounted = ({ partial, at }: Series['points'][number], stepMs: number, from: number): boolean =>
  partial === undefined && Date.parse(at) + stepMs > from;

export interface Figures extends Fates {
  /** Of which time they are, ms since the epoch: that which is drawn. Both are the same while nothing is. */
  readonly from: number;
  readonly to: number;
}

/** Of all that is drawn. */
export function figuresOf(series: Series, from: number, isQueue: (resource: string) => boolean): Figures {
  const counted = series.points.filter((point) => isCounted(point, series.stepMs, from));
  const [first, last] = [counted[0], counted.at(-1)];
  const fates = counted.map((point) => fatesOf(point, isQueue));
  const sum = (name: keyof Fates) => fates.reduce((all, one) => all + one[name], 0);
  return {
    ...{ admitted: sum('admitted'), deferred: sum('deferred'), refused: sum('refused'), failed: sum('failed') },
    from: first ? Date.parse(first.at) : from,
    to: last ? Date.parse(last.at) + series.stepMs : from,
  };
}

export interface FateLines extends Record<keyof Fates, readonly (number | null)[]> {
  /** ms since the epoch. */
  readonly at: readonly number[];
  /** All of it, per second. */
  readonly demand: readonly (number | null)[];
}

/** Per second, `from` when on it is counted; null where nothing is known. */
export function linesOf(series: Series, from: number, isQueue: (resource: string) => boolean): FateLines {
  const fates = series.points.map((point) => (isCounted(point, series.stepMs, from) ? fatesOf(point, isQueue) : null));
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
