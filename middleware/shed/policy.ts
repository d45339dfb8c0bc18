// The shedding policy: refuses while an operator's pause is in force or a job runs, or as what the service has fills up.
import { answerWithDeferred, settlementOf } from '../kernel/deferral.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { loadOf } from '../kernel/load.ts';
import type { Policy } from '../kernel/policy.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { isAtMost, priorityOf } from '../kernel/rules/priorities.ts';
import { compilePausing, refuseWhileRunning, type Pausing } from './pausing.ts';
import { awayMs, overloaded, paused, pausedAwayMs, soonMs } from './refused.ts';
import { isAwaited, record, refuse } from './refusing.ts';
import { compileShedding, type Shedding } from './rule.ts';
import { refusedShare } from './share.ts';

interface Compiled {
  /** Undefined when nothing is shed by load. */
  readonly load: Shedding | undefined;
  /** Undefined when nothing is paused by jobs. */
  readonly pausing: Pausing | undefined;
}

export const shedPolicy: Policy<Compiled> = {
  name: 'shed',
  compile: (document: RuleDocument, instance: Instance) => ({
    load: compileShedding(document),
    pausing: compilePausing(document, instance),
  }),
  before: shedBefore,
  after: shedAfter,
};

/** A refusal would stop the whole shard of a stream, and a pause would drop what its event source stops repeating. */
function shedBefore(invocation: Invocation, { load, pausing }: Compiled): void | Promise<void> {
  if (invocation.trigger.kind === 'stream') return undefined;
  refuseIfPaused(invocation);
  const looking = pausing && refuseWhileRunning(invocation, pausing);
  if (looking) return looking.then(() => refuseByLoad(invocation, load));
  return refuseByLoad(invocation, load);
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

function refuseByLoad(invocation: Invocation, shedding: Shedding | undefined): void {
  if (!shedding) return;
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

/** Deferred records must be in the answer, or the platform deletes them; unless another policy answers for the batch. */
function shedAfter(invocation: Invocation): void {
  if (invocation.trigger.face !== 'sqs') return;
  if (!settlementOf(invocation).claimed) invocation.response = answerWithDeferred(invocation);
}
