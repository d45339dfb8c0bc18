// What comes out of a governed client when its service fails, is slow, or is not asked at all.
import { describe, expect, it } from 'vitest';
import type { DependencyRule } from '../../../../../middleware/kernel/rules/document.ts';
import { sdkError } from './stack.ts';
import { failing, RETRIED, thrown, unavailable, world } from './world.ts';

describe('what is thrown', () => {
  it.each([
    sdkError('ConditionalCheckFailedException', 400),
    sdkError('TransactionCanceledException', 400, { CancellationReasons: [{ Code: 'ConditionalCheckFailed' }] }),
    sdkError('NoSuchKey', 404),
    sdkError('304', 304),
  ])('an answer, as it is, recorded as one: $name', async (error) => {
    const { within, recorded, stack } = world(failing(error));
    expect(await thrown(within('GetItemCommand'))).toBe(error);
    expect(recorded).toEqual(['attempt 1 inventory ok', 'call inventory ok']);
    expect(stack.sent).toHaveLength(1);
  });

  it.each([
    { error: sdkError('ValidationException', 400), outcome: '400' },
    { error: sdkError('AccessDeniedException', 403), outcome: '403' },
    { error: sdkError('InternalServerError', 500), outcome: '500' },
    { error: sdkError('ServiceUnavailable', 503), outcome: '503' },
    { error: sdkError('SlowDown', 503), outcome: 'throttled' },
    { error: sdkError('ProvisionedThroughputExceededException', 400), outcome: 'throttled' },
    { error: sdkError('Anything', 400, { $retryable: { throttling: true } }), outcome: 'throttled' },
    {
      error: sdkError('TransactionCanceledException', 400, {
        CancellationReasons: [{ Code: 'None' }, { Code: 'ThrottlingError' }],
      }),
      outcome: 'throttled',
    },
    { error: sdkError('RequestTimeout', 400), outcome: 'timeout' },
    {
      error: Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' }),
      outcome: 'timeout',
    },
    { error: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), outcome: 'connect' },
    { error: Object.assign(new TypeError('Invalid character'), { code: 'ERR_INVALID_CHAR' }), outcome: 'refused' },
    { error: new Error('anything else'), outcome: 'error' },
    { error: 'not even an error', outcome: 'error' },
  ])('what the SDK threw, as it is, as $outcome: $error', async ({ error, outcome }) => {
    const { within, recorded } = world(failing(error), { rule: {} });
    expect(await thrown(within('GetItemCommand'))).toBe(error);
    expect(recorded.at(-1)).toBe(`call inventory ${outcome}`);
  });

  it('Refused, when the breaker is open: nothing is sent', async () => {
    const { within, stack } = world(failing(unavailable()), { rule: { breaker: { consecutiveFailures: 1 } } });
    await thrown(within('GetItemCommand'));
    expect(await thrown(within('GetItemCommand'))).toMatchObject({ name: 'Refused', by: 'breaker', rule: 'inventory' });
    expect(stack.sent).toHaveLength(1);
  });

  it('DependencyFailed, when flyball ended the last attempt', async () => {
    const { within } = world(() => new Promise(() => undefined), { rule: { attemptTimeout: '100ms' } });
    expect(await thrown(within('GetItemCommand'))).toMatchObject({
      name: 'DependencyFailed',
      outcome: 'timeout',
      attempts: 1,
      cause: { name: 'TimeoutError' },
    });
  });

  it('DeadlineExceeded, when there is no time left, before and during', async () => {
    const { within, clock, stack } = world(() => new Promise(() => undefined), { rule: {}, remainingMs: 1_000 });
    expect(await thrown(within('GetItemCommand'))).toMatchObject({ name: 'DeadlineExceeded' });
    clock.advance(1_000);
    expect(await thrown(within('GetItemCommand'))).toMatchObject({ name: 'DeadlineExceeded' });
    expect(stack.sent).toHaveLength(1);
  });

  it('AbortError, as by the SDK, when the signal given to send aborts, before, while waiting and during', async () => {
    const left = new Error('the user has left');
    expect(
      await thrown(world(() => 'done').within('GetItemCommand', { abortSignal: AbortSignal.abort(left) })),
    ).toMatchObject({ name: 'AbortError', cause: left });

    for (const answer of [failing(unavailable()), () => new Promise(() => undefined)]) {
      const { within, stack } = world(answer, { rule: { ...RETRIED, attemptTimeout: '5s' } });
      const abort = new AbortController();
      const running = within('GetItemCommand', { abortSignal: abort.signal });
      for (let turns = 0; turns < 40; turns++) await Promise.resolve();
      abort.abort(left);
      expect(await thrown(running)).toMatchObject({ name: 'AbortError', cause: left });
      expect(stack.sent).toHaveLength(1);
    }
  });
});

describe('a fallback', () => {
  it('is the output of the command', async () => {
    const rule: DependencyRule = { fallback: [{ respond: { status: 200, body: { Items: [] } } }] };
    const { within } = world(failing(unavailable()), { rule });
    expect(await within('QueryCommand')).toEqual({ Items: [], $metadata: {} });
  });

  it('that fails is thrown with what the SDK threw as its cause', async () => {
    const error = unavailable();
    const { within } = world(failing(error), { rule: { fallback: [{ respond: { status: 503, body: 'later' } }] } });
    expect(await thrown(within('QueryCommand'))).toMatchObject({
      name: 'DependencyFailed',
      outcome: '503',
      response: { status: 503, body: 'later' },
      cause: error,
    });
  });
});

describe('Retry-After', () => {
  it.each([
    { header: '3', after: 3_000 },
    { header: 'Mon, 05 Jan 2026 12:00:04 GMT', after: 4_000 },
    { header: 'soon', after: 100 },
  ])('$header is waited for $after ms', async ({ header, after }) => {
    const at: number[] = [];
    const { within, clock } = world((nth) => {
      at.push(clock.now());
      if (nth === 1) throw sdkError('ServiceUnavailable', 503, { $response: { headers: { 'retry-after': header } } });
      return 'done';
    });
    await within('GetItemCommand');
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBe(after);
  });
});
