// Dependencies of a test answer and fail as it says, through everything flyball does around a call.
import { describe, expect, it } from 'vitest';
import { BusinessFailure, DependencyFailed, flyball, Refused } from '../../../../middleware/index.ts';
import { events, testGovernor, type DependencyFailure } from '../../../../middleware/testing/index.ts';
import type { DependencyRule } from '../../../../middleware/kernel/rules/document.ts';

const targets = {
  url: { target: { url: 'https://pay.example.com/v1?tenant=7' } },
  function: { target: { function: 'payments' } },
} as const;
type Kind = keyof typeof targets;
const kinds = Object.keys(targets) as Kind[];

async function calling(kind: Kind, rule: Omit<DependencyRule, 'target'> = {}, options = {}) {
  const dependency: DependencyRule = { ...targets[kind], ...rule };
  const governor = await testGovernor({ service: 'shop', rules: { dependencies: { payments: dependency } } });
  const ended: { error?: unknown } = {};
  const handler = governor.governed(async () => {
    try {
      return await flyball.call<unknown>('payments', { method: 'GET', path: '/charges', ...options });
    } catch (error) {
      ended.error = error;
      return undefined;
    }
  });
  const call = () => governor.invoke(handler, events.httpV2());
  return { governor, call, ended };
}

describe.each(kinds)('a dependency at a %s', (kind) => {
  it('answers with the body it was given', async () => {
    const { governor, call } = await calling(kind);
    governor.respond('payments', { body: { accepted: true } });
    expect(await call()).toEqual({ accepted: true });
    governor.respond('payments', { status: 201, body: { id: 1 }, headers: { 'X-Team': 'a' } });
    expect(await call()).toEqual({ id: 1 });
    governor.respond('payments', { body: 'text' });
    expect(await call()).toBe('text');
  });

  it('answers in turn, and then as the last answer says', async () => {
    const { governor, call } = await calling(kind);
    governor.respond('payments', { body: 1 }, { body: 2 }, { body: 3 });
    expect([await call(), await call(), await call(), await call()]).toEqual([1, 2, 3, 3]);
  });

  it('answers by what it is asked', async () => {
    const { governor, call } = await calling(kind, {}, { operation: 'charge', body: { amount: 7 }, method: 'POST' });
    governor.respond('payments', ({ body, attempt, method }) => ({ body: { body, attempt, method } }));
    expect(await call()).toEqual({ body: { amount: 7 }, attempt: 1, method: 'POST' });
  });

  it.each<[DependencyFailure, string]>([
    ['connect', 'connect'],
    ['timeout', 'timeout'],
    ['throttled', 'throttled'],
    ['error', 'error'],
    [503, '503'],
    [404, '404'],
  ])('fails with %s', async (how, outcome) => {
    const { governor, call, ended } = await calling(kind, { attemptTimeout: '500ms' });
    governor.fail('payments', how);
    await call();
    expect(ended.error).toBeInstanceOf(DependencyFailed);
    expect(ended.error).toMatchObject({ dependency: 'payments', outcome });
    expect(governor.recorded.attempts).toMatchObject([
      { outcome, attempt: 1, durationMs: how === 'timeout' ? 500 : 0 },
    ]);
  });

  it('takes its time', async () => {
    const { governor, call } = await calling(kind, { attemptTimeout: '500ms' });
    governor.respond('payments', { body: 1, after: '400ms' });
    expect(await call()).toBe(1);
    governor.respond('payments', { body: 1, after: '600ms' });
    expect(await call()).toBeUndefined();
    expect(governor.recorded.attempts.map(({ outcome, durationMs }) => [outcome, durationMs])).toEqual([
      ['ok', 400],
      ['timeout', 500],
    ]);
    expect(governor.clock.timers).toBe(0);
  });

  it('is tried again after a back-off that costs no time', async () => {
    const retry = { attempts: 3, backoff: { initial: '2s', jitter: 'none' } } as const;
    const { governor, call } = await calling(kind, { retry });
    const start = governor.clock.now();
    governor.respond('payments', { fail: 503 }, { body: 'at last' });
    expect(await call()).toBe('at last');
    expect(governor.calls.map(({ attempt, at }) => [attempt, at - start])).toEqual([
      [1, 0],
      [2, 2_000],
    ]);
    expect(governor.recorded.attempts.map(({ outcome }) => outcome)).toEqual(['503', 'ok']);
    expect(governor.recorded.calls).toMatchObject([{ outcome: 'ok', durationMs: 2_000 }]);
  });

  it('that the test says nothing of is an error of the test, not of the dependency', async () => {
    const { governor, call } = await calling(kind, {
      retry: { attempts: 3 },
      fallback: [{ respond: { status: 200 } }],
    });
    await expect(call()).rejects.toThrow(
      'the test says nothing of how "payments" answers; say it with respond(\'payments\'',
    );
    expect(governor.calls).toHaveLength(1);
    governor.dispose();
  });

  it('opens its breaker, and closes it again once it is well', async () => {
    const breaker = { window: { time: '10s', minimumCalls: 2 }, openFor: { initial: '5s' } } as const;
    const { governor, call, ended } = await calling(kind, { breaker, attemptTimeout: '500ms' });
    governor.fail('payments', 503);
    await call();
    await governor.advance('100ms');
    await call();
    expect(governor.breaker('payments').state).toBe('OPEN');
    await call();
    expect(ended.error).toBeInstanceOf(Refused);
    expect(governor.calls).toHaveLength(2);
    governor.respond('payments', { body: 'well' });
    await governor.advance('10s');
    expect(await call()).toBe('well');
    expect(governor.breaker('payments').state).toBe('CLOSED');
    expect(governor.recorded.transitions.map(({ from, to }) => `${from}>${to}`)).toEqual([
      'CLOSED>OPEN',
      'OPEN>HALF_OPEN',
      'HALF_OPEN>CLOSED',
    ]);
  });
});

describe('what was sent', () => {
  it('to a URL', async () => {
    const { governor, call } = await calling(
      'url',
      {},
      { path: '/charges?dry=1', headers: { 'X-Team': 'a' }, body: { n: 1 } },
    );
    governor.respond('payments', {});
    await call();
    expect(governor.calls).toMatchObject([
      {
        dependency: 'payments',
        target: 'https://pay.example.com/v1/charges?dry=1',
        method: 'GET',
        path: '/v1/charges?dry=1',
        body: { n: 1 },
        headers: { 'x-team': 'a', 'x-flyball-attempt': '1' },
        at: governor.clock.now(),
      },
    ]);
  });

  it('to a function', async () => {
    const { governor, call } = await calling(
      'function',
      {},
      { operation: 'charge', body: { n: 1 }, idempotencyKey: 'k' },
    );
    governor.respond('payments', {});
    await call();
    expect(governor.calls).toMatchObject([
      {
        target: 'payments',
        operation: 'charge',
        path: '/charges',
        body: { n: 1 },
        headers: { 'idempotency-key': 'k' },
      },
    ]);
  });
});

describe('a callee that throws', () => {
  it('behind a function fails as the function would', async () => {
    const { governor, call, ended } = await calling('function');
    governor.respond('payments', () => {
      throw new BusinessFailure('CARD_DECLINED');
    });
    await call();
    expect(ended.error).toMatchObject({ outcome: 'business:CARD_DECLINED' });
    governor.respond('payments', () => Promise.reject(new TypeError('a bug')));
    await call();
    expect(ended.error).toMatchObject({ outcome: 'error', cause: { name: 'TypeError', message: 'a bug' } });
  });

  it('behind a URL breaks the connection off', async () => {
    const { governor, call, ended } = await calling('url');
    governor.respond('payments', () => Promise.reject(new TypeError('a bug')));
    await call();
    expect(ended.error).toMatchObject({ outcome: 'error', sent: true });
  });

  it('may be another governed handler', async () => {
    const callee = await testGovernor({
      service: 'payments',
      rules: { throttles: { all: { limit: '1/s', burst: 1 } } },
    });
    const payments = callee.governed((event: { readonly body: unknown }) => ({ charged: event.body }));
    const { governor, call, ended } = await calling('function', {}, { body: 7 });
    governor.respond('payments', async ({ body }) => ({ body: await callee.invoke(payments, { body }) }));
    expect(await call()).toEqual({ charged: 7 });
    await call();
    expect(ended.error).toMatchObject({ outcome: 'throttled' });
  });
});

describe('a breaker forced by an operator', () => {
  it('is obeyed from the next call on, by the whole fleet', async () => {
    const { governor, call, ended } = await calling('url', { breaker: {} });
    const other = await governor.another();
    const handler = other.governed(() => flyball.call('payments', { method: 'GET' }));
    governor.respond('payments', { body: 'ok' });
    expect(await call()).toBe('ok');
    expect(await other.invoke(handler, events.httpV2())).toBe('ok');
    await governor.breaker('payments').force('OPEN');
    expect(governor.breaker('payments').state).toBe('FORCED_OPEN');
    await call();
    expect(ended.error).toBeInstanceOf(Refused);
    expect(await other.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 503 });
    await governor.breaker('payments').release();
    expect(await call()).toBe('ok');
    await governor.breaker('payments').force('CLOSED');
    expect(governor.breaker('payments').state).toBe('FORCED_CLOSED');
  });
});

describe('work of flyball.run', () => {
  it('is the test’s own, governed by its rule', async () => {
    const rules = { dependencies: { rates: { attemptTimeout: '200ms' } } };
    const governor = await testGovernor({ service: 'shop', rules });
    const handler = governor.governed(() =>
      flyball.run(
        'rates',
        (signal) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      ),
    );
    expect(await governor.invoke(handler, events.httpV2())).toMatchObject({ statusCode: 502 });
    expect(governor.recorded.attempts).toMatchObject([{ dependency: 'rates', outcome: 'timeout', durationMs: 200 }]);
  });
});
