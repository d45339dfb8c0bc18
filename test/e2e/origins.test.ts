// A page of another origin, open in the developer's browser, may not change the local world.
import { describe, expect, inject, it } from 'vitest';

const world = inject('world');
const FOREIGN = 'http://elsewhere.example';

const asks = (url: string, origin: string, method: string) =>
  fetch(url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'content-type' },
  });

describe.each([
  ['a route', `${world.http}/payments/behavior`, 'PUT'],
  ['a function', `${world.lambda}/2015-03-31/functions/flyball-local-payments/invocations`, 'POST'],
])('%s', (_, url, method) => {
  it('is refused to a page of another origin', async () => {
    const { headers } = await asks(url, FOREIGN, method);
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('is open to a page of its own', async () => {
    const { headers } = await asks(url, world.http, method);
    expect(headers.get('access-control-allow-origin')).toBe(world.http);
  });
});

it('the API of checks may be asked by any page, as healthchecks.io has it', async () => {
  const { status, headers } = await asks(`${world.http}/api/v3/checks/`, FOREIGN, 'POST');
  expect(status).toBe(204);
  expect(headers.get('access-control-allow-origin')).toBe('*');
  expect(headers.get('access-control-allow-methods')).toBe('GET, POST, OPTIONS');
});

it('credentials are for no page of another origin, whatever it asks for', async () => {
  const { status, headers } = await fetch(`${world.http}/v1/health`, { headers: { origin: FOREIGN } });
  expect(status).toBe(200);
  expect(headers.get('access-control-allow-credentials')).toBeNull();
});
