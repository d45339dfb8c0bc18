// Finds how much a backend can do at once from how long it takes: a gradient of latency, as Netflix' concurrency-limits has it. Pure.
import type { AdaptivePhase, AdaptiveRecord } from '../../store/items/permits.ts';

/**
 * Gradient2 compares latency with its own long-term mean, which follows it: under steady overload the limit creeps up to
 * the ceiling. Here the comparison is with latency as it is without queueing, measured on purpose as BBR measures a path's
 * round trip: while the limit binds, it is lowered for a moment every `MEASURED_EVERY_MS`.
 */

export interface Bounds {
  readonly floor: number;
  readonly ceiling: number;
}

/** What the fleet saw in a window: all of its instances' invocations that were neither refused nor failed. */
export interface Sample {
  readonly calls: number;
  readonly meanMs: number;
  /** How many were under way at once, on average: what they took together over how long the window was. */
  readonly inFlight: number;
}

/** Latency over the base by no more than this is not queueing; to which comes what chance alone makes of few calls. */
const TOLERANCE = 1.02;
const TOLERATED_NOISE = 0.3;
/** So many standard errors are no chance. */
const CERTAIN = 1.5;
/** How much more than can be done at once may wait at the backend: what shows that there is no more to be had. */
const QUEUE_SHARE = 0.03;
const LEAST_QUEUE = 0.5;
/** How fast the limit grows, before smoothing, while nothing queues. */
const GROWTH = 0.2;
const LEAST_GROWTH = 1;
const SMOOTHING = 0.5;
/** The limit never falls to less than half of itself in one window, before smoothing. */
const STEEPEST = 0.5;
/** Above this share of the limit it binds; below the other it has nothing to do with latency. */
const BINDING = 0.8;
const LOOSE = 0.5;
const START_FACTOR = 1.5;
/** At the start the limit grows until latency is so much above its base. */
const START_OVERLOAD = 1.2;
const PROBE_SHARE = 0.6;
const MEASURED_EVERY_MS = 30_000;
/** At the floor a measurement lowers nothing. */
const MEASURED_AT_FLOOR_EVERY_MS = 5_000;
/** A limit that has fallen below this share of what it was has the base measured at once. */
const FALLEN = 0.7;
/** How fast the base follows latencies that are certainly lower, and, while the limit does not matter, higher. */
const BASE_DOWN = 0.2;
const BASE_UP = 0.05;
const BASE_AT_START = 0.3;
/** How much one measurement counts against those before it, while chance may explain the difference. */
const MEASUREMENT = 0.5;

/** Lambda's: no latency is longer. */
const LONGEST_INVOCATION_MS = 900_000;

const SHORTEST_WINDOW_MS = 1_000;
const LONGEST_WINDOW_MS = 10_000;
const LONGEST_MEASUREMENT_MS = 3_000;
/** At the start no window is believed for long; a measurement is, until the next. */
const ENOUGH_CALLS: Record<AdaptivePhase, number> = { start: 40, run: 100, drain: 1, measure: 300 };

export function startOf({ floor }: Bounds, nowMs: number): AdaptiveRecord {
  return { limit: floor, probe: 0, phase: 'start', baseMs: 0, measuredAt: nowMs, measuredLimit: floor };
}

/** What the table says, for whoever goes on with it: somebody else may have written anything. */
export function plausible(record: AdaptiveRecord, bounds: Bounds, nowMs: number): AdaptiveRecord {
  const { limit, probe, baseMs, measuredAt, measuredLimit } = record;
  return {
    ...record,
    limit: limitOf(limit, bounds),
    probe: probe > 0 ? limitOf(probe, bounds) : 0,
    baseMs: Math.min(LONGEST_INVOCATION_MS, Math.max(0, baseMs)),
    measuredAt: Math.min(measuredAt, nowMs),
    measuredLimit: limitOf(measuredLimit, bounds),
  };
}

/** The limit that holds now, a whole number within the bounds. */
export function limitNow({ limit, probe }: AdaptiveRecord, bounds: Bounds): number {
  return Math.floor(limitOf(probe > 0 ? probe : limit, bounds));
}

/** Whether a window has told enough: what was admitted under the limit before it is then a small part of it. */
export function isComplete(phase: AdaptivePhase, elapsedMs: number, calls: number, meanMs: number): boolean {
  if (calls === 0) return false;
  const longestMs = phase === 'measure' ? LONGEST_MEASUREMENT_MS : LONGEST_WINDOW_MS;
  if (elapsedMs >= Math.max(longestMs, 4 * meanMs)) return true;
  const enough = ENOUGH_CALLS[phase];
  return calls >= enough && elapsedMs >= Math.max(SHORTEST_WINDOW_MS, 2 * meanMs);
}

/** What follows from a window for the next one. */
export function adapt(record: AdaptiveRecord, sample: Sample, nowMs: number, bounds: Bounds): AdaptiveRecord {
  switch (record.phase) {
    case 'drain':
      // What was admitted before the limit was lowered has gone: what comes now is measured.
      return { ...record, phase: 'measure' };
    case 'measure':
      return measured(record, sample, nowMs, bounds);
    case 'start':
      return started(record, sample, nowMs, bounds);
    case 'run':
      return run(record, sample, nowMs, bounds);
  }
}

function started(record: AdaptiveRecord, sample: Sample, nowMs: number, bounds: Bounds): AdaptiveRecord {
  const { meanMs, inFlight } = sample;
  const known = record.baseMs > 0 ? record.baseMs : meanMs;
  if (meanMs > known * (START_OVERLOAD + CERTAIN * noiseOf(sample))) {
    // The first windows were few calls: what they said of the base is made sure of.
    const limit = limitOf(Math.min(record.limit, inFlight * (known / meanMs)), bounds);
    return {
      limit,
      probe: probeOf(limit, bounds),
      phase: 'drain',
      baseMs: known,
      measuredAt: nowMs,
      measuredLimit: limit,
    };
  }
  const baseMs = known + BASE_AT_START * (meanMs - known);
  const limit =
    inFlight >= limitNow(record, bounds) * LOOSE ? limitOf(record.limit * START_FACTOR, bounds) : record.limit;
  return { ...record, limit, baseMs };
}

function run(record: AdaptiveRecord, sample: Sample, nowMs: number, bounds: Bounds): AdaptiveRecord {
  const { limit } = record;
  const { meanMs, inFlight } = sample;
  const whole = limitNow(record, bounds);
  const loose = inFlight < whole * LOOSE;
  const baseMs = followed(record.baseMs, sample, loose);
  const tolerated = baseMs * (TOLERANCE + TOLERATED_NOISE * noiseOf(sample));
  const binding = inFlight >= whole * BINDING;
  // Where a limit that has fallen did not make latency fall, the base is to be doubted, not the backend.
  const everyMs = whole <= bounds.floor ? MEASURED_AT_FLOOR_EVERY_MS : MEASURED_EVERY_MS;
  const due = nowMs - record.measuredAt >= everyMs || limit < record.measuredLimit * FALLEN;
  if (meanMs > tolerated && binding && due) {
    return { ...record, baseMs, phase: 'drain', probe: probeOf(Math.min(limit, inFlight), bounds) };
  }
  const gradient = Math.max(STEEPEST, Math.min(1, tolerated / meanMs));
  const more = gradient === 1 ? Math.max(LEAST_GROWTH, limit * GROWTH) : Math.max(LEAST_QUEUE, limit * QUEUE_SHARE);
  const aim = limit * gradient + more;
  // A limit that nobody comes near must not grow without end.
  if (aim > limit && loose) return { ...record, baseMs };
  return { ...record, baseMs, limit: limitOf(limit + SMOOTHING * (aim - limit), bounds) };
}

function measured(record: AdaptiveRecord, sample: Sample, nowMs: number, bounds: Bounds): AdaptiveRecord {
  const { meanMs } = sample;
  const noise = CERTAIN * noiseOf(sample);
  const higher = meanMs > record.baseMs * (TOLERANCE + noise);
  const lower = meanMs < record.baseMs * (1 - noise);
  const baseMs = record.baseMs + (higher || lower ? 1 : MEASUREMENT) * (meanMs - record.baseMs);
  // Less load makes nothing slower: with a base that was too low the limit was too, and is searched anew.
  const limit = limitOf(higher ? record.probe : record.limit, bounds);
  return { limit, probe: 0, phase: higher ? 'start' : 'run', baseMs, measuredAt: nowMs, measuredLimit: limit };
}

/** What is let through while the base is measured. */
function probeOf(limit: number, bounds: Bounds): number {
  return limitOf(limit * PROBE_SHARE, bounds);
}

function followed(baseMs: number, sample: Sample, upToo: boolean): number {
  const { meanMs } = sample;
  if (meanMs < baseMs * (1 - noiseOf(sample))) return baseMs + BASE_DOWN * (meanMs - baseMs);
  return upToo && meanMs > baseMs ? baseMs + BASE_UP * (meanMs - baseMs) : baseMs;
}

/** The standard error of a mean of so many latencies, as a share of it, where they vary about as much as they are long. */
function noiseOf({ calls }: Sample): number {
  return 1 / Math.sqrt(calls);
}

function limitOf(limit: number, { floor, ceiling }: Bounds): number {
  return Math.min(ceiling, Math.max(floor, limit));
}
