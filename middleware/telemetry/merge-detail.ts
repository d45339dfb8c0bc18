// Adds up what was told of two minutes of an instance beside the counts. Pure.
import type {
  BurstCounts,
  BusyKey,
  DependencyMeasures,
  ErrorSignature,
  Inbound,
  Machine,
  Measures,
  MinuteDetail,
  PackedHistogram,
} from '../../store/items/telemetry-detail.ts';
import { Histogram } from './histogram.ts';
import { packed } from './measures.ts';
import { merged, mergeCounts } from './merge.ts';

const MOST_SAMPLES = 50;
const MOST_SIGNATURES = 30;
const MOST_KEYS = 32;
const MOST_SECONDS = 300;

export function mergeDetail(a: MinuteDetail, b: MinuteDetail): MinuteDetail {
  return present({
    resources: both(a.resources, b.resources, (x, y) => merged(x, y, mergeMeasures)),
    dependencies: both(a.dependencies, b.dependencies, (x, y) => merged(x, y, mergeDependency)),
    inbound: both(a.inbound, b.inbound, (x, y) => merged(x, y, mergeInbound)),
    sides: both(a.sides, b.sides, (x, y) => merged(x, y, mergeInbound)),
    bursts: both(a.bursts, b.bursts, (x, y) => merged(x, y, mergeSeconds)),
    keys: both(a.keys, b.keys, (x, y) => merged(x, y, mergeKeys)),
    machine: both(a.machine, b.machine, mergeMachine),
    errors: both(a.errors, b.errors, mergeErrors),
    samples: both(a.samples, b.samples, (x, y) => [...x, ...y].slice(0, MOST_SAMPLES)),
  });
}

function mergeMeasures(a: Measures, b: Measures): Measures {
  return present({
    waits: both(a.waits, b.waits, mergePacked),
    bytesIn: both(a.bytesIn, b.bytesIn, mergePacked),
    bytesOut: both(a.bytesOut, b.bytesOut, mergePacked),
    left: both(a.left, b.left, mergePacked),
  });
}

function mergeDependency(a: DependencyMeasures, b: DependencyMeasures): DependencyMeasures {
  return present({
    ...mergeMeasures(a, b),
    retries: both(a.retries, b.retries, (x, y) => x + y),
    target: b.target ?? a.target,
  });
}

function mergeInbound(a: Inbound, b: Inbound): Inbound {
  return present({
    outcomes: mergeCounts(a.outcomes, b.outcomes),
    durations: both(a.durations, b.durations, mergePacked),
    maxMs: both(a.maxMs, b.maxMs, Math.max),
    ages: both(a.ages, b.ages, mergePacked),
    maxAgeMs: both(a.maxAgeMs, b.maxAgeMs, Math.max),
  });
}

type Seconds = BurstCounts[string];

function mergeSeconds(a: Seconds, b: Seconds): Seconds {
  const sums = new Map<number, number>();
  for (const [second, count] of [...a, ...b]) sums.set(second, (sums.get(second) ?? 0) + count);
  return [...sums].sort(([x], [y]) => x - y).slice(-MOST_SECONDS);
}

function mergeKeys(a: readonly BusyKey[], b: readonly BusyKey[]): readonly BusyKey[] {
  const sums = new Map<string, BusyKey>();
  for (const [key, count, over] of [...a, ...b]) {
    const [, before = 0, overBefore = 0] = sums.get(key) ?? [];
    sums.set(key, [key, before + count, overBefore + over]);
  }
  return [...sums.values()].sort((x, y) => y[1] - x[1]).slice(0, MOST_KEYS);
}

function mergeErrors(a: readonly ErrorSignature[], b: readonly ErrorSignature[]): readonly ErrorSignature[] {
  const sums = new Map<string, ErrorSignature>();
  for (const error of [...a, ...b])
    sums.set(error.id, { ...error, count: error.count + (sums.get(error.id)?.count ?? 0) });
  return [...sums.values()].sort((x, y) => y.count - x.count).slice(0, MOST_SIGNATURES);
}

function mergeMachine(a: Machine, b: Machine): Machine {
  return present({
    ...a,
    ...b,
    memoryMb: both(a.memoryMb, b.memoryMb, Math.max),
    tmpMb: both(a.tmpMb, b.tmpMb, Math.max),
    timeoutMs: both(a.timeoutMs, b.timeoutMs, Math.max),
  });
}

function mergePacked(a: PackedHistogram, b: PackedHistogram): PackedHistogram {
  const sum = Histogram.decode(Buffer.from(a, 'base64'), 0);
  sum.addEncoded(Buffer.from(b, 'base64'), 0);
  return packed(sum) ?? '';
}

/** Of what one of them lacks, the other's. */
function both<T>(a: T | undefined, b: T | undefined, merge: (a: T, b: T) => T): T | undefined {
  return a === undefined || b === undefined ? (a ?? b) : merge(a, b);
}

type Present<T> = { [Name in keyof T]: Exclude<T[Name], undefined> };

/** Without the fields that have no value. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
