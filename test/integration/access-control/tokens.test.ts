// Tokens of OIDC issuers: verified against keys fetched over HTTP, given a role by their claims, named in the audit log.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { MOST_BY_ADDRESS } from '../../../functions/api/auth-failures.ts';
import type { Logger } from '../../../middleware/kernel/logger.ts';
import type { Table } from '../../../store/port.ts';
import { AUDIENCE, ISSUER, keySetOf, serveKeys, signingKey, tokenOf } from '../../support/issuer.ts';
import type { IssuerServer, SigningKey } from '../../support/issuer.ts';
import { createTable } from '../table.ts';
import { controlPlane, givenKey, NOW, type ControlPlane } from './planes.ts';

let table: Table;
let key: SigningKey;
let other: SigningKey;
let issuer: IssuerServer;
let logged: string[];

const remember = (message: string, fields?: object) => void logged.push(`${message} ${JSON.stringify(fields)}`);
const logger: Logger = { info: remember, warn: remember, error: remember };

beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  await givenKey(table, 'admin', 'admin');
  [key, other] = await Promise.all([signingKey('k1'), signingKey('k2', 'RS256')]);
});
beforeEach(async () => {
  logged = [];
  issuer = await serveKeys(await keySetOf(key));
});
afterEach(() => issuer.close());

const ROLES = [
  { when: { groups: 'platform' }, role: 'admin' },
  { when: { groups: 'orders-team' }, role: 'publisher', services: ['orders'] },
];

function start(more: object = {}): ControlPlane {
  const settings = { name: 'corp', issuer: ISSUER, audience: AUDIENCE, jwksUri: issuer.jwksUri, roles: ROLES, ...more };
  return controlPlane(table, { issuers: JSON.stringify([settings]), logger });
}

const token = (claims: object = {}, signedBy = key, header: Record<string, string> = {}) =>
  tokenOf(signedBy, NOW, { groups: ['platform'], ...claims }, header);

const list = (plane: ControlPlane, bearer: string) => plane.send({ method: 'GET', path: '/v1/services', bearer });

describe('a token', () => {
  it('lets its bearer in with the role that its claims give, by a name that says who issued it', async () => {
    const plane = start();
    const bearer = await token({ sub: 'ada' });
    const body = { apiVersion: 'flyball/v1', service: 'orders' };
    const put = await plane.send({ method: 'PUT', path: '/v1/services/orders/draft', bearer, body });
    expect(put.status, put.text).toBe(200);
    const { body: trail } = await plane.send({ method: 'GET', path: '/v1/audit', bearer });
    expect((trail['entries'] as object[])[0]).toMatchObject({ actor: 'jwt:corp:ada', action: 'draft.put' });
    expect(issuer.asked).toBe(1);
  });

  it('is taken from an address where others have failed too often, and a bad one is told to wait', async () => {
    const plane = start();
    for (let i = 0; i < MOST_BY_ADDRESS; i++) expect((await list(plane, `fb_guess-${i}`)).status).toBe(401);
    expect((await list(plane, await token())).status).toBe(200);
    expect((await list(plane, await token({}, other))).status).toBe(429);
    expect((await list(plane, await token({ jti: 'another' }))).status).toBe(200);
  });

  it('is for the services that its claims give, and does no more than its role', async () => {
    const plane = start();
    const bearer = await token({ groups: ['orders-team'] });
    const get = (path: string) => plane.send({ method: 'GET', path, bearer });
    expect((await get('/v1/services/orders/revisions')).status).toBe(200);
    expect((await get('/v1/services/payments/revisions')).body).toMatchObject({ code: 'OUT_OF_SCOPE' });
    expect((await get('/v1/keys')).body).toMatchObject({ code: 'ROLE_TOO_LOW' });
  });

  it('lets its bearer into every function', async () => {
    const plane = start();
    const bearer = await token();
    for (const path of ['/v1/services', '/v1/jobs', '/v1/telemetry/topology']) {
      expect((await plane.send({ method: 'GET', path, bearer })).status, path).toBe(200);
    }
  });

  it('of nobody with a role is good, and of no use', async () => {
    const answer = await list(start(), await token({ groups: ['guests'] }));
    expect(answer).toMatchObject({ status: 403, body: { code: 'NO_ROLE' } });
    expect(answer.text).not.toContain('guests');
  });

  it.each<[string, () => Promise<string>]>([
    ['another audience', () => token({ aud: 'somebody-else' })],
    ['no audience', () => token({ aud: undefined })],
    ['another issuer', () => token({ iss: 'https://elsewhere.example/' })],
    ['no issuer', () => token({ iss: undefined })],
    ['no subject', () => token({ sub: undefined })],
    ['no expiry', () => token({ exp: undefined })],
    ['an expiry beyond the leeway', () => token({ exp: NOW / 1000 - 31 })],
    ['a beginning beyond the leeway', () => token({ nbf: NOW / 1000 + 31 })],
    ['a signature that is another’s', async () => (await token()).replace(/[^.]+$/, 'AAAA')],
    ['claims that were changed', async () => changed(await token({ groups: ['guests'] }), { groups: ['platform'] })],
    ['the algorithm none', async () => unsigned(await token())],
    ['a symmetric algorithm', async () => headed(await token(), { alg: 'HS256', kid: 'k1' })],
    ['an algorithm that is not configured', () => token({}, other)],
    ['a key that nobody has', async () => token({}, await signingKey('invented'))],
    ['no claims at all', async () => (await token()).replace(/\.[^.]+\./, '.e30.')],
    ['claims that are no object', async () => (await token()).replace(/\.[^.]+\./, `.${b64('[]')}.`)],
    ['claims that are no JSON', async () => (await token()).replace(/\.[^.]+\./, '.AAAA.')],
  ])('with %s is refused, and not repeated', async (_what, made) => {
    const bearer = await made();
    const answer = await list(start({ algorithms: ['ES256'] }), bearer);
    expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } });
    expect(answer.headers['www-authenticate']).toMatch(
      /^Bearer realm="flyball", error="invalid_token", error_description="/,
    );
    const [, claims = '', signature = ''] = bearer.split('.');
    for (const part of [claims, signature]) {
      if (part.length > 4) expect(answer.text + logged.join()).not.toContain(part);
    }
  });

  it.each([
    ['within the leeway of its expiry', { exp: NOW / 1000 - 29 }],
    ['within the leeway of its beginning', { nbf: NOW / 1000 + 29 }],
    ['for several audiences', { aud: ['x', AUDIENCE] }],
  ])('%s is good', async (_what, claims) => {
    expect((await list(start(), await token(claims))).status).toBe(200);
  });

  it('in X-Api-Key is no key', async () => {
    const headers = { 'x-api-key': await token() };
    expect((await start().send({ method: 'GET', path: '/v1/services', headers })).status).toBe(401);
  });

  it('is an unknown key where no issuers are named', async () => {
    const { status, body } = await list(controlPlane(table), await token());
    expect(status).toBe(401);
    expect(body['detail']).toContain('no issuer is set here whose tokens are taken');
    expect(issuer.asked).toBe(0);
    const ofKey = await list(controlPlane(table), 'fb_nobody');
    expect(ofKey.body['detail']).toBe('The API key is not known, has expired or was revoked.');
  });
});

describe('an issuer', () => {
  it('that does not answer leaves tokens undecided and keys as good as ever', async () => {
    await issuer.close();
    const plane = start();
    const answer = await list(plane, await token());
    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { code: 'ISSUER_UNAVAILABLE' },
    });
    expect((await list(plane, 'fb_admin')).status).toBe(200);
  });

  it.each([
    ['redirects', { status: 302, body: '', location: 'http://127.0.0.1:9/jwks' }],
    ['answers with more than keys can be', { status: 200, body: `{"keys":[],"x":"${'x'.repeat(300_000)}"}` }],
    ['has no keys', { status: 200, body: '{"keys":[]}' }],
  ])('that %s lets nobody in', async (_what, answer) => {
    issuer.answer = answer;
    expect((await list(start(), await token())).status).toBe(503);
  });

  it('that rotates its keys is asked again, twice a minute at the most', async () => {
    const plane = start();
    expect((await list(plane, await token())).status).toBe(200);
    const next = await signingKey('k3');
    issuer.answer = { status: 200, body: JSON.stringify(await keySetOf(next)) };
    for (let i = 0; i < 5; i++) expect((await list(plane, await token({}, next))).status).toBe(401);
    expect(issuer.asked).toBe(1);
    plane.clock.advance(30_000);
    expect((await list(plane, await token({}, next))).status).toBe(200);
    expect(issuer.asked).toBe(2);
    expect((await list(plane, await token())).status).toBe(401);
    expect(issuer.asked).toBe(2);
  });

  it('is found by its own description', async () => {
    const described = await serveDiscovery((url) => ({ issuer: url, jwks_uri: issuer.jwksUri }));
    const plane = start({ issuer: described.url, jwksUri: undefined });
    expect((await list(plane, await token({ iss: described.url }))).status).toBe(200);
    expect([described.asked(), issuer.asked]).toEqual([['/.well-known/openid-configuration'], 1]);
    await described.close();
  });

  it.each<[string, (url: string) => object]>([
    ['as another one', () => ({ issuer: 'https://evil.example', jwks_uri: issuer.jwksUri })],
    ['without keys', (url) => ({ issuer: url })],
    ['with keys over http', (url) => ({ issuer: url, jwks_uri: 'http://keys.example/jwks' })],
  ])('that describes itself %s lets nobody in', async (_what, describe) => {
    const described = await serveDiscovery(describe);
    const plane = start({ issuer: described.url, jwksUri: undefined });
    expect((await list(plane, await token({ iss: described.url }))).status).toBe(503);
    expect(issuer.asked).toBe(0);
    await described.close();
  });

  it('that is set up wrongly lets nobody in, is told of in the log, and keeps no key out', async () => {
    const plane = controlPlane(table, { issuers: '[{"name":"corp"}]', logger });
    expect((await list(plane, await token())).status).toBe(503);
    expect((await list(plane, await token())).status).toBe(503);
    const told = logged.filter((line) => line.includes('FLYBALL_ISSUERS'));
    expect(told).toEqual([expect.stringMatching(/nobody is let in by a token .*\/0\/audience: is required/)]);
    expect((await list(plane, 'fb_admin')).status).toBe(200);
  });
});

const b64 = (text: string) => Buffer.from(text).toString('base64url');

/** The token with other claims under its old signature. */
function changed(made: string, claims: object): string {
  const [header, payload = '', signature] = made.split('.');
  const before = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  return [header, b64(JSON.stringify({ ...before, ...claims })), signature].join('.');
}

function headed(made: string, header: object): string {
  return made.replace(/^[^.]+/, b64(JSON.stringify(header)));
}

/** An empty signature has no form of a token at all; one of some letters has. */
function unsigned(made: string): string {
  return headed(made, { alg: 'none' }).replace(/[^.]+$/, 'AAAA');
}

/** Serves an issuer's description of itself on a free port of this machine. */
async function serveDiscovery(describe: (url: string) => object) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(describe(url)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, asked: () => asked, close };
}
