// How a fleet came to what was published last: the share of its active instances on it, minute by minute. Pure.
import type { FleetMinute } from './minutes.ts';
import { MINUTE_MS } from './minutes.ts';

/** Of its active instances. */
const MOST_OF_THEM = 0.95;

export interface ConvergenceMinute {
  /** Beginning of the minute, epoch ms. */
  readonly from: number;
  readonly instances: number;
  /** On the revision that was published. */
  readonly current: number;
}

export interface Convergence {
  readonly minutes: readonly ConvergenceMinute[];
  /** ms after the publication by which 95 of 100 had it, to the precision of their reports; undefined when that is not told. */
  readonly reachedWithinMs: number | undefined;
}

/**
 * What is counted under a minute are the revisions that were in force when it was reported: from a minute after its beginning
 * to two minutes after. So the minute before the publication is in it, and tells of it already in part.
 */
export function convergenceOf(
  minutes: readonly FleetMinute[],
  { revision, publishedAt }: { readonly revision: number; readonly publishedAt: number },
  /** Minutes that begin before it have been told of by everybody, epoch ms. */
  completeUntil: number,
): Convergence {
  const shown = minutes
    .filter(({ from }) => from + 2 * MINUTE_MS > publishedAt)
    .map(({ from, instances, revisions }) => ({ from, instances, current: revisions[String(revision)] ?? 0 }));
  const reached = shown.find(
    ({ from, instances, current }) => from < completeUntil && current >= MOST_OF_THEM * instances,
  );
  return { minutes: shown, reachedWithinMs: reached && reached.from + 2 * MINUTE_MS - publishedAt };
}
