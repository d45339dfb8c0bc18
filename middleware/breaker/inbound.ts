// Breakers of what a service is asked for: they open on how invocations end, and refuse the next ones for a while.
import { failedRecords, receivesOf } from '../kernel/batch.ts';
import { answerWithDeferred, defer, heldRecordsOf, settlementOf } from '../kernel/deferral.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Policy } from '../kernel/policy.ts';
import type { ResourceRule, RuleDocument } from '../kernel/rules/document.ts';
import { recordsOf } from '../kernel/trigger.ts';
import type { Breaker, Refusal, Ticket } from './breaker.ts';
import { resourceBreaker } from './breakers.ts';
import type { Result } from './machine.ts';
import type { Asked } from './keyed.ts';
import { breakerFor } from './needs.ts';
import { open } from './refused.ts';
import { breakerSettings, type BreakerSettings } from './settings.ts';

interface Guarded {
  readonly name: string;
  readonly settings: BreakerSettings;
  readonly breakerOf: (asked: Asked) => Breaker;
}

/** By resource. */
type Compiled = ReadonlyMap<string, Guarded>;

/** An invocation that was admitted, until it is known how it ended. */
interface Admitted extends Guarded {
  readonly breaker: Breaker;
  readonly ticket: Ticket;
  readonly startedAt: number;
}

/** No invocation lasts longer. */
const LONGEST_INVOCATION = '15m';
/** What waits in a queue looks again at least so often, ms: what opened may close sooner than it seemed. */
const LONGEST_AWAY_MS = 1_800_000;
const FIRST_AWAY_MS = 5_000;

export const breakerPolicy: Policy<Compiled> = {
  name: 'breaker',
  compile: compileBreakers,
  before: breakerBefore,
  after: breakerAfter,
};

function compileBreakers({ resources = {} }: RuleDocument, instance: Instance): Compiled {
  const compiled = new Map<string, Guarded>();
  for (const [resource, rule] of Object.entries(resources)) {
    if (rule.breaker && rule.breaker.mode !== 'disabled') {
      compiled.set(resource, compileBreaker(resource, rule, rule.breaker, instance));
    }
  }
  return compiled;
}

function compileBreaker(
  resource: string,
  { deadline }: ResourceRule,
  rule: NonNullable<ResourceRule['breaker']>,
  instance: Instance,
): Guarded {
  const name = resourceBreaker(resource);
  const settings = breakerSettings(rule, { attemptTimeout: deadline?.timeout ?? LONGEST_INVOCATION });
  return { name, settings, breakerOf: breakerFor(name, rule, instance) };
}

/** A refusal would stop the whole shard of a stream. */
function breakerBefore(invocation: Invocation, compiled: Compiled): void | Promise<void> {
  const guarded = compiled.get(invocation.resource.name);
  if (!guarded || invocation.trigger.kind === 'stream') return undefined;
  const breaker = guarded.breakerOf({ invocation });
  const decided = breaker.admit(invocation, guarded.settings);
  if (decided instanceof Promise) return decided.then((awaited) => obey(invocation, guarded, breaker, awaited));
  obey(invocation, guarded, breaker, decided);
  return undefined;
}

const ADMITTED = {};

/** @throws {Refused} when it is open. */
function obey(invocation: Invocation, guarded: Guarded, breaker: Breaker, decided: Ticket | Refusal): void {
  if (decided.kind === 'refuse') {
    refuse(invocation, guarded, breaker.key, decided);
    return;
  }
  const admitted = { ...guarded, breaker, ticket: decided, startedAt: invocation.instance.clock.precise() };
  const open = invocation.state<{ admitted: Admitted | undefined }>(ADMITTED, () => ({ admitted }));
  open.admitted = admitted;
  if (!isProbe(decided)) return;
  // Also when another middleware answers and no `after` runs: the slot is not kept.
  const others = invocation.atEnd;
  invocation.atEnd = () => {
    end(invocation, () => 'ignored');
    return others?.();
  };
}

const isProbe = ({ held, guard }: Ticket) => held !== undefined || guard?.token !== undefined;

function refuse(invocation: Invocation, { name, settings }: Guarded, key: string | undefined, refusal: Refusal): void {
  const { instance, resource, trigger, event } = invocation;
  const count = trigger.face === 'sqs' ? recordsOf(event).length : 1;
  instance.recorder.refusal('breaker', name, resource.name, count, settings.shadow);
  if (settings.shadow) return;
  const records = heldRecordsOf(invocation);
  if (records.length > 0) {
    // A FIFO queue's batch comes back as it was.
    const together = trigger.source.endsWith('.fifo') ? awayMs(instance, refusal, 1) : undefined;
    defer(
      invocation,
      records.map((record) => ({ record, delayMs: together ?? awayMs(instance, refusal, receivesOf(record)) })),
    );
  }
  const retryAfterMs = isAwaited(invocation) ? refusal.retryAfterMs : awayMs(instance, refusal, 1);
  throw open(`the resource "${resource.name}"`, name, key, { ...refusal, retryAfterMs });
}

/** Somebody waits for the answer, and is told when to come back; what nobody waits for is kept away by us. */
function isAwaited({ trigger: { kind } }: Invocation): boolean {
  return kind === 'http' || kind === 'direct';
}

/**
 * How long what nobody waits for stays away, ms: until the breaker lets something pass, each a little longer than that;
 * where only an operator knows when that is, longer each time.
 */
function awayMs({ random }: Instance, { retryAfterMs }: Refusal, receives: number): number {
  const leastMs = retryAfterMs ?? FIRST_AWAY_MS * 2 ** Math.min(receives - 1, 20);
  return Math.ceil(Math.min(LONGEST_AWAY_MS, Math.max(1_000, leastMs) * (1 + 0.25 * random())));
}

/** Deferred records must be in the answer, or the platform deletes them; unless another policy answers for the batch. */
function breakerAfter(invocation: Invocation): void {
  end(invocation, resultOf);
  if (invocation.trigger.face !== 'sqs') return;
  if (!settlementOf(invocation).claimed) invocation.response = answerWithDeferred(invocation);
}

/** Takes in how an admitted invocation ended, once. */
function end(invocation: Invocation, judge: (invocation: Invocation, settings: BreakerSettings) => Result): void {
  const kept = invocation.state<{ admitted: Admitted | undefined }>(ADMITTED, () => ({ admitted: undefined }));
  const { admitted } = kept;
  if (!admitted) return;
  kept.admitted = undefined;
  const { breaker, ticket, settings, startedAt } = admitted;
  const tookMs = invocation.instance.clock.precise() - startedAt;
  const slow = settings.slowOverMs !== undefined && tookMs > settings.slowOverMs;
  breaker.record(ticket, judge(invocation, settings), slow, settings);
}

/** What the end of an invocation says about the resource. What flyball itself refused, here or further down, nothing. */
function resultOf(invocation: Invocation, settings: BreakerSettings): Result {
  const outcome = invocation.outcome ?? 'ok';
  if (outcome === 'refused') return 'ignored';
  const ended = outcome === 'ok' && hasFailedWhole(invocation) ? 'error' : outcome;
  if (settings.isIgnored(ended)) return 'ignored';
  return settings.isFailure(ended) ? 'failure' : 'success';
}

/** A function that names all records of its batch has done as much as one that throws. */
function hasFailedWhole(invocation: Invocation): boolean {
  if (invocation.trigger.face !== 'sqs') return false;
  const records = recordsOf(invocation.event);
  const deferred = settlementOf(invocation).deferrals.map(({ record }) => record);
  const failed = failedRecords(records, invocation.response, undefined, deferred);
  return records.length > 0 && failed.length === records.length;
}
