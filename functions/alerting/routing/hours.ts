// Until when an alert is held for its owner's hour, and until when a route is mute: zones and nights of changing clocks. Pure.
import type { MuteTimes, MuteWindow, Owner } from './document.ts';

/** Windows that follow on one another for longer than this never end. */
const LONGEST_MUTE_MS = 14 * 86_400_000;

/**
 * The first of the owner's hours at or after a moment, in ms since the epoch. What began at 08:00:00 itself is not held.
 * On the night that has no such hour it is when the clock has skipped it, on the one that has two the first counts.
 */
export function heldUntil({ hours }: Pick<Owner, 'hours'>, atMs: number): number {
  // There is always another day: what never comes is refused with the document.
  return hours.next(atMs - 1) ?? atMs;
}

/**
 * The end of the mute time that a moment is in, which is not in it itself; undefined at any other moment. Times that touch
 * or overlap are one. `Infinity` when it does not end.
 */
export function mutedUntil({ times }: Pick<MuteWindow, 'times'>, atMs: number): number | undefined {
  let until: number | undefined;
  for (let at: number | undefined = atMs; at !== undefined; at = endOf(times, at)) {
    if (at > atMs) until = at;
    if (at > atMs + LONGEST_MUTE_MS) return Infinity;
  }
  return until;
}

/** The last end of those times that a moment is within. */
function endOf(times: readonly MuteTimes[], atMs: number): number | undefined {
  const ends = times.map((one) => endOfOne(one, atMs)).filter((end) => end !== undefined);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

function endOfOne({ from, to, overMidnight }: MuteTimes, atMs: number): number | undefined {
  const start = from.previous(atMs + 1);
  if (start === undefined) return undefined;
  // Where the clock skips both, both are the end of what it skips: nothing is between them.
  const end = to.next(overMidnight ? start : start - 1);
  return end !== undefined && atMs < end ? end : undefined;
}
