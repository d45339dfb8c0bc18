// Faults in calls of an AWS SDK client: met in the place of the service, and seen by whoever sends as its own failures.
import { flyballPlugin } from 'flyball';
import { events, testGovernor } from 'flyball/testing';
import { expect, it } from 'vitest';
import { handMadeStack } from '../call/sdk/stack.ts';

const until = '2026-01-05T13:00:00Z';

async function sent(fault: object): Promise<{ requests: number; thrown: unknown; tookMs: number; marks: string[] }> {
  using here = await testGovernor({
    service: 'shop',
    rules: {
      resources: { pay: { match: { path: '/pay' } } },
      dependencies: { inventory: { attemptTimeout: '500ms' } },
      faults: { drill: { dependencies: ['inventory'], match: { 'header:x-drill': 'yes' }, until, ...fault } },
    },
  });
  const stack = handMadeStack(() => ({ Item: 'apple' }));
  flyballPlugin('inventory').applyToStack(stack);
  let thrown: unknown;
  const handler = here.governed(async () => {
    await stack.send('GetItemCommand').catch((error: unknown) => (thrown = error));
    return { statusCode: 200 };
  });
  const from = here.clock.now();
  await here.invoke(handler, events.httpV2({ path: '/pay', headers: { 'x-drill': 'yes' } }));
  const marks = here.recorded.internal.filter((mark) => mark.startsWith('fault:'));
  return { requests: stack.sent.length, thrown, tookMs: here.clock.now() - from, marks };
}

it('aborts in the place of the service, to which nothing is sent', async () => {
  const { requests, thrown, marks } = await sent({ abort: { share: '100%', outcome: 'connect' } });
  expect({ requests, marks }).toEqual({ requests: 0, marks: ['fault:drill'] });
  expect(thrown).toBeInstanceOf(Error);
});

it('delays before it is sent, within the attempt’s time', async () => {
  const { requests, thrown, tookMs } = await sent({ delay: { share: '100%', for: '300ms' } });
  expect({ requests, thrown }).toEqual({ requests: 1, thrown: undefined });
  expect(tookMs).toBeGreaterThanOrEqual(300);
});
