// What a busy service counts, made up: the same every time, with histograms as wide as latencies and sizes are.
import { Histogram } from '../../middleware/telemetry/histogram.ts';
import { hourOverviewWith } from '../../functions/telemetry/merge/hour-overview.ts';
import type { HourOverviewData, SumData } from '../../functions/telemetry/sums/data.ts';
import { Slot } from '../../functions/telemetry/sums/slot.ts';
import { resourceSubject } from '../../functions/telemetry/sums/subject.ts';

export function slotOf(resources: number, requests: number, seed: number): Slot {
  const slot = new Slot();
  for (let i = 0; i < resources; i++) slot.addSum(resourceSubject(`resource-${i}`), sumOf(requests, seed + i));
  return slot;
}

/** What the merge makes of an hour's five minutes that are over, each of which counted the same. */
export function hourOverviewOf(fiveMinutes: Slot, over: number): HourOverviewData | undefined {
  const subjects = Object.entries(fiveMinutes.data().subjects);
  const slots = Array.from({ length: over }, (_, slot) => slot);
  const items = new Map(
    subjects.map(([subject, sum]) => [subject, { slots: Object.fromEntries(slots.map((slot) => [slot, sum])) }]),
  );
  let data: HourOverviewData | undefined;
  for (const slot of slots) data = hourOverviewWith(data, { slot, items, isWhole: true });
  return data;
}

/** As much as a resource has: five outcomes, a refusing rule, and histograms as wide as latencies and sizes are. */
export function sumOf(requests: number, seed: number): SumData {
  const values = new Uniform(seed);
  const typical = 5 + 100 * values.next();
  return {
    instances: 20,
    outcomes: { ok: requests, '404': 7, '503': 3, timeout: 1, refused: Math.ceil(requests / 100) },
    cold: 12,
    slow: 9,
    durations: histogramOf(typical, values),
    maxMs: 40 * typical,
    waits: histogramOf(1, values),
    bytesIn: histogramOf(300, values),
    bytesOut: histogramOf(4_000, values),
    left: histogramOf(9_000, values),
    refusals: { 'throttle/per-client/a-resource': Math.ceil(requests / 100) },
  };
}

/** Log-normal, two hundred draws scaled: some sixty buckets in use. */
function histogramOf(typical: number, values: Uniform): string {
  const histogram = new Histogram();
  for (let i = 0; i < 200; i++) {
    const normal = Math.sqrt(-2 * Math.log(1 - values.next())) * Math.cos(2 * Math.PI * values.next());
    histogram.record(typical * Math.exp(0.6 * normal));
  }
  return Buffer.from(histogram.encode()).toString('base64');
}

/** The same numbers every time: a linear congruential generator (Numerical Recipes). */
class Uniform {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }
}
