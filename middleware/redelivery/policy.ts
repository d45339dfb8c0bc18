// The redelivery policy: answers for a queue's batch, and sends its failed records back later or to the dead-letter queue.
import { batchResponse, failedRecords, isSettled, type FailedRecord, type QueueRecord } from '../kernel/batch.ts';
import { compileBackoff } from '../kernel/backoff.ts';
import { canWait, defer, heldRecordsOf, settlementOf } from '../kernel/deferral.ts';
import { Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Policy } from '../kernel/policy.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { withGroups, type Failures, type Redelivery } from './plan.ts';
import { Settler } from './settler.ts';

/** Of a parked event whose resource has no rule: it must not come back for ever. */
const PARKED: Redelivery = {
  attempts: 5,
  backoff: compileBackoff({ initial: '10s', factor: 3, max: '15m', jitter: 'full' }),
};

/** By resource. A queue without a rule keeps its own redelivery; only what its handler answers is put in order. */
export type Redeliveries = ReadonlyMap<string, Redelivery>;

export const redeliveryPolicy: Policy<Redeliveries> = {
  name: 'redelivery',
  compile: compileRedeliveries,
  before: redeliveryBefore,
  after: redeliveryAfter,
};

function compileRedeliveries(document: RuleDocument): Redeliveries {
  const compiled = new Map<string, Redelivery>();
  for (const [name, { redelivery }] of Object.entries(document.resources ?? {})) {
    if (!redelivery) continue;
    compiled.set(name, { attempts: redelivery.attempts, backoff: compileBackoff(redelivery.backoff) });
  }
  return compiled;
}

function redeliveryBefore(invocation: Invocation): void {
  if (canWait(invocation) && heldRecordsOf(invocation).length > 0) settlementOf(invocation).claimed = true;
}

function redeliveryAfter(invocation: Invocation, rules: Redeliveries): void | Promise<void> {
  if (!canWait(invocation)) return undefined;
  const { parked } = settlementOf(invocation);
  if (parked) return settleParked(invocation, parked, rules.get(invocation.resource.name) ?? PARKED);
  return invocation.trigger.face === 'sqs' ? settleBatch(invocation, rules) : undefined;
}

/** The event is the handler's; the record that brought it is ours, and alone in its batch. */
function settleParked(invocation: Invocation, record: QueueRecord, rule: Redelivery): void | Promise<void> {
  const { error, response } = invocation;
  const { shortage } = settlementOf(invocation);
  // Whatever another middleware has made of an error is an answer, as it would be to the event itself.
  if (error === undefined || response !== undefined) {
    invocation.response = batchResponse([]);
    return undefined;
  }
  invocation.response = batchResponse([record]);
  if (error instanceof Refused) {
    if (shortage) shortage.deferParked(record);
    else defer(invocation, [{ record, delayMs: error.retryAfterMs }]);
    return settle(invocation, rule, withGroups([], []), [], []);
  }
  const failed = failedRecords([record], undefined, error);
  return settle(invocation, rule, withGroups([record], failed), failed, [record]);
}

function settleBatch(invocation: Invocation, rules: Redeliveries): void | Promise<void> {
  const { error, response } = invocation;
  const { deferrals } = settlementOf(invocation);
  const held = new Set(deferrals.map(({ record }) => record));
  const handled = heldRecordsOf(invocation).filter((record) => !held.has(record));
  const refused = error instanceof Refused;
  if (refused && handled.length > 0) {
    // Nothing was attempted: the records come back when the refusal says.
    defer(
      invocation,
      handled.map((record) => ({ record, delayMs: error.retryAfterMs })),
    );
  }
  const deferred = deferrals.map(({ record }) => record);
  const failed = refused ? [] : failedRecords(handled, response, error, deferred);
  const rule = rules.get(invocation.resource.name);
  // Without a rule a throw stays the throw it would be without flyball, whatever the queue's event source is set to.
  if (!rule && !refused && error !== undefined && deferred.length === 0) return undefined;
  const failures = withGroups(handled, failed);
  const returned = new Set([
    ...failures.attempted.map(({ record }) => record),
    ...[...failures.behind.values()].flat(),
  ]);
  for (const record of deferred) returned.add(record);
  // A success needs no other words than the handler's own, if they are ones that the platform understands.
  if (!rule && error === undefined && returned.size === 0 && !isSettled(response)) return undefined;
  // First what is safe whatever becomes of the rest: a record that is not in the answer is deleted.
  invocation.response = batchResponse(inOrder(handled, deferred, returned));
  if (returned.size === 0) return undefined;
  return settle(invocation, rule, failures, failed, handled);
}

async function settle(
  invocation: Invocation,
  rule: Redelivery | undefined,
  failures: Failures,
  failed: readonly FailedRecord[],
  handled: readonly QueueRecord[],
): Promise<void> {
  const { deferrals, bookings } = settlementOf(invocation);
  // A file of its own: while all goes well, nobody speaks to SQS.
  const [{ queuesOf }] = await Promise.all([import('../kernel/queues.ts'), ...bookings]);
  const failedByHandler = new Set(failed.map(({ record }) => record));
  const returned = await new Settler(invocation, rule, queuesOf(invocation.instance)).settle(
    failures,
    failedByHandler,
    deferrals,
  );
  const deferred = deferrals.map(({ record }) => record);
  invocation.response = batchResponse(inOrder(handled, deferred, returned));
}

function inOrder(
  handled: readonly QueueRecord[],
  deferred: readonly QueueRecord[],
  returned: ReadonlySet<QueueRecord>,
): QueueRecord[] {
  return [...handled, ...deferred].filter((record) => returned.has(record));
}
