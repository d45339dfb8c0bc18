// The shedding policy: refuses by priority while an operator's pause is in force, or as what the service has fills up.
import { answerWithDeferred, defer, settlementOf } from '../kernel/deferral.ts';
import { receivesOf } from '../kernel/batch.ts';
import type { Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { loadOf } from '../kernel/load.ts';
import type { Policy } from '../kernel/policy.ts';
import { isAtMost, priorityOf } from '../kernel/rules/priorities.ts';
import { recordsOf } from '../kernel/trigger.ts';
import { awayMs, overloaded, paused, pausedAwayMs, soonMs } from './refused.ts';
import { compileShedding, type Shedding } from './rule.ts';
import { refusedShare } from './share.ts';

export const shedPolicy: Policy<Shedding | undefined> = {
  name: 'shed',
  compile: compileShedding,
  before: shedBefore,
  after: shedAfter,
};

/** A refusal would stop the whole shard of a stream, and a pause would drop what its event source stops repeating. */
function shedBefore(invocation: Invocation, shedding: Shedding | undefined): void {
  if (invocation.trigger.kind === 'stream') return;
  refuseIfPaused(invocation);
  if (shedding) refuseByLoad(invocation, shedding);
}

function refuseIfPaused(invocation: Invocation): void {
  const { instance, resource } = invocation;
  const nowMs = instance.clock.now();
  const pause = instance.rules.pauseAt(nowMs);
  const priority = priorityOf(resource);
  if (!pause || !isAtMost(priority, pause.priority)) return;
  const leftMs = pause.until - nowMs;
  const waitMs = () => pausedAwayMs(leftMs, instance.random);
  record(invocation, 'paused', false);
  refuse(invocation, paused(pause, priority, isAwaited(invocation) ? leftMs : waitMs()), waitMs);
}

function refuseByLoad(invocation: Invocation, shedding: Shedding): void {
  const { instance, resource } = invocation;
  const load = loadOf(instance, shedding.concurrency, instance.clock.now());
  // What is not known is not held against anybody: the concurrency rule itself still refuses.
  if (load === undefined) return;
  const priority = priorityOf(resource);
  const share = refusedShare(load, shedding.above, priority);
  if (share === 0 || instance.random() >= share) return;
  record(invocation, 'shedding', shedding.shadow);
  if (shedding.shadow) return;
  const { random } = instance;
  const waitMs = isAwaited(invocation) ? soonMs(random) : awayMs(1, random);
  refuse(invocation, overloaded(shedding, priority, load, waitMs), (receives) => awayMs(receives, random));
}

/** Somebody waits for the answer, and is told when to come back; what nobody waits for is kept away by us. */
function isAwaited({ trigger: { kind } }: Invocation): boolean {
  return kind === 'http' || kind === 'direct';
}

function record(invocation: Invocation, rule: 'paused' | 'shedding', shadow: boolean): void {
  const { instance, resource, trigger, event } = invocation;
  const count = trigger.face === 'sqs' ? recordsOf(event).length : 1;
  instance.recorder.refusal('shed', rule, resource.name, count, shadow);
}

/** @throws {Refused} always; a queue's records go back, each after its own delay. */
function refuse(invocation: Invocation, refused: Refused, delayMs: (receives: number) => number): never {
  if (invocation.trigger.face === 'sqs') {
    const records = recordsOf(invocation.event);
    // A FIFO queue's batch comes back as it was.
    const together = invocation.trigger.source.endsWith('.fifo') ? delayMs(1) : undefined;
    defer(
      invocation,
      records.map((one) => ({ record: one, delayMs: Math.ceil(together ?? delayMs(receivesOf(one))) })),
    );
  }
  throw refused;
}

/** Deferred records must be in the answer, or the platform deletes them; unless another policy answers for the batch. */
function shedAfter(invocation: Invocation): void {
  if (invocation.trigger.face !== 'sqs') return;
  if (!settlementOf(invocation).claimed) invocation.response = answerWithDeferred(invocation);
}
