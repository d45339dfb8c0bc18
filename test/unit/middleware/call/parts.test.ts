// The small decisions of a call: what an error means, which operation it is, where a path leads, what headers it carries.
import { describe, expect, it, vi } from 'vitest';
import { replyOfAbort, replyOfError } from '../../../../middleware/call/errors.ts';
import { replyOfOutput } from '../../../../middleware/call/lambda-target.ts';
import { compileOperations } from '../../../../middleware/call/operation.ts';
import { headersOf, retryAfterMs } from '../../../../middleware/call/request.ts';
import { joined } from '../../../../middleware/call/url-target.ts';
import { DeadlineExceeded, Refused } from '../../../../middleware/kernel/errors.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';
import { testCall } from '../../../support/outbound.ts';

const with_ = (fields: object, message = 'm') => Object.assign(new Error(message), fields);

describe('what an exception says', () => {
  it.each([
    ['no connection', with_({ code: 'ECONNREFUSED' }), 'connect', false],
    [
      'no connection beneath fetch',
      new TypeError('fetch failed', { cause: with_({ code: 'ENOTFOUND' }) }),
      'connect',
      false,
    ],
    ['a connection that was lost', with_({ code: 'ECONNRESET' }), 'error', true],
    ['a timeout', new DOMException('late', 'TimeoutError'), 'timeout', true],
    [
      "the SDK's throttling",
      with_({ name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } }),
      'throttled',
      false,
    ],
    ["the SDK's 503", with_({ name: 'ServiceException', $metadata: { httpStatusCode: 503 } }), '503', true],
    ['a status of an HTTP client', with_({ status: 404 }), '404', true],
    [
      'a header whose value is none',
      with_({ code: 'ERR_INVALID_CHAR' }, 'Invalid character in header content ["x"]'),
      'refused',
      false,
    ],
    ['a header whose name is none', with_({ code: 'ERR_INVALID_HTTP_TOKEN' }), 'refused', false],
    ['a header without a value', with_({ code: 'ERR_HTTP_INVALID_HEADER_VALUE' }), 'refused', false],
    ['a header that undici does not take', with_({ code: 'UND_ERR_INVALID_ARG' }), 'refused', false],
    ['anything else', new Error('boom'), 'error', true],
    ['not even an error', 'boom', 'error', true],
    ['our own refusal', new Refused({ by: 'breaker', rule: 'x', statusCode: 503, message: 'm' }), 'refused', false],
  ])('%s', (_what, error, outcome, sent) => {
    expect(replyOfError(error)).toMatchObject({ outcome, sent });
  });

  it('time that runs out on connecting is a failure to connect', () => {
    const timeout = new DOMException('late', 'TimeoutError');
    expect(replyOfAbort(timeout, true)).toMatchObject({ outcome: 'timeout', sent: true });
    expect(replyOfAbort(timeout, false)).toMatchObject({ outcome: 'connect', sent: false });
    expect(replyOfAbort(new DeadlineExceeded('cut'), true).error).toBeInstanceOf(DeadlineExceeded);
  });
});

describe('operations', () => {
  const operations = compileOperations({
    charge: { match: { method: 'POST', path: '/charges' }, idempotency: 'key' },
    lookup: { match: { path: '/charges/*' }, idempotency: 'safe' },
    refund: { idempotency: 'none' },
  });
  it.each([
    ['named, with a key', { operation: 'charge', hasKey: true }, 'charge', 'key'],
    ['named, without the key it needs', { operation: 'charge', hasKey: false }, 'charge', 'none'],
    ['matched by method and path', { method: 'POST', path: '/charges', hasKey: true }, 'charge', 'key'],
    ['matched by path alone', { method: 'POST', path: '/charges/1', hasKey: false }, 'lookup', 'safe'],
    ['matched whatever the query', { method: 'POST', path: 'charges?x=1', hasKey: true }, 'charge', 'key'],
    ['declared not to be repeated, whatever the key', { operation: 'refund', hasKey: true }, 'refund', 'none'],
    ['undeclared and safe by its method', { method: 'GET', path: '/', hasKey: false }, undefined, 'safe'],
    ['undeclared and unsafe', { method: 'DELETE', path: '/', hasKey: false }, undefined, 'none'],
    ['undeclared with a key', { method: 'POST', path: '/', hasKey: true }, undefined, 'key'],
  ])('%s', (_what, query, name, idempotency) => {
    expect(operations(query)).toEqual({ name, idempotency });
  });
});

describe('a path', () => {
  const root = new URL('https://api.example/v1/');
  it.each([
    [undefined, 'https://api.example/v1/'],
    ['/charges?x=1', 'https://api.example/v1/charges?x=1'],
    ['charges', 'https://api.example/v1/charges'],
    ['//evil.example/x', 'https://api.example/v1//evil.example/x'],
    ['/charges/1.5/.well-known/..x/x../...', 'https://api.example/v1/charges/1.5/.well-known/..x/x../...'],
    ['/charges?from=../a&to=.\\b', 'https://api.example/v1/charges?from=../a&to=.\\b'],
    ['/charges/größe 1', 'https://api.example/v1/charges/gr%C3%B6%C3%9Fe%201'],
    ['/charges/%252e%252e', 'https://api.example/v1/charges/%252e%252e'],
    ['a/../b', undefined],
    ['../admin', undefined],
    ['..', undefined],
    ['.', undefined],
    ['/charges/..', undefined],
    ['/charges/..?x=1', undefined],
    ['/charges/..#x', undefined],
    ['/charges/.. ', undefined],
    ['/charges/./1', undefined],
    ['..%2fadmin', undefined],
    ['x%2F..%2fadmin', undefined],
    ['%2e%2e/admin', undefined],
    ['/charges/.%2E/admin', undefined],
    ['/charges/..;/admin', undefined],
    ['/charges/..%3bx=1/admin', undefined],
    ['/charges/..%20/admin', undefined],
    ['/charges/..\\admin', undefined],
    ['/charges/..%5cadmin', undefined],
    ['\\\\evil.example/x', undefined],
    ['/charges/.\t./admin', undefined],
    ['/charges/.\r\n./admin', undefined],
    ['/charges/1\u0000', undefined],
  ])('%j leads to %s', (path, url) => {
    expect(joined(root, path)?.href).toBe(url);
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 5, 12, 0, 0);
  it.each([
    ['3', 3_000],
    ['Mon, 05 Jan 2026 12:00:10 GMT', 10_000],
    ['Mon, 05 Jan 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (value, ms) => {
    expect(retryAfterMs(value, now)).toBe(ms);
  });
});

describe('headers', () => {
  const request = {
    operation: 'charge',
    method: 'POST',
    path: '/',
    body: {},
    headers: { 'X-Mine': '1' },
    idempotencyKey: 'k',
  };

  it('carry the trace, the deadline, the attempt and the key', () => {
    const invocation = testInvocation(testInstance());
    invocation.carried['X-Amzn-Trace-Id'] = 'Root=1';
    const call = testCall(invocation, { attempt: 1, deadlineAt: 1_234.9 });
    expect(headersOf(request, call)).toEqual({
      'x-mine': '1',
      'x-amzn-trace-id': 'Root=1',
      'idempotency-key': 'k',
      'x-flyball-deadline': '1234',
      'x-flyball-attempt': '1',
    });
  });

  it('tell those further down not to repeat what is itself a repetition', () => {
    const invocation = Object.assign(testInvocation(testInstance()), { attempt: 2 });
    expect(headersOf(request, testCall(invocation, { attempt: 2 }))).toMatchObject({
      'x-flyball-attempt': '3',
      'x-flyball-retry': 'never',
    });
  });
});

describe("what a function's answer says", () => {
  const output = (payload: unknown, FunctionError?: string) =>
    replyOfOutput({ Payload: Buffer.from(JSON.stringify(payload)), ...(FunctionError ? { FunctionError } : {}) }, 0);
  const failed = (errorMessage: string, errorType = 'Error') => output({ errorType, errorMessage }, 'Unhandled');

  it.each([
    ['a plain result', output({ accepted: true }), { outcome: 'ok', value: { accepted: true } }],
    ['an HTTP answer', output({ statusCode: 200, body: '{"a":1}' }), { outcome: 'ok', value: { a: 1 } }],
    [
      'an HTTP failure',
      output({ statusCode: 503, headers: { 'Retry-After': '2', 'X-Flyball-Retry': 'never' }, body: 'no' }),
      { outcome: '503', retryAfterMs: 2_000, never: true, response: { status: 503, body: 'no' } },
    ],
    ...[-5, 0, 99, 400.5, 600, 1e308].map((statusCode): [string, unknown, object] => [
      `${statusCode}, which is no status`,
      output({ statusCode, body: 'x' }),
      { outcome: 'error', sent: true, response: { status: statusCode, body: 'x' } },
    ]),
    ['an error', failed('boom', 'TypeError'), { outcome: 'error', error: { name: 'TypeError', message: 'boom' } }],
    [
      'a timeout',
      output({ errorMessage: '2026-01-05T12:00:03.000Z 3f1c-a7 Task timed out after 3.00 seconds' }, 'Unhandled'),
      { outcome: 'timeout' },
    ],
    [
      'a timeout, with a type',
      failed('RequestId: 3f1c-a7 Error: Task timed out after 3.00 seconds', 'Sandbox.Timedout'),
      { outcome: 'timeout' },
    ],
    [
      'a refusal',
      failed('FLYBALL_REFUSED: over; try again in 1500 ms', 'Refused'),
      { outcome: 'throttled', retryAfterMs: 1_500 },
    ],
    [
      "a throttle's refusal",
      failed('FLYBALL_REFUSED: the throttle "everyone" admits 5/10s; come back in 2 s', 'Refused'),
      { outcome: 'throttled', retryAfterMs: 2_000 },
    ],
    [
      'a layer that gave up',
      failed('FLYBALL_DEPENDENCY_FAILED: x', 'DependencyFailed'),
      { outcome: 'error', never: true },
    ],
    ['a deadline', failed('FLYBALL_DEADLINE_EXCEEDED: x', 'DeadlineExceeded'), { outcome: 'timeout', never: true }],
    [
      'a business failure',
      failed('FLYBALL_BUSINESS_FAILURE: CARD_DECLINED', 'BusinessFailure'),
      { outcome: 'business:CARD_DECLINED' },
    ],
    [
      'a business failure in words',
      failed('FLYBALL_BUSINESS_FAILURE: CARD_DECLINED: The card was declined.', 'BusinessFailure'),
      { outcome: 'business:CARD_DECLINED' },
    ],
  ])('%s', (_what, reply, expected) => {
    expect(reply).toMatchObject(expected);
  });

  it.each([
    'FLYBALL_REFUSED: over; try again in 1500 ms',
    'FLYBALL_DEPENDENCY_FAILED: x (x-flyball-retry: never)',
    'FLYBALL_DEADLINE_EXCEEDED: x',
    'FLYBALL_BUSINESS_FAILURE: CARD_DECLINED',
    '2026-01-05T12:00:03.000Z 3f1c-a7 Task timed out after 3.00 seconds',
    'the customer wrote: Task timed out after 3.00 seconds',
  ])('no text of an error says more than that it is one: %s', (text) => {
    for (const type of ['Error', 'ValidationError'])
      expect(failed(text, type)).toEqual({
        outcome: 'error',
        error: Object.assign(new Error(text), { name: type }),
        sent: true,
      });
  });

  it.each(['Refused', 'DependencyFailed', 'DeadlineExceeded', 'BusinessFailure'])(
    'no type says more than that alone: %s',
    (type) => expect(failed('of another library', type)).toMatchObject({ outcome: 'error', sent: true }),
  );

  it('is flyball’s own without its type in the local world alone, which gives every error the same', () => {
    vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', 'http://localhost:3002');
    expect(failed('FLYBALL_REFUSED: over; try again in 2 s')).toMatchObject({ outcome: 'throttled' });
    expect(failed('FLYBALL_REFUSED: over', 'TypeError')).toMatchObject({ outcome: 'error' });
    vi.unstubAllEnvs();
  });
});
