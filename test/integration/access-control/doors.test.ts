// What comes in from outside, at every route: bodies that are too much or not what they seem, headers twice, other sites.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { parse } from 'yaml';
import type { Method } from '../../../functions/api/index.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { controlPlane, givenKey, type Answer, type ControlPlane } from './planes.ts';
import { isForeign, NAMED, ROUTES, type Row } from './routes.ts';

let table: Table;
let plane: ControlPlane;

beforeAll(async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
  table = (await createTable(inject('dynamodb'))).sdk;
  plane = controlPlane(table);
  await givenKey(table, 'admin', 'admin');
  const body = { apiVersion: 'flyball/v1', service: 'orders', dependencies: { payments: {} } };
  const bearer = 'fb_admin';
  await plane.send({ method: 'PUT', path: '/v1/services/orders/draft', bearer, body });
  await plane.send({ method: 'POST', path: '/v1/services/orders/publish', bearer });
});

const filledIn = (path: string) => path.replace(/\{\w+\+?\}/g, (name) => NAMED[name] ?? name);
const rows = ROUTES.filter(([method]) => method === 'POST' || method === 'PUT');
const own = ([, path]: Row) => !isForeign(path);
const writing = rows.filter(own).map(([method, path]) => [method, filledIn(path)] as const);
/** Bodies of pings are kept as the bytes they are: nobody reads them. */
const reading = rows.filter((row) => !own(row) && !row[1].startsWith('/ping/')).map(([, path]) => filledIn(path));
const document = writing.filter(([, path]) => /\/draft(\/validate)?$/.test(path));

const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

function send(method: Method, path: string, type: string, body: string): Promise<Answer> {
  return plane.send({ method, path, bearer: 'fb_admin', headers: { 'content-type': type }, body });
}

const HOSTILE = [
  ['__proto__', '{"__proto__":{"polluted":true}}'],
  ['constructor', '{"constructor":{"prototype":{"polluted":true}}}'],
  ['__proto__ further in', '{"a":[{"__proto__":{"polluted":true}}]}'],
  ['__proto__ by its code', '{"\\u005f_proto__":{"polluted":true}}'],
  ['no end of depth', deep(5_000)],
  ['a key twice', '{"note":"a","note":"b"}'],
  ['no JSON', '{"note":'],
  ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1')],
] as const;

describe.each(reading)('POST %s, as healthchecks.io has it', (path) => {
  it.each(HOSTILE)('refuses JSON with %s', async (_what, body) => {
    const { status, body: said } = await send('POST', path, JSON_TYPE, body);
    expect({ status, error: typeof said['error'] }).toEqual({ status: 400, error: 'string' });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('refuses more than 64 KB', async () => {
    const { status } = await send('POST', path, JSON_TYPE, JSON.stringify({ name: 'x'.repeat(64 * 1024) }));
    expect(status).toBe(413);
  });

  it('does nothing for a form of another site, which has no key', async () => {
    const headers = { 'content-type': 'text/plain', cookie: 'x-api-key=fb_admin' };
    expect((await plane.send({ method: 'POST', path, headers, body: '{}' })).status).toBe(401);
  });
});

describe.each(writing)('%s %s', (method, path) => {
  it.each(HOSTILE)('refuses JSON with %s', async (_what, body) => {
    const { status, body: problem } = await send(method, path, JSON_TYPE, body);
    expect([400, 422]).toContain(status);
    expect(problem['code']).toMatch(/^(UNREADABLE_BODY|INVALID_BODY|BAD_REQUEST|INVALID_DOCUMENTS?)$/);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('refuses more than 256 KB, of a bundle 1 MB', async () => {
    const most = path === '/v1/apply' ? 1024 * 1024 : 256 * 1024;
    const { status, body } = await send(method, path, JSON_TYPE, JSON.stringify({ note: 'x'.repeat(most) }));
    expect({ status, code: body['code'] }).toEqual({ status: 413, code: 'BODY_TOO_LARGE' });
  });

  it.each(['text/html', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'])(
    'takes no %s, which other sites’ forms could send',
    async (type) => {
      expect((await send(method, path, type, '{"reason":"x"}')).status).toBe(415);
    },
  );
});

describe.each(document)('%s %s, which takes YAML', (method, path) => {
  it.each([
    ['__proto__', '__proto__: { polluted: true }'],
    ['constructor', 'constructor: { prototype: { polluted: true } }'],
    ['__proto__ by an alias', 'a: &a { polluted: true }\n__proto__: *a'],
    ['__proto__ merged in', 'a: &a { polluted: true }\n? "\\x5f_proto__"\n: *a'],
    ['no end of depth', `a: ${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ['aliases that multiply', billionLaughs()],
    ['a tag that makes something else of it', 'a: !!js/function "function(){}"'],
    ['several documents', 'a: 1\n---\nb: 2'],
  ])('refuses %s', async (_what, body) => {
    const { status, body: problem } = await send(method, path, YAML_TYPE, body);
    expect(status).toBe(422);
    expect(problem['code']).toBe('UNREADABLE_BODY');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

function billionLaughs(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 12; i++)
    lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`);
  return lines.join('\n');
}

describe('another site', () => {
  const origin = { origin: 'https://elsewhere.example' };
  const cors = ({ headers }: Answer) => Object.keys(headers).filter((name) => /^access-control-/i.test(name));

  it.each([...new Set(ROUTES.map(([, path]) => path).filter(isForeign))])(
    'may ask %s, with a key of its own: no browser sends one by itself',
    async (path) => {
      const methods = ROUTES.filter((row) => row[1] === path && row[0] !== 'OPTIONS').map(([method]) => method);
      for (const method of methods) {
        const { status, headers } = await plane.send({ method, path: filledIn(path), headers: origin });
        if (status !== 405) expect(headers['access-control-allow-origin'], method).toBe('*');
        expect(headers).not.toHaveProperty('access-control-allow-credentials');
      }
    },
  );

  it.each([...new Set(ROUTES.map(([, path]) => path).filter((path) => !isForeign(path)))])(
    'is told nothing by %s, and asks in vain beforehand',
    async (path) => {
      const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
      const preflight = await plane.send({ method: 'OPTIONS', path: filledIn(path), headers: { ...origin, ...asked } });
      expect(preflight.status).toBe(405);
      const methods = ROUTES.filter((row) => row[1] === path).map(([method]) => method);
      expect(preflight.headers['allow']).toBe(methods.toSorted().join(', '));
      const answers = [preflight];
      for (const method of methods) answers.push(await plane.send({ method, path: filledIn(path), headers: origin }));
      expect(answers.flatMap(cors)).toEqual([]);
    },
  );

  it('is told nothing by the gateway either', () => {
    const { provider } = parse(readFileSync('serverless.yml', 'utf8'), { logLevel: 'silent' }) as {
      provider: { httpApi: object };
    };
    expect(provider.httpApi).toHaveProperty('payload');
    expect(provider.httpApi).not.toHaveProperty('cors');
  });

  it('is told nothing where there is nothing', async () => {
    const answer = await plane.send({ method: 'OPTIONS', path: '/v1/nothing', headers: origin });
    expect([answer.status, cors(answer)]).toEqual([404, []]);
  });
});

describe('credentials', () => {
  const get = (headers: Record<string, string>) => plane.send({ method: 'GET', path: '/v1/services', headers });

  it.each([
    ['two keys in one header, as gateways join them', { authorization: 'Bearer fb_admin,Bearer fb_admin' }],
    ['a good key and another', { authorization: 'Bearer fb_admin', 'x-api-key': 'fb_other' }],
    ['another key and a good one', { authorization: 'Bearer fb_other', 'x-api-key': 'fb_admin' }],
    ['two keys of the other header', { 'x-api-key': 'fb_admin,fb_admin' }],
    ['what stands in a cookie', { cookie: 'authorization=Bearer fb_admin' }],
  ])('that are %s let nobody in', async (_what, headers) => {
    expect((await get(headers)).status).toBe(401);
  });

  it('are one key, in one header or the same in both', async () => {
    expect((await get({ authorization: 'Bearer fb_admin' })).status).toBe(200);
    expect((await get({ 'x-api-key': 'fb_admin' })).status).toBe(200);
    expect((await get({ authorization: 'Bearer fb_admin', 'x-api-key': 'fb_admin' })).status).toBe(200);
  });
});
