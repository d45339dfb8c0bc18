// The moment of a chart that is shown while nobody points at one. Pure; apart from data.ts, which comes with uPlot.
import type { Values } from './data.ts';

/** The last moment of which any line knows something; the last of all when none does. */
export function lastKnown(lines: readonly Values[], length: number): number {
  for (let i = length - 1; i >= 0; i -= 1) {
    if (lines.some((values) => (values[i] ?? null) !== null)) return i;
  }
  return length - 1;
}
