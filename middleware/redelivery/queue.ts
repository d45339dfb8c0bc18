// What is answered for a batch of a queue, or for the record that brought a parked event, and what is done about it first.
import { batchResponse, failedRecords, isSettled, type FailedRecord, type QueueRecord } from '../kernel/batch.ts';
import { defer, heldRecordsOf, settlementOf } from '../kernel/deferral.ts';
import { Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { expiredOf } from './expired.ts';
import { restOf, withGroups, type Redelivery } from './plan.ts';
import { Settler } from './settler.ts';
import { verdictOf } from './verdict.ts';

interface Batch {
  readonly handled: readonly QueueRecord[];
  readonly failed: readonly FailedRecord[];
  readonly expired: readonly QueueRecord[];
  /** What a single error says is about a single record. */
  readonly mayReject: boolean;
  /** The error goes on to the platform unless nothing is left to come back. */
  readonly staysThrow: boolean;
}

/** The event is the handler's; the record that brought it is ours, and alone in its batch. */
export function settleParked(invocation: Invocation, record: QueueRecord, rule: Redelivery): void | Promise<void> {
  const { error, response } = invocation;
  const { shortage } = settlementOf(invocation);
  // Whatever another middleware has made of an error is an answer, as it would be to the event itself.
  if (error === undefined || response !== undefined) {
    invocation.response = batchResponse([]);
    return undefined;
  }
  invocation.response = batchResponse([record]);
  const nothing = { handled: [], failed: [], expired: [], mayReject: true, staysThrow: false };
  if (!(error instanceof Refused)) {
    return settle(invocation, rule, {
      ...nothing,
      handled: [record],
      failed: failedRecords([record], undefined, error),
    });
  }
  if (shortage) shortage.deferParked(record);
  else deferRefused(invocation, [record], error);
  return settle(invocation, rule, nothing);
}

export function settleBatch(invocation: Invocation, rule: Redelivery | undefined): void | Promise<void> {
  const { error, response } = invocation;
  const { deferrals } = settlementOf(invocation);
  const expired = expiredOf(invocation);
  const aside = new Set([...deferrals.map(({ record }) => record), ...expired]);
  const handled = heldRecordsOf(invocation).filter((record) => !aside.has(record));
  const refused = error instanceof Refused;
  // Nothing was attempted: the records come back when the refusal says.
  if (refused && handled.length > 0) deferRefused(invocation, handled, error);
  const failed = refused ? [] : failedRecords(handled, response, error, [...aside]);
  const mayReject = error === undefined || handled.length === 1;
  // Without a rule a throw stays the throw it would be without flyball, whatever the queue's event source is set to.
  const staysThrow = !rule && !refused && error !== undefined && deferrals.length === 0;
  if (staysThrow && verdictOf(error, undefined, mayReject).kind === 'retry') return undefined;
  const { attempted, behind } = withGroups(handled, failed);
  const returned = new Set([...attempted.map(({ record }) => record), ...[...behind.values()].flat(), ...expired]);
  for (const { record } of deferrals) returned.add(record);
  // A success needs no other words than the handler's own, if they are ones that the platform understands.
  if (!rule && error === undefined && returned.size === 0 && !isSettled(response)) return undefined;
  const batch = { handled, failed, expired, mayReject, staysThrow };
  // First what is safe whatever becomes of the rest: a record that is not in the answer is deleted.
  if (!staysThrow) answer(invocation, batch, returned);
  return returned.size === 0 ? undefined : settle(invocation, rule, batch);
}

function deferRefused(invocation: Invocation, records: readonly QueueRecord[], { retryAfterMs }: Refused): void {
  const { random } = invocation.instance;
  defer(
    invocation,
    records.map((record) => ({ record, delayMs: restOf(record, retryAfterMs, random) })),
  );
}

async function settle(invocation: Invocation, rule: Redelivery | undefined, batch: Batch): Promise<void> {
  const { deferrals, bookings } = settlementOf(invocation);
  // A file of its own: while all goes well, nobody speaks to SQS.
  const [{ queuesOf }] = await Promise.all([import('../kernel/queues.ts'), ...bookings]);
  const settler = new Settler(invocation, rule, queuesOf(invocation.instance), batch.mayReject);
  const returned = await settler.settle({ ...batch, deferrals });
  if (!batch.staysThrow || returned.size === 0) answer(invocation, batch, returned);
}

function answer(
  invocation: Invocation,
  { handled, expired }: Pick<Batch, 'handled' | 'expired'>,
  returned: ReadonlySet<QueueRecord>,
): void {
  const deferred = settlementOf(invocation).deferrals.map(({ record }) => record);
  const all = [...handled, ...deferred, ...expired];
  invocation.response = batchResponse(all.filter((record) => returned.has(record)));
}
