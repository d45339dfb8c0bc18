// A client that comes too often is turned away, alone, and only for a while.
import { events, testGovernor } from 'flyball/testing';
import { expect, it } from 'vitest';

it('turns a client away that comes too often', async () => {
  const flyballTest = await testGovernor({
    service: 'shop',
    rules: { throttles: { 'per-client': { limit: '2/s', burst: 2, key: ['client'] } } },
  });
  const handler = flyballTest.governed(async () => ({ statusCode: 201, body: '{}' }));
  const order = events.httpV2({ method: 'POST', path: '/orders', body: { sku: 'apple', quantity: 2 } });
  const neighbours = events.httpV2({ method: 'POST', path: '/orders', sourceIp: '198.51.100.9' });

  expect(await handler(order)).toMatchObject({ statusCode: 201 });
  expect(await handler(order)).toMatchObject({ statusCode: 201 });
  expect(await handler(order)).toMatchObject({ statusCode: 429, headers: { 'retry-after': '1' } });
  expect(await handler(neighbours)).toMatchObject({ statusCode: 201 });
  expect(flyballTest.throttle('per-client').refused).toBe(1);

  await flyballTest.advance('1s');
  expect(await handler(order)).toMatchObject({ statusCode: 201 });
});
