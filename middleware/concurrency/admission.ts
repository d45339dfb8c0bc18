// Asks every rule that applies to an invocation for a permit, waits for one where the rule lets it, and refuses.
import { UnreadableItem } from '../../store/items/fields.ts';
import { StoreRejected, StoreUnavailable } from '../../store/port.ts';
import { sleep } from '../kernel/clock.ts';
import type { Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { errorFields } from '../kernel/logger.ts';
import type { Priority } from '../kernel/rules/document.ts';
import { claimFromFleet } from './fleet.ts';
import { claimHere, type Holding } from './holding.ts';
import { waitMs } from './priority.ts';
import { full, unguarded } from './refused.ts';
import type { CompiledConcurrency } from './rule.ts';

/** Why a rule did not admit. */
export interface NotAdmitted {
  readonly rule: CompiledConcurrency;
  readonly refused: Refused;
}

export const priorityOf = ({ resource }: Invocation): Priority => resource.rule?.priority ?? 'normal';

/** Asks the rules one after another; undefined when all admit, and a promise only if one of them must wait. */
export function admit(
  invocation: Invocation,
  rules: readonly CompiledConcurrency[],
  holding: Holding,
): NotAdmitted | undefined | Promise<NotAdmitted | undefined> {
  for (const [i, rule] of rules.entries()) {
    if (!rule.fleet && takenHere(invocation, rule, holding)) continue;
    return admitLater(invocation, rules.slice(i), holding);
  }
  return undefined;
}

async function admitLater(
  invocation: Invocation,
  rules: readonly CompiledConcurrency[],
  holding: Holding,
): Promise<NotAdmitted | undefined> {
  for (const rule of rules) {
    const notAdmitted = await obtain(invocation, rule, holding);
    if (notAdmitted) return notAdmitted;
  }
  return undefined;
}

async function obtain(
  invocation: Invocation,
  rule: CompiledConcurrency,
  holding: Holding,
): Promise<NotAdmitted | undefined> {
  const { clock, random, recorder } = invocation.instance;
  const untilMs = Math.min(clock.now() + rule.maxWaitMs, invocation.deadlineAt);
  for (let tries = 0; ; tries++) {
    try {
      if (rule.fleet ? await takenFromFleet(invocation, rule, holding, tries) : takenHere(invocation, rule, holding)) {
        return undefined;
      }
    } catch (error) {
      if (!isOfTheStore(error)) throw error;
      return withoutStore(invocation, rule, holding, error);
    }
    const leftMs = untilMs - clock.now();
    if (leftMs <= 0) return { rule, refused: full(invocation, rule) };
    if (tries === 0) recorder.internal('concurrency:waited');
    await sleep(clock, Math.min(leftMs, waitMs(tries, priorityOf(invocation), random)));
  }
}

function takenHere(invocation: Invocation, rule: CompiledConcurrency, holding: Holding): boolean {
  const permit = claimHere(rule, rule.claimableBy(priorityOf(invocation)).upTo);
  if (permit) holding.add(permit);
  return permit !== undefined;
}

async function takenFromFleet(
  invocation: Invocation,
  rule: CompiledConcurrency,
  holding: Holding,
  tries: number,
): Promise<boolean> {
  const { clock } = invocation.instance;
  const startedMs = clock.precise();
  try {
    const permit = await claimFromFleet(invocation, rule, priorityOf(invocation), (doubtful) => holding.add(doubtful));
    permit?.keep();
    if (permit) holding.add(permit);
    return permit !== undefined;
  } finally {
    // Waiting that the rule asks for is no waiting for the store.
    if (tries === 0) invocation.storeWaitedMs += clock.precise() - startedMs;
  }
}

function withoutStore(
  invocation: Invocation,
  rule: CompiledConcurrency,
  holding: Holding,
  error: Error,
): NotAdmitted | undefined {
  const { instance } = invocation;
  instance.recorder.internal('concurrency:store-failed');
  // Being away is the store's own story to tell; being refused by it is a mistake somebody must mend.
  if (!(error instanceof StoreUnavailable) && rule.memory.mayWarn(instance.clock.now())) {
    instance.logger.warn('flyball cannot keep permits in its table', { rule: rule.name, ...errorFields(error) });
  }
  switch (rule.whenStoreFails) {
    case 'local':
      return takenHere(invocation, rule, holding) ? undefined : { rule, refused: full(invocation, rule) };
    case 'allow':
      return undefined;
    case 'reject':
      return { rule, refused: unguarded(invocation, rule) };
  }
}

/** Store errors are answered by the rule's `whenStoreFails`; anything else is a bug, and contained by the kernel. */
export function isOfTheStore(error: unknown): error is Error {
  return error instanceof StoreUnavailable || error instanceof StoreRejected || error instanceof UnreadableItem;
}
