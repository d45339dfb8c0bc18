// Access rules that cannot be meant are not published.
import { describe, expect, it } from 'vitest';
import { newFieldsOf } from '../../../../functions/config-center/since.ts';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

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
