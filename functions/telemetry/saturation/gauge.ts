// How full something is, as it is shown: what is used, of how much, and when a line through the past says it is full. Pure.
import { lineThrough, reachedAt, type Point } from './forecast.ts';

const HOUR_MS = 3_600_000;

export interface Gauge {
  /** In the last step that something was measured in, and when that began; null when nothing was. */
  readonly used: number | null;
  readonly at: string | null;
  /** The most in one step of the range. */
  readonly most: number | null;
  /** Null when it is not known. */
  readonly limit: number | null;
  /** Used of the limit: 1 is full. */
  readonly share: number | null;
  /** How much more each hour, by the line; null when there is no line. */
  readonly perHour: number | null;
  /** How well the line fits: 1 is exactly. */
  readonly rSquared: number | null;
  /** Null when it does not rise, or nobody can tell. */
  readonly reachesLimitAt: string | null;
}

/** A value of one step. What is not settled may still grow: it is shown, and no line goes through it. */
export interface Measured extends Point {
  readonly settled: boolean;
}

/** `measured` in order of time. */
export function gaugeOf(measured: readonly Measured[], limit: number | undefined, nowMs: number): Gauge {
  const last = measured.at(-1);
  const steady = measured.filter(({ settled }) => settled);
  const line = lineThrough(steady);
  const full = last !== undefined && limit !== undefined && last.value >= limit;
  const at = limit === undefined ? undefined : full ? nowMs : reachedAt(steady, limit, nowMs);
  return {
    used: last === undefined ? null : rounded(last.value),
    at: last === undefined ? null : new Date(last.atMs).toISOString(),
    most: last === undefined ? null : rounded(measured.reduce((most, { value }) => Math.max(most, value), 0)),
    limit: limit ?? null,
    share: last === undefined || limit === undefined ? null : rounded(last.value / limit),
    perHour: line ? rounded(line.perMs * HOUR_MS) : null,
    rSquared: line ? rounded(line.rSquared) : null,
    reachesLimitAt: at === undefined ? null : new Date(at).toISOString(),
  };
}

const rounded = (value: number) => Number(value.toPrecision(4));
