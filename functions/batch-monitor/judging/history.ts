// What a job's runs usually are: the median of the last ones that went well. Pure.

/** With fewer there is nothing usual yet. */
const FEWEST = 5;

/** The median of the last `of` values (oldest first); undefined while there are fewer than five, or than `of`. */
export function medianOf(values: readonly number[], of: number): number | undefined {
  const last = values.slice(-of).sort((a, b) => a - b);
  if (last.length < Math.min(of, FEWEST)) return undefined;
  const half = last.length >> 1;
  const upper = last[half] ?? 0;
  return last.length % 2 === 1 ? upper : (upper + (last[half - 1] ?? 0)) / 2;
}
