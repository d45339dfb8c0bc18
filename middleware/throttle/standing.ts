// What a bucket has left, and when it has more. Pure.
import { AT_ONCE, decide, freeAtUs, type BucketState, type Terms } from './bucket.ts';
import type { Gcra } from './gcra.ts';

export interface Standing {
  /** Whole tokens that could be taken now. */
  readonly remaining: number;
  /** When there will be more, µs of the clock asked; not later than that clock when nothing is missing. */
  readonly moreAtUs: number;
}

/** Of a bucket that instances with unequal clocks share; undefined is one that nobody has taken from. */
export function sharedStanding(
  gcra: Gcra,
  state: BucketState | undefined,
  nowUs: number,
  terms: Terms = AT_ONCE,
): Standing {
  const all = decide(gcra, state, nowUs, Infinity, terms);
  if (all.kind === 'exhausted') return { remaining: 0, moreAtUs: all.freeAtUs };
  if (!state || all.regime === 'idle') return { remaining: all.tokens, moreAtUs: nowUs };
  return { remaining: all.tokens, moreAtUs: freeAtUs(gcra, state.tatUs, terms) + all.tokens * gcra.intervalUs };
}

/** Of a bucket of one instance. */
export function ownStanding({ intervalUs, capacityUs }: Gcra, tatUs: number, nowUs: number): Standing {
  const missingUs = Math.max(0, tatUs - nowUs);
  const remaining = Math.max(0, Math.floor((capacityUs - missingUs) / intervalUs));
  return { remaining, moreAtUs: missingUs === 0 ? nowUs : tatUs + (remaining + 1) * intervalUs - capacityUs };
}
