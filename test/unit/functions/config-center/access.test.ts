// Access rules that cannot be meant are not published.
import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../../../functions/config-center/documents.ts';
import { newFieldsOf } from '../../../../functions/config-center/since.ts';
import { validateDocument } from '../../../../functions/config-center/validate.ts';
import type { RuleDocument } from '../../../../middleware/kernel/rules/document.ts';

const jwt = { issuer: 'https://issuer.example.com/', audience: 'api', jwksUri: 'https://issuer.example.com/jwks.json' };
const resources = {
  health: { match: { trigger: 'http', path: '/health' } },
  settlement: { match: { trigger: 'queue', source: 'settlement' } },
};

function errorsOf(access: unknown): string[] {
  const result = validateDocument('orders', { apiVersion: 'flyball/v1', service: 'orders', resources, access });
  return result.valid ? [] : result.errors.map(({ path, reason }) => `${path}: ${reason}`);
}

describe('access rules', () => {
  it.each([
    [{ require: ['jwt'] }],
    [{ require: ['jwt'], jwt: { ...jwt, algorithms: ['RS256', 'ES256', 'EdDSA'], leeway: '30s' } }],
    [{ jwt: { ...jwt, audience: ['api', 'other'], jwksUri: 'http://127.0.0.1:8080/jwks.json' } }],
    [{ deny: [{ ip: ['203.0.113.0/24', '2001:db8::/32', '198.51.100.7'] }], mode: 'shadow' }],
    [{ allow: [{ client: ['gold-*'], claims: { scope: ['orders.write'], mfa: [true], level: [3] } }] }],
    [{ allow: [{ resources: ['health', 'default'] }, { client: ['*'] }] }],
    [{ require: ['api-key'], apiKeys: {} }],
    [{ require: ['jwt', 'api-key', 'signed'], jwt, apiKeys: { keepFor: '1h' }, signed: { leeway: '10s' } }],
    [{ jwt: { ...jwt, roles: 'realm_access.roles' }, allow: [{ roles: ['buyer'] }] }],
    [{ jwt: { ...jwt, roles: ['https://example.com/roles'] }, deny: [{ roles: ['suspended'] }] }],
    [{ apiKeys: {}, allow: [{ roles: ['buyer'], claims: { plan: ['gold'] } }] }],
    [{ signed: {}, allow: [{ service: ['orders', 'refunds'], resources: ['health'] }] }],
  ])('may be %j', (access) => {
    expect(errorsOf(access)).toEqual([]);
  });

  it.each<[unknown, string]>([
    [{}, '/access: says nothing'],
    [{ mode: 'enforce' }, '/access: says nothing'],
    [{ require: [] }, '/access/require: name what every request must carry'],
    [{ require: ['api-key'] }, '/access/require/0'],
    [{ require: ['jwt'], roles: {} }, '/access/roles'],
    [{ jwt: { ...jwt, algorithms: ['HS256'] } }, '/access/jwt/algorithms/0'],
    [{ jwt: { ...jwt, algorithms: ['none'] } }, '/access/jwt/algorithms/0'],
    [{ jwt: { ...jwt, algorithms: ['RS256', 'RS256'] } }, '/access/jwt/algorithms/1: "RS256" stands here twice'],
    [
      { jwt: { ...jwt, jwksUri: 'http://issuer.example.com/jwks' } },
      '/access/jwt/jwksUri: keys are fetched over https',
    ],
    [
      { jwt: { ...jwt, jwksUri: 'http://127.0.0.1:9001/2018-06-01/runtime/invocation/next' } },
      "/access/jwt/jwksUri: is where Lambda's own runtime API is",
    ],
    [{ jwt: { ...jwt, jwksUri: 'http://localhost.evil.example/jwks' } }, '/access/jwt/jwksUri: keys are fetched over'],
    [{ jwt: { ...jwt, jwksUri: 'file:///etc/passwd' } }, '/access/jwt/jwksUri'],
    [{ jwt: { ...jwt, jwksUri: 'jwks' } }, '/access/jwt/jwksUri'],
    [{ jwt: { issuer: 'i', jwksUri: jwt.jwksUri } }, '/access/jwt/audience'],
    [{ jwt: { ...jwt, audience: [] } }, '/access/jwt/audience'],
    [{ jwt: { ...jwt, leeway: '10m' } }, '/access/jwt/leeway: 10m is longer than clocks disagree'],
    [{ require: ['signed'] }, '/access/require/0: no signed calls are taken; give signed'],
    [{ require: ['jwt', 'jwt'], jwt }, '/access/require/1: "jwt" stands here twice'],
    [{ apiKeys: { keepFor: '10s' } }, '/access/apiKeys/keepFor: 10s is not between 1m and 24h'],
    [{ apiKeys: { keepFor: '25h' } }, '/access/apiKeys/keepFor: 25h is not between 1m and 24h'],
    [{ apiKeys: { header: 'x' } }, '/access/apiKeys/header'],
    [{ signed: { leeway: '1m' } }, '/access/signed/leeway: 1m is longer than a signature lives'],
    [{ allow: [{ service: ['orders'] }] }, '/access/allow/0/service: no signed calls are taken'],
    [{ signed: {}, allow: [{ service: ['*'] }] }, '/access/allow/0/service/0'],
    [{ signed: {}, allow: [{ service: ['a', 'a'] }] }, '/access/allow/0/service/1: "a" stands here twice'],
    [{ jwt, allow: [{ roles: ['buyer'] }] }, '/access/allow/0/roles: nobody has roles'],
    [{ jwt: { ...jwt, roles: 'roles' } }, '/access/jwt/roles: are asked of nobody'],
    [{ jwt: { ...jwt, roles: '$.roles[*]' }, allow: [{ roles: ['a'] }] }, '/access/jwt/roles'],
    [{ jwt: { ...jwt, roles: 'a.b.c.d.e.f' }, allow: [{ roles: ['a'] }] }, '/access/jwt/roles'],
    [{ deny: [] }, '/access/deny'],
    [{ deny: [{}] }, '/access/deny/0: says nothing'],
    [{ deny: [{ claims: {} }] }, '/access/deny/0/claims: names no claim'],
    [{ deny: [{ ip: ['203.0.113.7/24'] }] }, '/access/deny/0/ip/0: "203.0.113.7/24" has bits beyond'],
    [{ deny: [{ ip: ['everywhere'] }] }, '/access/deny/0/ip/0: "everywhere" is no network'],
    [{ allow: [{ resources: ['nope'] }] }, '/access/allow/0/resources/0: there is no resource "nope"'],
    [{ allow: [{ resources: ['health', 'health'] }] }, '/access/allow/0/resources/1: "health" stands here twice'],
    [{ allow: [{ resources: ['settlement'] }] }, '/access/allow/0/resources/0: queue events are let in by IAM'],
    [{ deny: [{ client: ['a'] }], allow: [{ client: ['a'] }] }, '/access/allow/0: is never reached'],
  ])('may not be %j', (access, error) => {
    expect(errorsOf(access).join('\n')).toContain(error);
  });

  it('are not published over the heads of libraries that would let everybody in', () => {
    const document = { apiVersion: 'flyball/v1', service: 'orders', access: { require: ['jwt'] } };
    expect(newFieldsOf(document)).toContainEqual({ path: '/access', since: '0.2.0' });
  });
});

describe('access rules that keep out more than they seem to', () => {
  const warningsFor = (access: RuleDocument['access'], service = 'orders') =>
    (warningsOf(service, { apiVersion: 'flyball/v1', service, access }).warnings ?? []).map(
      ({ path, reason }) => `${path}: ${reason}`,
    );

  it.each<[RuleDocument['access'], string]>([
    [{ deny: [{ ip: ['10.0.0.0/8', '0.0.0.0/0'] }] }, '/access/deny/0: refuses everybody: 0.0.0.0/0'],
    [{ signed: {}, allow: [{ client: ['ada'] }] }, '/access/allow/0: fits those alone whom a gateway has verified'],
    [
      { require: ['jwt'], jwt, signed: {}, allow: [{ service: ['orders'] }] },
      '/access/allow: lets in services alone, and of those only who also carries one of jwt',
    ],
  ])('%j is warned of', (access, warning) => {
    expect(warningsFor(access).join('\n')).toContain(warning);
  });

  it.each<[RuleDocument['access']]>([
    [{ deny: [{ ip: ['0.0.0.0/0'], resources: ['health'] }] }],
    [{ deny: [{ ip: ['0.0.0.0/0'] }], mode: 'shadow' }],
    [{ signed: {}, allow: [{ service: ['orders'] }] }],
    [{ require: ['signed'], signed: {}, allow: [{ service: ['orders'] }] }],
    [{ jwt, signed: {}, allow: [{ client: ['ada'] }, { service: ['orders'] }] }],
  ])('%j is not', (access) => {
    expect(warningsFor(access)).toEqual([]);
  });
});

describe('signed calls', () => {
  const errorsFor = (dependency: object) => {
    const document = { apiVersion: 'flyball/v1', service: 'orders', dependencies: { payments: dependency } };
    const result = validateDocument('orders', document);
    return result.valid ? [] : result.errors.map(({ path, reason }) => `${path}: ${reason}`);
  };
  const sign = { callee: 'payments' };

  it('are those to a URL', () => {
    expect(errorsFor({ target: { url: 'https://payments.example' }, sign })).toEqual([]);
    const reason = '/dependencies/payments/sign: only calls to a target of { url } are signed';
    expect(errorsFor({ target: { function: 'payments' }, sign })).toEqual([reason]);
    expect(errorsFor({ sign })).toEqual([reason]);
  });
});
