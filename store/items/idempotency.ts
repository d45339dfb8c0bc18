// That a piece of work is being done, or has been, and what came of it: each is claimed by one, who alone may say how it ended.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

export type WorkStatus = 'INPROGRESS' | 'COMPLETED' | 'RELEASED';

export interface WorkRecord {
  readonly status: WorkStatus;
  /** When it is forgotten, epoch seconds. */
  readonly expiresAtS: number;
  /** Until when whoever claimed it may still be at it, epoch ms. */
  readonly inProgressUntilMs: number | undefined;
  /** What came of it, as JSON. */
  readonly data: string | undefined;
  /** Of what must be the same each time. */
  readonly payloadHash: string | undefined;
}

export interface Claim {
  /** Whose it is. */
  readonly token: string;
  readonly expiresAtS: number;
  readonly inProgressUntilMs: number;
  readonly payloadHash: string | undefined;
}

/** Whose work it is, and what it is called. */
export interface WorkName {
  readonly service: string;
  readonly key: string;
}

/**
 * Claims work that nobody has done or is at: there is no record, it is of the past, it was released, or whoever claimed it
 * can be at it no longer. Otherwise gives the record that stands there.
 *
 *   INPROGRESS ──── done ───▶ COMPLETED ──── expiresAtS ───▶ free
 *       │ ├─ failed ─▶ RELEASED = free
 *       └── inProgressUntilMs ─▶ free
 */
export async function claimWork(
  table: Table,
  { service, key }: WorkName,
  { token, expiresAtS, inProgressUntilMs, payloadHash }: Claim,
  nowMs: number,
  options?: CallOptions,
): Promise<{ readonly claimed: true } | { readonly claimed: false; readonly record: WorkRecord | undefined }> {
  const { applied, item } = await table.put({
    item: {
      ...instanceKeys.idempotency(service, key),
      v: ITEM_VERSION,
      status: 'INPROGRESS',
      token,
      expiration: expiresAtS,
      inProgressUntilMs,
      ...(payloadHash === undefined ? {} : { payloadHash }),
    },
    condition:
      'attribute_not_exists(pk) OR expiration < :nowS OR #status = :released' +
      ' OR (#status = :inProgress AND inProgressUntilMs < :nowMs)',
    names: { '#status': 'status' },
    values: {
      ':nowS': Math.floor(nowMs / 1000),
      ':nowMs': nowMs,
      ':inProgress': 'INPROGRESS',
      ':released': 'RELEASED',
    },
    ...options,
  });
  return applied ? { claimed: true } : { claimed: false, record: item && recordOf(item) };
}

/** Keeps what came of claimed work; false when it is another's by now. */
export async function completeWork(
  table: Table,
  { service, key }: WorkName,
  token: string,
  { expiresAtS, data }: Pick<WorkRecord, 'expiresAtS' | 'data'>,
  options?: CallOptions,
): Promise<boolean> {
  const { applied } = await table.update({
    key: instanceKeys.idempotency(service, key),
    update:
      'SET #status = :completed, expiration = :expiration' +
      (data === undefined ? '' : ', #data = :data') +
      ' REMOVE inProgressUntilMs',
    condition: '#token = :token',
    names: { '#status': 'status', '#token': 'token', ...(data === undefined ? {} : { '#data': 'data' }) },
    values: {
      ':completed': 'COMPLETED',
      ':expiration': expiresAtS,
      ':token': token,
      ...(data === undefined ? {} : { ':data': data }),
    },
    ...options,
  });
  return applied;
}

/** Gives claimed work up, so that it can be claimed again at once; nothing if it is another's by now. */
export async function releaseWork(
  table: Table,
  { service, key }: WorkName,
  token: string,
  nowMs: number,
  options?: CallOptions,
): Promise<void> {
  // Roles of the data plane delete nothing: what is released is the TTL's to delete.
  await table.update({
    key: instanceKeys.idempotency(service, key),
    update: 'SET #status = :released, expiration = :nowS REMOVE inProgressUntilMs',
    condition: '#token = :token',
    names: { '#status': 'status', '#token': 'token' },
    values: { ':released': 'RELEASED', ':nowS': Math.ceil(nowMs / 1000), ':token': token },
    ...options,
  });
}

export async function readWork(
  table: Table,
  { service, key }: WorkName,
  options?: CallOptions,
): Promise<WorkRecord | undefined> {
  const item = await table.get(instanceKeys.idempotency(service, key), { ...options, consistent: true });
  return item && recordOf(item);
}

function recordOf(item: Item): WorkRecord {
  const fields = fieldsOf(item);
  const status = fields.text('status');
  return {
    // What a later version may call otherwise is done, as far as this one is concerned.
    status: status === 'INPROGRESS' || status === 'RELEASED' ? status : 'COMPLETED',
    expiresAtS: fields.number('expiration'),
    inProgressUntilMs: fields.optionalNumber('inProgressUntilMs'),
    data: fields.optionalText('data'),
    payloadHash: fields.optionalText('payloadHash'),
  };
}
