// Medians and spreads of repeated measurements. Pure.

/** The value below which a share of the values lies, between neighbours by their distance. @throws {RangeError} on none. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('there is no quantile of no values');
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** From the tenth to the ninetieth of a hundred: what one more measurement will most likely lie in. */
export const spread = (values: readonly number[]): number => quantile(values, 0.9) - quantile(values, 0.1);

/** Two decimals: what is measured in ms or KB has no more that mean anything. */
export const rounded = (value: number): number => Math.round(value * 100) / 100;
