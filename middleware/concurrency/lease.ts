// How long a permit lasts, by which clock, and when it is prolonged. Pure.
import { FURTHEST_AHEAD_MS } from '../../store/items/permits.ts';
import type { Skew } from '../../store/skew.ts';

/** No permit is given for longer: whoever dies with one keeps it from the others for so long. */
export const LONGEST_LEASE_MS = 10_000;
/** Lambda ends what has used up its time; a little more, so that the permit outlives its holder and not the reverse. */
const MARGIN_MS = 250;
/** What clocks may be off and still be clocks. */
export const CLOCK_ERROR_MS = 50;
/** After a renewal that got no answer. */
const TRY_AGAIN_MS = 1_000;

/**
 * This machine's time in ms, moved as little as what is certain of the store's clock asks for: never away from it. Without
 * that knowledge it is the machine's own.
 */
export function correctedNow(nowMs: number, skew: Skew | undefined): number {
  if (!skew) return nowMs;
  if (skew.lowMs > 0) return nowMs + skew.lowMs;
  return skew.highMs < 0 ? nowMs + skew.highMs : nowMs;
}

/**
 * Permits that ended before this, in µs, are nobody's: their holders' clocks and this one may be off by the declared error
 * in opposite directions.
 */
export function pastUs(nowMs: number): number {
  return Math.floor((nowMs - 2 * CLOCK_ERROR_MS) * 1000);
}

/** Which expiries are those of permits, µs. */
export interface Term {
  readonly pastUs: number;
  readonly beyondUs: number;
}

/** What is after `beyondUs` was not written by any holder's clock: whoever wrote it must not keep a slot from all. */
export function termAt(nowMs: number): Term {
  return { pastUs: pastUs(nowMs), beyondUs: Math.ceil((nowMs + LONGEST_LEASE_MS + FURTHEST_AHEAD_MS) * 1000) };
}

/** Whether a slot with this expiry is somebody's. */
export function isTaken(expiry: number, { pastUs: past, beyondUs }: Term): boolean {
  return expiry >= past && expiry <= beyondUs;
}

/**
 * When a permit taken now ends, in µs. The last three digits are chance: no two holders of a slot ever have the same, so
 * that nobody gives back or prolongs what is another's.
 */
export function expiryUs(nowMs: number, remainingMs: number, chance: number): number {
  const leaseMs = Math.min(remainingMs + MARGIN_MS, LONGEST_LEASE_MS);
  return Math.floor(nowMs + leaseMs) * 1000 + Math.floor(chance * 1000);
}

/**
 * In how many ms a permit is to be prolonged; undefined when it lasts as long as its invocation can. Half of it is left
 * then, which is time for several tries.
 */
export function renewInMs(expiry: number, nowMs: number, endsAtMs: number): number | undefined {
  const expiryMs = expiry / 1000;
  if (expiryMs >= endsAtMs) return undefined;
  return Math.max(TRY_AGAIN_MS, expiryMs - nowMs - LONGEST_LEASE_MS / 2);
}

/** True once a permit must be taken for lost: others may hold its slot. */
export function isOver(expiry: number, nowMs: number): boolean {
  return nowMs * 1000 >= expiry;
}
