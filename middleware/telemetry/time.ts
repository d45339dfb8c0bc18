// When a minute of telemetry is over, when it is late, and by which clock. Pure.
import type { Skew } from '../../store/skew.ts';

export const MINUTE_MS = 60_000;

/**
 * A minute that is stored later than this after its key's minute began may have been read without it for the last time:
 * the merge reads each minute until three have passed, and this leaves it half of one.
 */
const LATE_AFTER_MS = 150_000;

/** Who finds a minute this old has come after a while without any invocation: nothing late comes without such a while. */
const IDLE_AFTER_MS = LATE_AFTER_MS - MINUTE_MS;

/** A clock that is off by less is a clock like any other. */
const CERTAINLY_OFF_MS = 1_000;

export const isOver = (ageMs: number) => ageMs >= MINUTE_MS || ageMs < 0;
export const isAfterIdling = (ageMs: number) => ageMs >= IDLE_AFTER_MS;

/** The beginning of the minute that an instant lies in. */
export const minuteBeginning = (ms: number) => Math.floor(ms / MINUTE_MS) * MINUTE_MS;

export const isLate = (fromMs: number, storedAtMs: number) => storedAtMs - minuteBeginning(fromMs) > LATE_AFTER_MS;

/** What to add to this machine's time: nothing unless its clock is certainly off. */
export function correctionOf(skew: Skew | undefined): number {
  if (!skew || (skew.lowMs <= CERTAINLY_OFF_MS && skew.highMs >= -CERTAINLY_OFF_MS)) return 0;
  return Math.round((skew.lowMs + skew.highMs) / 2);
}

/** No two minutes of an instance have the same key, whatever its clock does in between. */
export function beginning(nowMs: number, previousFromMs: number | undefined): number {
  return previousFromMs === undefined ? nowMs : Math.max(nowMs, minuteBeginning(previousFromMs) + MINUTE_MS);
}
