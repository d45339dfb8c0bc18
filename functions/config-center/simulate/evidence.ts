// What is known of how fast requests can have come at most, beyond their number in a minute. Pure.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { isQuota } from '../../../middleware/throttle/rule.ts';
import { askedOf, refusedBy, type Asked } from './asked.ts';
import type { Curve } from './bounds.ts';
import { limitOf } from './limit.ts';
import { BUCKETS, edgeOf, type Recorded } from './record.ts';

/** Shares of the requests that are left aside as the fastest: what the others take bounds how many fit in a moment. */
const SHARES_ASIDE = [0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5];

const KNOWN = new WeakMap<Asked, readonly Curve[]>();

/** @param current  the rules in force all the time; undefined when others were, too. */
export function curvesOf(record: Recorded, asked: Asked, current: RuleDocument | undefined): readonly Curve[] {
  const known = KNOWN.get(asked) ?? [
    ...byInstances(record, asked),
    ...(current ? byLimits(record, asked, current) : []),
  ];
  KNOWN.set(asked, known);
  return known;
}

/**
 * An instance serves one request at a time: in a stretch w, one that is under way and as many as take w together. Those
 * alive at a moment have told of this minute or of the one before.
 */
function byInstances({ instances, unreadable }: Recorded, { streams, total }: Asked): Curve[] {
  if (unreadable > 0 || total === 0) return [];
  let most = 0;
  instances.forEach((count, minute) => (most = Math.max(most, count + (instances[minute - 1] ?? 0))));
  const buckets = new Float64Array(BUCKETS);
  for (const { durations } of streams) durations.forEach((count, i) => (buckets[i] = (buckets[i] ?? 0) + count));
  const timed = buckets.reduce((sum, count) => sum + count, 0);
  const untimed = Math.max(0, total - timed);
  return SHARES_ASIDE.flatMap((share) => {
    let [bucket, aside] = [0, 0];
    while (bucket < BUCKETS && aside + (buckets[bucket] ?? 0) <= share * timed) aside += buckets[bucket++] ?? 0;
    const leastMs = edgeOf(bucket);
    return leastMs > 0 && timed > 0 ? [{ burst: most, perMs: most / leastMs, beside: aside + untimed }] : [];
  });
}

/** What a bucket of everybody let through kept to its limit; what it refused, or another rule did, may not have. */
function byLimits(record: Recorded, asked: Asked, current: RuleDocument): Curve[] {
  return Object.entries(current.throttles ?? {}).flatMap(([name, rule]) => {
    const { mode, key = [], scope, cost = 1, algorithm = 'token-bucket', overrides, warmUp, sync } = rule;
    const isPlain = mode !== 'shadow' && mode !== 'disabled' && scope !== 'instance' && sync !== 'eventual';
    if (!isPlain || key.length > 0 || cost !== 1 || overrides || warmUp || algorithm !== 'token-bucket') return [];
    if (isQuota(rule) || (rule.whenStoreFails ?? 'local') === 'allow') return [];
    if (rule.resources && [...asked.resources].some((resource) => !rule.resources?.includes(resource))) return [];
    const { own, others } = refusedBy(askedOf(record, current, rule.resources, 'throttle'), 'throttle', name);
    const { most } = limitOf(rule, 1, record.from, record.to);
    return [{ burst: most.burst + 1, perMs: (most.aMinute / 60_000) * 1.001, beside: own + others }];
  });
}
