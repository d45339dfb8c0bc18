// One invocation through the throttle policy alone: admitted, or refused by which rule.
import { Refused } from '../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import type { Invocation } from '../../../middleware/kernel/invocation.ts';
import { provideEverything } from '../../../middleware/throttle/everything.ts';
import { quotaPolicy, throttlePolicy } from '../../../middleware/throttle/index.ts';
import * as events from '../../support/events.ts';
import { testInvocation } from '../../support/instance.ts';

provideEverything();

export async function admit(instance: Instance | undefined, event: unknown = events.httpV2()): Promise<true | Refused> {
  if (!instance) throw new Error('no such instance');
  const invocation = testInvocation(instance, event);
  try {
    await throughThrottles(invocation);
    return true;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  } finally {
    await instance.syncs.settle();
  }
}

/** Both passes: what comes back soon, and then the quotas. */
export async function throughThrottles(invocation: Invocation): Promise<void> {
  for (const policy of [throttlePolicy, quotaPolicy]) {
    await policy.before?.(invocation, invocation.snapshot.of(policy));
  }
}
