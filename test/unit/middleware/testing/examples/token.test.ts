// Who has no token is not let in; the test signs tokens as the issuer would.
import { events, testGovernor } from 'flyball/testing';
import { expect, it } from 'vitest';

it('lets in whom the issuer vouches for', async () => {
  const issuer = 'https://id.example.com/';
  const flyballTest = await testGovernor({
    service: 'shop',
    rules: { access: { require: ['jwt'], jwt: { issuer, audience: 'shop', jwksUri: `${issuer}jwks.json` } } },
  });
  const handler = flyballTest.governed(() => ({ statusCode: 200 }));
  const bearing = (token: string) => events.httpV2({ headers: { authorization: `Bearer ${token}` } });

  expect(await flyballTest.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 401 });
  const token = await flyballTest.token({ sub: 'ada' });
  expect(await flyballTest.invoke(handler, bearing(token))).toMatchObject({ statusCode: 200 });
  await flyballTest.advance('10m');
  expect(await flyballTest.invoke(handler, bearing(token))).toMatchObject({ statusCode: 401 });
});
