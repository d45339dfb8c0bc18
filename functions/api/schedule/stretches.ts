// Between two changes a clock keeps its distance to UTC: finds the stretch of time around an instant, and remembers it.
import { toWallClock } from '../../../middleware/kernel/zone.ts';

const DAY_MS = 86_400_000;
/** No zone has changed its clock twice within a week. */
const STEP_MS = 7 * DAY_MS;
/** What is looked at to each side, for zones that never change theirs. */
const HORIZON_MS = 57 * STEP_MS;
const MOST_ZONES = 64;
const MOST_STRETCHES = 64;

/** Instants from `from` until `until` at which the clock is `offset` ahead of UTC, all in ms. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
  /** The offset just before `from`: the same where only the looking began there. */
  readonly before: number;
}

/** By the zone's name in lower case; the oldest leaves first. */
const known = new Map<string, Stretch[]>();

/** @throws {RangeError} when there is no such zone. */
export function stretchAt(instantMs: number, timezone: string): Stretch {
  const zone = timezone.toLowerCase();
  let stretches = known.get(zone);
  const found = stretches?.find(({ from, until }) => from <= instantMs && instantMs < until);
  if (found) return found;
  const stretch = zone === 'utc' ? ALL_OF_UTC : findStretch(instantMs, timezone);
  if (!stretches) {
    const [oldest] = known.keys();
    if (known.size >= MOST_ZONES && oldest !== undefined) known.delete(oldest);
    known.set(zone, (stretches = []));
  }
  if (stretches.length >= MOST_STRETCHES) stretches.shift();
  stretches.push(stretch);
  return stretch;
}

const ALL_OF_UTC: Stretch = { from: -Infinity, until: Infinity, offset: 0, before: 0 };

function findStretch(instantMs: number, timezone: string): Stretch {
  const offsetAt = (at: number) => toWallClock(at, timezone) - at;
  const offset = offsetAt(instantMs);
  /** From a time that has the offset towards one that may not: the last that has it, going that way. */
  const edge = (direction: 1 | -1): number => {
    let inside = instantMs;
    let step = STEP_MS;
    while (Math.abs(inside - instantMs) < HORIZON_MS && offsetAt(inside + direction * step) === offset)
      inside += direction * step;
    if (Math.abs(inside - instantMs) >= HORIZON_MS) return inside;
    while (step > 1) {
      step = Math.ceil(step / 2);
      if (offsetAt(inside + direction * step) === offset) inside += direction * step;
    }
    return inside;
  };
  const from = edge(-1);
  return { from, until: edge(1) + 1, offset, before: offsetAt(from - 1) };
}
