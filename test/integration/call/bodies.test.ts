// What calls to a URL send and get: text, bytes, streams and JSON, packed or not, as large as they may be.
import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CallOptions } from '../../../middleware/call/index.ts';
import type { DependencyRule } from '../../../middleware/kernel/rules/document.ts';
import { SOON } from '../../support/patience.ts';
import { answers, json, startHttpServer, type HttpServer } from './http-server.ts';
import { RETRIED, thrown, world } from './world.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.close());

const at = (rule: DependencyRule = {}): DependencyRule => ({ target: { url: server.origin }, ...rule });
const call = (options: CallOptions, rule: DependencyRule = {}) =>
  world(at(rule))(({ call: send }) => send('payments', options));
const JSON_TYPE = { 'content-type': 'application/json' };

describe('what is sent', () => {
  it.each<[string, () => unknown, string, string | undefined, string]>([
    ['an object', () => ({ amount: 5 }), 'application/json', '12', '{"amount":5}'],
    ['a text', () => 'amount=5', 'text/plain; charset=utf-8', '8', 'amount=5'],
    ['a form', () => new URLSearchParams({ a: 'ü 1' }), 'application/x-www-form-urlencoded', '10', 'a=%C3%BC+1'],
    ['a Buffer', () => Buffer.from('grüße'), 'application/octet-stream', '7', 'grüße'],
    [
      'a part of an ArrayBuffer',
      () => new Uint8Array(Buffer.from('xamountx')).subarray(1, 7),
      'application/octet-stream',
      '6',
      'amount',
    ],
    ['an ArrayBuffer', () => new TextEncoder().encode('amount').buffer, 'application/octet-stream', '6', 'amount'],
    ['a stream of Node', () => Readable.from(['am', 'ount']), 'application/octet-stream', undefined, 'amount'],
    ['a stream of the web', () => new Blob(['amount']).stream(), 'application/octet-stream', undefined, 'amount'],
    ['nothing', () => undefined, '', '0', ''],
  ])('%s', async (_what, body, type, length, arrived) => {
    server.answerWith(json({}));
    await call({ body: body() });
    expect(server.seen[0]?.body.toString()).toBe(arrived);
    expect(server.seen[0]?.headers['content-type'] ?? '').toBe(type);
    expect(server.seen[0]?.headers['content-length']).toBe(length);
  });

  it('has the content type that the caller says', async () => {
    server.answerWith(json({}));
    await call({ body: Buffer.from('x'), headers: { 'Content-Type': 'image/png' } });
    expect(server.seen[0]?.headers['content-type']).toBe('image/png');
  });

  it('a body that is a stream is never sent twice, whatever the rules say of the operation', async () => {
    server.answerWith(answers(503));
    const rule = { retry: RETRIED, operations: { upload: { idempotency: 'safe' as const } } };
    const stream = await thrown(call({ operation: 'upload', body: Readable.from(['x']) }, rule));
    expect([server.seen.length, stream]).toMatchObject([1, { name: 'DependencyFailed', outcome: '503', attempts: 1 }]);
    server.answerWith(answers(503));
    await thrown(call({ operation: 'upload', body: 'x' }, rule));
    // The budget starts with one token.
    expect(server.seen).toHaveLength(2);
  });

  it('a stream that breaks while it is sent is no failure of who would have received it', async () => {
    server.answerWith(json({}));
    const source = new Error('the bucket went away');
    const run = world(at({ breaker: { consecutiveFailures: 1 } }));
    async function* broken() {
      yield 'half';
      await Promise.resolve();
      throw source;
    }
    const error = await thrown(run((caller) => caller.call('payments', { body: Readable.from(broken()) })));
    expect(error).toMatchObject({ name: 'DependencyFailed', outcome: 'refused', cause: { cause: source } });
    expect(await run((caller) => caller.call('payments', {}))).toEqual({});
  });

  it('a body that JSON cannot say is a misuse, and nothing is sent', async () => {
    server.answerWith(json({}));
    const error = await thrown(call({ body: { amount: 5n } }));
    expect(error).toMatchObject({
      name: 'Misused',
      message: expect.stringContaining('cannot be said in JSON') as string,
    });
    expect(server.seen).toHaveLength(0);
  });

  it('an answer that comes before all was sent is the answer', async () => {
    const early = await startEarly();
    const body = Readable.from(endless());
    const error = await thrown(
      world({ target: { url: early.origin } })(({ call: send }) => send('payments', { body })),
    );
    expect(error).toMatchObject({ outcome: '413', response: { status: 413 } });
    await vi.waitFor(() => expect(body.destroyed).toBe(true), SOON);
    await early.close();
  });
});

function* endless() {
  for (;;) yield Buffer.alloc(16_384);
}

/** Says no as soon as it has the headers. */
async function startEarly() {
  const { createServer } = await import('node:http');
  const refusing = createServer((request, response) => {
    request.on('error', () => undefined);
    response.writeHead(413).end('too much');
  });
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
  const address = refusing.address();
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' && address ? String(address.port) : ''}`,
    async close() {
      refusing.closeAllConnections();
      await new Promise((resolve) => refusing.close(resolve));
    },
  };
}

describe('what is given', () => {
  it.each<[string, CallOptions, Record<string, string>, string, unknown]>([
    ['JSON by its type', {}, JSON_TYPE, '{"a":1}', { a: 1 }],
    ['JSON by a type of its own', {}, { 'content-type': 'application/problem+json' }, '{"a":1}', { a: 1 }],
    ['JSON without a type', {}, {}, '{"a":1}', { a: 1 }],
    ['text without a type', {}, {}, 'hello', 'hello'],
    ['text', {}, { 'content-type': 'text/csv' }, '1', '1'],
    ['JSON as text', { as: 'text' }, JSON_TYPE, '{"a":1}', '{"a":1}'],
    ['text as JSON', { as: 'json' }, { 'content-type': 'text/plain' }, '{"a":1}', { a: 1 }],
    ['bytes', { as: 'bytes' }, JSON_TYPE, '{"a":1}', Buffer.from('{"a":1}')],
    ['nothing', {}, JSON_TYPE, '', undefined],
    ['nothing as text', { as: 'text' }, {}, '', ''],
  ])('%s', async (_what, options, headers, body, given) => {
    server.answerWith(answers(200, headers, body));
    expect(await call(options)).toEqual(given);
  });

  it.each([
    ['204', { method: 'DELETE' }, 204],
    ['HEAD', { method: 'HEAD' }, 200],
  ])('nothing for a %s, whatever its headers speak of', async (_what, options, status) => {
    server.answerWith(answers(status, { ...JSON_TYPE, 'content-encoding': 'gzip' }));
    expect(await call(options)).toBeUndefined();
  });

  it('bytes as they came, which are no text', async () => {
    const png = Buffer.from([0x89, 0x50, 0xff, 0xfe, 0x00]);
    server.answerWith(answers(200, { 'content-type': 'image/png' }, png));
    expect(await call({ as: 'bytes' })).toEqual(png);
  });

  it.each([
    ['cut short', '{"a":', {}, 'the answer is no JSON: 5 bytes of application/json, which end too early'],
    ['something else', '<html>', {}, 'the answer is no JSON: 6 bytes of application/json'],
    ['asked for as JSON', 'hello', { as: 'json' as const }, 'the answer is no JSON: 5 bytes of application/json'],
  ])('JSON that is none is a failure and says so: %s', async (_what, body, options, message) => {
    server.answerWith(answers(200, JSON_TYPE, body));
    const error = await thrown(call(options));
    expect(error).toMatchObject({ name: 'DependencyFailed', outcome: 'error', sent: true, cause: { message } });
    expect(error).toMatchObject({ response: { status: 200, body } });
  });

  it('of an answer that says no, its status counts, whatever it says', async () => {
    server.answerWith(answers(502, JSON_TYPE, '<html>'));
    expect(await thrown(call({ as: 'bytes' }))).toMatchObject({ outcome: '502', response: { body: '<html>' } });
  });
});

describe('a packed answer', () => {
  const packings = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync };
  it.each(Object.entries(packings))('is unpacked: %s', async (encoding, pack) => {
    server.answerWith(answers(200, { ...JSON_TYPE, 'content-encoding': encoding }, pack('{"a":1}')));
    expect(await call({})).toEqual({ a: 1 });
    expect(server.seen[0]?.headers['accept-encoding']).toBeUndefined();
  });

  it('is unpacked as it is read, if it is wanted as a stream', async () => {
    server.answerWith(answers(200, { 'content-encoding': 'gzip' }, gzipSync('hello')));
    const read = await world(at())(async (caller) => textOf(await caller.call('payments', { as: 'stream' })));
    expect(read).toBe('hello');
  });

  it.each([
    ['snappy', Buffer.from('x'), /packed as "snappy"/],
    ['gzip', Buffer.from('no gzip at all'), /incorrect header check/],
    ['gzip', gzipSync('x'.repeat(999)).subarray(0, 20), /unexpected end of file/],
  ])('that cannot be unpacked is a failure: %s', async (encoding, body, message) => {
    server.answerWith(answers(200, { 'content-encoding': encoding }, body));
    const error = await thrown(call({}));
    expect(error).toMatchObject({ outcome: 'error', cause: { message: expect.stringMatching(message) as string } });
  });

  it('counts as large as it is unpacked', async () => {
    server.answerWith(answers(200, { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(7 * 1024 * 1024))));
    const error = await thrown(call({}));
    expect(error).toMatchObject({ cause: { message: 'the answer is larger than 6291456 bytes' } });
  });
});

describe('how large an answer may be', () => {
  const large = () => server.answerWith(answers(200, { 'content-type': 'text/plain' }, 'x'.repeat(2_000)));
  it.each<[string, DependencyRule, CallOptions, string]>([
    ['the rule says', { maxAnswer: '1kb' }, {}, 'the answer is larger than 1024 bytes'],
    ['the call says', {}, { maxAnswerBytes: 1_999 }, 'the answer is larger than 1999 bytes'],
    ['the call says otherwise', { maxAnswer: '1mb' }, { maxAnswerBytes: 100 }, 'the answer is larger than 100 bytes'],
  ])('%s, and more is a failure that is not retried', async (_what, rule, options, message) => {
    large();
    const error = await thrown(call({ method: 'GET', ...options }, { retry: RETRIED, ...rule }));
    expect(error).toMatchObject({ outcome: 'error', attempts: 1, cause: { message } });
    expect(server.seen).toHaveLength(1);
  });

  it('as large as that is given', async () => {
    large();
    expect(await call({ maxAnswerBytes: 2_000 }, { maxAnswer: '1kb' })).toHaveLength(2_000);
  });

  it('holds for streams where somebody says it', async () => {
    large();
    const run = world(at({ maxAnswer: '1kb' }));
    const error = await thrown(run(async (caller) => textOf(await caller.call('payments', { as: 'stream' }))));
    expect(error).toMatchObject({ message: 'the answer is larger than 1024 bytes' });
  });
});

describe('a redirect', () => {
  const moved = () => server.answerWith(answers(302, { location: 'https://evil.example/x?token=hush' }));

  it('is not followed, and says where it leads without what is secret of it', async () => {
    moved();
    const error = await thrown(call({ method: 'GET' }, { retry: RETRIED }));
    expect(error).toMatchObject({ name: 'DependencyFailed', outcome: '302', attempts: 1 });
    expect(error).toMatchObject({
      cause: { message: expect.stringContaining('it answered 302, a redirect to https://evil.example/x:') as string },
    });
    expect(server.seen).toHaveLength(1);
  });

  it('is an answer to who wants the whole answer', async () => {
    moved();
    const whole = await world(at())(({ exchange }) => exchange('payments', { method: 'GET' }));
    expect(whole).toMatchObject({ status: 302, headers: { location: 'https://evil.example/x?token=hush' } });
  });
});

describe('the whole answer', () => {
  it('has its status and its headers beside the body', async () => {
    server.answerWith(answers(201, { ...JSON_TYPE, ETag: '"7"' }, '{"id":1}'));
    const whole = await world(at())(({ exchange }) => exchange<{ id: number }>('payments', {}));
    expect(whole).toMatchObject({ status: 201, headers: { etag: '"7"' }, body: { id: 1 } });
  });

  it('that says no is thrown all the same, with its headers', async () => {
    server.answerWith(answers(404, { 'x-reason': 'gone' }));
    const error = await thrown(world(at())(({ exchange }) => exchange('payments', {})));
    expect(error).toMatchObject({ outcome: '404', response: { status: 404, headers: { 'x-reason': 'gone' } } });
  });

  it('of a fallback is what the rule responds', async () => {
    server.answerWith(answers(503));
    const fallback = [{ respond: { status: 203, body: { cached: true } } }];
    const whole = await world(at({ fallback }))(({ exchange }) => exchange('payments', {}));
    expect(whole).toEqual({ status: 203, headers: {}, body: { cached: true } });
  });
});

describe('an answer that is looked over', () => {
  const amountOf = (value: unknown): number => {
    if (typeof value === 'object' && value !== null && 'amount' in value) return Number(value.amount);
    throw new TypeError('no amount');
  };

  it('is given as the caller wants it', async () => {
    server.answerWith(json({ amount: '5' }));
    expect(await world(at())((caller) => caller.call('payments', { parse: amountOf }))).toBe(5);
  });

  it('and thrown at is a failure that is not retried, with what was thrown as its cause', async () => {
    server.answerWith(json({ total: 5 }));
    const error = await thrown(call({ method: 'GET', parse: amountOf }, { retry: RETRIED }));
    expect(error).toMatchObject({ name: 'DependencyFailed', outcome: 'error', attempts: 1, sent: true });
    expect(error).toMatchObject({ cause: { message: 'no amount' }, response: { body: { total: 5 } } });
    expect(server.seen).toHaveLength(1);
  });

  it('and thrown at is stood in for by a fallback, which is looked over too', async () => {
    server.answerWith(json({ total: 5 }));
    const fallback = (body: Record<string, unknown>) => ({ fallback: [{ respond: { status: 200, body } }] });
    expect(await call({ parse: amountOf }, fallback({ amount: 0 }))).toBe(0);
    const error = await thrown(call({ parse: amountOf }, fallback({ total: 0 })));
    expect(error).toMatchObject({ name: 'DependencyFailed', outcome: 'error', cause: { message: 'no amount' } });
  });

  it('is looked over once', async () => {
    server.answerWith(json({ amount: 5 }));
    const parse = vi.fn(amountOf);
    await call({ parse });
    expect(parse).toHaveBeenCalledTimes(1);
  });
});

describe('the last good answer', () => {
  it('stands in for an answer that was wanted as the same, and for no other', async () => {
    const run = world(at({ fallback: [{ lastGood: { maxAge: '10m' } }] }));
    const get = (as?: 'text') =>
      run((caller) => caller.call('payments', { method: 'GET', path: '/rates', ...(as && { as }) }));
    server.answerWith(json({ rate: 1 }));
    expect(await get()).toEqual({ rate: 1 });
    server.answerWith(answers(503));
    expect(await get()).toEqual({ rate: 1 });
    expect(await thrown(get('text'))).toMatchObject({ name: 'DependencyFailed', outcome: '503' });
  });

  it('is never one that was thrown at', async () => {
    const parse = (value: unknown) => {
      if (JSON.stringify(value) !== '{"rate":1}') throw new TypeError('no rate');
      return 'a rate';
    };
    const run = world(at({ fallback: [{ lastGood: { maxAge: '10m' } }] }));
    const get = () => run((caller) => caller.call('payments', { method: 'GET', parse }));
    server.answerWith(json({ rate: 1 }));
    expect(await get()).toBe('a rate');
    server.answerWith(json({}));
    expect([await get(), await get()]).toEqual(['a rate', 'a rate']);
  });
});
