// Makes what instances put for a minute, as large as it gets: for the benchmark of the merge.
import { Histogram } from '../../middleware/telemetry/histogram.ts';
import { packDetail, type MinuteDetail } from '../../store/items/telemetry-detail.ts';
import type { Tallies, Tally, TelemetryMinute } from '../../store/items/telemetry.ts';

const SAMPLES = 10;
const BUSY_KEYS = 20;
const ERRORS = 3;

/** One instance's minute: `resources` of it, three dependencies, two callers, and all that is told beside the counts. */
export function instanceMinute(service: string, index: number, from: number, resources: number): TelemetryMinute {
  const random = uniform(index * 7_919 + from / 60_000);
  const named = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name}-${i}`);
  return {
    service,
    instance: `2026/01/05/[$LATEST]${index.toString(16).padStart(32, '0')}`,
    from: from + (index % 60) * 1_000,
    to: from + 60_000,
    revision: 7,
    version: '0.3.0',
    functionName: `${service}-${index % 2}`,
    functionVersion: '7',
    cell: '111122223333:eu-central-1:prod',
    resources: talliesOf(named(resources, 'resource'), random),
    calls: talliesOf(named(3, 'dependency'), random),
    attempts: talliesOf(named(3, 'dependency'), random),
    refusals: { 'throttle/per-client/resource-1': 3, 'breaker/dependency-1/resource-2': 1 },
    shadow: {},
    transitions: {},
    internal: { 'sync:slow': 1 },
    detail: packDetail(detailOf(named(resources, 'resource'), index, from, random)),
  };
}

function talliesOf(names: readonly string[], random: () => number): Tallies {
  return Object.fromEntries(
    names.map((name): [string, Tally] => {
      const { histogram, max } = durations(30, random);
      return [name, { outcomes: { ok: 27, '503': 2, timeout: 1 }, slow: 1, durations: histogram, maxMs: max }];
    }),
  );
}

function detailOf(names: readonly string[], index: number, from: number, random: () => number): MinuteDetail {
  const packed = () => Buffer.from(durations(30, random).histogram).toString('base64');
  return {
    resources: Object.fromEntries(
      names.map((name) => [name, { bytesIn: packed(), bytesOut: packed(), left: packed() }]),
    ),
    dependencies: { 'dependency-1': { retries: 2, target: 'function:payments' } },
    inbound: {
      http: { outcomes: { ok: 500 }, durations: packed() },
      'queue:jobs': { outcomes: { ok: 50 }, durations: packed(), ages: packed(), maxAgeMs: 9_000 },
    },
    keys: {
      'per-client': Array.from({ length: BUSY_KEYS }, (_, i) => [`client-${Math.floor(random() * 1_000)}-${i}`, 9, 2]),
    },
    machine: { memoryMb: 120 + random() * 100, memoryLimitMb: 512, timeoutMs: 10_000 },
    errors: Array.from({ length: ERRORS }, (_, i) => ({
      id: `0123456789a${i}`,
      type: 'TypeError',
      shape: 'Cannot read properties of undefined (reading <text>)',
      frame: 'charge (handler.ts:12)',
      count: 2,
      where: 'resource-1',
      requestId: `request-${index}`,
    })),
    samples: Array.from({ length: SAMPLES }, (_, i) => ({
      at: from + i,
      requestId: `0f8fad5b-d9cb-469f-a165-${(index * 100 + i).toString(16).padStart(12, '0')}`,
      why: i % 3 === 0 ? 'failed' : 'sampled',
      weight: 1,
      resource: 'resource-1',
      source: 'http',
      outcome: 'ok',
      ms: 12,
    })),
  };
}

/** Log-normal, as latencies are. */
function durations(count: number, random: () => number): { readonly histogram: Uint8Array; readonly max: number } {
  const histogram = new Histogram();
  for (let i = 0; i < count; i++) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    histogram.record(20 * Math.exp(0.6 * normal));
  }
  return { histogram: histogram.encode(), max: histogram.max };
}

/** The same numbers every time: a linear congruential generator (Numerical Recipes). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
