// That requests which access did not let in say nothing of a gray publication: anybody can send as many as they like.
import { expect, it } from 'vitest';
import { Refused, type RefusedBy } from '../../../../middleware/kernel/errors.ts';
import { bucketOf } from '../../../../middleware/telemetry/histogram.ts';
import { Sides } from '../../../../middleware/telemetry/sides.ts';
import { lambdaContext } from '../../../../middleware/testing/context.ts';
import * as events from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';

function outcomesAfter(by: RefusedBy) {
  const clock = fakeClock();
  const instance = testInstance({ clock });
  const invocation = testInvocation(instance, events.httpV2(), lambdaContext(clock, 30_000, {}));
  invocation.refusal = new Refused({ by, rule: 'one', message: 'no', statusCode: 429 });
  const sides = new Sides();
  sides.record(invocation, 'refused', 1, bucketOf(1));
  return Object.values(sides.read() ?? {}).map(({ outcomes }) => outcomes);
}

it('what access refuses is on no side', () => {
  expect(outcomesAfter('access')).toEqual([]);
});

it.each<RefusedBy>(['throttle', 'concurrency', 'shed', 'breaker'])('what %s refuses is on its side', (by) => {
  expect(outcomesAfter(by)).toEqual([{ refused: 1 }]);
});
