// The fast detector, pure: whether the failures of the last moments are too many for the calls there must have been.
import type { BreakerTally, Tallied } from '../../store/items/breaker-tallies.ts';

/** Of the surge window, each a sixth of its time: an outage that begins within one is seen in the next. */
export const FAST_BUCKETS = 6;
/** How busy an instance is, is what it was asked for in so many fast buckets. */
export const BUSY_BUCKETS = 3;
/** Stretches in which the last fast bucket alone is told. */
export const NOW_BUCKETS = 1;
/** How busy is told in tenths of a call, so that sums stay whole. */
export const BUSY_UNITS = 10;

/** Without a surge, moments tell how busy an instance is, and whether its own calls look bad. */
export const WITHOUT_SURGE_MS = 100;

/** A compiled `surge`; the rate is between 0 and 1. */
export interface SurgeSettings {
  /** Width of one fast bucket. */
  readonly bucketMs: number;
  readonly failureRate: number;
  readonly minimumCalls: number;
}

/** Failures are told so much later than they happen, on the way and while an instance spaces its reports. */
const TOLD_LATE_MS = 20;
/** Calls are estimated, and that must not stand in the way of an outage that fails exactly at the rate. */
const TOLERANCE = 0.8;
/** A fleet that fails at no more than this share of the rate is not to be opened by chance. */
const WELL = 0.2;

export interface SurgeSeen {
  readonly failures: number;
  /** Estimated. */
  readonly calls: number;
  readonly overMs: number;
  readonly reporters: number;
  /** Failures, as a share of those that would be too many; from 1 on it is a surge. */
  readonly level: number;
}

const NOTHING: SurgeSeen = { failures: 0, calls: 0, overMs: 0, reporters: 0, level: 0 };

/** What the fleet is known by: instances that are there, and calls per ms that they were known to make before. */
export interface FleetSize {
  readonly instances: number;
  readonly callsPerMs: number;
  /** Calls that were counted in the rule's window. */
  readonly calls: number;
}

/** The stretch of `width` that `nowMs` lies in; none begins before `epoch`, so that what was counted before is another's. */
export function stretchStart(nowMs: number, width: number, epoch: number): number {
  return Math.max(Math.floor(nowMs / width) * width, epoch);
}

/**
 * The worst that the last one to six fast buckets show. Of the calls only those of instances with failures are known: the
 * others are taken to be as busy as these on average, and the whole fleet at least as busy as it was known to be.
 */
export function surgeOf(
  tallies: readonly BreakerTally[],
  { instances, callsPerMs, calls: counted }: FleetSize,
  settings: SurgeSettings,
  epoch: number,
  nowMs: number,
): SurgeSeen {
  const { bucketMs, minimumCalls } = settings;
  const current = Math.floor(nowMs / bucketMs);
  const failures = new Array<number>(FAST_BUCKETS).fill(0);
  for (const { of, start, width, count } of tallies) {
    if (of !== 'failures' || width !== bucketMs || start < epoch) continue;
    // A bucket ahead is another's whose clock is ahead; it counts as well.
    const age = Math.max(0, current - Math.floor(start / bucketMs));
    if (age < FAST_BUCKETS) failures[age] = (failures[age] ?? 0) + count;
  }
  const { reporters, ...pace } = paceOf(tallies, bucketMs, epoch, nowMs, instances);
  const perMs = Math.max(callsPerMs, Math.max(instances, reporters) * pace.callsPerMs);
  const atMostPerMs = Math.max(callsPerMs, Math.max(instances, reporters) * pace.atMostPerMs);
  let worst = NOTHING;
  // Too few to go by: as many failures as this must be seen themselves.
  const few = Math.max(counted, perMs * bucketMs * FAST_BUCKETS) < minimumCalls;
  let sum = 0;
  for (let age = 0; age < FAST_BUCKETS; age++) {
    sum += failures[age] ?? 0;
    const sinceMs = nowMs - Math.max((current - age) * bucketMs, epoch);
    const overMs = Math.max(bucketMs, sinceMs - TOLD_LATE_MS);
    const calls = perMs * overMs;
    const level = sum / (few ? minimumCalls : tooMany(calls, atMostPerMs * overMs, settings));
    if (level > worst.level) worst = { failures: sum, calls: Math.max(calls, sum), overMs, reporters, level };
  }
  return worst;
}

function tooMany(calls: number, atMost: number, { minimumCalls, failureRate }: SurgeSettings): number {
  return Math.max(failureRate * minimumCalls, TOLERANCE * failureRate * calls, seldomMore(WELL * failureRate * atMost));
}

/** More events than this happen about once in a million times, where so many are expected (Poisson). */
function seldomMore(expected: number): number {
  return expected + 4.75 * Math.sqrt(expected) + 3;
}

/** As few as these say little about the others: by themselves they do not show that there is more to do. */
const FEW_REPORTERS = 10;

export interface Pace {
  /** Instances that reported a failure, of the stretch with more of them. */
  readonly reporters: number;
  /** How many calls they make on average, */
  readonly callsPerMs: number;
  /** and, where few were seen, how many it may well be. */
  readonly atMostPerMs: number;
}

export function paceOf(
  tallies: readonly BreakerTally[],
  bucketMs: number,
  epoch: number,
  nowMs: number,
  instances: number,
): Pace {
  const long = toldIn('reporters', 'busy', bucketMs * FAST_BUCKETS);
  // The last bucket alone shows at once that there is more to do; the others are surer where there are few.
  const short = toldIn('reportersNow', 'busyNow', bucketMs * NOW_BUCKETS, true);
  const perMs = (longBusy: number, shortBusy: number) => Math.max(longBusy / BUSY_BUCKETS, shortBusy) / bucketMs;
  // What all have told is known. Of a load that steps up the first to tell have seen little: calls that fail end sooner.
  const unseen = Math.sqrt(1 - Math.min(1, short.most / Math.max(1, instances)));
  const atMostPerMs = perMs(long.atMost, short.busy + unseen * (short.atMost - short.busy));
  return { reporters: long.most, callsPerMs: perMs(long.busy, short.busy), atMostPerMs };

  function toldIn(
    reporters: Tallied,
    busy: Tallied,
    width: number,
    isShort = false,
  ): { most: number; busy: number; atMost: number } {
    const current = stretchStart(nowMs, width, epoch);
    const [now, before] = [
      { reporters: 0, busy: 0 },
      { reporters: 0, busy: 0 },
    ];
    for (const { of, start, width: w, count } of tallies) {
      if (w !== width || start < current - width || start < epoch) continue;
      const stretch = start >= current ? now : before;
      if (of === reporters) stretch.reporters += count;
      else if (of === busy) stretch.busy += count;
    }
    const both = shownBy(now.reporters + before.reporters, now.busy + before.busy);
    const latest = shownBy(now.reporters, now.busy);
    const newest = now.reporters < FEW_REPORTERS ? both : latest;
    // The same instance may have reported in both.
    const most = Math.max(now.reporters, before.reporters);
    const atMost = Math.max(both.atMost, (isShort ? latest : newest).atMost);
    return { most, busy: Math.max(both.busy, newest.busy), atMost };
  }
}

/** How busy so many are on average, and may well be: none seen does not mean that there are none. */
function shownBy(reporters: number, tenths: number): { busy: number; atMost: number } {
  if (reporters === 0) return { busy: 0, atMost: 0 };
  const calls = Math.max(0, tenths) / BUSY_UNITS;
  return { busy: calls / reporters, atMost: (calls + 2 * Math.sqrt(calls + 1)) / reporters };
}
