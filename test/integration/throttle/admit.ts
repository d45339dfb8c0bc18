// One invocation through the throttle policy alone: admitted, or refused by which rule.
import { Refused } from '../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import { throttlePolicy } from '../../../middleware/throttle/index.ts';
import * as events from '../../support/events.ts';
import { testInvocation } from '../../support/instance.ts';

export async function admit(instance: Instance | undefined, event: unknown = events.httpV2()): Promise<true | Refused> {
  if (!instance) throw new Error('no such instance');
  const invocation = testInvocation(instance, event);
  try {
    await throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
    return true;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  } finally {
    await instance.syncs.settle();
  }
}
