// When requests come: Poisson arrivals whose rate changes in steps, for the whole fleet and for each place in it.
import type { Random } from '../../middleware/kernel/clock.ts';

/** From `fromS` on the load is so many times the usual. */
export interface Phase {
  readonly fromS: number;
  readonly times: number;
}

/** Places are busy for a while and then idle for a while; so many of the idle ones come back as a new environment. */
export interface Churn {
  readonly onS: number;
  readonly offS: number;
  readonly deaths: number;
}

/** Milliseconds to an arrival at this rate; Infinity at none. */
export function gapMs(random: Random, perSecond: number): number {
  return perSecond > 0 ? (-Math.log(1 - random()) * 1000) / perSecond : Infinity;
}

/** The load at a time, and when it changes next, ms since the beginning. */
export function phaseAt(phases: readonly Phase[], sinceMs: number): { times: number; untilMs: number } {
  let times = 1;
  for (const phase of phases) {
    if (phase.fromS * 1000 > sinceMs) return { times, untilMs: phase.fromS * 1000 };
    times = phase.times;
  }
  return { times, untilMs: Infinity };
}

/** Weights of mean 1 that fall as 1/rank, none above `most` times the mean: an environment serves one request at a time. */
export function zipfWeights(count: number, most: number): number[] {
  const weights = Array.from({ length: count }, (_, i) => 1 / (i + 1));
  // Cutting the top raises the rest, so it is done until nothing is left to cut.
  for (let i = 0; i < 50; i++) {
    const mean = weights.reduce((sum, one) => sum + one, 0) / count;
    for (const [at, weight] of weights.entries()) weights[at] = Math.min(most, weight / mean);
  }
  return weights;
}

/** Draws an index by its weight. */
export function chooser(weights: readonly number[]): (random: Random) => number {
  let sum = 0;
  const upTo = weights.map((weight) => (sum += weight));
  return (random) => {
    const wanted = random() * sum;
    let low = 0;
    let high = upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
