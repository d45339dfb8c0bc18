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

/** When a token may be used that was counted for a moment of the bucket's time. */
export interface Terms {
  /** How long after that moment it may still be used: 0 when tokens are used as they are taken. */
  readonly validityUs: number;
  /** How far behind the clock `tat` may be moved on from, instead of being reset: at most the validity. */
  readonly slackUs: number;
}

/** One write a request: what is taken is used. */
export const AT_ONCE: Terms = { validityUs: 0, slackUs: 0 };

/** How long after their time refilled tokens are believed in: what was taken before may be used until then. */
export function lagUs({ validityUs }: Terms): number {
  return LAG_US + validityUs;
}

/**
 * ```
 *            idle             │      gap        │        busy
 *   ──────────────────────────┼─────────────────┼──────────────────▶ tat
 *                         now − lag        now − slack
 * ```
 * Idle: past on every clock, so the whole burst is there, counted from a new base. Busy: its tokens are taken by all to
 * be unspent. Gap: past on this clock, but tokens from before may still be spent: the missing part is written off, and no
 * new burst begun.
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
export function regimeOf(state: BucketState | undefined, nowUs: number, terms: Terms = AT_ONCE): Regime {
  if (!state || state.tatUs < nowUs - lagUs(terms)) return 'idle';
  return state.tatUs < nowUs - terms.slackUs ? 'gap' : 'busy';
}

/** What `tokens` cost, whole µs. */
export function costUs({ intervalUs }: Gcra, tokens: number): number {
  return Math.ceil(tokens * intervalUs);
}

/**
 * Takes as many of `wanted` tokens as there are for certain, by a clock within CLOCK_ERROR_US. `aheadUs` also takes what
 * may only be used so much later, each token from its own moment.
 */
export function decide(
  gcra: Gcra,
  state: BucketState | undefined,
  nowUs: number,
  wanted: number,
  terms: Terms = AT_ONCE,
  aheadUs = 0,
): Decision {
  const regime = regimeOf(state, nowUs, terms);
  const baseUs = regime === 'idle' || !state ? nowUs : state.baseUs;
  const startUs = regime === 'busy' && state ? state.tatUs : nowUs;
  const available = Math.floor((ceilingUs(gcra, baseUs, nowUs + aheadUs, terms) - startUs) / gcra.intervalUs);
  if (available < 1) return { kind: 'exhausted', freeAtUs: freeAtUs(gcra, state?.tatUs ?? nowUs, terms) };
  const tokens = Math.min(wanted, available);
  const next = { tatUs: startUs + costUs(gcra, tokens), baseUs };
  return { kind: 'take', regime, tokens, remaining: available - tokens, next };
}

/** How far `tat` may go: the burst beyond the lagging clock, and the whole burst beyond the base. */
export function ceilingUs(gcra: Gcra, baseUs: number, nowUs: number, terms: Terms = AT_ONCE): number {
  return Math.max(nowUs - lagUs(terms), baseUs) + gcra.capacityUs;
}

/**
 * The earliest reading of any clock at which an exhausted bucket gives a token. A burst shorter than the lag and one
 * interval has none to give before the bucket is idle.
 */
export function freeAtUs(gcra: Gcra, tatUs: number, terms: Terms = AT_ONCE): number {
  const { intervalUs, capacityUs } = gcra;
  const lag = lagUs(terms);
  return intervalUs + lag <= capacityUs ? tatUs + intervalUs + lag - capacityUs : tatUs + lag + 1;
}
