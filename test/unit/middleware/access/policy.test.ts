// What access does to an invocation, through the whole governed stack: who is refused how, who is known afterwards.
import middy from '@middy/core';
import fc from 'fast-check';
import type { JSONWebKeySet } from 'jose';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { replaceKeyFetch, type FetchKeys } from '../../../../middleware/access/index.ts';
import { access, governed, type GovernedContext, type GovernOptions } from '../../../../middleware/index.ts';
import type { Logger } from '../../../../middleware/kernel/logger.ts';
import type { AccessRule, RuleDocument } from '../../../../middleware/kernel/rules/document.ts';
import { loadReporting } from '../../../../middleware/telemetry/reports.ts';
import * as events from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance } from '../../../support/instance.ts';
import { AUDIENCE, ISSUER, keySetOf, signingKey, tokenOf, type SigningKey } from '../../../support/issuer.ts';

const jwt = { issuer: ISSUER, audience: AUDIENCE, jwksUri: 'https://issuer.example.com/jwks.json' };

let key: SigningKey;
let published: JSONWebKeySet;
beforeAll(async () => {
  await loadReporting();
  key = await signingKey('k1');
  published = await keySetOf(key);
});

type Rules = Omit<RuleDocument, 'apiVersion' | 'service'>;

interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A governed function that says who called it. */
function start(rules: Rules | undefined, options: Partial<GovernOptions> = {}, fetchKeys?: FetchKeys) {
  const clock = fakeClock();
  const lines: unknown[] = [];
  const write = (message: string, fields: object) => void lines.push({ message, ...fields });
  const logger: Logger = { info: write, warn: write, error: write };
  const instance = testInstance({ clock, logger, ...(rules && { rules }) });
  replaceKeyFetch(instance, fetchKeys ?? (() => Promise.resolve(published)));
  const handler = governed(
    { service: 'orders', instance, ...options },
    (_event: unknown, context: GovernedContext) => ({
      statusCode: 200,
      headers: {},
      body: JSON.stringify(context.flyball.principal ?? null),
    }),
  );
  const send = async (event: unknown) => (await handler(event, testContext(clock))) as Answer;
  const call = (headers: Record<string, string> = {}, more: object = {}) => send(events.httpV2({ headers, ...more }));
  const bearer = async (claims?: Record<string, unknown>) => ({
    authorization: `Bearer ${await tokenOf(key, clock.now(), claims)}`,
  });
  const { recorder } = instance;
  const [refusal, invocation, internal] = [
    vi.spyOn(recorder, 'refusal'),
    vi.spyOn(recorder, 'invocation'),
    vi.spyOn(recorder, 'internal'),
  ];
  const refusals = (shadow: boolean) =>
    refusal.mock.calls.filter((one) => one[4] === shadow).map(([by, rule, resource]) => `${by}/${rule}/${resource}`);
  const counted = () => ({
    refusals: refusals(false),
    shadow: refusals(true),
    outcomes: invocation.mock.calls.map(([, outcome]) => outcome),
    internal: internal.mock.calls.map(([what]) => what),
  });
  return { clock, instance, lines, send, call, bearer, counted };
}

const only = (rule: AccessRule) => start({ access: rule });

describe('a required token', () => {
  it('that is missing is asked for: 401', async () => {
    const { call, counted } = only({ require: ['jwt'], jwt });
    const answer = await call();
    expect(answer).toMatchObject({
      statusCode: 401,
      headers: { 'content-type': 'application/problem+json', 'www-authenticate': 'Bearer realm="orders"' },
    });
    expect(JSON.parse(answer.body)).toMatchObject({
      status: 401,
      by: 'access',
      rule: 'require',
      code: 'FLYBALL_REFUSED',
    });
    expect(counted()).toMatchObject({ refusals: ['access/require/default'], outcomes: ['refused'] });
  });

  it('that is good lets its bearer in, and the function knows who it is', async () => {
    const { call, bearer } = only({ require: ['jwt'], jwt });
    const answer = await call(await bearer({ tenant: 'acme' }));
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ id: 'ada', by: 'jwt', claims: { tenant: 'acme' } });
  });

  it('that is wrong is refused, saying what is wrong and nothing of what it holds', async () => {
    const { clock, call, bearer, lines } = only({ require: ['jwt'], jwt });
    const headers = await bearer({ secret: 'confidential' });
    clock.advance(600_000);
    const answer = await call(headers);
    expect(answer).toMatchObject({
      statusCode: 401,
      headers: {
        'www-authenticate': 'Bearer realm="orders", error="invalid_token", error_description="the token has expired"',
      },
    });
    const said = JSON.stringify([answer, lines]);
    expect(said).not.toContain(headers.authorization.slice('Bearer '.length, 40));
    expect(said).not.toContain('confidential');
  });

  it('that cannot be verified lets nobody in: 503, to come back', async () => {
    const away = () => Promise.reject(new Error('away'));
    const { call, bearer, counted, lines } = start({ access: { require: ['jwt'], jwt } }, {}, away);
    expect(await call(await bearer())).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
    expect(await call(await bearer())).toMatchObject({ statusCode: 503 });
    // Not among the bad tokens, and told once.
    expect(counted().refusals).toEqual(['access/jwt-keys/default', 'access/jwt-keys/default']);
    const ofIssuer = lines.filter((line) => JSON.stringify(line).includes('issuer'));
    expect(ofIssuer).toMatchObject([{ message: 'flyball cannot get the keys of an issuer', governed: 'orders' }]);
  });

  it('is verified while the issuer is away by the keys it had', async () => {
    let away = false;
    const fetchKeys = () => (away ? Promise.reject(new Error('away')) : Promise.resolve(published));
    const { clock, call, bearer } = start({ access: { require: ['jwt'], jwt } }, {}, fetchKeys);
    expect((await call(await bearer())).statusCode).toBe(200);
    away = true;
    clock.advance(7_200_000);
    expect((await call(await bearer())).statusCode).toBe(200);
  });

  it('is read from what each kind of gateway passes on', async () => {
    const { send, bearer } = only({ require: ['jwt'], jwt });
    const headers = await bearer();
    for (const make of [events.httpV2, events.functionUrl, events.restV1, events.alb, events.albMultiValue]) {
      expect((await send(make({ headers }))).statusCode).toBe(200);
      expect((await send(make())).statusCode).toBe(401);
    }
  });
});

describe('a token that is not required', () => {
  it('may be left out, and must be good if it is sent', async () => {
    const { call, bearer } = only({ jwt });
    expect(await call()).toMatchObject({ statusCode: 200, body: 'null' });
    expect((await call(await bearer())).statusCode).toBe(200);
    expect((await call({ authorization: 'Bearer nonsense' })).statusCode).toBe(401);
    expect((await call({ authorization: 'Basic dXNlcjpwYXNz' })).statusCode).toBe(200);
  });
});

describe('without a section jwt', () => {
  it('what the gateway has verified counts', async () => {
    const { send } = only({ require: ['jwt'], allow: [{ claims: { scope: ['orders.write'] } }] });
    const claims = { sub: 'ada', scope: 'orders.read orders.write' };
    expect(JSON.parse((await send(events.httpV2({ claims }))).body)).toMatchObject({ id: 'ada', by: 'gateway' });
    expect((await send(events.httpV2({ claims: { sub: 'ada' } }))).statusCode).toBe(403);
    expect((await send(events.httpV2())).statusCode).toBe(401);
  });

  it('a token that nobody has verified does not count', async () => {
    const { call, bearer } = only({ require: ['jwt'] });
    expect((await call(await bearer())).statusCode).toBe(401);
  });

  it('and with it, the gateway’s word is not enough', async () => {
    const { send } = only({ require: ['jwt'], jwt });
    expect((await send(events.httpV2({ claims: { sub: 'ada' } }))).statusCode).toBe(401);
  });
});

describe('the lists', () => {
  const lists: Rules = {
    resources: { health: { match: { trigger: 'http', path: '/health' } } },
    access: {
      jwt,
      deny: [{ ip: ['203.0.113.0/24'] }, { client: ['mallory'] }],
      allow: [{ resources: ['health'] }, { client: ['gold-*'] }],
    },
  };

  it('refuse with 403, counted by which list it was', async () => {
    const { call, bearer, counted } = start(lists);
    const from = { sourceIp: '198.51.100.7' };
    expect((await call(await bearer({ sub: 'gold-1' }), from)).statusCode).toBe(200);
    expect((await call({}, { ...from, path: '/health' })).statusCode).toBe(200);
    expect((await call(await bearer({ sub: 'silver-1' }), from)).statusCode).toBe(403);
    expect((await call(await bearer({ sub: 'mallory' }), { ...from, path: '/health' })).statusCode).toBe(403);
    expect((await call({}, from)).statusCode).toBe(403);
    expect((await call(await bearer({ sub: 'gold-1' }), { sourceIp: '203.0.113.9' })).statusCode).toBe(403);
    expect(counted().refusals).toEqual([
      'access/allow/default',
      'access/deny/health',
      'access/allow/default',
      'access/deny/default',
    ]);
  });

  it('tell callers no more than that they are denied, and not by which entry', async () => {
    const { call, bearer } = start({
      access: { jwt, deny: [{ ip: ['192.0.2.0/24'] }, { client: ['mallory'] }, { ip: ['203.0.113.0/24'] }] },
    });
    const answers = [
      await call({}, { sourceIp: '203.0.113.9' }),
      await call(await bearer({ sub: 'mallory' }), { sourceIp: '198.51.100.7' }),
      await call(await bearer({ sub: 'mallory' }), { sourceIp: '192.0.2.1' }),
    ];
    expect(answers.map(({ body }) => JSON.parse(body) as object)).toMatchObject(
      answers.map(() => ({ by: 'access', rule: 'deny' })),
    );
    expect(JSON.stringify(answers)).not.toMatch(/deny\/|entry/);
  });

  it('deny an address before anybody asks an issuer', async () => {
    let asked = 0;
    const { call, bearer } = start(lists, {}, () => {
      asked++;
      return Promise.resolve(published);
    });
    expect((await call(await bearer(), { sourceIp: '203.0.113.9' })).statusCode).toBe(403);
    expect(asked).toBe(0);
  });

  it('do not let an address be taken for a client', async () => {
    const { call } = only({ allow: [{ client: ['198.51.100.*'] }] });
    expect((await call({}, { sourceIp: '198.51.100.7' })).statusCode).toBe(403);
  });

  it('take the address from the gateway, never from a header', async () => {
    const { call } = only({ allow: [{ ip: ['10.0.0.0/8'] }] });
    expect((await call({ 'x-forwarded-for': '10.0.0.1', 'x-real-ip': '10.0.0.1' })).statusCode).toBe(403);
  });
});

describe('the verified caller', () => {
  const throttled = (name: string): Rules => ({
    access: { jwt },
    throttles: { each: { limit: '1/10s', scope: 'instance', key: [name] } },
  });

  it('is the client that throttles count', async () => {
    const { call, bearer } = start(throttled('client'));
    const statuses: number[] = [];
    for (const sub of ['ada', 'bob', 'ada']) statuses.push((await call(await bearer({ sub }))).statusCode);
    statuses.push((await call()).statusCode, (await call()).statusCode);
    expect(statuses).toEqual([200, 200, 429, 200, 429]);
  });

  it('has claims that throttles count by', async () => {
    const { call, bearer } = start(throttled('claim:tenant'));
    const statuses: number[] = [];
    for (const [sub, tenant] of [
      ['ada', 'acme'],
      ['bob', 'acme'],
      ['eve', 'initech'],
    ]) {
      statuses.push((await call(await bearer({ sub, tenant }))).statusCode);
    }
    expect(statuses).toEqual([200, 429, 200]);
  });

  it('is the only one who takes tokens: who is refused costs the others nothing', async () => {
    const { call, bearer } = start({
      access: { require: ['jwt'], jwt },
      throttles: { everyone: { limit: '1/10s', scope: 'instance' } },
    });
    for (let i = 0; i < 5; i++) expect((await call()).statusCode).toBe(401);
    expect((await call(await bearer())).statusCode).toBe(200);
    expect((await call(await bearer())).statusCode).toBe(429);
  });
});

describe('shadow', () => {
  it('tells what would have been refused, refuses nothing and knows nobody', async () => {
    const { call, bearer, counted } = only({ mode: 'shadow', require: ['jwt'], jwt, deny: [{ client: ['mallory'] }] });
    expect(await call()).toMatchObject({ statusCode: 200, body: 'null' });
    expect(await call(await bearer({ sub: 'mallory' }))).toMatchObject({ statusCode: 200, body: 'null' });
    expect(await call(await bearer())).toMatchObject({ statusCode: 200, body: 'null' });
    expect(counted()).toMatchObject({
      shadow: ['access/require/default', 'access/deny/default'],
      refusals: [],
      outcomes: ['ok', 'ok', 'ok'],
    });
  });
});

describe('what is no web request', () => {
  it.each([
    ['a direct invoke', events.direct()],
    ['a batch of messages', events.sqs()],
    ['a schedule', events.schedule()],
  ])('%s is let in by IAM', async (_what, event) => {
    const rules = { access: { require: ['jwt' as const], jwt, allow: [{ client: ['ada'] }] } };
    const { send, counted } = start(rules, { access: 'required' });
    await send(event);
    expect(counted()).toMatchObject({ refusals: [], outcomes: ['ok'] });
  });
});

describe("access: 'required'", () => {
  it.each<[string, Rules | undefined]>([
    ['no rules at all', undefined],
    ['rules that say nothing of access', { throttles: { everyone: { limit: '5/s' } } }],
    ['rules that are tried out', { access: { mode: 'shadow', deny: [{ ip: ['192.0.2.1'] }] } }],
    ['rules that are disabled', { access: { mode: 'disabled', deny: [{ ip: ['192.0.2.1'] }] } }],
  ])('refuses everybody under %s', async (_what, rules) => {
    const { call, counted } = start(rules, { access: 'required' });
    expect(await call()).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
    expect(counted().refusals).toEqual(['access/required/default']);
  });

  it('lets in whom the rules let in', async () => {
    const { call, bearer } = start({ access: { require: ['jwt'], jwt } }, { access: 'required' });
    expect((await call(await bearer())).statusCode).toBe(200);
    expect((await call()).statusCode).toBe(401);
  });

  it.each([
    ['a WebSocket', { requestContext: { connectionId: 'c', eventType: 'MESSAGE', routeKey: '$default' } }],
    ['VPC Lattice', { version: '2.0', path: '/orders', method: 'GET', headers: {}, requestContext: { region: 'r' } }],
    ['VPC Lattice, first format', { raw_path: '/orders', method: 'GET', headers: {}, query_string_parameters: {} }],
    ['Lambda@Edge', { Records: [{ cf: { config: {}, request: { method: 'GET', uri: '/orders' } } }] }],
    ['AppSync', { arguments: {}, identity: null, info: { fieldName: 'orders', parentTypeName: 'Query' } }],
    ['an authorizer by token', { type: 'TOKEN', methodArn: 'arn:aws:execute-api:…', authorizationToken: 'x' }],
  ])('refuses what gateways pass on in a shape unknown here: %s', async (_what, event) => {
    const rules: Rules = { access: { jwt, deny: [{ ip: ['192.0.2.1'] }] } };
    await expect(start(rules, { access: 'required' }).send(event)).rejects.toMatchObject({
      by: 'access',
      statusCode: 403,
    });
    expect(await start(rules).send(event)).toMatchObject({ statusCode: 200 });
  });

  it('is not about what another function asks by flyball.call', async () => {
    const event = { operation: 'charge', method: 'POST', path: '/charges', body: {}, headers: {} };
    const rules: Rules = { access: { jwt, deny: [{ ip: ['192.0.2.1'] }] } };
    expect(await start(rules, { access: 'required' }).send(event)).toMatchObject({ statusCode: 200 });
  });

  it('is not to be mistyped', () => {
    expect(() => start(undefined, { access: 'require' as 'required' })).toThrow('access: "require" means nothing');
  });

  it('without it, a function without rules runs', async () => {
    expect((await start(undefined).call()).statusCode).toBe(200);
  });
});

describe('FLYBALL_DISABLED=1', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });

  it('opens what rules alone have closed, and not what the function says must be closed', async () => {
    vi.stubEnv('FLYBALL_DISABLED', '1');
    vi.resetModules();
    const disabled = await import('../../../../middleware/index.ts');
    const { Instance } = await import('../../../../middleware/kernel/instance.ts');
    const statuses: number[] = [];
    for (const options of [{}, { access: 'required' as const }]) {
      const clock = fakeClock();
      const { table, random, logger } = testInstance();
      const bootstrap: RuleDocument = {
        apiVersion: 'flyball/v1',
        service: 'orders',
        access: { require: ['jwt'], jwt },
      };
      const names = { service: 'orders', id: 'i', functionName: 'f', functionVersion: '1' };
      const instance = new Instance({ ...names, clock, table, random, logger, bootstrap });
      const handler = disabled.governed({ service: 'orders', instance, ...options }, () => ({ statusCode: 200 }));
      statuses.push(((await handler(events.httpV2(), testContext(clock))) as Answer).statusCode);
    }
    expect(statuses).toEqual([200, 401]);
  });
});

describe('an error inside access', () => {
  it('lets nobody in, however often it happens', async () => {
    const { send, lines, counted } = only({ require: ['jwt'], jwt });
    for (let i = 0; i < 8; i++) {
      const event = events.httpV2();
      Object.defineProperty(event, 'headers', {
        get: () => {
          throw new TypeError('broken');
        },
      });
      expect(await send(event)).toMatchObject({ statusCode: 503 });
    }
    expect(lines).toContainEqual(expect.objectContaining({ message: 'flyball could not decide on access' }));
    expect(counted().internal.filter((what) => what === 'access:failed')).toHaveLength(8);
  });
});

describe('a request of any shape', () => {
  it('is neither let in without a token nor fails', async () => {
    const { send } = only({ require: ['jwt'], jwt });
    const odd = fc.oneof(fc.string(), fc.constantFrom('Bearer ', 'Bearer a.b.c', 'bearer eyJhbGciOiJFUzI1NiJ9.e30.x'));
    const value = fc.oneof(odd, fc.array(odd), fc.anything());
    const name = fc.oneof(fc.constantFrom('authorization', 'Authorization', 'AUTHORIZATION'), fc.string());
    const headers = fc.oneof(fc.dictionary(name, value), fc.anything());
    await fc.assert(
      fc.asyncProperty(headers, headers, async (single, multiple) => {
        const event = { ...events.httpV2(), headers: single, multiValueHeaders: multiple };
        expect((await send(event)).statusCode).toBe(401);
      }),
      { numRuns: 300 },
    );
  });
});

describe('access()', () => {
  it('is a middleware of its own', async () => {
    const { instance, clock } = only({ require: ['jwt'], jwt });
    const handler = middy()
      .use(access({ service: 'orders', instance }))
      .handler(() => ({ statusCode: 200 }));
    expect(await handler(events.httpV2(), testContext(clock) as never)).toMatchObject({ statusCode: 401 });
    expect(await handler(events.direct(), testContext(clock) as never)).toEqual({ statusCode: 200 });
  });
});
