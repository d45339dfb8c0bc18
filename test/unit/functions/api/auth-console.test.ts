// How the console asks an issuer for tokens: what may be said of it, and what is wrong with what may not.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readIssuers } from '../../../../functions/api/auth-issuers.ts';

const client = {
  clientId: 'flyball-console',
  authorizationEndpoint: 'https://login.example.com/authorize',
  tokenEndpoint: 'https://login.example.com/token',
};
const issuer = {
  name: 'corp',
  issuer: 'https://login.example.com',
  audience: 'flyball-console',
  roles: [{ when: { groups: 'platform' }, role: 'admin' }],
};
const read = (console: object, more: object = {}) => readIssuers(JSON.stringify([{ ...issuer, ...more, console }]));

describe('the console of an issuer', () => {
  it('asks for an ID token with the usual scope unless it says otherwise', () => {
    expect(read(client)[0]?.console).toEqual({ ...client, scope: 'openid profile email', token: 'id' });
  });

  it.each([
    ['an audience among others', client, { audience: ['flyball', 'flyball-console'] }],
    ['an access token for another audience', { ...client, token: 'access', scope: 'api' }, { audience: 'flyball' }],
    ['an issuer of this machine', { ...client, authorizationEndpoint: 'http://127.0.0.1:8080/a' }, {}],
    ['an address with a query', { ...client, authorizationEndpoint: 'https://login.example.com/a?policy=b' }, {}],
  ])('takes %s', (_what, console, more) => {
    expect(read(console, more)).toHaveLength(1);
  });

  it.each([
    ['an audience without the client', client, { audience: 'flyball' }, '/0/audience: has not the console'],
    ['no client', { ...client, clientId: undefined }, {}, '/0/console/clientId'],
    ['http', { ...client, tokenEndpoint: 'http://login.example.com/token' }, {}, '/0/console/tokenEndpoint: is asked'],
    ['a password', { ...client, tokenEndpoint: 'https://a:b@login.example.com/' }, {}, '/0/console/tokenEndpoint'],
    ['a script', { ...client, authorizationEndpoint: 'javascript:alert(1)' }, {}, '/0/console/authorizationEndpoint'],
    ['a fragment', { ...client, authorizationEndpoint: 'https://a.example/#x' }, {}, '/0/console/authorization'],
    ['a scope without openid', { ...client, scope: 'profile' }, {}, '/0/console/scope: has no openid'],
    ['two spaces', { ...client, scope: 'openid  email' }, {}, '/0/console/scope: is words'],
    ['a secret', { ...client, clientSecret: 'x' }, {}, 'clientSecret'],
  ])('refuses %s and says where', (_what, console, more, says) => {
    expect(() => read(console, more)).toThrow(says);
  });
});

it('the example of docs/control-plane-access.md may be deployed', () => {
  const page = readFileSync('docs/control-plane-access.md', 'utf8');
  const [, block = ''] = /## Sign in to the console[^]*?```yaml\n([^]*?)```/.exec(page) ?? [];
  const { params } = parse(block) as { params: { prod: { oidcIssuers: string } } };
  expect(readIssuers(params.prod.oidcIssuers)[0]?.console?.clientId).toBe('flyball-console');
});
