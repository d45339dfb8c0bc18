// A bucket that has long been idle begins with a third of its rate and burst, and warms up to all of it. Pure.
// Source: Guava's SmoothWarmingUp and Sentinel's WarmUpController, whose cold factor this is; here tokens cost more while
// the bucket is cold, so that its bound only gets tighter.
import type { Gcra } from './gcra.ts';

/** How many tokens' worth one costs in a bucket that is all cold. */
const COLD_FACTOR = 3;

/** What is known of a bucket that warms up, µs. */
export interface Warmth {
  readonly tatUs: number;
  /** When it began to warm up. */
  readonly warmingSinceUs: number;
}

/** Since when a bucket warms up that is used at `nowUs`: since now if it has been idle for so long, or never was used. */
export function warmingSince(warmth: Warmth | undefined, warmUpUs: number, nowUs: number): number {
  return warmth && warmth.tatUs > nowUs - warmUpUs ? warmth.warmingSinceUs : nowUs;
}

/**
 * The bucket as it is at `nowUs`: its tokens cost `interval / (1/3 + 2/3 · warm)`, and so its rate and its burst grow with
 * time from a third to all.
 */
export function warmed(gcra: Gcra, warmUpUs: number, warmingSinceUs: number, nowUs: number): Gcra {
  const warm = Math.max(0, nowUs - warmingSinceUs) / warmUpUs;
  if (warm >= 1) return gcra;
  const intervalUs = Math.ceil((gcra.intervalUs * COLD_FACTOR) / (1 + (COLD_FACTOR - 1) * warm));
  // Whatever it costs, a bucket gives one token when it is full.
  return { ...gcra, intervalUs: Math.max(gcra.intervalUs, Math.min(intervalUs, gcra.capacityUs)) };
}

/** What a bucket's record tells of it; one without a beginning is warm. */
export function warmthOf(
  record: { readonly tatUs: number; readonly warmingSinceUs: number | undefined } | undefined,
): Warmth | undefined {
  return record && { tatUs: record.tatUs, warmingSinceUs: record.warmingSinceUs ?? -Infinity };
}
