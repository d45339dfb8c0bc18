// Calls over the network: an HTTP dependency, and a stand-in for Lambda's Invoke, both on this machine.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCaller, type CallOptions } from '../../../middleware/call/index.ts';
import { attemptTimeoutOutbound, deadlineOutbound } from '../../../middleware/deadline/index.ts';
import { enter } from '../../../middleware/kernel/current.ts';
import type { DependencyRule } from '../../../middleware/kernel/rules/document.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { retryOutbound } from '../../../middleware/retry/index.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { testContext, testInstance, testInvocation } from '../../support/instance.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly port: number;
}

let server: Server;
let origin = '';
let seen: Seen[] = [];
let answer: (request: Seen, response: ServerResponse) => void = (_request, response) => response.end();

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
        port: request.socket.remotePort ?? 0,
      };
      seen.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  seen = [];
});

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (_: Seen, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

/** A handler's world with one dependency `payments`. */
function world(rule: DependencyRule, clock = systemClock) {
  const instance = testInstance({ clock, rules: { dependencies: { payments: rule } } });
  const caller = createCaller([deadlineOutbound, retryOutbound, attemptTimeoutOutbound]);
  return async <T>(options: CallOptions): Promise<T> => {
    const invocation = testInvocation(instance, {}, testContext(clock, 5_000));
    enter(invocation);
    try {
      return await caller.call<T>('payments', options);
    } finally {
      invocation.dispose();
    }
  };
}

const thrown = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);

describe('a dependency at a URL', () => {
  it('is sent JSON and answers JSON, with flyball’s headers', async () => {
    answer = json(201, { accepted: true });
    const call = world({ target: { url: `${origin}/api` } });
    expect(await call({ path: '/charges', body: { amount: 5 }, idempotencyKey: 'order-1' })).toEqual({
      accepted: true,
    });
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/api/charges', body: '{"amount":5}' });
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'order-1',
      'x-flyball-attempt': '1',
    });
    expect(Number(seen[0]?.headers['x-flyball-deadline'])).toBeGreaterThan(0);
  });

  it('gives its answer along with the failure, a 404 as well', async () => {
    answer = json(404, { reason: 'no such order' });
    const error = await thrown(world({ target: { url: origin } })({ method: 'GET', path: '/orders/1' }));
    expect(error).toMatchObject({
      name: 'DependencyFailed',
      outcome: '404',
      response: { status: 404, body: { reason: 'no such order' } },
    });
  });

  it('gets the same idempotency key with every attempt', async () => {
    answer = (request, response) => json(seen.length < 2 ? 503 : 200, {})(request, response);
    const rule: DependencyRule = {
      target: { url: origin },
      retry: { attempts: 3, budget: '100%', backoff: { kind: 'fixed', initial: '1ms', jitter: 'none' } },
      operations: { charge: { idempotency: 'key' } },
    };
    await world(rule)({ operation: 'charge', idempotencyKey: 'order-1' });
    expect(seen.map(({ headers }) => [headers['idempotency-key'], headers['x-flyball-attempt']])).toEqual([
      ['order-1', '1'],
      ['order-1', '2'],
    ]);
  });

  it('that says never is not asked again', async () => {
    answer = json(503, {}, { 'x-flyball-retry': 'never' });
    const rule: DependencyRule = { target: { url: origin }, retry: { attempts: 3, budget: '100%' } };
    const error = await thrown(world(rule)({ method: 'GET' }));
    expect(seen).toHaveLength(1);
    expect(error).toMatchObject({ headers: { 'x-flyball-retry': 'never' } });
  });

  it('that is not there was not reached', async () => {
    const error = await thrown(world({ target: { url: 'http://127.0.0.1:9' } })({}));
    expect(error).toMatchObject({ outcome: 'connect', sent: false });
  });

  it('that hangs is left at the attempt timeout', async () => {
    answer = () => undefined;
    const error = await thrown(world({ target: { url: origin }, attemptTimeout: '1s' })({}));
    expect(error).toMatchObject({ outcome: 'timeout', sent: true });
  });

  it('may not answer without bounds', async () => {
    answer = (_request, response) => {
      response.writeHead(200);
      response.end(Buffer.alloc(6 * 1024 * 1024 + 1));
    };
    const error = await thrown(world({ target: { url: origin } })({}));
    expect(error).toMatchObject({
      outcome: 'error',
      cause: { message: expect.stringContaining('larger than') as string },
    });
  });

  it('is talked to over one connection, but not over one that idled for more than 4 s', async () => {
    answer = json(200, {});
    const clock = fakeClock();
    const call = world({ target: { url: origin } }, clock);
    await call({});
    await call({});
    clock.advance(4_001);
    await call({});
    const ports = seen.map(({ port }) => port);
    expect(ports[1]).toBe(ports[0]);
    expect(ports[2]).not.toBe(ports[0]);
  });
});

describe('a dependency that is a function', () => {
  beforeEach(() => {
    Object.assign(process.env, { AWS_ENDPOINT_URL_LAMBDA: origin, FLYBALL_FUNCTION_PREFIX: 'flyball-local-' });
  });

  const invoked = (body: unknown, headers: Record<string, string> = {}) => json(200, body, headers);

  it('is invoked with the operation, the body and the headers, and answers its result', async () => {
    answer = invoked({ accepted: true });
    const call = world({ target: { function: 'payments', alias: 'live' } });
    expect(await call({ operation: 'charge', body: { amount: 5 } })).toEqual({ accepted: true });
    // The local endpoint understands no qualifier.
    expect(seen[0]?.url).toBe('/2015-03-31/functions/flyball-local-payments/invocations');
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({
      operation: 'charge',
      body: { amount: 5 },
      headers: { 'x-flyball-attempt': '1', 'x-flyball-caller': 'orders' },
    });
  });

  it('says who calls to functions alone: no header of ours tells others what our services are called', async () => {
    answer = json(200, {});
    await world({ target: { url: origin } })({});
    await world({ target: { function: 'payments' } })({ headers: { 'x-flyball-caller': 'somebody-else' } });
    expect(seen[0]?.headers).not.toHaveProperty('x-flyball-caller');
    expect(JSON.parse(seen[1]?.body ?? '')).toMatchObject({ headers: { 'x-flyball-caller': 'orders' } });
  });

  it('fails as its error says', async () => {
    answer = invoked({ errorType: 'Error', errorMessage: 'boom' }, { 'x-amz-function-error': 'Unhandled' });
    const error = await thrown(world({ target: { function: 'payments' } })({}));
    expect(error).toMatchObject({ outcome: 'error', sent: true, cause: { message: 'boom' } });
  });

  it('is tried once by the SDK: retries are the rule’s', async () => {
    answer = json(500, { message: 'internal' }, { 'x-amzn-errortype': 'ServiceException' });
    const error = await thrown(world({ target: { function: 'payments' } })({}));
    expect(seen).toHaveLength(1);
    expect(error).toMatchObject({ outcome: '500', sent: true });
  });

  it('that Lambda turned away has not run', async () => {
    answer = json(429, { message: 'Rate exceeded' }, { 'x-amzn-errortype': 'TooManyRequestsException' });
    const error = await thrown(world({ target: { function: 'payments' } })({}));
    expect(error).toMatchObject({ outcome: 'throttled', sent: false });
  });

  it('that hangs is left at the attempt timeout', async () => {
    answer = () => undefined;
    const error = await thrown(world({ target: { function: 'payments' }, attemptTimeout: '100ms' })({}));
    expect(error).toMatchObject({ outcome: 'timeout' });
  });
});
