// A handler's world with one dependency `payments`, over the network.
import { createCaller, type Caller } from '../../../middleware/call/index.ts';
import { breakerOutbound } from '../../../middleware/breaker/index.ts';
import { attemptTimeoutOutbound, deadlineOutbound } from '../../../middleware/deadline/index.ts';
import { fallbackOutbound } from '../../../middleware/fallback/index.ts';
import { enter } from '../../../middleware/kernel/current.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import type { DependencyRule } from '../../../middleware/kernel/rules/document.ts';
import { retryOutbound } from '../../../middleware/retry/index.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { testContext, testInstance, testInvocation } from '../../support/instance.ts';

const STAGES = [fallbackOutbound, deadlineOutbound, retryOutbound, breakerOutbound, attemptTimeoutOutbound];

/** Runs work as a handler does; what it resolves with is used while the invocation lasts. */
export function world(rule: DependencyRule, remainingMs = 5_000) {
  const rules = { dependencies: { payments: rule } };
  const instance = testInstance({ clock: systemClock, table: memoryTable(), rules });
  const caller = createCaller(STAGES);
  instance.rules.register(caller.policy);
  return async <T>(work: (caller: Caller) => Promise<T>): Promise<T> => {
    const invocation = testInvocation(instance, {}, testContext(systemClock, remainingMs));
    enter(invocation);
    try {
      return await work(caller);
    } finally {
      invocation.dispose();
    }
  };
}

export const RETRIED: DependencyRule['retry'] = {
  attempts: 3,
  budget: '100%',
  backoff: { kind: 'fixed', initial: '1ms', jitter: 'none' },
};

export const thrown = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);
