// A bucket in parts: one key whose fleet writes more than one item takes is kept in several, each with a part of the rate.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Key, Table } from '../port.ts';
import { ITEM_VERSION } from './fields.ts';
import { recordOf, type BucketName, type BucketRecord } from './throttle.ts';

/** How a bucket is divided, and since when: no two divisions share an item, also when both have as many parts. */
export interface Parts {
  readonly parts: number;
  readonly sinceMs: number;
}

/** The name of one part of a bucket; of a bucket in one part the bucket's own. */
export function partName(name: BucketName, { parts, sinceMs }: Parts, part: number): BucketName {
  return parts === 1 ? name : { ...name, key: `${name.key}#${parts}.${sinceMs}.${part}` };
}

function keyOf({ service, rule, algorithm, generation, key }: BucketName): Key {
  return instanceKeys.bucket(service, rule, algorithm, generation, key);
}

/**
 * Takes a bucket in one part apart: nothing is granted from its item again. Its record says from where the parts go on.
 * False when others were first.
 */
export async function splitBucket(
  table: Table,
  name: BucketName,
  to: number,
  atMs: number,
  options?: CallOptions,
): Promise<boolean> {
  const { applied } = await table.update({
    key: keyOf(name),
    // What says how many parts there are must stay for as long as there is one.
    update: 'SET parts = :to, opened = tat, reshaped = :at REMOVE expiration',
    condition: 'attribute_exists(tat) AND attribute_not_exists(parts)',
    values: { ':to': to, ':at': atMs },
    ...options,
  });
  return applied;
}

/** Closes one part; what it says of its `tat` does not change any more. `initial` is where a part begins that nobody used. */
export async function closePart(
  table: Table,
  name: BucketName,
  from: Parts,
  to: number,
  part: number,
  initial: { readonly tatUs: number; readonly baseUs: number; readonly expiration: number },
  options?: CallOptions,
): Promise<BucketRecord | undefined> {
  const { item } = await table.update({
    key: keyOf(partName(name, from, part)),
    update:
      'SET parts = :to, tat = if_not_exists(tat, :tat), #base = if_not_exists(#base, :base), v = :v, expiration = :expiration',
    condition: 'attribute_not_exists(parts)',
    names: { '#base': 'base' },
    values: {
      ':to': to,
      ':tat': initial.tatUs,
      ':base': initial.baseUs,
      ':v': ITEM_VERSION,
      ':expiration': initial.expiration,
    },
    ...options,
  });
  return recordOf(item);
}

/** Begins the new parts once all old ones are closed; `openedUs` is the furthest of their `tat`s. False when others were first. */
export async function reopenBucket(
  table: Table,
  name: BucketName,
  from: Parts,
  to: number,
  openedUs: number,
  atMs: number,
  options?: CallOptions,
): Promise<boolean> {
  const values = { ':from': from.parts, ':since': from.sinceMs, ':opened': openedUs, ':at': atMs };
  const { applied } = await table.update({
    key: keyOf(name),
    condition: 'parts = :from AND reshaped = :since',
    ...(to === 1
      ? { update: 'SET tat = :opened, reshaped = :at REMOVE parts, opened', values }
      : { update: 'SET parts = :to, opened = :opened, reshaped = :at', values: { ...values, ':to': to } }),
    ...options,
  });
  return applied;
}
