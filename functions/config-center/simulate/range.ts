// How many, as far as the record tells: what lies between two bounds, with a guess. Pure.

/** `low` and `high` are bounds, not a spread: what was the case lies between them. */
export interface Range {
  readonly low: number;
  /** With requests spread evenly within their minutes; null where nothing speaks for one number rather than another. */
  readonly estimate: number | null;
  readonly high: number;
}

export const NONE: Range = { low: 0, estimate: 0, high: 0 };

export const exactly = (count: number): Range => ({ low: count, estimate: count, high: count });

/** Whole numbers; an estimate beyond a bound is that bound. */
export function rangeOf(low: number, estimate: number | null, high: number): Range {
  const least = Math.max(0, Math.floor(low + 1e-6));
  const most = Math.max(least, Math.ceil(high - 1e-6));
  return {
    low: least,
    estimate: estimate === null ? null : Math.min(most, Math.max(least, Math.round(estimate))),
    high: most,
  };
}

/** Of a sum, when each part is known so far. */
export function plus(a: Range, b: Range): Range {
  const estimate = a.estimate === null || b.estimate === null ? null : a.estimate + b.estimate;
  return { low: a.low + b.low, estimate, high: a.high + b.high };
}

/** Of a difference of two numbers that are known apart from each other; either end may be below zero. */
export function minus(a: Range, b: Range): Range {
  const estimate = a.estimate === null || b.estimate === null ? null : a.estimate - b.estimate;
  return { low: a.low - b.high, estimate, high: a.high - b.low };
}

/** What lies in both; where they contradict each other, the record was cut short somewhere and the wider one stands. */
export function within(range: Range, least: number, most: number): Range {
  const [low, high] = [Math.max(range.low, least), Math.min(range.high, most)];
  return low > high ? range : rangeOf(low, range.estimate, high);
}
