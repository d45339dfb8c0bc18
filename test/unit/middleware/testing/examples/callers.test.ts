// A key lets its client in, a signature the service that made it; what is signed cannot be changed.
import { events, testGovernor } from 'flyball/testing';
import { expect, it } from 'vitest';

it('lets in a client by its key and a service by its signature', async () => {
  const flyballTest = await testGovernor({
    service: 'payments',
    rules: { access: { apiKeys: {}, signed: {}, allow: [{ roles: ['buyer'] }, { service: ['orders'] }] } },
  });
  const handler = flyballTest.governed(() => ({ statusCode: 200 }));
  const key = await flyballTest.apiKey('acme', { roles: ['buyer'] });
  const request = { method: 'POST', path: '/charges', body: { amount: 5 } };

  expect(await flyballTest.invoke(handler, events.httpV2(request))).toMatchObject({ statusCode: 403 });
  const keyed = events.httpV2({ ...request, headers: { 'x-api-key': key } });
  expect(await flyballTest.invoke(handler, keyed)).toMatchObject({ statusCode: 200 });
  const signed = flyballTest.signed(events.httpV2(request), 'orders');
  expect(await flyballTest.invoke(handler, signed)).toMatchObject({ statusCode: 200 });
  expect(await flyballTest.invoke(handler, { ...signed, rawPath: '/refunds' })).toMatchObject({ statusCode: 401 });
});
