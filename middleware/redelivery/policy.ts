// The redelivery policy: answers for a queue's batch, and sends its failed records back later or to the dead-letter queue.
import { batchResponse, failedRecords, isSettled, type FailedRecord, type QueueRecord } from '../kernel/batch.ts';
import { compileBackoff } from '../kernel/backoff.ts';
import { defer, settlementOf } from '../kernel/deferral.ts';
import { Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Policy } from '../kernel/policy.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { recordsOf } from '../kernel/trigger.ts';
import { withGroups, type Failures, type Redelivery } from './plan.ts';
import { Settler } from './settler.ts';

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
  if (invocation.trigger.face === 'sqs') settlementOf(invocation).claimed = true;
}

function redeliveryAfter(invocation: Invocation, rules: Redeliveries): void | Promise<void> {
  if (invocation.trigger.face !== 'sqs') return undefined;
  const { error, response, event } = invocation;
  const { deferrals } = settlementOf(invocation);
  const held = new Set(deferrals.map(({ record }) => record));
  const handled = recordsOf(event).filter((record) => !held.has(record));
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
  const { deferrals } = settlementOf(invocation);
  const failedByHandler = new Set(failed.map(({ record }) => record));
  const returned = await new Settler(invocation, rule).settle(failures, failedByHandler, deferrals);
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
