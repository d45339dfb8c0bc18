// What outsiders make up and others answer, over the network: it must not pass for a dependency's failure, nor for its answer.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { S3Client, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallOptions } from '../../../middleware/call/index.ts';
import { sdkPlugin } from '../../../middleware/call/sdk/plugin.ts';
import type { DependencyRule } from '../../../middleware/kernel/rules/document.ts';
import { json, startHttpServer, type HttpServer } from './http-server.ts';
import { RETRIED, thrown, world } from './world.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.close());
beforeEach(() => server.answerWith(json({ accepted: true })));

const at = (rule: DependencyRule = {}): DependencyRule => ({ target: { url: server.origin }, ...rule });

describe('what is no HTTP header', () => {
  it.each<[string, CallOptions, string]>([
    ['a value with a line break', { headers: { 'x-user': 'bad\n1' } }, 'x-user'],
    ['a value of other letters', { headers: { 'content-type': 'text/ж' } }, 'content-type'],
    ['a name with a space', { headers: { 'x user': '1' } }, 'x user'],
    ['a method with a space', { method: 'GE T' }, 'GE T'],
  ])('is never sent: %s', async (_what, options, named) => {
    const error = await thrown(world(at({ retry: RETRIED }))(({ call }) => call('payments', options)));
    expect(error).toMatchObject({ name: 'Misused', message: expect.stringContaining(`["${named}"]`) as string });
    expect((error as Error).message).not.toMatch(/bad|ж/);
    expect(server.seen).toEqual([]);
  });

  it('is nobody’s failure, however often it comes: the breaker stays closed', async () => {
    const within = world(at({ breaker: { consecutiveFailures: 2 } }));
    for (let i = 0; i < 10; i++) {
      const error = await thrown(within(({ call }) => call('payments', { headers: { 'x-user': `bad\n${i}` } })));
      expect(error).toMatchObject({ name: 'Misused' });
    }
    expect(await within(({ call }) => call('payments'))).toEqual({ accepted: true });
  });

  it('is nobody’s failure in a request of the AWS SDK either, which throws as it does alone', async () => {
    const within = world(at({ breaker: { consecutiveFailures: 2 } }));
    const put = (name: string) =>
      within((caller) => {
        const s3 = new S3Client({
          endpoint: server.origin,
          region: 'eu-central-1',
          forcePathStyle: true,
          credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        });
        s3.middlewareStack.use(sdkPlugin(caller, 'payments'));
        return s3.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'x', Metadata: { name } }));
      });
    for (let i = 0; i < 4; i++) expect(await thrown(put('Жанна'))).toMatchObject({ code: 'ERR_INVALID_CHAR' });
    expect(server.seen).toEqual([]);
    expect(await put('Jeanne')).toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });

  it('may be an idempotency key: every attempt then carries one and the same hash of it, another key another', async () => {
    server.answerWith((response, nth, request) => json({}, nth === 1 ? 503 : 200)(response, nth, request));
    const within = world(at({ retry: RETRIED }));
    for (const idempotencyKey of ['заказ-7', 'заказ-8', 'bad\n1', 'order-7'])
      await within(({ call }) => call('payments', { idempotencyKey }));
    const [first, again, ...others] = server.seen.map(({ headers }) => headers['idempotency-key']);
    expect(first).toMatch(/^sha256-[0-9a-f]{64}$/);
    expect(again).toBe(first);
    expect(new Set([first, ...others]).size).toBe(4);
    expect(others.at(-1)).toBe('order-7');
  });
});

/** Answers every request with these bytes, whatever HTTP says of them. */
async function answeringWith(bytes: string): Promise<{ readonly origin: string; close(): void }> {
  const sockets = new Set<Socket>();
  const raw = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', () => socket.write(bytes));
  });
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${String((raw.address() as AddressInfo).port)}`,
    close() {
      for (const socket of sockets) socket.destroy();
      raw.close();
    },
  };
}

describe('an answer that is none', () => {
  it.each([
    [
      'that changes the protocol',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      'GET',
    ],
    ['that opens a tunnel', 'HTTP/1.1 200 Connection established\r\n\r\n', 'CONNECT'],
  ])('is a failure as soon as it is there, %s', async (_what, bytes, method) => {
    const raw = await answeringWith(bytes);
    const within = world({ target: { url: raw.origin }, attemptTimeout: '20s' }, 60_000);
    const error = await thrown(within(({ call }) => call('payments', { method })));
    expect(error).toMatchObject({
      outcome: 'error',
      sent: true,
      cause: { message: expect.stringContaining('no HTTP answer') as string },
    });
    raw.close();
  });

  it.each(['000', '099', '600', '999'])('is a failure with status %s, also for who wants all of it', async (status) => {
    const raw = await answeringWith(`HTTP/1.1 ${status} Odd\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`);
    const within = world({ target: { url: raw.origin } });
    for (const as of ['json', 'stream'] as const)
      expect(await thrown(within(({ exchange }) => exchange('payments', { method: 'GET', as })))).toMatchObject({
        outcome: 'error',
        response: { status: Number(status) },
      });
    raw.close();
  });
});
