// Whose a last good answer is: nobody is given another's, however callers are told apart, and whoever asks again finds it.
import { beforeAll, describe, expect, it } from 'vitest';
import { flyball, type CallOptions } from '../../../../middleware/index.ts';
import { events, testGovernor } from '../../../../middleware/testing/index.ts';

beforeAll(() => import('../../../../middleware/call/invoking.ts'));

type Web = Readonly<Record<string, unknown>>;

/** A request with something in its `requestContext`, or beside it. */
function web(context: Web = {}, headers: Readonly<Record<string, string>> = {}, more: Web = {}): Web {
  const event = events.httpV2({ method: 'GET', path: '/me', headers });
  return { ...event, requestContext: { ...event.requestContext, authorizer: undefined, ...context }, ...more };
}

const jwt = (claims: Web) => ({ authorizer: { jwt: { claims, scopes: [] } } });
const mutual = (subjectDN: string) => ({ authentication: { clientCert: { subjectDN } } });

/** Two who are not the same, by all that a gateway or a client says of itself. */
const STRANGERS: readonly (readonly [how: string, one: Web, other: Web])[] = [
  ['a token that the gateway verified', web(jwt({ sub: 'ada' })), web(jwt({ sub: 'bob' }))],
  ['the issuer of their tokens', web(jwt({ sub: 'ada', iss: 'a' })), web(jwt({ sub: 'ada', iss: 'b' }))],
  [
    'what an authorizer says',
    web({ authorizer: { lambda: { user: 'ada' } } }),
    web({ authorizer: { lambda: { user: 'bob' } } }),
  ],
  ['their IAM user', web({ authorizer: { iam: { userId: 'ada' } } }), web({ authorizer: { iam: { userId: 'bob' } } })],
  ['their certificates', web(mutual('CN=ada')), web(mutual('CN=bob'))],
  ['a header that only the handler knows', web({}, { 'x-session': 'of-ada' }), web({}, { 'x-session': 'of-bob' })],
  ['cookies as a gateway passes them on', web({}, {}, { cookies: ['s=ada'] }), web({}, {}, { cookies: ['s=bob'] })],
  ['an older kind of identity', web({ identity: { userArn: 'ada' } }), web({ identity: { userArn: 'bob' } })],
];

/** The same caller again, by what changes from request to request. */
const AGAIN: readonly (readonly [how: string, one: Web, other: Web])[] = [
  ['under another trace', web({}, { traceparent: '00-a', 'x-amzn-trace-id': 'a' }), web({}, { traceparent: '00-b' })],
  ['with another deadline', web({}, { 'x-flyball-deadline': '1' }), web({}, { 'x-flyball-deadline': '2' })],
  [
    'after an authorizer that took longer',
    web({ authorizer: { lambda: { user: 'ada' }, integrationLatency: 3 } }),
    web({ authorizer: { lambda: { user: 'ada' }, integrationLatency: 9 } }),
  ],
  ['by reloading', web(), web({}, { 'cache-control': 'no-cache', pragma: 'no-cache' })],
];

describe("a resource's last good answer", () => {
  async function given(one: Web, other: Web, lastGood: object = {}): Promise<unknown> {
    const rule = { match: { path: '/me' }, fallback: [{ lastGood: { maxAge: '10m', ...lastGood } }] };
    using kit = await testGovernor({ service: 'shop', rules: { resources: { me: rule } } });
    let down = false;
    const handler = kit.governed((_event: unknown) => {
      if (down) throw new Error('a bug');
      return { statusCode: 200, body: 'of the first' };
    });
    await kit.invoke(handler, one);
    down = true;
    return kit.invoke(handler, other).then(
      ({ body }) => body,
      () => 'nothing',
    );
  }

  it.each(STRANGERS)('is not given to somebody who is told apart by %s', async (_how, one, other) => {
    expect(await given(one, other)).toBe('nothing');
    expect(await given(one, one)).toBe('of the first');
    expect(await given(one, other, { shared: true })).toBe('of the first');
  });

  it.each(AGAIN)('is given to the same caller %s', async (_how, one, other) => {
    expect(await given(one, other)).toBe('of the first');
  });

  it.each<[string, Web, Web]>([
    ['part of it', web({}, { range: 'bytes=0-9' }), web({}, { range: 'bytes=10-19' })],
    ['something in a body', web({}, {}, { body: 'a' }), web({}, {}, { body: 'b' })],
    ['another stage', web({ stage: 'live' }), web({ stage: 'next' })],
  ])('is none of a request for %s', async (_what, one, other) => {
    expect(await given(one, other)).toBe('nothing');
  });
});

describe("a dependency's last good answer", () => {
  async function given(one: Web, other: Web, more: object = {}, options: CallOptions = {}): Promise<unknown> {
    const cart = { target: { url: 'https://cart.example' }, fallback: [{ lastGood: { maxAge: '10m', ...more } }] };
    using kit = await testGovernor({ service: 'shop', rules: { dependencies: { cart } } });
    kit.respond('cart', { body: { of: 'the first' } }, { fail: 503 });
    const handler = kit.governed(async (_event: unknown) => {
      const body: unknown = await flyball.call('cart', { method: 'GET', ...options });
      return { statusCode: 200, body };
    });
    await kit.invoke(handler, one);
    return kit.invoke(handler, other).then(({ body }) => body ?? 'nothing');
  }
  const isProblem = expect.stringContaining('"status":502') as unknown;

  it.each(STRANGERS)('is not given to somebody who is told apart by %s', async (_how, one, other) => {
    expect(await given(one, other)).toEqual(isProblem);
    expect(await given(one, one)).toEqual({ of: 'the first' });
    expect(await given(one, other, { shared: true })).toEqual({ of: 'the first' });
  });

  it.each([
    ...AGAIN,
    [
      'with a token that was renewed',
      web(jwt({ sub: 'ada', exp: '1' }), { authorization: 'Bearer 1' }),
      web(jwt({ sub: 'ada', exp: '2' }), { authorization: 'Bearer 2' }),
    ],
    ['on another device', web({}, { 'user-agent': 'one' }), web({}, { 'user-agent': 'other' })],
  ] as const)('is given to the same caller %s', async (_how, one, other) => {
    expect(await given(one, other)).toEqual({ of: 'the first' });
  });

  it('of a piece of work is not given to another caller of the gateway', async () => {
    const rules = { dependencies: { cart: { fallback: [{ lastGood: { maxAge: '10m' } }] } } } as const;
    using kit = await testGovernor({ service: 'shop', rules });
    let down = false;
    const work = (of: string) => () => (down ? Promise.reject(new Error('down')) : Promise.resolve(of));
    const handler = kit.governed((event: ReturnType<typeof events.httpV2>) => {
      const of = String(event.requestContext.authorizer.jwt.claims['sub']);
      return flyball.run('cart', work(of), { idempotent: true, lastGoodKey: 'cart' }).catch(() => 'nothing');
    });
    const as = (sub: string) => kit.invoke(handler, events.httpV2({ method: 'GET', claims: { sub } }));
    expect(await as('ada')).toBe('ada');
    down = true;
    expect(await as('bob')).toBe('nothing');
    expect(await as('ada')).toBe('ada');
  });
});
