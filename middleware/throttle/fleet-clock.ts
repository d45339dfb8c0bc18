// The fleet's time as an instance knows it: its own clock, put right by what is certain about the table's.
import type { Instance } from '../kernel/instance.ts';
import type { Grant } from './limiter.ts';

/**
 * How far this instance's clock is certainly off the table's, ms: 0 while they may agree. The table's answers narrow it
 * down to about their round trip, so that a clock that is far off is put right within some seconds of traffic.
 */
export function certainOffsetMs(instance: Instance): number {
  const skew = instance.table.skew?.();
  if (!skew) return 0;
  if (skew.lowMs > 0) return skew.lowMs;
  return skew.highMs < 0 ? skew.highMs : 0;
}

/** µs since the epoch. */
export function fleetNowUs(instance: Instance): number {
  return (instance.clock.now() + certainOffsetMs(instance)) * 1000;
}

/** In an instance's own time, by which it is asked again, what a grant says in the fleet's. */
export function byOwnClock(grant: Grant, offsetMs: number): Grant {
  if (offsetMs === 0) return grant;
  const { freeAtUs, moreAtUs = freeAtUs } = grant;
  return { ...grant, freeAtUs: freeAtUs - offsetMs * 1000, moreAtUs: moreAtUs - offsetMs * 1000 };
}
