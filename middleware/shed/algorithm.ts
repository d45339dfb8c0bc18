// How likely a request to a dependency that refuses is dropped on the caller's side. Pure.

/** How many requests are sent for one that was accepted, before any are dropped. */
export const REQUESTS_PER_ACCEPT = 2;
/** However bad it is, one in twenty is sent: who sends nothing never learns that it could. */
export const MOST_DROPPED = 0.95;
/** A refusal or two are no overload: a table that grows, a caller's own burst. Three in two minutes are worth a look. */
export const LEAST_REFUSALS = 3;
/** A dependency that has refused nothing for so long, ms, and so often, is tried with twice as much. */
export const QUIET_MS = 10_000;
export const QUIET_ACCEPTS = 10;
/** Beyond this everything passes, whatever the window holds. */
const MOST_DOUBLINGS = 20;

/** What an instance knows of its requests to one dependency. */
export interface Acceptance {
  /** Wanted in the window, whether they were sent or dropped. */
  readonly requests: number;
  /** Of those, taken by the dependency, whatever became of them there. */
  readonly accepts: number;
  /** Of those, refused by it. */
  readonly refusals: number;
  /** ms since it last refused. */
  readonly quietMs: number;
  /** Taken one after another since then. */
  readonly acceptsInARow: number;
}

/**
 * The probability with which the next request is dropped here: max(0, (requests − K·accepts) / (requests + 1)), after
 * "Handling Overload" in Google's Site Reliability Engineering. K is 2, and doubles with every 10 s and 10 requests in a
 * row that the dependency accepted: without that, what was shed tenfold is held down until the last refusal has left the
 * window. The next refusal brings the whole window's knowledge back.
 */
export function dropProbability({ requests, accepts, refusals, quietMs, acceptsInARow }: Acceptance): number {
  if (refusals < LEAST_REFUSALS) return 0;
  const quiet = Math.min(quietMs / QUIET_MS, acceptsInARow / QUIET_ACCEPTS, MOST_DOUBLINGS);
  // A clock that was set back must not make it stricter.
  const doublings = Math.max(0, Math.floor(quiet));
  const spare = requests - REQUESTS_PER_ACCEPT * 2 ** doublings * accepts;
  return Math.min(MOST_DROPPED, Math.max(0, spare / (requests + 1)));
}
