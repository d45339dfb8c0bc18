// How full the parts of an instance are, by name: one policy measures, another asks, and neither knows the other.
import type { Instance } from './instance.ts';

export interface LoadGauge {
  /**
   * What is in use of what there is, as last seen: 0 is idle, 1 is full. Undefined when it was never seen, or so long
   * ago that it says nothing any more.
   */
  share(nowMs: number): number | undefined;
}

const GAUGES = {};

function gaugesOf(instance: Instance): Map<string, LoadGauge> {
  return instance.state(GAUGES, () => new Map<string, LoadGauge>());
}

/** Whoever measures `name`, e.g. the permits of the concurrency rule of that name, says so here; the last one counts. */
export function registerGauge(instance: Instance, name: string, gauge: LoadGauge): void {
  gaugesOf(instance).set(name, gauge);
}

/** How full `name` is; undefined when nobody measures it here, or nobody knows. */
export function loadOf(instance: Instance, name: string, nowMs: number): number | undefined {
  return gaugesOf(instance).get(name)?.share(nowMs);
}
