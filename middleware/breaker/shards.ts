// Into how many items a fleet's counts are divided, and which of them an instance counts in. Pure.
import { MOST_SHARDS } from '../../store/items/breaker-record.ts';
import { placeOf } from './ramp.ts';

/** An item takes 1,000 writes a second; in an outage an instance makes up to three before it is over. */
const INSTANCES_A_SHARD = 250;

/** How many there should be, a power of two; as many as there are, unless that is far from right. */
export function shardsFor(instances: number, current: number): number {
  const wanted = Math.min(MOST_SHARDS, 2 ** Math.max(0, Math.ceil(Math.log2(instances / INSTANCES_A_SHARD))));
  return wanted > current || wanted < current / 2 ? wanted : current;
}

/** When the shards double, half of the instances stay where they are. */
export function shardOf(instance: string, breaker: string, shards: number): number {
  return Math.floor(placeOf(instance, breaker) * MOST_SHARDS) % shards;
}
