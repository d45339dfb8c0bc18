// flyballPlugin on a stack made by hand: what it asks of a client, what it sends, and what it throws.
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createCaller } from '../../../../../middleware/call/index.ts';
import { inertPlugin, sdkPlugin, type FlyballPluginOptions } from '../../../../../middleware/call/sdk/plugin.ts';
import { breakerOutbound } from '../../../../../middleware/breaker/index.ts';
import { attemptTimeoutOutbound, deadlineOutbound } from '../../../../../middleware/deadline/index.ts';
import { fallbackOutbound } from '../../../../../middleware/fallback/index.ts';
import { enter } from '../../../../../middleware/kernel/current.ts';
import type { DependencyRule } from '../../../../../middleware/kernel/rules/document.ts';
import { retryOutbound } from '../../../../../middleware/retry/index.ts';
import { fakeClock } from '../../../../support/fake-clock.ts';
import { testContext, testInstance, testInvocation } from '../../../../support/instance.ts';
import { handMadeStack, ownRetries, RETRY_PLACE, sdkError, type SendOptions } from './stack.ts';

const stages = [fallbackOutbound, deadlineOutbound, retryOutbound, breakerOutbound, attemptTimeoutOutbound];
const RETRIED: DependencyRule = {
  retry: { attempts: 2, budget: '100%', backoff: { kind: 'fixed', initial: '100ms', jitter: 'none' } },
};

interface Options extends FlyballPluginOptions {
  /** Of the dependency; `false`: no rule names it. */
  readonly rule?: DependencyRule | false;
  readonly handlerInReach?: boolean;
  readonly remainingMs?: number;
}

function world(
  answer: Parameters<typeof handMadeStack>[0],
  { rule = RETRIED, handlerInReach = true, remainingMs = 10_000, ...options }: Options = {},
) {
  const clock = fakeClock();
  const instance = testInstance({ clock, rules: { dependencies: rule ? { inventory: rule } : {} } });
  const recorded: string[] = [];
  instance.recorder = {
    ...instance.recorder,
    call: (dependency, outcome) => recorded.push(`call ${dependency} ${outcome}`),
    attempt: (dependency, outcome, _ms, attempt) =>
      recorded.push(`attempt ${String(attempt)} ${dependency} ${outcome}`),
  };
  const caller = createCaller(stages);
  instance.rules.register(caller.policy);
  const invocation = testInvocation(instance, {}, testContext(clock, remainingMs));
  const stack = handMadeStack(answer, { handlerInReach });
  stack.add(ownRetries, RETRY_PLACE);
  sdkPlugin(caller, 'inventory', options).applyToStack(stack);
  /** Sends as a handler would, letting time pass until it has ended. */
  const within = async (commandName: string, sending: SendOptions = {}): Promise<unknown> => {
    let over = false;
    const running = (async () => {
      enter(invocation);
      return stack.send(commandName, sending);
    })().finally(() => (over = true));
    running.catch(() => undefined);
    for (let steps = 0; steps < 400 && !over; steps++) {
      for (let turns = 0; turns < 50; turns++) await Promise.resolve();
      if (!over) clock.advance(50);
    }
    return running;
  };
  return { stack, within, recorded, clock, invocation, caller };
}

const thrown = (promise: Promise<unknown>) =>
  promise.then(() => expect.unreachable('nothing was thrown')).catch((error: unknown) => error);
const failing = (error: unknown) => () => {
  throw error;
};
const unavailable = () => sdkError('InternalServerError', 500);

describe('a command', () => {
  it('gives its output, with the number of its attempts, and is recorded', async () => {
    const { within, recorded } = world((nth) => {
      if (nth === 1) throw unavailable();
      return { Item: 'apple', $metadata: { httpStatusCode: 200 } };
    });
    expect(await within('GetItemCommand')).toEqual({ Item: 'apple', $metadata: { httpStatusCode: 200, attempts: 2 } });
    expect(recorded).toEqual(['attempt 1 inventory 500', 'attempt 2 inventory ok', 'call inventory ok']);
  });

  it.each([
    { commandName: 'GetItemCommand', requests: 2 },
    { commandName: 'BatchGetItemCommand', requests: 2 },
    { commandName: 'TransactGetItemsCommand', requests: 2 },
    { commandName: 'QueryCommand', requests: 2 },
    { commandName: 'ScanCommand', requests: 2 },
    { commandName: 'ListObjectsV2Command', requests: 2 },
    { commandName: 'DescribeTableCommand', requests: 2 },
    { commandName: 'HeadObjectCommand', requests: 2 },
    { commandName: 'PutItemCommand', requests: 1 },
    { commandName: 'UpdateItemCommand', requests: 1 },
    { commandName: 'ReceiveMessageCommand', requests: 1 },
    // A word that only begins like one that reads; and one that hands out work.
    { commandName: 'GetterCommand', requests: 1 },
    { commandName: 'GetActivityTaskCommand', requests: 1 },
    { commandName: 'InvokeCommand', requests: 1 },
    // By these the service can tell a repetition.
    { commandName: 'TransactWriteItemsCommand', input: { ClientRequestToken: 'order-42' }, requests: 2 },
    { commandName: 'SendMessageCommand', input: { MessageDeduplicationId: 'order-42' }, requests: 2 },
    { commandName: 'SendMessageCommand', input: { MessageDeduplicationId: '' }, requests: 1 },
    { commandName: undefined, requests: 1 },
  ])('$commandName $input is sent $requests times when it fails', async ({ commandName, input, requests }) => {
    const { within, stack } = world(failing(unavailable()));
    await thrown(within(commandName ?? '', { input }));
    expect(stack.sent).toHaveLength(requests);
  });

  it.each([
    { what: 'the plugin declares', idempotent: ['UpdateItem'], operations: undefined, requests: 2 },
    {
      what: 'the rules declare safe',
      idempotent: [],
      operations: { update: { match: { method: 'UpdateItem' }, idempotency: 'safe' as const } },
      requests: 2,
    },
    {
      what: 'the rules declare unsafe, whatever the plugin says',
      idempotent: ['UpdateItem'],
      operations: { update: { match: { method: 'UpdateItem' }, idempotency: 'none' as const } },
      requests: 1,
    },
    {
      what: 'the rules declare by key, and none is given',
      idempotent: [],
      operations: { update: { match: { method: 'UpdateItem' }, idempotency: 'key' as const } },
      requests: 1,
    },
  ])('that $what is sent $requests times when it fails', async ({ idempotent, operations, requests }) => {
    const rule = { ...RETRIED, ...(operations && { operations }) };
    const { within, stack } = world(failing(unavailable()), { rule, idempotent });
    await thrown(within('UpdateItemCommand'));
    expect(stack.sent).toHaveLength(requests);
  });

  it.each([
    { what: 'a stream of Node', body: Readable.from(['apple']) },
    { what: 'a stream of the web', body: new ReadableStream() },
  ])('with $what as its body is never sent twice, even where nothing was reached', async ({ body }) => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const { within, stack } = world(failing(refused), { idempotent: ['PutObject'] });
    expect(await thrown(within('PutObjectCommand', { body }))).toBe(refused);
    expect(stack.sent).toHaveLength(1);
    await thrown(within('PutObjectCommand', { body: 'apple' }));
    expect(stack.sent).toHaveLength(3);
  });

  it('goes again within its attempt once the SDK has set its clock right', async () => {
    const skewed = sdkError('RequestTimeTooSkewed', 403, { $metadata: { clockSkewCorrected: true } });
    const { within, recorded, stack } = world((nth) => {
      if (nth === 1) throw skewed;
      return 'done';
    });
    expect(await within('PutItemCommand')).toBe('done');
    expect([stack.sent.length, recorded]).toEqual([2, ['attempt 1 inventory ok', 'call inventory ok']]);
  });

  it('carries the trace of the invocation', async () => {
    const { within, stack, invocation } = world(() => 'done');
    invocation.carried['x-amzn-trace-id'] = 'Root=1-5759e988-bd862e3fe1be46a994272793';
    await within('GetItemCommand');
    expect(stack.sent[0]?.request.headers).toEqual({ 'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793' });
  });
});

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

describe('the signal of an attempt', () => {
  it('is given to the request handler, beside the options that it had', async () => {
    const seen: (AbortSignal | undefined)[] = [];
    const { within, stack } = world(
      (_nth, signal) => {
        seen.push(signal);
        return new Promise(() => undefined);
      },
      { rule: { attemptTimeout: '100ms' } },
    );
    await thrown(within('GetItemCommand'));
    expect(seen.map((signal) => signal?.aborted)).toEqual([true]);
    expect(stack.sent).toHaveLength(1);
  });

  it('ends the attempt where no request handler is in reach', async () => {
    const { within, stack } = world(() => new Promise(() => undefined), {
      rule: { attemptTimeout: '100ms' },
      handlerInReach: false,
    });
    expect(await thrown(within('GetItemCommand'))).toMatchObject({ name: 'DependencyFailed', outcome: 'timeout' });
    expect(stack.sent[0]?.options).toBeUndefined();
  });

  it('leaves no timer behind', async () => {
    const { within, clock, invocation } = world(() => 'done', { rule: { attemptTimeout: '100ms' } });
    await within('GetItemCommand');
    invocation.dispose();
    expect(clock.timers).toBe(0);
  });
});

describe('the client’s own retries', () => {
  it('are those of the client outside of an invocation', async () => {
    const { stack, recorded } = world(failing(unavailable()));
    await thrown(stack.send('PutItemCommand'));
    expect([stack.sent.length, recorded]).toEqual([3, []]);
    expect(stack.sent[0]?.options).toBeUndefined();
  });

  it('are those of the client until a rule names the dependency, recorded as one attempt', async () => {
    const { within, stack, recorded } = world(failing(unavailable()), { rule: false });
    await thrown(within('PutItemCommand'));
    expect([stack.sent.length, recorded]).toEqual([3, ['attempt 1 inventory 500', 'call inventory 500']]);
  });

  it('come back when the plugin is used twice: the later governs alone', async () => {
    const { stack, within, caller, recorded } = world(failing(unavailable()), { rule: {} });
    sdkPlugin(caller, 'inventory').applyToStack(stack);
    await thrown(stack.send('GetItemCommand'));
    expect(stack.sent).toHaveLength(3);
    await thrown(within('GetItemCommand'));
    expect([stack.sent.length, recorded]).toEqual([4, ['attempt 1 inventory 500', 'call inventory 500']]);
  });

  it('are not missed by a stack that has none', async () => {
    const { caller } = world(() => 'done');
    const bare = handMadeStack(failing(unavailable()));
    sdkPlugin(caller, 'inventory').applyToStack(bare);
    await thrown(bare.send('GetItemCommand'));
    expect(bare.sent).toHaveLength(1);
  });

  it('stay untouched by the plugin that flyball gives when it is disabled', async () => {
    const stack = handMadeStack(failing(unavailable()));
    stack.add(ownRetries, RETRY_PLACE);
    inertPlugin('inventory').applyToStack(stack);
    await thrown(stack.send('GetItemCommand'));
    expect(stack.sent).toHaveLength(3);
  });
});

describe('misuse', () => {
  it.each([
    { name: '' },
    // As plain JavaScript may call it.
    { name: undefined as unknown as string },
  ])('a plugin for the dependency "$name" says what it wants', ({ name }) => {
    const { caller } = world(() => 'done');
    for (const make of [() => sdkPlugin(caller, name), () => inertPlugin(name)]) {
      expect(make).toThrow(
        expect.objectContaining({ name: 'Misused', message: expect.stringContaining("flyballPlugin('") as string }),
      );
    }
  });
});
