// Puts times of a wall clock into time, where a clock that is changed skips some of them and repeats others.
import type { ChangeEffect, ClockChange } from './kinds.ts';
import { stretchAt, type Stretch } from './stretches.ts';
import { LAST_YEAR, nextWall, previousWall, type WallTimes } from './wall-times.ts';

const DAY_MS = 86_400_000;
/** A clock that is put further is set right rather than changed for the season: what it skips is gone (cron(8)). */
const LONGEST_CHANGE_MS = 3 * 3_600_000;
const FIRST = -DAY_MS;
const END = Date.UTC(LAST_YEAR + 1, 0, 2);

/** What becomes of the times that the clock repeats, and of those that it skips. */
export interface ClockRules {
  readonly repeated: 'once' | 'twice';
  readonly skipped: 'never' | 'afterwards';
}

/** Times of the clock of a zone. */
export interface Placed {
  readonly times: WallTimes;
  readonly timezone: string;
  readonly rules: ClockRules;
}

/** The first instant after `afterMs`. */
export function nextInstant({ times, timezone, rules }: Placed, afterMs: number): number | undefined {
  let from = Math.max(Math.floor(afterMs) + 1, FIRST);
  while (from < END) {
    const stretch = stretchAt(from, timezone);
    if (from === stretch.from && makesUp(times, rules, stretch)) return from;
    const wall = nextWall(times, Math.max(from + stretch.offset, newWallFrom(rules, stretch)));
    if (wall !== undefined && wall - stretch.offset < stretch.until) return wall - stretch.offset;
    // A change soon to come may put the clock back behind `from`; after that, the clock shows no time before `wall`.
    if (stretch.until - from < DAY_MS) from = stretch.until;
    else if (wall === undefined) return undefined;
    else from = Math.max(stretch.until, wall - stretch.offset - DAY_MS);
  }
  return undefined;
}

/** The last instant before `beforeMs`. */
export function previousInstant({ times, timezone, rules }: Placed, beforeMs: number): number | undefined {
  let at = Math.min(Math.ceil(beforeMs) - 1, END);
  while (at >= FIRST) {
    const stretch = stretchAt(at, timezone);
    const wall = previousWall(times, at + stretch.offset);
    if (wall !== undefined && wall >= Math.max(stretch.from + stretch.offset, newWallFrom(rules, stretch)))
      return wall - stretch.offset;
    if (makesUp(times, rules, stretch)) return stretch.from;
    if (at - stretch.from < DAY_MS) at = stretch.from - 1;
    else if (wall === undefined) return undefined;
    else at = Math.min(stretch.from - 1, wall - stretch.offset + DAY_MS);
  }
  return undefined;
}

/** The changes of the clock within (fromMs, toMs], and what they do to the times. */
export function changesWithin({ times, timezone, rules }: Placed, fromMs: number, toMs: number): ClockChange[] {
  const changes: ClockChange[] = [];
  for (let at = stretchAt(fromMs, timezone).until; at <= toMs; at = stretchAt(at, timezone).until) {
    const stretch = stretchAt(at, timezone);
    const { before, offset: after } = stretch;
    if (before !== after) changes.push({ at, timezone, before, after, effect: effectOf(times, rules, stretch) });
  }
  return changes;
}

function effectOf(times: WallTimes, rules: ClockRules, stretch: Stretch): ChangeEffect {
  const { from, before, offset } = stretch;
  if (!isIn(times, from + Math.min(before, offset), from + Math.max(before, offset))) return 'none';
  if (offset < before) return rules.repeated;
  return makesUp(times, rules, stretch) ? 'afterwards' : 'skipped';
}

/** What the clock shows from here on it has not shown before the stretch. */
function newWallFrom({ repeated }: ClockRules, { from, before, offset }: Stretch): number {
  return repeated === 'once' && before > offset ? from + before : -Infinity;
}

/** Whether times that were skipped come as the stretch begins. */
function makesUp(times: WallTimes, { skipped }: ClockRules, { from, before, offset }: Stretch): boolean {
  if (skipped === 'never' || offset <= before || offset - before > LONGEST_CHANGE_MS) return false;
  return isIn(times, from + before, from + offset);
}

function isIn(times: WallTimes, fromWall: number, untilWall: number): boolean {
  const wall = nextWall(times, fromWall);
  return wall !== undefined && wall < untilWall;
}
