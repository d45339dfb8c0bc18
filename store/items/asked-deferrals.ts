// How often a queue record was sent back because its handler asked for it: no attempt, but not for ever.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Table } from '../port.ts';
import { KEPT_S } from './deferrals.ts';
import { ITEM_VERSION } from './fields.ts';

/**
 * Counts a deferral that a record's handler asked for, unless there have been `most` of them already. False then: it is an
 * attempt like any other.
 */
export async function countAskedDeferral(
  table: Table,
  service: string,
  messageId: string,
  nowMs: number,
  most: number,
  options?: CallOptions,
): Promise<boolean> {
  const { applied } = await table.update({
    key: instanceKeys.deferrals(service, messageId),
    update: 'ADD n :one, asked :one SET v = :v, expiration = :expiration',
    condition: 'attribute_not_exists(asked) OR asked < :most',
    values: { ':one': 1, ':v': ITEM_VERSION, ':expiration': Math.ceil(nowMs / 1000) + KEPT_S, ':most': most },
    ...options,
  });
  return applied;
}
