// flyball.call and flyball.run from a handler's point of view, with the stages in the order that govern() gives them.
import { beforeAll, describe, expect, it } from 'vitest';
import { breakerOutbound, loadChanged } from '../../../../middleware/breaker/index.ts';
import { createCaller, type Caller } from '../../../../middleware/call/index.ts';
import { attemptTimeoutOutbound, deadlineOutbound } from '../../../../middleware/deadline/index.ts';
import { fallbackOutbound } from '../../../../middleware/fallback/index.ts';
import { enter } from '../../../../middleware/kernel/current.ts';
import { BusinessFailure, DeadlineExceeded, DependencyFailed, Misused } from '../../../../middleware/kernel/errors.ts';
import type { Invocation } from '../../../../middleware/kernel/invocation.ts';
import type { OutboundPolicy } from '../../../../middleware/kernel/outbound.ts';
import type { DependencyRule } from '../../../../middleware/kernel/rules/document.ts';
import { retryOutbound } from '../../../../middleware/retry/index.ts';
import { fakeClock, type FakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance, testInvocation } from '../../../support/instance.ts';
import { memoryTable } from '../../../support/memory-table.ts';

beforeAll(loadChanged);

const order = [fallbackOutbound, deadlineOutbound, retryOutbound, breakerOutbound, attemptTimeoutOutbound];

interface World {
  readonly caller: Caller;
  readonly clock: FakeClock;
  readonly invocation: Invocation;
  readonly recorded: string[];
  /** Runs as a handler would, letting time pass until it has ended. */
  readonly within: <T>(handler: () => Promise<T>) => Promise<T>;
}

function world(rule: DependencyRule = {}, policies: readonly OutboundPolicy[] = order, remainingMs = 10_000): World {
  const clock = fakeClock();
  const instance = testInstance({ clock, table: memoryTable(), rules: { dependencies: { payments: rule } } });
  const recorded: string[] = [];
  instance.recorder = {
    ...instance.recorder,
    call: (dependency, outcome) => recorded.push(`call ${dependency} ${outcome}`),
    attempt: (dependency, outcome, _ms, attempt) => recorded.push(`attempt ${attempt} ${dependency} ${outcome}`),
    internal: (event) => recorded.push(event),
  };
  const caller = createCaller(policies);
  instance.rules.register(caller.policy);
  const invocation = testInvocation(instance, {}, testContext(clock, remainingMs));
  return {
    caller,
    clock,
    invocation,
    recorded,
    async within(handler) {
      let over = false;
      const running = (async () => {
        enter(invocation);
        return handler();
      })().finally(() => (over = true));
      running.catch(() => undefined);
      for (let steps = 0; steps < 400 && !over; steps++) {
        for (let turns = 0; turns < 50; turns++) await Promise.resolve();
        if (!over) clock.advance(50);
      }
      return running;
    },
  };
}

const thrown = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);
const refusedConnection = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('run', () => {
  it('gives the result, and records the call and its attempt', async () => {
    const { caller, within, recorded } = world();
    expect(await within(() => caller.run('payments', async () => 42))).toBe(42);
    expect(recorded).toEqual(['attempt 1 payments ok', 'call payments ok']);
  });

  it('governs a dependency no rule names by the deadline alone', async () => {
    const { caller, within } = world({}, order, 1_000);
    expect(await within(() => caller.run('fx-rates', async () => 1.1))).toBe(1.1);
    const error = await thrown(within(() => caller.run('fx-rates', () => new Promise(() => {}))));
    expect(error).toBeInstanceOf(DeadlineExceeded);
  });

  it('without an invocation, just runs', async () => {
    const { caller } = world();
    expect(await caller.run('payments', async (signal, info) => [signal.aborted, info.attempt])).toEqual([false, 1]);
  });

  it('throws what failed as the cause of a DependencyFailed', async () => {
    const { caller, within } = world();
    const cause = new Error('boom');
    const error = await thrown(within(() => caller.run('payments', () => Promise.reject(cause))));
    expect(error).toBeInstanceOf(DependencyFailed);
    expect(error).toMatchObject({ dependency: 'payments', outcome: 'error', attempts: 1, sent: true, cause });
  });

  it('retries what cannot have reached the dependency, whatever it is', async () => {
    const { caller, within } = world({ retry: { attempts: 3, budget: '100%' } });
    let calls = 0;
    const value = await within(() =>
      caller.run('payments', async () => {
        calls += 1;
        if (calls === 1) throw refusedConnection();
        return 'there';
      }),
    );
    expect([value, calls]).toEqual(['there', 2]);
  });

  it('retries failures only of what may be repeated', async () => {
    const attempts = async (idempotent: boolean) => {
      const { caller, within } = world({ retry: { attempts: 2, budget: '100%' } });
      let calls = 0;
      const fail = () => {
        calls += 1;
        return Promise.reject(new Error('boom'));
      };
      await thrown(within(() => caller.run('payments', fail, { idempotent })));
      return calls;
    };
    expect([await attempts(false), await attempts(true)]).toEqual([1, 2]);
  });

  it('ends an attempt at its timeout, even if the work does not listen', async () => {
    const { caller, within, clock, recorded } = world({ attemptTimeout: '500ms' });
    const start = clock.now();
    const error = await thrown(within(() => caller.run('payments', () => new Promise(() => {}))));
    expect(error).toMatchObject({ name: 'DependencyFailed', outcome: 'timeout' });
    expect(clock.now() - start).toBe(500);
    expect(recorded).toContain('attempt 1 payments timeout');
  });

  it('throws the reason of a signal of the caller’s own, and calls no more', async () => {
    const { caller, within } = world({ retry: { attempts: 3, budget: '100%' } });
    const abort = new AbortController();
    const left = new Error('the user has left');
    let calls = 0;
    const error = await thrown(
      within(() =>
        caller.run(
          'payments',
          () => {
            calls += 1;
            abort.abort(left);
            return new Promise(() => {});
          },
          { signal: abort.signal, idempotent: true },
        ),
      ),
    );
    expect(error).toBe(left);
    expect(calls).toBe(1);
  });

  it('passes flyball’s own errors on as they are, and counts them as nobody’s failure', async () => {
    const { caller, within, recorded } = world({ breaker: { consecutiveFailures: 1 } });
    const failure = new BusinessFailure('CARD_DECLINED');
    expect(await thrown(within(() => caller.run('payments', () => Promise.reject(failure))))).toBe(failure);
    expect(await within(() => caller.run('payments', async () => 'still closed'))).toBe('still closed');
    expect(recorded[0]).toBe('attempt 1 payments business:CARD_DECLINED');
  });
});

describe('the stages together', () => {
  const rule: DependencyRule = {
    attemptTimeout: '500ms',
    retry: { attempts: 3, budget: '100%', backoff: { kind: 'fixed', initial: '100ms', jitter: 'none' } },
    breaker: { window: { time: '30s', minimumCalls: 1 }, openFor: { initial: '1s' } },
  };

  it('attempts stop as soon as the breaker has opened: a breaker outside of retry would let them go on', async () => {
    const { caller, within } = world(rule);
    let calls = 0;
    const fail = () => {
      calls += 1;
      return Promise.reject(new Error('boom'));
    };
    const error = await thrown(within(() => caller.run('payments', fail, { idempotent: true })));
    expect(calls).toBe(1);
    expect(error).toBeInstanceOf(DependencyFailed);
    expect(error).toMatchObject({ attempts: 1, gaveUp: 'breaker', cause: { message: 'boom' } });
    // Now it is open: nothing is sent at all.
    expect(await thrown(within(() => caller.run('payments', fail, { idempotent: true })))).toMatchObject({
      by: 'breaker',
      rule: 'payments',
      statusCode: 503,
    });
    expect(calls).toBe(1);
  });

  it('one probe slot is one call, not one a retry', async () => {
    const { caller, within, clock, invocation } = world(rule);
    let calls = 0;
    const fail = () => {
      calls += 1;
      return Promise.reject(new Error('boom'));
    };
    await thrown(within(() => caller.run('payments', fail, { idempotent: true })));
    await invocation.instance.syncs.settle();
    clock.advance(1_000);
    calls = 0;
    await thrown(within(() => caller.run('payments', fail, { idempotent: true })));
    expect(calls).toBe(1);
  });

  it('says `never` to whoever called us once its own attempts are used up', async () => {
    const { caller, within } = world({ retry: { attempts: 2, budget: '100%' } });
    const fail = () => Promise.reject(new Error('boom'));
    const error = await thrown(within(() => caller.run('payments', fail, { idempotent: true })));
    expect(error).toMatchObject({ attempts: 2, headers: { 'x-flyball-retry': 'never' } });
  });

  it('a fallback answers for what failed', async () => {
    const { caller, within } = world({ fallback: [{ respond: { status: 200, body: { cached: true } } }] });
    expect(await within(() => caller.run('payments', () => Promise.reject(new Error('boom'))))).toEqual({
      cached: true,
    });
  });

  it('a stage of ours that throws costs its effect, not the call, and nothing is sent twice for it', async () => {
    const before: OutboundPolicy = { name: 'buggy-before', stage: () => () => Promise.reject(new Error('ours')) };
    const after: OutboundPolicy = {
      name: 'buggy-after',
      stage: () => async (call, next) => {
        await next(call);
        throw new Error('ours');
      },
    };
    const { caller, within, recorded } = world({}, [before, after]);
    let calls = 0;
    const value = await within(() => caller.run('payments', async () => (calls += 1)));
    expect([value, calls]).toEqual([1, 1]);
    expect(recorded).toEqual(expect.arrayContaining(['contained:buggy-before', 'contained:buggy-after']));
  });
});

describe('call', () => {
  it('outside of an invocation says what to do', async () => {
    const { caller } = world();
    expect(await thrown(caller.call('payments'))).toMatchObject({
      name: 'Misused',
      message: expect.stringContaining('govern()') as string,
    });
  });

  it('of a dependency no rule names says which there are', async () => {
    const { caller, within } = world();
    const error = await thrown(within(() => caller.call('paymnets')));
    expect(error).toBeInstanceOf(Misused);
    expect(error).toMatchObject({ message: expect.stringContaining('there are payments') as string });
  });

  it('of a dependency without a target says so', async () => {
    const { caller, within } = world();
    expect(await thrown(within(() => caller.call('payments')))).toMatchObject({
      message: expect.stringContaining('has no target') as string,
    });
  });
});
