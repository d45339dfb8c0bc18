// What a bucket shared by a fleet with unequal clocks admits. Pure; the store carries each decision out conditionally.
import type { Gcra } from './gcra.ts';

/**
 * The declared error, in µs: how far a clock read by an instance may be from true time when the store applies the write
 * that used it. Covers the clock's offset and the exchange together.
 */
export const CLOCK_ERROR_US = 50_000;

/** Two clocks within the error may differ by this much: refilled tokens are believed in only so much later. */
export const LAG_US = 2 * CLOCK_ERROR_US;

/** What the store holds of a bucket, µs. */
export interface BucketState {
  readonly tatUs: number;
  /** Where `tat` stood when the bucket was last found idle: from there the whole burst is exact. */
  readonly baseUs: number;
}

/**
 * ```
 *            idle             │      gap        │        busy
 *   ──────────────────────────┼─────────────────┼──────────────────▶ tat
 *                         now − lag            now
 * ```
 * Idle: past on every clock, so the whole burst is there, counted from a new base. Busy: ahead of this clock, so its
 * tokens are taken by all to be unspent. Gap: past on this clock, but a slower one may still spend from it: the missing
 * part is written off, and no new burst begun.
 */
export type Regime = 'idle' | 'gap' | 'busy';

export type Decision =
  | {
      readonly kind: 'take';
      readonly regime: Regime;
      readonly tokens: number;
      /** What is left after it. */
      readonly remaining: number;
      readonly next: BucketState;
    }
  | { readonly kind: 'exhausted'; readonly freeAtUs: number };

/** Where a bucket stands for a clock that reads `nowUs`. */
export function regimeOf(state: BucketState | undefined, nowUs: number): Regime {
  if (!state || state.tatUs < nowUs - LAG_US) return 'idle';
  return state.tatUs < nowUs ? 'gap' : 'busy';
}

/** Takes as many of `wanted` tokens as there are for certain, by a clock within CLOCK_ERROR_US. */
export function decide(gcra: Gcra, state: BucketState | undefined, nowUs: number, wanted: number): Decision {
  const regime = regimeOf(state, nowUs);
  const baseUs = regime === 'idle' || !state ? nowUs : state.baseUs;
  const startUs = regime === 'busy' && state ? state.tatUs : nowUs;
  const available = Math.floor((ceilingUs(gcra, baseUs, nowUs) - startUs) / gcra.intervalUs);
  if (available < 1) return { kind: 'exhausted', freeAtUs: freeAtUs(gcra, state?.tatUs ?? nowUs) };
  const tokens = Math.min(wanted, available);
  const next = { tatUs: startUs + tokens * gcra.intervalUs, baseUs };
  return { kind: 'take', regime, tokens, remaining: available - tokens, next };
}

/** How far `tat` may go: the burst beyond the lagging clock, and the whole burst beyond the base. */
export function ceilingUs(gcra: Gcra, baseUs: number, nowUs: number): number {
  return Math.max(nowUs - LAG_US, baseUs) + gcra.capacityUs;
}

/**
 * The earliest reading of any clock at which an exhausted bucket gives a token. A burst shorter than the lag and one
 * interval has none to give before the bucket is idle.
 */
export function freeAtUs(gcra: Gcra, tatUs: number): number {
  const { intervalUs, capacityUs } = gcra;
  return intervalUs + LAG_US <= capacityUs ? tatUs + intervalUs + LAG_US - capacityUs : tatUs + LAG_US + 1;
}
