// Functions as dependencies, against a stand-in for Lambda's Invoke: which one is asked for, where, and what may be said.
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCaller, replaceTransport, type Invoke } from '../../../middleware/call/index.ts';
import type { CallOptions } from '../../../middleware/call/index.ts';
import { enter } from '../../../middleware/kernel/current.ts';
import type { DependencyRule } from '../../../middleware/kernel/rules/document.ts';
import { testInstance, testInvocation } from '../../support/instance.ts';
import { json, startHttpServer, type HttpServer } from './http-server.ts';
import { RETRIED, thrown, world } from './world.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.close());
beforeEach(() => {
  vi.unstubAllEnvs();
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', server.origin);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('FLYBALL_FUNCTION_PREFIX', 'flyball-prod-');
});
afterAll(() => vi.unstubAllEnvs());

const ARN = 'arn:aws:lambda:us-east-1:210987654321:function:payments';
const call = (options: CallOptions, rule: DependencyRule = {}) =>
  world({ target: { function: 'payments' }, ...rule })((caller) => caller.call('payments', options));

describe('which function is invoked', () => {
  /** What would be asked of Lambda. */
  async function invoked(target: NonNullable<DependencyRule['target']>): Promise<Invoke | undefined> {
    const instance = testInstance({ rules: { dependencies: { payments: { target } } } });
    let asked: Invoke | undefined;
    replaceTransport(instance, {
      exchange: () => Promise.reject(new Error('not over HTTP')),
      invoker: () =>
        Promise.resolve((invoke: Invoke) => {
          asked = invoke;
          return Promise.resolve({ Payload: Buffer.from('{}') });
        }),
    });
    const caller = createCaller([]);
    instance.rules.register(caller.policy);
    enter(testInvocation(instance));
    await caller.call('payments');
    return asked;
  }

  it.each([
    [{ function: 'payments' }, { function: 'flyball-prod-payments' }],
    [
      { function: 'payments', alias: 'live' },
      { function: 'flyball-prod-payments', alias: 'live' },
    ],
    [
      { function: 'payments', alias: '7' },
      { function: 'flyball-prod-payments', alias: '7' },
    ],
    [{ function: 'payments:live' }, { function: 'payments:live' }],
    [{ function: '210987654321:function:payments' }, { function: '210987654321:function:payments' }],
    [
      { function: ARN, alias: 'live' },
      { function: ARN, alias: 'live' },
    ],
    [{ function: `${ARN}:live` }, { function: `${ARN}:live` }],
    [
      { function: ARN.replace('us-east-1', 'eu-west-1') },
      { function: ARN.replace('us-east-1', 'eu-west-1'), region: 'eu-west-1' },
    ],
  ])('on AWS, %o', async (target, expected) => {
    const place = { alias: undefined, region: undefined, ...expected };
    for (const endpoint of ['', 'https://vpce-1.lambda.us-east-1.vpce.amazonaws.com']) {
      vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', endpoint);
      expect(await invoked(target)).toMatchObject(place);
    }
  });

  it.each([
    [{ function: 'payments', alias: 'live' }, 'flyball-prod-payments'],
    [{ function: 'payments:live' }, 'payments'],
    [{ function: `${ARN}:live` }, 'payments'],
    [{ function: '210987654321:function:payments' }, 'payments'],
  ])('on a laptop, whose endpoint knows names alone, %o', async (target, name) => {
    server.answerWith(json({}));
    await call({}, { target });
    expect(server.seen[0]?.url).toBe(`/2015-03-31/functions/${name}/invocations`);
  });
});

describe('what a function cannot be sent is a misuse that says what to do, and nothing is sent', () => {
  it.each<[string, CallOptions, string]>([
    ['a stream', { body: Readable.from(['x']) }, 'it takes no stream; put the content into a bucket'],
    ['a stream of the web', { body: new Blob(['x']).stream() }, 'it takes no stream'],
    ['bytes', { body: Buffer.from('x') }, "send them as text: { body: bytes.toString('base64') }"],
    ['a wish for a stream', { as: 'stream' }, "its answer is no stream; take it as: 'bytes'"],
    ['more than Lambda takes', { body: 'x'.repeat(6 * 1024 * 1024) }, 'and Lambda takes 6291456'],
    ['more than Lambda takes, in fewer characters', { body: 'ü'.repeat(3 * 1024 * 1024) }, 'and Lambda takes 6291456'],
    ['what JSON cannot say', { body: { amount: 5n } }, 'cannot be said in JSON'],
  ])('%s', async (_what, options, message) => {
    server.answerWith(json({}));
    const rule = { retry: RETRIED, breaker: { consecutiveFailures: 1, failures: ['error' as const] } };
    const run = world({ target: { function: 'payments' }, ...rule });
    const error = await thrown(run((caller) => caller.call('payments', options)));
    expect(error).toMatchObject({ name: 'Misused', message: expect.stringContaining(message) as string });
    expect(server.seen).toHaveLength(0);
    // It says nothing about the dependency.
    expect(await run((caller) => caller.call('payments'))).toEqual({});
  });
});

describe('what a function answers', () => {
  const behindGateway = (answer: object) => ({ statusCode: 200, ...answer });
  it.each<[string, CallOptions, unknown, unknown]>([
    ['its result', {}, { accepted: true }, { accepted: true }],
    ['its result as text', { as: 'text' }, { accepted: true }, '{"accepted":true}'],
    ['the body of a web answer', {}, behindGateway({ body: '{"a":1}' }), { a: 1 }],
    ['text in a web answer', {}, behindGateway({ body: 'hello' }), 'hello'],
    ['text as it is', { as: 'text' }, behindGateway({ body: '{"a":1}' }), '{"a":1}'],
    [
      'bytes in base64',
      { as: 'bytes' },
      behindGateway({ body: 'iVA=', isBase64Encoded: true }),
      Buffer.from([0x89, 0x50]),
    ],
    ['JSON in base64', {}, behindGateway({ body: 'eyJhIjoxfQ==', isBase64Encoded: true }), { a: 1 }],
    ['nothing', {}, null, null],
  ])('%s', async (_what, options, payload, given) => {
    server.answerWith(json(payload));
    expect(await call(options)).toEqual(given);
  });

  it('is the whole answer if that is wanted', async () => {
    const headers = { ETag: '"7"' };
    const multiValueHeaders = { 'Set-Cookie': ['a=1', 'b=2'] };
    server.answerWith(json({ statusCode: 201, headers, multiValueHeaders, body: '{"id":1}' }));
    const run = world({ target: { function: 'payments' } });
    expect(await run(({ exchange }) => exchange('payments'))).toEqual({
      status: 201,
      headers: { etag: '"7"', 'set-cookie': ['a=1', 'b=2'] },
      body: { id: 1 },
    });
    server.answerWith(json({ accepted: true }));
    expect(await run(({ exchange }) => exchange('payments'))).toEqual({
      status: 200,
      headers: {},
      body: { accepted: true },
    });
  });

  it('and is larger than it may be is a failure that is not retried', async () => {
    server.answerWith(json({ text: 'x'.repeat(2_000) }));
    const error = await thrown(call({ method: 'GET' }, { retry: RETRIED, maxAnswer: '1kb' }));
    expect(error).toMatchObject({ outcome: 'error', attempts: 1 });
    expect(error).toMatchObject({ cause: { message: 'the answer is larger than 1024 bytes' } });
    expect(server.seen).toHaveLength(1);
  });
});
