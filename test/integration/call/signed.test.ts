// Calls signed by one service and taken by another, over HTTP: who signs, what arrives, and what happens without keys.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { governed } from '../../../middleware/index.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import type { DependencyRule } from '../../../middleware/kernel/rules/document.ts';
import * as events from '../../support/events.ts';
import { testContext, testInstance } from '../../support/instance.ts';
import { answers, json, startHttpServer, type HttpServer } from './http-server.ts';
import { RETRIED, thrown, world } from './world.ts';

const keysOf = (current: string, ...kids: string[]) =>
  JSON.stringify({ current, keys: kids.map((kid) => ({ kid, k: Buffer.alloc(32, kid).toString('base64url') })) });

let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.close());
beforeEach(() => vi.stubEnv('FLYBALL_SIGNING_KEYS', keysOf('k1', 'k1')));
afterEach(() => vi.unstubAllEnvs());

const rule = (more: DependencyRule = {}): DependencyRule => ({
  target: { url: `${server.origin}/payments` },
  sign: { callee: 'payments' },
  ...more,
});

/** The last request that arrived, handed to a governed callee as a Function URL would. */
async function arrived(change: (event: ReturnType<typeof events.functionUrl>) => object = (event) => event) {
  const last = server.seen.at(-1);
  if (!last) throw new Error('nothing has arrived');
  const url = new URL(last.url, 'http://callee');
  const { method } = last;
  const headers = Object.fromEntries(Object.entries(last.headers).map(([name, value]) => [name, String(value)]));
  const event = events.functionUrl({ method, path: url.pathname, headers, body: last.body.toString() });
  const clock = systemClock;
  const rules = { access: { require: ['signed' as const], signed: { leeway: '30s' } } };
  const instance = testInstance({ service: 'payments', clock, rules });
  const handler = governed({ service: 'payments', instance }, (_event: unknown, { flyball }) => ({
    statusCode: 200,
    body: flyball.principal?.id ?? '',
  }));
  return handler(change({ ...event, rawQueryString: url.search.slice(1) }), testContext(clock));
}

const charge = (more = {}, by: DependencyRule = rule()) =>
  world(by)(({ call }) => call('payments', { path: '/charges?note=a%20b+c', body: { amount: 5 }, ...more }));

describe('a signed call', () => {
  it('is let in as the service that made it', async () => {
    server.answerWith(json({ ok: true }));
    expect(await charge()).toEqual({ ok: true });
    expect(await arrived()).toMatchObject({ statusCode: 200, body: 'orders' });
  });

  it.each([
    ['another path', (event: object) => ({ ...event, rawPath: '/payments/refunds' })],
    ['another query', (event: object) => ({ ...event, rawQueryString: 'note=other' })],
    ['another body', (event: object) => ({ ...event, body: '{"amount":500}' })],
  ])('is not let in with %s', async (_what, change) => {
    server.answerWith(json({}));
    await charge();
    expect(await arrived(change)).toMatchObject({ statusCode: 401 });
  });

  it('is signed anew for each attempt, whose number is part of it', async () => {
    server.answerWith(answers(503));
    await thrown(
      charge({ operation: 'charge' }, rule({ retry: RETRIED, operations: { charge: { idempotency: 'safe' } } })),
    );
    const signatures = server.seen.map(({ headers }) => String(headers['x-flyball-signature']));
    expect(signatures.length).toBeGreaterThan(1);
    expect(new Set(signatures).size).toBe(signatures.length);
  });

  it('carries no signature that its caller has brought along', async () => {
    server.answerWith(json({}));
    await charge({ headers: { 'X-Flyball-Signature': 'v1.stolen' } });
    expect(server.seen[0]?.headers['x-flyball-signature']).toMatch(/^v1\.[\w-]+\.[\w-]{43}$/);
    expect(await arrived()).toMatchObject({ statusCode: 200 });
  });

  it('is let in while the key it is signed with goes, and not after', async () => {
    server.answerWith(json({}));
    await charge();
    vi.stubEnv('FLYBALL_SIGNING_KEYS', keysOf('k2', 'k1', 'k2'));
    expect(await arrived()).toMatchObject({ statusCode: 200 });
    vi.stubEnv('FLYBALL_SIGNING_KEYS', keysOf('k2', 'k2'));
    expect(await arrived()).toMatchObject({ statusCode: 401 });
  });

  it('is not sent at all while there is nothing to sign with', async () => {
    vi.stubEnv('FLYBALL_SIGNING_KEYS', '');
    server.answerWith(json({}));
    expect(await thrown(charge())).toMatchObject({ name: 'Refused', by: 'access', rule: 'payments', statusCode: 503 });
    expect(server.seen).toEqual([]);
  });
});

describe('a call that is not to be signed', () => {
  it('carries no signature', async () => {
    server.answerWith(json({}));
    await charge({}, { target: { url: `${server.origin}/payments` } });
    expect(server.seen[0]?.headers).not.toHaveProperty('x-flyball-signature');
    expect(await arrived()).toMatchObject({ statusCode: 401 });
  });
});
