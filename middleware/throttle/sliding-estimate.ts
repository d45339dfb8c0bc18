// The sliding estimate: this window's count, and of the last one's the share that a window ending now still covers. Pure.
// Source: "How we built rate limiting capable of scaling to millions of domains" (Cloudflare, 2017).
import type { Rate } from '../kernel/rates.ts';

/** What is counted of a key, in the window that began at `startMs` and in the one before it. */
export interface SlidingCount {
  /** Epoch ms. */
  readonly startMs: number;
  readonly current: number;
  readonly previous: number;
}

/** A limit ready for arithmetic. */
export interface Sliding {
  /** Whole tokens. */
  readonly limit: number;
  readonly lengthMs: number;
  /**
   * By how much two clocks may differ, ms: the last window is counted so much longer. 0 when one clock counts alone.
   */
  readonly lagMs: number;
}

const LONGEST_MS = 86_400_000;

/** @throws {RangeError} when the limit is no whole number or its time is longer than a day. */
export function compileSliding({ tokens, perMs }: Rate, lagMs: number): Sliding {
  if (!Number.isInteger(tokens)) {
    throw new RangeError(`${tokens} is no whole number of requests: widen its time, or take a token bucket`);
  }
  if (perMs > LONGEST_MS) {
    throw new RangeError(
      'a sliding window is a day long at most; with algorithm: fixed-window a longer one is a quota',
    );
  }
  return { limit: tokens, lengthMs: perMs, lagMs };
}

export function windowStartMs({ lengthMs }: Sliding, nowMs: number): number {
  return Math.floor(nowMs / lengthMs) * lengthMs;
}

/**
 * The counts as they are at `nowMs`: moved on when their window is over. A window that a faster clock has begun counts
 * for slower ones too, which otherwise would go on with the one before.
 */
export function slideTo(sliding: Sliding, count: SlidingCount | undefined, nowMs: number): SlidingCount {
  const startMs = windowStartMs(sliding, nowMs);
  if (!count || count.startMs < startMs - sliding.lengthMs) return { startMs, current: 0, previous: 0 };
  if (count.startMs >= startMs) return count;
  return { startMs, current: 0, previous: count.current };
}

/** How much of the last window's `count` a window that ends at `nowMs` covers, of whole requests. */
export function stillCovered({ lengthMs, lagMs }: Sliding, startMs: number, count: number, nowMs: number): number {
  return Math.floor(count * (1 - goneShare(lengthMs, nowMs - startMs - lagMs)));
}

function goneShare(lengthMs: number, elapsedMs: number): number {
  return Math.min(1, Math.max(0, elapsedMs / lengthMs));
}

/** How many there is room for; `count` as `slideTo` gives it. */
export function room(sliding: Sliding, count: SlidingCount, nowMs: number): number {
  const covered = stillCovered(sliding, count.startMs, count.previous, nowMs);
  return Math.max(0, sliding.limit - count.current - covered);
}

/** When there is room for so many more, at most the limit, by this clock, ms; `nowMs` if there is. */
export function freeAtMs(sliding: Sliding, count: SlidingCount, nowMs: number, tokens = 1): number {
  if (room(sliding, count, nowMs) >= tokens) return nowMs;
  const { startMs, current, previous } = count;
  const endMs = startMs + sliding.lengthMs;
  const now = withRoom(sliding, startMs, tokens, current, previous);
  // The last window may be counted beyond this one's end; then the next one decides, which begins with less.
  return now < endMs ? now : withRoom(sliding, endMs, tokens, 0, current);
}

/** When, in the window that begins at `startMs`, so much of the last one is gone that `tokens` have room. */
function withRoom(
  { limit, lengthMs, lagMs }: Sliding,
  startMs: number,
  tokens: number,
  current: number,
  previous: number,
): number {
  const most = limit - tokens - current;
  if (most < 0) return Infinity;
  if (previous <= most) return startMs;
  // floor(previous · (1 − gone)) ≤ most, as soon as previous · (1 − gone) < most + 1.
  const gone = 1 - (most + 1) / previous;
  return startMs + lagMs + Math.floor(gone * lengthMs) + 1;
}

/** The most that may have been counted in the window just over, for `tokens` to have room in the next one. */
export function mostBefore(sliding: Sliding, startMs: number, nowMs: number, tokens: number): number {
  const { limit, lengthMs, lagMs } = sliding;
  const kept = 1 - goneShare(lengthMs, nowMs - startMs - lagMs);
  // floor(count · kept) ≤ limit − tokens
  const bound = (limit - tokens + 1) / kept;
  let most = bound < Number.MAX_SAFE_INTEGER ? Math.ceil(bound) : Number.MAX_SAFE_INTEGER;
  while (most > 0 && stillCovered(sliding, startMs, most, nowMs) > limit - tokens) most -= 1;
  return most;
}
