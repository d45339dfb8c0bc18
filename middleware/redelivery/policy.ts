// The redelivery policy: answers for a batch, and sends a queue's failed records back later or to the dead-letter queue.
import { compileBackoff, longestOf } from '../kernel/backoff.ts';
import { canWait, heldRecordsOf, settlementOf } from '../kernel/deferral.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Policy } from '../kernel/policy.ts';
import type { BackoffRule, RedeliveryRule, RuleDocument } from '../kernel/rules/document.ts';
import { setAsideExpired } from './expired.ts';
import type { Redelivery } from './plan.ts';
import { settleBatch, settleParked } from './queue.ts';
import { settleShard } from './shard.ts';
import { neverTest } from './verdict.ts';

/** Of a parked event whose resource has no rule: it must not come back for ever. */
const PARKED: Redelivery = { attempts: 5, ...compiled({ initial: '10s', factor: 3, max: '15m', jitter: 'full' }) };

/** By resource. A queue without a rule keeps its own redelivery; only what its handler answers is put in order. */
export type Redeliveries = ReadonlyMap<string, Redelivery>;

export const redeliveryPolicy: Policy<Redeliveries> = {
  name: 'redelivery',
  compile: compileRedeliveries,
  before: redeliveryBefore,
  after: redeliveryAfter,
};

function compileRedeliveries(document: RuleDocument): Redeliveries {
  const redeliveries = new Map<string, Redelivery>();
  for (const [name, { redelivery }] of Object.entries(document.resources ?? {})) {
    if (redelivery) redeliveries.set(name, compileRedelivery(redelivery));
  }
  return redeliveries;
}

/** A stream's rule has neither attempts nor a backoff: those are its event source's. */
function compileRedelivery({ attempts, backoff, never, expired }: RedeliveryRule): Redelivery {
  return {
    attempts: attempts ?? PARKED.attempts,
    ...(backoff ? compiled(backoff) : { backoff: PARKED.backoff, longestMs: PARKED.longestMs }),
    never: never && neverTest(never),
    expired,
  };
}

function compiled(rule: BackoffRule): Pick<Redelivery, 'backoff' | 'longestMs'> {
  return { backoff: compileBackoff(rule), longestMs: longestOf(rule) };
}

function redeliveryBefore(invocation: Invocation): void {
  if (!canWait(invocation) || heldRecordsOf(invocation).length === 0) return;
  settlementOf(invocation).claimed = true;
  setAsideExpired(invocation);
}

function redeliveryAfter(invocation: Invocation, rules: Redeliveries): void | Promise<void> {
  const rule = rules.get(invocation.resource.name);
  if (invocation.trigger.kind === 'stream') return settleShard(invocation, rule);
  if (!canWait(invocation)) return undefined;
  const { parked } = settlementOf(invocation);
  if (parked) return settleParked(invocation, parked, rule ?? PARKED);
  return invocation.trigger.face === 'sqs' ? settleBatch(invocation, rule) : undefined;
}
