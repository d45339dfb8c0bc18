// Several rules on one request: whoever is refused by one has taken nothing of the others, and nothing comes back twice.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import type { ThrottleRule } from '../../../../middleware/kernel/rules/document.ts';
import { provideEverything } from '../../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../../middleware/throttle/index.ts';
import * as events from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';

provideEverything();

const COST = 'header:x-cost';

/** One rule of each kind; the limits are such that each of them refuses some. */
const RULES: readonly ThrottleRule[] = [
  { limit: '10/s', burst: 6 },
  { limit: '8/s', algorithm: 'leaky-bucket', burst: 5, maxWait: '1ms' },
  { limit: '12/2s', algorithm: 'fixed-window' },
  { limit: '15/2s', algorithm: 'sliding-window' },
];

const throttlesOf = (rules: readonly ThrottleRule[]): Record<string, ThrottleRule> =>
  Object.fromEntries(rules.map((rule, i) => [`rule-${i}`, { ...rule, scope: 'instance', cost: COST }]));

/** One request, now; true when it is admitted. */
function admit(instance: Instance, cost: number): boolean {
  const invocation = testInvocation(instance, events.httpV2({ headers: { 'x-cost': String(cost) } }));
  try {
    void throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  } finally {
    invocation.dispose();
  }
}

function leftOf(instance: Instance, nowMs: number): (number | undefined)[] {
  const rules = instance.rules.snapshot.of(throttlePolicy).of('default')?.enforced ?? [];
  return rules.map(({ limiter, memory }) => limiter.takeHere(memory, '', nowMs * 1000, 0).remaining);
}

const histories = fc.record({
  rules: fc.tuple(fc.constantFrom(...RULES), fc.constantFrom(...RULES), fc.constantFrom(...RULES)),
  requests: fc.array(
    fc.record({ afterMs: fc.constantFrom(0, 0, 0, 40, 125, 600, 2_000), cost: fc.integer({ min: 1, max: 4 }) }),
    { minLength: 5, maxLength: 40 },
  ),
});

describe('three rules of which any may refuse', () => {
  it('stand as if those they refused together had never come', () => {
    fc.assert(
      fc.property(histories, ({ rules, requests }) => {
        const clock = fakeClock();
        const throttles = throttlesOf(rules);
        const together = testInstance({ rules: { throttles }, clock });
        // The same rules, which see nobody but those who were admitted.
        const undisturbed = testInstance({ rules: { throttles }, clock });
        for (const { afterMs, cost } of requests) {
          clock.advance(afterMs);
          const before = leftOf(undisturbed, clock.now());
          const wasAdmitted = admit(together, cost);
          // Nothing was lost: whoever is refused would be without the refusals before.
          expect(wasAdmitted).toBe(before.every((left = 0) => left >= cost));
          if (wasAdmitted) expect(admit(undisturbed, cost)).toBe(true);
          expect(leftOf(together, clock.now())).toEqual(leftOf(undisturbed, clock.now()));
        }
      }),
      { numRuns: 500 },
    );
  });
});
