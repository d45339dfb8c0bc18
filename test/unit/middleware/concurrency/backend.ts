// A backend of so many workers with a queue before it, and a fleet that meets it under an adaptive limit: simulated, no time passes.
import { adapt, isComplete, limitNow, startOf, type Bounds } from '../../../../middleware/concurrency/adaptive.ts';
import type { AdaptiveRecord } from '../../../../store/items/permits.ts';

export interface World {
  readonly workers: number;
  /** Mean time one worker takes, ms, at a time; exponentially distributed. */
  readonly serviceMs: (nowMs: number) => number;
  /** Poisson arrivals. */
  readonly perSecond: number;
  readonly untilMs: number;
  readonly bounds: Bounds;
  readonly seed: number;
}

export interface Step {
  readonly atMs: number;
  readonly record: AdaptiveRecord;
  readonly limit: number;
}

/** What the limit was, window after window, and how many were admitted and answered. */
export function simulate(world: World): { readonly steps: readonly Step[]; readonly answered: number } {
  const { workers, bounds, untilMs } = world;
  const random = seeded(world.seed);
  const exponential = (mean: number) => -mean * Math.log(1 - random());
  const free = new Array<number>(workers).fill(0);
  const underWay: { endsAt: number; durationMs: number }[] = [];
  const steps: Step[] = [];
  let record = startOf(bounds, 0);
  let [windowAt, calls, busyMs, answered] = [0, 0, 0, 0];
  let arrivesAt = exponential(1000 / world.perSecond);
  for (let nowMs = 0; nowMs < untilMs;) {
    const first = underWay[0];
    if (first && first.endsAt <= arrivesAt) {
      underWay.shift();
      nowMs = first.endsAt;
      answered++;
      calls++;
      busyMs += first.durationMs;
      const elapsedMs = nowMs - windowAt;
      const meanMs = busyMs / calls;
      if (!isComplete(record.phase, elapsedMs, calls, meanMs)) continue;
      record = adapt(record, { calls, meanMs, inFlight: busyMs / elapsedMs }, nowMs, bounds);
      steps.push({ atMs: nowMs, record, limit: limitNow(record, bounds) });
      [windowAt, calls, busyMs] = [nowMs, 0, 0];
      continue;
    }
    nowMs = arrivesAt;
    arrivesAt += exponential(1000 / world.perSecond);
    if (underWay.length >= limitNow(record, bounds)) continue;
    const worker = free.indexOf(Math.min(...free));
    const endsAt = Math.max(nowMs, free[worker] ?? 0) + exponential(world.serviceMs(nowMs));
    free[worker] = endsAt;
    underWay.push({ endsAt, durationMs: endsAt - nowMs });
    underWay.sort((a, b) => a.endsAt - b.endsAt);
  }
  return { steps, answered };
}

/** Numerical Recipes' generator: the same world every time. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
