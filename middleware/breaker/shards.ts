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

/**
 * The authoritative item is 0, and once there are shards nobody counts in it: the write that opens must not be refused
 * because of the reports that led to it. When the shards double, half of the instances stay where they are.
 */
export function shardOf(instance: string, breaker: string, shards: number): number {
  return shards === 1 ? 0 : 1 + (Math.floor(placeOf(instance, breaker) * MOST_SHARDS) % shards);
}

/** Until all have moved, few are known in a new shard; and too many in one that was there before, as half of them leave. */
export function isNew(shard: number, shards: number): boolean {
  return shards === 2 || shard > shards / 2;
}
