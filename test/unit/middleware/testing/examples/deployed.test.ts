// Handlers are tested as they are deployed: imported within load(), they run on the test's instance.
import { events, testGovernor } from 'flyball/testing';
import { expect, it } from 'vitest';

it('tells a declined card from a failure', async () => {
  using flyballTest = await testGovernor({
    service: 'shop',
    rules: { dependencies: { payments: { target: { function: 'payments' } } } },
  });
  const { handler } = await flyballTest.load(() => import('./orders.ts'));
  flyballTest.respond('payments', { body: { accepted: true } }, { body: { accepted: false } });

  expect(await flyballTest.invoke(handler, events.httpV2({ body: { amount: 7 } }))).toMatchObject({ statusCode: 201 });
  expect(await flyballTest.invoke(handler, events.httpV2({ body: { amount: 7 } }))).toMatchObject({ statusCode: 422 });
  expect(flyballTest.calls).toMatchObject([{ operation: 'charge', body: '{"amount":7}' }, { attempt: 1 }]);
  expect(flyballTest.recorded.invocations.map(({ outcome }) => outcome)).toEqual(['ok', 'business:CARD_DECLINED']);
});
