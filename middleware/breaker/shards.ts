// Into how many items a fleet's counts are divided, and which of them an instance counts in. Pure.
import { placeOf } from './ramp.ts';

/** An item takes 1,000 writes a second; in an outage an instance makes up to three before it is over. */
const INSTANCES_A_SHARD = 250;
const MOST_SHARDS = 32;

/** How many there should be; as many as there are, unless that is far from right. */
export function shardsFor(instances: number, current: number): number {
  const wanted = Math.min(MOST_SHARDS, Math.max(1, Math.ceil(instances / INSTANCES_A_SHARD)));
  return wanted > current * 1.2 || wanted < current / 3 ? wanted : current;
}

export function shardOf(instance: string, breaker: string, shards: number): number {
  return Math.floor(placeOf(instance, breaker) * shards);
}
