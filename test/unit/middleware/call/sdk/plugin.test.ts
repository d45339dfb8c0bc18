// flyballPlugin on a stack made by hand: what it asks of a client, and what it sends.
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { inertPlugin, sdkPlugin } from '../../../../../middleware/call/sdk/plugin.ts';
import { handMadeStack, ownRetries, RETRY_PLACE, sdkError } from './stack.ts';
import { failing, RETRIED, thrown, unavailable, world } from './world.ts';

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
