// How often flyball itself sent a queue record back: receives minus deferrals are attempts.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

/** A queue keeps a message for 14 days at most. */
export const KEPT_S = 15 * 86_400;

export async function countDeferral(
  table: Table,
  service: string,
  messageId: string,
  nowMs: number,
  options?: CallOptions,
): Promise<void> {
  await table.update({
    key: instanceKeys.deferrals(service, messageId),
    update: 'ADD n :one SET v = :v, expiration = :expiration',
    values: { ':one': 1, ':v': ITEM_VERSION, ':expiration': Math.ceil(nowMs / 1000) + KEPT_S },
    ...options,
  });
}

/** 0 if it never was. */
export async function readDeferrals(
  table: Table,
  service: string,
  messageId: string,
  options?: CallOptions,
): Promise<number> {
  const item = await table.get(instanceKeys.deferrals(service, messageId), { ...options, consistent: true });
  return item ? fieldsOf(item).number('n') : 0;
}
