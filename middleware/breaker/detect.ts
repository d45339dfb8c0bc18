// Whether what the fleet has counted opens its breaker, pure: the window that the rule names, and the surge of the last moments.
import type { BreakerBucket } from '../../store/items/breaker-buckets.ts';
import type { BreakerTally } from '../../store/items/breaker-tallies.ts';
import { isOldBlock, isOldSegment, segmentTotals } from './call-window.ts';
import { FAST_BUCKETS, paceOf, surgeOf, WITHOUT_SURGE_MS, type FleetSize, type SurgeSettings } from './surge.ts';
import { totalsOf, WINDOW_BUCKETS, type Counts } from './window.ts';

/** A window of time in ten buckets, or of calls in ten segments. */
export type WindowShape =
  { readonly kind: 'time'; readonly bucketMs: number } | { readonly kind: 'calls'; readonly segmentCalls: number };

/** What of a compiled rule says when it opens; shares are between 0 and 1. */
export interface DetectSettings {
  readonly window: WindowShape;
  readonly minimumCalls: number;
  readonly failureRate: number;
  readonly slowRate: number | undefined;
  readonly surge: SurgeSettings | undefined;
  /** Distinct failing instances it takes. */
  readonly quorum: number | 'auto';
}

export interface Trip {
  readonly reason: 'failureRate' | 'slowRate' | 'surge';
  /** What it was decided by, for whoever reads of it. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface Seen {
  readonly trip: Trip | undefined;
  /** What was seen as a share of what would open it, the quorum aside. */
  readonly level: number;
}

/** Instances count themselves as present once in such a stretch: a little longer than the time between two reports. */
export const PRESENCE_MS = 6_000;

/** What is known of a fleet by its tallies and buckets. */
export interface Fleet {
  readonly tallies: readonly BreakerTally[];
  readonly buckets: readonly BreakerBucket[];
  readonly epoch: number;
  /** In so many items it counts: from two on it is large, however few are known in this one. */
  readonly shards?: number;
}

/** Why these counts are too many; the rates are reached, not exceeded. */
export function tripReason(
  counts: Counts,
  { minimumCalls, failureRate, slowRate }: Pick<DetectSettings, 'minimumCalls' | 'failureRate' | 'slowRate'>,
): 'failureRate' | 'slowRate' | undefined {
  const { calls, failures, slow } = counts;
  if (calls < minimumCalls) return undefined;
  if (failures > 0 && failures >= failureRate * calls) return 'failureRate';
  return slowRate !== undefined && slow > 0 && slow >= slowRate * calls ? 'slowRate' : undefined;
}

/** `minimumCalls` is the rule's, or less while it ramps. */
export function detect(fleet: Fleet, settings: DetectSettings, minimumCalls: number, nowMs: number): Seen {
  const instances = instancesOf(fleet.tallies, nowMs);
  const quorum =
    settings.quorum === 'auto' ? autoQuorum((fleet.shards ?? 1) > 1 ? Infinity : instances) : settings.quorum;
  const counts = countsOf(fleet, settings.window, nowMs);
  const failing = failingOf(fleet, settings.window, nowMs);
  const untold = untoldCalls(fleet, settings, instances, instances - failing, nowMs);
  const enough = counts.calls >= minimumCalls;
  const known = { ...counts, calls: counts.calls + untold };
  const reason = enough ? tripReason(known, { ...settings, minimumCalls }) : undefined;
  const surge = surgeSeen(fleet, settings, minimumCalls, counts.calls, nowMs);
  const level = Math.max(levelOf(known, settings, minimumCalls), surge?.level ?? 0);
  if (surge && surge.level >= 1 && surge.reporters >= quorum) {
    const { failures, calls, overMs, reporters } = surge;
    return { level, trip: { reason: 'surge', counts: { failures, calls: Math.round(calls), overMs, reporters } } };
  }
  if (!reason || failing < quorum) return { level, trip: undefined };
  const { window } = settings;
  const windowMs = window.kind === 'time' ? { windowMs: window.bucketMs * WINDOW_BUCKETS } : {};
  return { level, trip: { reason, counts: { ...known, calls: Math.round(known.calls), ...windowMs } } };
}

/** So many instances there are: those of the stretch before and who has joined since, or all who have told in this one. */
export function instancesOf(tallies: readonly BreakerTally[], nowMs: number): number {
  const current = Math.floor(nowMs / PRESENCE_MS) * PRESENCE_MS;
  let [before, now, joined] = [0, 0, 0];
  for (const { of, start, count } of tallies) {
    if (of === 'joined' && start >= current) joined += count;
    if (of !== 'present') continue;
    if (start >= current) now += count;
    else if (start === current - PRESENCE_MS) before = count;
  }
  return Math.max(before + joined, now);
}

/** The tally that says there were so many. Whoever is still there counts itself anew, in the stretch that goes on. */
export function presentBefore(instances: number, nowMs: number): BreakerTally[] {
  const start = (Math.floor(nowMs / PRESENCE_MS) - 1) * PRESENCE_MS;
  return [{ of: 'present', start, width: PRESENCE_MS, count: Math.round(instances) }];
}

/** One bad instance opens it for nobody but itself, where there are others to tell. */
export function autoQuorum(instances: number): number {
  if (instances <= 2) return 1;
  return instances < 10 ? 2 : 3;
}

/** What the rule's window holds. */
export function countsOf({ tallies, buckets, epoch }: Fleet, window: WindowShape, nowMs: number): Counts {
  return window.kind === 'time'
    ? totalsOf(buckets, window.bucketMs, nowMs)
    : segmentTotals(tallies, window.segmentCalls, epoch);
}

/**
 * Who fails tells at once and who is well within `PRESENCE_MS`, so that a window younger than that would hold hardly
 * anything but failures: `others`, who have told of none, are taken to be as busy as those who have may well be.
 */
function untoldCalls(
  fleet: Fleet,
  { window, surge }: DetectSettings,
  instances: number,
  others: number,
  nowMs: number,
): number {
  const sinceMs = nowMs - begunAt(fleet, window, nowMs);
  if (others <= 0 || sinceMs >= PRESENCE_MS) return 0;
  const { tallies, epoch } = fleet;
  const { reporters, atMostPerMs } = paceOf(tallies, surge?.bucketMs ?? WITHOUT_SURGE_MS, epoch, nowMs, instances);
  // Calls that are slow alone say nothing of how many there are: until everybody has told they are not judged.
  if (reporters === 0) return epoch > 0 ? Infinity : 0;
  return others * atMostPerMs * Math.max(0, sinceMs);
}

/** When what the window holds began to be counted, if that is not long ago. */
function begunAt({ buckets, epoch }: Fleet, window: WindowShape, nowMs: number): number {
  if (window.kind === 'calls') return epoch;
  let first = nowMs;
  for (const { index, widthMs } of buckets) if (widthMs === window.bucketMs) first = Math.min(first, index * widthMs);
  return Math.max(first, epoch);
}

function levelOf(counts: Counts, { failureRate, slowRate }: DetectSettings, minimumCalls: number): number {
  const calls = Math.max(counts.calls, minimumCalls);
  const failures = counts.failures / (failureRate * calls);
  return slowRate === undefined ? failures : Math.max(failures, counts.slow / (slowRate * calls));
}

function surgeSeen(fleet: Fleet, settings: DetectSettings, minimumCalls: number, calls: number, nowMs: number) {
  const { surge, window } = settings;
  if (!surge) return undefined;
  const { tallies, buckets, epoch } = fleet;
  const size: FleetSize = {
    calls,
    instances: instancesOf(tallies, nowMs),
    callsPerMs: window.kind === 'time' ? knownCallsPerMs(buckets, window.bucketMs, nowMs) : 0,
  };
  // While it ramps there are as many calls fewer here as in the window.
  const fewer = Math.min(1, minimumCalls / settings.minimumCalls);
  return surgeOf(tallies, size, { ...surge, minimumCalls: Math.ceil(surge.minimumCalls * fewer) }, epoch, nowMs);
}

/** How busy the fleet was when everybody had told: over the newest two buckets that are complete. */
function knownCallsPerMs(buckets: readonly BreakerBucket[], widthMs: number, nowMs: number): number {
  const newest = Math.floor((nowMs - PRESENCE_MS) / widthMs) - 1;
  let [calls, wide] = [0, 0];
  for (const bucket of buckets) {
    if (bucket.widthMs !== widthMs || bucket.index > newest || bucket.index <= newest - 2) continue;
    calls += bucket.calls;
    wide += widthMs;
  }
  return wide === 0 ? 0 : calls / wide;
}

/** Distinct instances with a failure or a slow call in the window: those of one stretch as long as it. */
function failingOf({ tallies, epoch }: Fleet, window: WindowShape, nowMs: number): number {
  let most = 0;
  const width = window.kind === 'time' ? window.bucketMs * WINDOW_BUCKETS : window.segmentCalls;
  for (const tally of tallies) {
    if (tally.of !== (window.kind === 'time' ? 'failing' : 'blockFailing') || tally.width !== width) continue;
    if (!isPast(tally, tallies, epoch, nowMs)) most = Math.max(most, tally.count);
  }
  return most;
}

/** Whether a tally has left every window it may belong to. */
export function isPast(tally: BreakerTally, tallies: readonly BreakerTally[], epoch: number, nowMs: number): boolean {
  const { of, start, width } = tally;
  switch (of) {
    case 'present':
    case 'joined':
      return isBefore(1);
    case 'failures':
      return start < epoch || isBefore(FAST_BUCKETS);
    case 'reporters':
    case 'busy':
    case 'busyNow':
    case 'reportersNow':
    case 'failing':
      return start < epoch || isBefore(1);
    case 'blockFailing':
      return isOldBlock(start, width, tallies, epoch);
    default:
      return isOldSegment(start, width, tallies, epoch);
  }

  function isBefore(stretches: number): boolean {
    return start < (Math.floor(nowMs / width) - stretches) * width;
  }
}
