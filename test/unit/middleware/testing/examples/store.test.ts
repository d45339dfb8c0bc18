// Without flyball's own store the function goes on, as its rules say.
import { events, testGovernor } from 'flyball/testing';
import { expect, it } from 'vitest';

it('serves while the store is away', async () => {
  const flyballTest = await testGovernor({
    service: 'shop',
    rules: { throttles: { everyone: { limit: '100/s', whenStoreFails: 'allow' } } },
  });
  const handler = flyballTest.governed(() => ({ statusCode: 200 }));

  flyballTest.store.down();
  expect(await flyballTest.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 200 });

  flyballTest.store.slow('2s');
  const before = flyballTest.clock.now();
  expect(await flyballTest.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 200 });
  expect(flyballTest.clock.now() - before).toBeLessThanOrEqual(200);

  flyballTest.store.up();
  await flyballTest.advance('1m');
  await flyballTest.publish({ throttles: { everyone: { limit: '1/s', burst: 1 } } });
  expect(await flyballTest.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 200 });
  expect(await flyballTest.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 429 });
});
