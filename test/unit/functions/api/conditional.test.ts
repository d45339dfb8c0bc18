// Reads that are asked for again: the tag of an answer's body, and what is told to who has it already.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApi, json, openRoute, shows, text, type Route } from '../../../../functions/api/index.ts';
import { openApiOf } from '../../../../functions/api/openapi.ts';
import { undescribed } from '../../../support/described.ts';
import { httpV2 } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { silentLogger } from '../../../support/instance.ts';

let shown: unknown = { services: ['orders'] };
const described = { ...undescribed, answers: shows('It.', z.object({})) };
const routes = [
  openRoute('GET', '/shown', described, async () => json(shown, { headers: { vary: 'accept' } })),
  openRoute('POST', '/shown', described, async () => json(shown)),
  openRoute('GET', '/tagged', described, async () => json(shown, { headers: { etag: '"7"' } })),
  openRoute('GET', '/schema', undescribed, async () => text('{}', 'application/schema+json')),
  openRoute('GET', '/text', undescribed, async () => text('{}', 'text/plain')),
  openRoute('GET', '/failed', undescribed, async () => json({ status: 'down' }, { status: 503 })),
];
const api = createApi({ routes, clock: fakeClock(), logger: silentLogger });

async function get(path: string, ifNoneMatch?: string, method = 'GET') {
  const headers: Record<string, string> = ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch };
  const { statusCode, headers: sent = {}, body } = await api(httpV2({ method, path, headers }), { awsRequestId: 'a' });
  return { status: statusCode, headers: sent, body, etag: String(sent['etag']) };
}

describe('a JSON answer to a GET', () => {
  it.each(['/shown', '/schema'])('has a weak tag of what it says: %s', async (path) => {
    expect((await get(path)).etag).toMatch(/^W\/"[\w-]{22}"$/);
  });

  it('is 304 to who has it: the same headers, but those of a body, and no body', async () => {
    const first = await get('/shown');
    const again = await get('/shown', `"other", ${first.etag}`);
    const headers = Object.fromEntries(Object.entries(first.headers).filter(([name]) => name !== 'content-type'));
    expect(again).toEqual({ status: 304, headers, body: undefined, etag: first.etag });
  });

  it('is 304 also where a gateway has made the tag strong, or any will do', async () => {
    const { etag } = await get('/shown');
    expect((await get('/shown', etag.slice(2))).status).toBe(304);
    expect((await get('/shown', '*')).status).toBe(304);
  });

  it('is told in full once it says something else', async () => {
    const before = await get('/shown');
    shown = { services: ['orders', 'payments'] };
    const after = await get('/shown', before.etag);
    expect([after.status, after.body]).toEqual([200, JSON.stringify(shown)]);
    expect(after.etag).not.toBe(before.etag);
  });

  it('keeps a tag of its own', async () => {
    expect(await get('/tagged')).toMatchObject({ status: 200, etag: '"7"' });
  });
});

it.each([
  ['GET', '/text'],
  ['GET', '/failed'],
  ['POST', '/shown'],
])('%s %s has none', async (method, path) => {
  expect((await get(path, '*', method)).headers).not.toHaveProperty('etag');
});

it('is in the description of every such route, and of no other', () => {
  const info = { title: 'test', version: '1', description: 'test' };
  const named = routes.map((one, i): Route => ({ ...one, path: `${one.path}${String(i)}` }));
  const { paths } = openApiOf(named, info) as {
    paths: Record<string, Record<string, { parameters: { name: string }[]; responses: Record<string, object> }>>;
  };
  const conditional = Object.values(paths).map((methods) =>
    Object.values(methods).map(({ parameters, responses }) => [
      '304' in responses,
      parameters.some(({ name }) => name === 'if-none-match'),
    ]),
  );
  expect(conditional.flat()).toEqual([
    [true, true],
    [false, false],
    [true, true],
    [false, false],
    [false, false],
    [false, false],
  ]);
});
