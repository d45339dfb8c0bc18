// What limits of concurrency would have refused, as far as durations and numbers of instances tell. Pure.
import type { ConcurrencyRule, Priority, RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { parseShare } from '../../../middleware/kernel/units.ts';
import { askedOf, type Asked } from './asked.ts';
import { BUCKETS, edgeOf, MINUTE_MS, type Recorded } from './record.ts';
import { exactly, NONE, rangeOf } from './range.ts';
import { NOTHING, type SideEffects } from './rule-effects.ts';

/** As the rules' schema has it. */
const MOST_PERMITS = 5_000;
/** Of a limit, the share that is left for critical requests alone, and with it for all that are not sheddable. */
const KEPT: { readonly [priority in Priority]: number } = { critical: 0, normal: 0.05, sheddable: 0.1 };

export function heldBack(record: Recorded, rule: ConcurrencyRule, document: RuleDocument): SideEffects {
  const shadow = rule.mode === 'shadow' ? { shadow: true as const } : {};
  if (rule.mode === 'disabled') return NOTHING;
  const asked = askedOf(record, document, rule.resources, 'throttle');
  // An instance serves one request at a time.
  if (asked.total === 0 || rule.scope === 'instance') return { ...NOTHING, ...shadow };
  const adaptive = rule.limit === 'adaptive';
  const [least, most] = adaptive
    ? [rule.floor ?? 1, rule.ceiling ?? MOST_PERMITS]
    : [Number(rule.limit), Number(rule.limit)];
  const kept = Math.max(
    0,
    ...[...asked.resources].map((name) => KEPT[document.resources?.[name]?.priority ?? 'normal']),
  );
  if (record.unreadable === 0 && mostAtOnce(record) <= least - Math.floor(least * kept))
    return { refused: NONE, ...shadow, cannotSay: [] };
  const durations = durationsOf(asked);
  const low = overCapacity(durations, most, record.minutes);
  const estimate = adaptive || rule.maxWait !== undefined ? null : lostAtRandom(asked, durations, least);
  return {
    refused: rangeOf(low, estimate, asked.total),
    ...shadow,
    cannotSay: [
      'how many requests were under way at a moment is not recorded: the estimate takes them to come at random',
    ],
  };
}

/** As it fills up, shedding refuses by chance; certain is only when it never can have begun. */
export function shedded(record: Recorded, document: RuleDocument): SideEffects | undefined {
  const { shedding, concurrency = {} } = document;
  if (!shedding) return undefined;
  const shadow = shedding.mode === 'shadow' ? { shadow: true as const } : {};
  if (shedding.mode === 'disabled') return NOTHING;
  const rule = concurrency[shedding.when.concurrency];
  const limit = rule?.limit === 'adaptive' ? (rule.floor ?? 1) : (rule?.limit ?? 1);
  const beginsAt = limit * parseShare(shedding.when.above);
  if (record.unreadable === 0 && mostAtOnce(record) < beginsAt)
    return { refused: exactly(0), ...shadow, cannotSay: [] };
  const reason = `how much of ${shedding.when.concurrency} was in use is not recorded`;
  return { refused: null, ...shadow, cannotSay: [reason] };
}

/** Instances alive at a moment have told of its minute or of the one before. */
function mostAtOnce({ instances }: Recorded): number {
  let most = 0;
  instances.forEach((count, minute) => (most = Math.max(most, count + (instances[minute - 1] ?? 0))));
  return most;
}

function durationsOf({ streams }: Asked): Float64Array {
  const sum = new Float64Array(BUCKETS);
  for (const { durations } of streams) durations.forEach((count, bucket) => (sum[bucket] = (sum[bucket] ?? 0) + count));
  return sum;
}

/** So many permits cannot have been held for longer than there was time: the longest requests are left out first. */
function overCapacity(durations: Float64Array, permits: number, minutes: number): number {
  let [busyMs, longestMs] = [0, 0];
  durations.forEach((count, bucket) => {
    busyMs += count * edgeOf(bucket);
    if (count > 0) longestMs = edgeOf(bucket + 1);
  });
  let over = busyMs - permits * ((minutes + 1) * MINUTE_MS + longestMs);
  let refused = 0;
  for (let bucket = durations.length - 1; bucket > 0 && over > 0; bucket--) {
    const left = Math.min(durations[bucket] ?? 0, Math.ceil(over / edgeOf(bucket)));
    refused += left;
    over -= left * edgeOf(bucket);
  }
  return refused;
}

/** Erlang's loss formula, minute by minute: what a group of so many servers loses of calls that come at random. */
function lostAtRandom({ most }: Asked, durations: Float64Array, permits: number): number {
  let [busyMs, count] = [0, 0];
  durations.forEach((some, bucket) => {
    busyMs += (some * (edgeOf(bucket) + edgeOf(bucket + 1))) / 2;
    count += some;
  });
  if (count === 0) return 0;
  return most.reduce((lost, requests) => {
    const load = (requests * (busyMs / count)) / MINUTE_MS;
    let blocked = 1;
    for (let servers = 1; servers <= permits && blocked > 1e-9; servers++)
      blocked = (load * blocked) / (servers + load * blocked);
    return lost + requests * blocked;
  }, 0);
}
