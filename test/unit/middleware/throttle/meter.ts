// Measures a stream of admissions against the throttle's promise: over any window w at most rate·w + burst.
import type { Gcra } from '../../../../middleware/throttle/gcra.ts';

export interface Admitted {
  /** True time, µs. */
  readonly atUs: number;
  readonly tokens: number;
}

/** The worst window's admissions beyond rate·w + burst, in tokens; 0 or less when the promise was kept. */
export function excess(gcra: Gcra, admitted: readonly Admitted[]): number {
  const { tokens: per, perMs } = gcra.rate;
  const inOrder = admitted.toSorted((a, b) => a.atUs - b.atUs);
  let worst = -gcra.burst;
  for (const [i, first] of inOrder.entries()) {
    let sum = 0;
    for (const last of inOrder.slice(i)) {
      sum += last.tokens;
      worst = Math.max(worst, sum - ((last.atUs - first.atUs) * per) / (perMs * 1000) - gcra.burst);
    }
  }
  return worst;
}
