// Which burn rates deserve somebody's attention: the pairs of windows of the SRE workbook, chapter 5. Pure.
import { burnRateOf } from './budget.ts';
import type { Events } from './events.ts';
import type { BurnWindow } from './windows.ts';

export interface Pair {
  /** `page` now, or a `ticket` for the days to come. */
  readonly severity: 'page' | 'ticket';
  readonly factor: number;
  readonly long: BurnWindow;
  /** A twelfth of the long one or so: it has ended soon after the trouble has. */
  readonly short: BurnWindow;
}

export const PAIRS: readonly Pair[] = [
  { severity: 'page', factor: 14.4, long: '1h', short: '5m' },
  { severity: 'page', factor: 6, long: '6h', short: '30m' },
  { severity: 'ticket', factor: 3, long: '1d', short: '2h' },
  { severity: 'ticket', factor: 1, long: '3d', short: '6h' },
];

/** In the long window: one bad request of two is no trend. */
export const ENOUGH_REQUESTS = 10;
export const ENOUGH_BAD = 3;

export interface Alert extends Pair {
  /** Without it nothing fires, however bad the few requests were. */
  readonly enoughTraffic: boolean;
  readonly firing: boolean;
}

export function alertsOf(events: (window: BurnWindow) => Events, objective: number): Alert[] {
  const isBurning = (window: BurnWindow, factor: number) => (burnRateOf(events(window), objective) ?? 0) > factor;
  return PAIRS.map((pair) => {
    const { total, bad } = events(pair.long);
    const enoughTraffic = total >= ENOUGH_REQUESTS;
    const burning = isBurning(pair.long, pair.factor) && isBurning(pair.short, pair.factor);
    return { ...pair, enoughTraffic, firing: enoughTraffic && bad >= ENOUGH_BAD && burning };
  });
}
