// What the authorizer answers API Gateway, for both kinds of API: yes, no, "who are you?", and what is told with it.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAuthorizer } from '../../../../functions/authorizer/authorizer.ts';
import { servicesOf } from '../../../../functions/authorizer/routes.ts';
import { replaceKeyFetch } from '../../../../middleware/access/index.ts';
import type { RuleDocument } from '../../../../middleware/kernel/rules/document.ts';
import { triggerOf } from '../../../../middleware/kernel/trigger.ts';
import * as events from '../../../support/events.ts';
import { authorizerV1, authorizerV2 } from '../../../support/events-authorizer.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance } from '../../../support/instance.ts';
import { AUDIENCE, ISSUER, keySetOf, signingKey, tokenOf, type SigningKey } from '../../../support/issuer.ts';

type Rules = Omit<RuleDocument, 'apiVersion' | 'service'>;

const jwt = { issuer: ISSUER, audience: AUDIENCE, jwksUri: 'https://issuer.example.com/jwks.json' };
const resources = { hello: { match: { trigger: 'http', method: 'GET', path: '/hello' } } } as const;
const hello = { method: 'GET', path: '/hello' };

let key: SigningKey;
beforeAll(async () => {
  key = await signingKey('k1');
});

function start(rules: Rules | undefined, { accessRequired = false, routes = '/hello*=hello-python' } = {}) {
  const clock = fakeClock();
  const lines: object[] = [];
  const log = (message: string, fields: object) => void lines.push({ message, ...fields });
  const logger = { info: log, warn: log, error: log };
  const instance = testInstance({ service: 'hello-python', clock, logger, ...(rules && { rules }) });
  replaceKeyFetch(instance, () => keySetOf(key));
  const authorize = createAuthorizer({
    services: servicesOf({ FLYBALL_ROUTES: routes }),
    governing: (service) => ({ service, instance }),
    accessRequired,
    logger,
  });
  const ask = (event: unknown) => authorize(event, testContext(clock));
  const bearer = async (claims = {}) => ({ authorization: `Bearer ${await tokenOf(key, clock.now(), claims)}` });
  return { lines, authorize, ask, bearer };
}

const quota: Rules = {
  resources,
  throttles: { monthly: { algorithm: 'fixed-window', limit: '2/month', scope: 'instance', key: ['client'] } },
};

describe('an event of an authorizer', () => {
  it('is the request it asks about', () => {
    expect(triggerOf(authorizerV2(hello))).toEqual({
      kind: 'http',
      face: 'authorizer-v2',
      method: 'GET',
      path: '/hello',
      source: '',
    });
    expect(triggerOf(authorizerV1(hello))).toMatchObject({ kind: 'http', face: 'authorizer-v1', path: '/hello' });
  });
});

describe('an HTTP API', () => {
  it('is told yes, and the function behind who it is and what is left for it', async () => {
    const { ask } = start(quota);
    expect(await ask(authorizerV2(hello))).toEqual({
      isAuthorized: true,
      context: { service: 'hello-python', resource: 'hello', revision: 0, quota: 'monthly', remaining: 1 },
    });
  });

  it('is told no above the limit, with why and when to come back', async () => {
    const { ask } = start(quota);
    await ask(authorizerV2(hello));
    await ask(authorizerV2(hello));
    expect(await ask(authorizerV2(hello))).toEqual({
      isAuthorized: false,
      context: {
        status: 429,
        refusedBy: 'throttle',
        rule: 'monthly',
        retryAfter: expect.stringMatching(/^[0-9]+$/) as string,
        rateLimit: expect.stringMatching(/^"monthly";r=0;t=[0-9]+$/) as string,
        rateLimitPolicy: expect.stringMatching(/^"monthly";q=2;w=/) as string,
      },
    });
    expect(await ask(authorizerV2({ ...hello, sourceIp: '192.0.2.55' }))).toMatchObject({ isAuthorized: true });
  });

  it('hears one certain word when a token is missing or wrong, which it makes a 401 of', async () => {
    const { ask } = start({ access: { require: ['jwt'], jwt } });
    await expect(ask(authorizerV2(hello))).rejects.toThrow(/^Unauthorized$/);
    const wrong = authorizerV2({ ...hello, headers: { authorization: 'Bearer nonsense' } });
    await expect(ask(wrong)).rejects.toThrow(/^Unauthorized$/);
  });

  it('is told who the verified caller is, and throttles count by that', async () => {
    const { ask, bearer } = start({ ...quota, access: { require: ['jwt'], jwt } });
    const ada = authorizerV2({ ...hello, headers: await bearer() });
    expect(await ask(ada)).toMatchObject({ isAuthorized: true, context: { client: 'ada', remaining: 1 } });
    await ask(ada);
    expect(await ask(ada)).toMatchObject({ isAuthorized: false, context: { status: 429 } });
    const bob = authorizerV2({ ...hello, headers: await bearer({ sub: 'bob' }) });
    expect(await ask(bob)).toMatchObject({ isAuthorized: true, context: { client: 'bob', remaining: 1 } });
  });

  it('is told no for who is not allowed', async () => {
    const { ask } = start({ access: { deny: [{ ip: ['203.0.113.0/24'] }] } });
    const no = { isAuthorized: false, context: { status: 403, refusedBy: 'access', rule: 'deny' } };
    expect(await ask(authorizerV2({ ...hello, sourceIp: '203.0.113.7' }))).toEqual(no);
  });
});

describe('a REST API', () => {
  const policy = (effect: string) => ({
    Version: '2012-10-17',
    Statement: [
      {
        Action: 'execute-api:Invoke',
        Effect: effect,
        Resource: 'arn:aws:execute-api:eu-central-1:000000000000:api123/prod/GET/hello',
      },
    ],
  });

  it('gets a policy for this one request', async () => {
    const { ask, bearer } = start({ ...quota, access: { jwt } });
    expect(await ask(authorizerV1({ ...hello, sourceIp: '198.51.100.7' }))).toEqual({
      principalId: '198.51.100.7',
      policyDocument: policy('Allow'),
      context: { service: 'hello-python', resource: 'hello', revision: 0, quota: 'monthly', remaining: 1 },
    });
    expect(await ask(authorizerV1({ ...hello, headers: await bearer() }))).toMatchObject({ principalId: 'ada' });
  });

  it('gets a denial with texts and numbers that its gateway responses can use', async () => {
    const { ask } = start(quota);
    for (let i = 0; i < 2; i++) await ask(authorizerV1(hello));
    const denied = await ask(authorizerV1(hello));
    expect(denied).toMatchObject({
      policyDocument: policy('Deny'),
      context: { status: 429, refusedBy: 'throttle', rule: 'monthly' },
    });
    for (const value of Object.values(denied.context ?? {})) expect(['string', 'number']).toContain(typeof value);
  });

  it('hears the same word for a missing token', async () => {
    const { ask } = start({ access: { require: ['jwt'], jwt } });
    await expect(ask(authorizerV1(hello))).rejects.toThrow(/^Unauthorized$/);
  });
});

describe('the gateway responses for REST APIs', () => {
  it('use what a denial tells, and nothing else', async () => {
    const text = readFileSync('functions/authorizer/gateway-responses.yml', 'utf8');
    const used = [...text.matchAll(/context\.authorizer\.([A-Za-z]+)/g)].map(([, name]) => name);
    const { ask } = start(quota);
    for (let i = 0; i < 2; i++) await ask(authorizerV1(hello));
    const denied = await ask(authorizerV1(hello));
    expect([...new Set(used)].sort()).toEqual(Object.keys(denied.context ?? {}).sort());
  });
});

describe('when rules are missing', () => {
  it('lets requests through', async () => {
    expect(await start(undefined).ask(authorizerV2(hello))).toMatchObject({ isAuthorized: true });
  });

  it('lets nobody through where access is required', async () => {
    expect(await start(undefined, { accessRequired: true }).ask(authorizerV2(hello))).toMatchObject({
      isAuthorized: false,
      context: { status: 503, retryAfter: '1' },
    });
  });
});

describe('when flyball itself fails', () => {
  it.each([
    [false, { isAuthorized: true, context: { ungoverned: 'flyball failed' } }],
    [true, { isAuthorized: false, context: { status: 503, rule: 'internal' } }],
  ])('with access required: %s', async (accessRequired, answer) => {
    const { authorize, lines } = start({ access: { jwt } }, { accessRequired });
    // Thrown before any policy runs, where none contains it.
    const context = {
      get awsRequestId(): string {
        throw new TypeError('broken');
      },
    };
    expect(await authorize(authorizerV2(hello), context as never)).toMatchObject(answer);
    expect(lines).toContainEqual({ message: 'flyball could not govern a request', reason: 'broken' });
  });
});

describe('what cannot be governed', () => {
  it.each([
    ['a TOKEN authorizer', { type: 'TOKEN', authorizationToken: 'Bearer x', methodArn: 'arn:x' }],
    [
      'a WebSocket',
      { type: 'REQUEST', methodArn: 'arn:x', requestContext: { eventType: 'CONNECT', connectionId: 'c' } },
    ],
    ['a request', events.httpV2(hello)],
    ['nothing', undefined],
  ])('is refused as a mistake: %s', async (_what, event) => {
    await expect(start(quota).ask(event)).rejects.toThrow('this is not what API Gateway asks a REQUEST authorizer');
  });

  it('is a path nobody has named a service for: it is not waved through', async () => {
    const { ask, lines } = start(quota);
    await expect(ask(authorizerV2({ path: '/other' }))).rejects.toThrow('set FLYBALL_SERVICE');
    expect(lines).toContainEqual(expect.objectContaining({ path: '/other' }));
  });
});
