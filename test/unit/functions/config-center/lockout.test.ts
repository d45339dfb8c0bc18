// Which rules of the control plane's own services warn: those that keep out whoever has to mend them.
import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../../../functions/config-center/documents.ts';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

const jwt = { issuer: 'https://issuer.example.com/', audience: 'api', jwksUri: 'https://issuer.example.com/jwks.json' };
const resources = { publish: { match: { trigger: 'http', path: '/v1/services/{service}/publish' } } };

function warnings(service: string, rules: object): string[] {
  const result = validateDocument(service, { apiVersion: 'flyball/v1', service, resources, ...rules });
  if (!result.valid) throw new Error(JSON.stringify(result.errors));
  return (warningsOf(service, result.document).warnings ?? []).map(({ path, reason }) => `${path}: ${reason}`);
}

describe.each(['alerting', 'config-center', 'batch-monitor', 'telemetry'])('rules of %s', (service) => {
  it.each<[string, object, string]>([
    ['tokens', { access: { jwt } }, '/access/jwt: refuses every API key'],
    ['required tokens', { access: { require: ['jwt'], jwt } }, '/access/jwt: refuses every API key'],
    ['tokens of the gateway', { access: { require: ['jwt'] } }, '/access/require: refuses everybody'],
    ['a deny of all', { access: { deny: [{ ip: ['192.0.2.1'] }, { ip: ['0.0.0.0/0'] }] } }, '/access/deny/1: refuses'],
    ['an allow of clients', { access: { allow: [{ client: ['*'] }] } }, '/access/allow: lets nobody in'],
    [
      'an allow of claims within an address',
      { access: { allow: [{ claims: { role: ['admin'] }, ip: ['192.0.2.0/24'] }] } },
      '/access/allow: lets nobody in',
    ],
    ['a slow limit', { throttles: { all: { limit: '1/h' } } }, '/throttles/all/limit: 1/h of every request'],
    [
      'a small quota',
      { throttles: { all: { algorithm: 'fixed-window', limit: '1k/month', key: ['client'] } } },
      '/throttles/all/limit: 1k/month of every',
    ],
  ])('warn of %s', (_what, rules, says) => {
    expect(warnings(service, rules)).toEqual([expect.stringContaining(says)]);
  });

  it.each<[string, object]>([
    ['nothing', {}],
    [
      'what is only tried out',
      { access: { mode: 'shadow', jwt }, throttles: { all: { mode: 'shadow', limit: '1/h' } } },
    ],
    ['what is disabled', { access: { mode: 'disabled', jwt } }],
    ['an allow of addresses', { access: { allow: [{ client: ['x'] }, { ip: ['192.0.2.0/24'] }] } }],
    ['a deny of some', { access: { deny: [{ ip: ['192.0.2.0/24'] }, { client: ['x'] }] } }],
    ['a deny of all of one resource', { access: { deny: [{ ip: ['0.0.0.0/0'], resources: ['publish'] }] } }],
    ['a limit of a request a minute', { throttles: { all: { limit: '1/min' } } }],
    ['a slow limit of one resource', { throttles: { some: { limit: '1/h', resources: ['publish'] } } }],
  ])('do not warn of %s', (_what, rules) => {
    expect(warnings(service, rules)).toEqual([]);
  });
});

it('rules of other services may lock out whom they want', () => {
  expect(warnings('orders', { access: { require: ['jwt'], jwt }, throttles: { all: { limit: '1/h' } } })).toEqual([]);
});

it('all that is found is said', () => {
  const rules = { access: { require: ['jwt'], allow: [{ client: ['a'] }] }, throttles: { all: { limit: '1/d' } } };
  expect(warnings('config-center', rules).map((line) => line.split(':')[0])).toEqual([
    '/access/require',
    '/access/allow',
    '/throttles/all/limit',
  ]);
});
