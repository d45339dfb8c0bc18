// The simulated dependency: how long a call takes and whether it fails, by the call's own chance.
import type { Random } from '../../middleware/kernel/clock.ts';

export interface Answer {
  readonly failed: boolean;
  readonly afterMs: number;
}

const MEDIAN_MS = 30;
/** Of the logarithm: one call in a hundred takes 76 ms. */
const SPREAD = 0.4;

/** A call that fails takes `timeoutMs` if given, else as long as a connection that is refused. */
export function answerOf(failing: number, timeoutMs: number | undefined, random: Random): Answer {
  if (random() < failing) return { failed: true, afterMs: timeoutMs ?? 2 + 4 * random() };
  return { failed: false, afterMs: MEDIAN_MS * Math.exp(SPREAD * normal(random)) };
}

/** Box and Muller's. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
