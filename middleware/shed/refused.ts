// What shedding tells those it refuses: which rule, which priority, and when to come back.
import type { Pause } from '../../store/items/pause.ts';
import type { Random } from '../kernel/clock.ts';
import { Refused, retryAfterSeconds } from '../kernel/errors.ts';
import type { Priority } from '../kernel/rules/priorities.ts';
import type { Shedding } from './rule.ts';

/** What waits in a queue looks again at least so often, ms: a pause that ends early must not be the last to be known. */
export const LONGEST_AWAY_MS = 1_800_000;
const FIRST_AWAY_MS = 5_000;
/** Somebody waits for the answer, and load changes by the second. */
const RETRY_AFTER_MS = 1_000;
/** Nobody knows when a run will be over, only when it must be. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/** Too much is in use for what matters this little: 503. */
export function overloaded({ concurrency }: Shedding, priority: Priority, load: number, retryAfterMs: number): Refused {
  const percent = Math.floor(load * 100);
  return new Refused({
    by: 'shed',
    rule: 'shedding',
    statusCode: 503,
    retryAfterMs,
    message: `${percent}% of "${concurrency}" is in use, and what is ${priority} is refused for it; come back in ${retryAfterSeconds(retryAfterMs)} s`,
    problem: { priority },
  });
}

/** An operator has paused this priority: 503 until the pause is over. The reason is the operator's own, and stays here. */
export function paused(pause: Pause, priority: Priority, retryAfterMs: number): Refused {
  return new Refused({
    by: 'shed',
    rule: 'paused',
    statusCode: 503,
    retryAfterMs,
    message: `what is ${priority} is paused until ${new Date(pause.until).toISOString()}; come back in ${retryAfterSeconds(retryAfterMs)} s`,
    problem: { priority },
  });
}

/** A run of this job is under way: 503, and to be asked again before it must be over. */
export function pausedByJob(job: string, resource: string, retryAfterMs: number): Refused {
  return new Refused({
    by: 'shed',
    rule: `job:${job}`,
    statusCode: 503,
    retryAfterMs,
    message: `"${resource}" is paused while the job "${job}" runs; come back in ${retryAfterSeconds(retryAfterMs)} s`,
  });
}

/** For a client that meets a job's run, which may be over long before it must be: and not in step with all the others. */
export function pausedByJobMs(leftMs: number, random: Random): number {
  return Math.max(1_000, Math.min(leftMs, LONGEST_RETRY_AFTER_MS * (0.5 + 0.5 * random())));
}

/** For a client that waits for its answer: one to three seconds, so that those refused together do not return together. */
export function soonMs(random: Random): number {
  return RETRY_AFTER_MS * (1 + 2 * random());
}

/**
 * For a record that was delivered `receives` times: longer each time, since a queue that gives a record up after so many
 * deliveries would give up what waits through an evening's overload.
 */
export function awayMs(receives: number, random: Random): number {
  return (0.75 + 0.25 * random()) * Math.min(LONGEST_AWAY_MS, FIRST_AWAY_MS * 2 ** Math.min(receives - 1, 20));
}

/** For a record that meets a pause: not before its end, unless that is far, and then not in step with all the others. */
export function pausedAwayMs(leftMs: number, random: Random): number {
  const spreadMs = random() * Math.min(30_000, 0.25 * leftMs);
  return leftMs + spreadMs > LONGEST_AWAY_MS ? (0.75 + 0.25 * random()) * LONGEST_AWAY_MS : leftMs + spreadMs;
}
