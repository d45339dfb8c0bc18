// Two instances of one fleet share their limits and their breakers.
import { flyball } from 'flyball';
import { events, testGovernor } from 'flyball/testing';
import { expect, it } from 'vitest';

it('opens a breaker for everybody', async () => {
  const here = await testGovernor({
    service: 'shop',
    rules: {
      dependencies: {
        payments: { target: { function: 'payments' }, breaker: { window: { time: '30s', minimumCalls: 2 } } },
      },
    },
  });
  const there = await here.another();
  const work = () => flyball.call('payments', { operation: 'charge' });
  here.fail('payments', 'connect');

  for (const member of [here, here, there]) {
    await member.invoke(member.governed(work), events.httpV2());
    await here.advance('100ms');
  }

  expect(here.calls).toHaveLength(2);
  expect(there.recorded.refusals).toMatchObject([{ by: 'breaker', rule: 'payments' }]);
});
