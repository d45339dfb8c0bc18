// How many requests a sum holds that count for an objective, and how many of them were bad. Pure.
import { outcomeTest, type Outcome } from '../../../middleware/kernel/outcome.ts';
import { bucketsIn, countUpTo, endOf } from '../sums/buckets.ts';
import type { SumData } from '../sums/data.ts';
import type { Objective } from './objective.ts';
import { badRefusals, type Whose } from './refusals.ts';

export interface Events {
  readonly total: number;
  readonly bad: number;
  /** Of `total`: so near to the threshold that they may be on its other side. */
  readonly uncertain: number;
}

export const NO_EVENTS: Events = { total: 0, bad: 0, uncertain: 0 };

export function added(a: Events, b: Events): Events {
  return { total: a.total + b.total, bad: a.bad + b.bad, uncertain: a.uncertain + b.uncertain };
}

/** As everywhere: what a caller did wrong, or the business refused, was answered as it should be. */
const isFailure = outcomeTest(['connect', 'timeout', 'error', '5xx']);

export function eventsOf(data: SumData, { latencyMs }: Pick<Objective, 'latencyMs'>, whose: Whose): Events {
  return latencyMs === undefined ? availability(data, whose) : latency(data, latencyMs);
}

function availability({ outcomes = {}, refusals = {} }: SumData, whose: Whose): Events {
  let total = 0;
  let failed = 0;
  for (const [outcome, count] of Object.entries(outcomes)) {
    total += count;
    if (isFailure(outcome as Outcome)) failed += count;
  }
  const refused = outcomes['refused'] ?? 0;
  const bad = badRefusals(refused, refusals, whose);
  // Refusals that are not bad are not good either: who is turned away a million times must not hide ten failures.
  return { total: total - refused + bad, bad: failed + bad, uncertain: 0 };
}

/** Of what was served: of what is refused no duration is kept. */
function latency({ durations }: SumData, latencyMs: number): Events {
  if (typeof durations !== 'string') return NO_EVENTS;
  const buckets = bucketsIn(Buffer.from(durations, 'base64'));
  const total = countUpTo(buckets, Infinity);
  const straddled = straddledBucket(latencyMs);
  const uncertain = buckets.find(({ index }) => index === straddled)?.count ?? 0;
  return { total, bad: total - countUpTo(buckets, latencyMs), uncertain };
}

/** Where durations are cut: the end of a bucket that is nearest to the threshold, at most 2.2 percent away. */
export function countedUpToMs(latencyMs: number): number {
  return endOf(Math.round(position(latencyMs)) - 1);
}

/** The bucket that reaches from below the threshold beyond it; undefined when one ends there. */
function straddledBucket(latencyMs: number): number | undefined {
  const at = position(latencyMs);
  return Math.abs(at - Math.round(at)) < 1e-9 ? undefined : Math.floor(at);
}

const position = (ms: number) => Math.log2(ms) * 16;
