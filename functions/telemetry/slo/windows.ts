// The windows that burn rates and budgets are of, and what of a series has to be read for them. Pure.
import { DAY_MS, FIVE_MINUTES, HOUR_MS, HOURS, MINUTE_MS, MINUTES, type Resolution } from '../series/span.ts';
import type { Window } from './objective.ts';

export const BURN_WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;
export type BurnWindow = (typeof BURN_WINDOWS)[number];

export const WINDOW_MS: Readonly<Record<BurnWindow | Window, number>> = {
  ...{ '5m': 5 * MINUTE_MS, '30m': 30 * MINUTE_MS },
  ...{ '1h': HOUR_MS, '2h': 2 * HOUR_MS, '6h': 6 * HOUR_MS },
  ...{ '1d': DAY_MS, '3d': 3 * DAY_MS, '7d': 7 * DAY_MS, '28d': 28 * DAY_MS, '30d': 30 * DAY_MS },
};

/** How finely a window begins: the shortest on a minute, others on what is read of their time, so that they are a little longer. */
export function beginOf(window: BurnWindow | Window, endMs: number): number {
  const ms = WINDOW_MS[window];
  const step = ms <= WINDOW_MS['5m'] ? MINUTE_MS : ms <= WINDOW_MS['6h'] ? FIVE_MINUTES.ms : HOURS.ms;
  return floorTo(endMs - ms, step);
}

/** A stretch of time, and what it is read from: whole days of all subjects at once, or slots of a resolution. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly of: 'days' | Resolution;
}

/** Everything from the earliest of `begins` to `endMs` once, as coarsely as no piece has a window begin within it. */
export function piecesOf(begins: readonly number[], endMs: number): Piece[] {
  const minutesFrom = floorTo(endMs - WINDOW_MS['5m'], FIVE_MINUTES.ms);
  const slotsFrom = floorTo(endMs - WINDOW_MS['6h'], HOURS.ms);
  const pieces: Piece[] = [];
  let at = Math.min(slotsFrom, ...begins);
  while (at < slotsFrom) {
    const day = floorTo(at, DAY_MS);
    const to = Math.min(day + DAY_MS, slotsFrom);
    const isWhole = to - at === DAY_MS && !begins.some((begin) => begin > at && begin < to);
    const of = isWhole ? 'days' : HOURS;
    const last = pieces.at(-1);
    if (last?.of === of) pieces[pieces.length - 1] = { ...last, to };
    else pieces.push({ from: at, to, of });
    at = to;
  }
  return [
    ...pieces,
    { from: slotsFrom, to: minutesFrom, of: FIVE_MINUTES },
    { from: minutesFrom, to: endMs, of: MINUTES },
  ];
}

const floorTo = (ms: number, step: number) => Math.floor(ms / step) * step;
