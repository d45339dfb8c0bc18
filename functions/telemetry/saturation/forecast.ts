// When something that grows reaches its limit: a straight line through what was measured, by least squares. Pure.

export interface Point {
  /** Epoch ms. */
  readonly atMs: number;
  readonly value: number;
}

export interface Line {
  readonly perMs: number;
  /** Its value at the first of the points. */
  readonly start: number;
  readonly startMs: number;
  /** Of what the values differ, the share that the line explains: 0 to 1. */
  readonly rSquared: number;
}

/** Fewer points than these show no trend. */
export const FEWEST_POINTS = 6;
/** A line that explains less says nothing of what is to come. */
export const LEAST_R_SQUARED = 0.5;
/** A line is believed for so many times as long as was looked back. */
export const FARTHEST_SPANS = 10;

/** Undefined without two points that lie apart. */
export function lineThrough(points: readonly Point[]): Line | undefined {
  const startMs = points[0]?.atMs;
  if (startMs === undefined) return undefined;
  const meanMs = mean(points.map(({ atMs }) => atMs - startMs));
  const meanValue = mean(points.map(({ value }) => value));
  let [spread, together, differ] = [0, 0, 0];
  for (const { atMs, value } of points) {
    const [x, y] = [atMs - startMs - meanMs, value - meanValue];
    spread += x * x;
    together += x * y;
    differ += y * y;
  }
  if (spread === 0) return undefined;
  const perMs = together / spread;
  // Values that are all the same lie on their line, and it explains nothing.
  const rSquared = differ === 0 ? 0 : Math.min(1, (together * together) / (spread * differ));
  return { perMs, start: meanValue - perMs * meanMs, startMs, rSquared };
}

/**
 * Epoch ms, not before `nowMs`. Undefined when the points, in order of time, are too few, do not rise, scatter too much, or
 * rise so slowly that nobody can know.
 */
export function reachedAt(points: readonly Point[], limit: number, nowMs: number): number | undefined {
  const last = points.at(-1);
  if (last && last.value >= limit) return nowMs;
  const line = points.length < FEWEST_POINTS ? undefined : lineThrough(points);
  if (!last || !line || line.perMs <= 0 || line.rSquared < LEAST_R_SQUARED) return undefined;
  const at = Math.max(nowMs, line.startMs + (limit - line.start) / line.perMs);
  return at - nowMs <= FARTHEST_SPANS * (last.atMs - line.startMs) ? Math.round(at) : undefined;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
