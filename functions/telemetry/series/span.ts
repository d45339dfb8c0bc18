// How far back a series goes at which resolution, and which steps an answer is in. Pure.
import { badRequest } from '../../api/index.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Minutes, slots of five minutes (an hour an item), or hours (a day an item). */
export interface Resolution {
  readonly items: 'minute' | 'hour' | 'day';
  readonly ms: number;
  /** How much time one item holds. */
  readonly itemMs: number;
  /** How far back it can be asked for. */
  readonly reachMs: number;
}

export const MINUTES: Resolution = { items: 'minute', ms: MINUTE_MS, itemMs: MINUTE_MS, reachMs: 26 * HOUR_MS };
export const FIVE_MINUTES: Resolution = { items: 'hour', ms: 5 * MINUTE_MS, itemMs: HOUR_MS, reachMs: 7 * DAY_MS };
export const HOURS: Resolution = { items: 'day', ms: HOUR_MS, itemMs: DAY_MS, reachMs: 90 * DAY_MS };

export const LONGEST_RANGE_MS = HOURS.reachMs;
const LONGEST_STEP_MS = 7 * DAY_MS;
const ENOUGH_POINTS = 300;
const USUAL_STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * MINUTE_MS);

/** The coarsest that steps of this length can be made of: the fewest items to read. */
export function resolutionOf(stepMs: number): Resolution {
  return [HOURS, FIVE_MINUTES].find(({ ms }) => stepMs % ms === 0) ?? MINUTES;
}

/** As fine as gives some hundred points, and goes back far enough. */
export function usualStep(fromMs: number, toMs: number, nowMs: number): number {
  const fits = (stepMs: number) => (toMs - fromMs) / stepMs <= ENOUGH_POINTS && reaches(stepMs, fromMs, nowMs);
  return USUAL_STEPS_MS.find(fits) ?? DAY_MS;
}

/** @throws {Problem} 400 saying which steps there are that far back. */
export function requireReach(stepMs: number, fromMs: number, nowMs: number): void {
  if (stepMs % MINUTE_MS !== 0 || stepMs <= 0 || stepMs > LONGEST_STEP_MS) {
    throw badRequest('step is a duration of whole minutes up to seven days, such as 1m, 5m or 1h.');
  }
  if (reaches(stepMs, fromMs, nowMs)) return;
  const possible = 'steps of whole minutes reach back 26 hours, multiples of 5m 7 days, and multiples of 1h 90 days';
  throw badRequest(`from lies too far back for this step: ${possible}.`);
}

function reaches(stepMs: number, fromMs: number, nowMs: number): boolean {
  return fromMs >= nowMs - resolutionOf(stepMs).reachMs;
}
