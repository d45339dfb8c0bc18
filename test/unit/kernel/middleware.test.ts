import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { current } from '../../../middleware/kernel/current.ts';
import { DependencyFailed, Misused, Refused } from '../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import { endRequest, middlewareOf } from '../../../middleware/kernel/middleware.ts';
import type { Policy } from '../../../middleware/kernel/policy.ts';
import { silentRecorder } from '../../../middleware/kernel/recorder.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { noTable, silentLogger, testContext, testInstance } from '../../support/instance.ts';
import { SOON } from '../../support/patience.ts';

const httpEvent = {
  version: '2.0',
  rawPath: '/orders',
  requestContext: { http: { method: 'POST' }, stage: '$default' },
};

function policy(name: string, log: string[], hooks: Partial<Policy> = {}): Policy {
  return {
    name,
    compile: () => ({}),
    before: () => void log.push(`${name} before`),
    after: () => void log.push(`${name} after`),
    ...hooks,
  };
}

function recording(instance: Instance): { outcomes: string[]; internals: string[] } {
  const seen = { outcomes: [] as string[], internals: [] as string[] };
  instance.recorder = {
    ...silentRecorder,
    invocation: (resource, outcome) => seen.outcomes.push(`${resource} ${outcome}`),
    internal: (event) => seen.internals.push(event),
  };
  return seen;
}

const refusal = () =>
  new Refused({ by: 'throttle', rule: 'everyone', retryAfterMs: 1500, message: 'over 5/10s', statusCode: 429 });

function governed(instance: Instance, policies: Policy[], handler: (event: unknown, context: Context) => unknown) {
  const stack = middy()
    .use(middlewareOf(instance, policies))
    .handler(handler as () => Promise<unknown>);
  const context = testContext(instance.clock);
  return (event: unknown = httpEvent): Promise<unknown> => stack(event, context as never);
}

describe('a governed invocation', () => {
  it('runs the policies in order before, in reverse after, and records one outcome', async () => {
    const log: string[] = [];
    const instance = testInstance();
    const seen = recording(instance);
    const run = governed(instance, [policy('a', log), policy('b', log)], async () => {
      log.push('handler');
      return { statusCode: 201 };
    });
    await run();
    expect(log).toEqual(['a before', 'b before', 'handler', 'b after', 'a after']);
    expect(seen.outcomes).toEqual(['default ok']);
  });

  it('is found by domain code without a context, also when a policy had to wait', async () => {
    const waiting = policy('waits', [], { before: () => Promise.resolve() });
    const run = governed(testInstance(), [waiting], async () => {
      await Promise.resolve();
      return current()?.trigger.kind;
    });
    expect(await run()).toBe('http');
  });

  it('answers a refusal as problem+json and runs `after` only of the policies it reached', async () => {
    const log: string[] = [];
    const instance = testInstance();
    const seen = recording(instance);
    const refuses = policy('refuses', log, {
      before: () => {
        throw refusal();
      },
    });
    const run = governed(instance, [policy('a', log), refuses, policy('never', log)], () => log.push('handler'));
    const answer = (await run()) as { statusCode: number; headers: Record<string, string>; body: string };
    expect(answer.statusCode).toBe(429);
    expect(answer.headers).toMatchObject({ 'retry-after': '2', 'content-type': 'application/problem+json' });
    expect(JSON.parse(answer.body)).toMatchObject({ status: 429, rule: 'everyone', by: 'throttle' });
    expect(log).toEqual(['a before', 'refuses after', 'a after']);
    expect(seen.outcomes).toEqual(['default refused']);
  });

  it.each([
    [404, '404'],
    [429, 'throttled'],
    [500, '500'],
    [200, 'error'],
    [undefined, 'error'],
  ])('of which another middleware answered the error with %s ended in %s', async (statusCode, outcome) => {
    const instance = testInstance();
    const seen = recording(instance);
    const stack = middy()
      .use(middlewareOf(instance, []))
      .use({ onError: (request) => void (request.response = statusCode && { statusCode }) })
      .handler(() => Promise.reject(new Error('no such order')));
    await stack(httpEvent, testContext(instance.clock) as never).catch(() => {});
    expect(seen.outcomes).toEqual([`default ${outcome}`]);
  });

  it('lets a handler error through untouched', async () => {
    const failure = new TypeError('bad');
    const run = governed(testInstance(), [policy('a', [])], () => Promise.reject(failure));
    await expect(run()).rejects.toBe(failure);
  });

  it("contains a policy's own error, and switches the policy off after five in a row", async () => {
    const instance = testInstance();
    const seen = recording(instance);
    let calls = 0;
    const broken = policy('broken', [], {
      before: () => {
        calls++;
        throw new TypeError('a bug');
      },
      after: () => {},
    });
    const run = governed(instance, [broken], async () => ({ statusCode: 200 }));
    for (let i = 0; i < 8; i++) expect(await run()).toEqual({ statusCode: 200 });
    expect(calls).toBe(5);
    expect(seen.internals).toEqual(Array.from({ length: 5 }, () => 'contained:broken'));
    expect(seen.outcomes).toHaveLength(8);
  });

  it("contains a policy's asynchronous error too", async () => {
    const broken = policy('broken', [], { before: () => Promise.reject(new TypeError('a bug')) });
    const run = governed(testInstance(), [broken], async () => 'answer');
    expect(await run({})).toBe('answer');
  });

  it('shares one invocation among several of its middlewares and ends it once', async () => {
    const log: string[] = [];
    const instance = testInstance();
    const seen = recording(instance);
    const stack = middy()
      .use(middlewareOf(instance, [policy('outer', log)]))
      .use(middlewareOf(instance, [policy('inner', log)]))
      .handler(async () => 'done');
    await stack({}, testContext(instance.clock) as never);
    expect(log).toEqual(['outer before', 'inner before', 'inner after', 'outer after']);
    expect(seen.outcomes).toEqual(['default ok']);
  });

  it("is ended by requestEnd when another middleware's early return skips every hook of ours", async () => {
    const instance = testInstance();
    const seen = recording(instance);
    const stack = middy({ requestEnd: (request) => endRequest(request as never) })
      .use(middlewareOf(instance, [policy('a', [])]))
      .use({ before: () => ({ statusCode: 304 }) })
      .handler(async () => 'never');
    expect(await stack(httpEvent, testContext(instance.clock) as never)).toEqual({ statusCode: 304 });
    expect(seen.outcomes).toEqual(['default ok']);
  });

  it("is under way no longer than its time, when another middleware's early return has nobody tell of its end", async () => {
    const clock = fakeClock();
    const instance = testInstance({ clock });
    const hanging = policy('hanging', [], {
      before: () => void instance.syncs.start('hanging', () => new Promise<void>(() => {})),
    });
    const early = middy()
      .use(middlewareOf(instance, [policy('a', [])]))
      .use({ before: () => ({ statusCode: 304 }) })
      .handler(async () => 'never');
    const stack = middy({ timeoutEarlyInMillis: 0 })
      .use(middlewareOf(instance, [hanging]))
      .handler(async () => 'done');
    /** With so little time left that its end comes before the limit of what hangs. */
    const leftBehind = async () => {
      const running = stack({}, testContext(clock, 50) as never);
      await expect.poll(() => clock.timers, SOON).toBeGreaterThan(0);
      clock.advance(30);
      await running;
      return !instance.syncs.idle;
    };
    await early(httpEvent, testContext(clock, 3_000));
    expect(await leftBehind()).toBe(true);
    clock.advance(3_000);
    expect(await leftBehind()).toBe(false);
    expect(instance.open.size).toBe(0);

    for (let i = 0; i < 5; i++) {
      await early(httpEvent, testContext(clock, 3_000));
      clock.advance(3_000);
    }
    expect(instance.open.size, 'held on to').toBe(1);
  });

  it.each([
    ['after its hooks', undefined],
    ["after another middleware's early return, which skips them", { before: () => ({ statusCode: 304 }) }],
  ])('tells those who wanted to know that it has ended, %s, and awaits them', async (_when, early) => {
    const log: string[] = [];
    const instance = testInstance();
    const telling = policy('telling', log, {
      before: (invocation) => {
        invocation.atEnd = async () => {
          await Promise.resolve();
          log.push(`ended ${String(invocation.outcome)}`);
        };
      },
    });
    const stack = middy({ requestEnd: (request) => endRequest(request as never) })
      .use(middlewareOf(instance, [telling]))
      .use(early ?? [])
      .handler(async () => ({ statusCode: 304 }));
    expect(await stack(httpEvent, testContext(instance.clock) as never)).toEqual({ statusCode: 304 });
    expect(log).toEqual([...(early ? [] : ['telling after']), 'ended ok']);
  });

  it('does nothing in onError when its before never ran', async () => {
    const instance = testInstance();
    const seen = recording(instance);
    const failure = new Error('an earlier middleware failed');
    const stack = middy()
      .use({
        before: () => {
          throw failure;
        },
      })
      .use(middlewareOf(instance, [policy('a', [])]))
      .handler(async () => 'never');
    await expect(stack(httpEvent, testContext(instance.clock) as never)).rejects.toBe(failure);
    expect(seen.outcomes).toEqual([]);
  });

  it("keeps the answer another middleware's onError already gave", async () => {
    const instance = testInstance();
    const refuses = policy('refuses', [], {
      before: () => {
        throw refusal();
      },
    });
    const stack = middy()
      .use(middlewareOf(instance, [refuses]))
      .use({
        onError: (request) => {
          request.response = { statusCode: 418 };
        },
      })
      .handler(async () => 'never');
    expect(await stack(httpEvent, testContext(instance.clock) as never)).toEqual({ statusCode: 418 });
  });

  it('still waits for what is to be told when its deadline has passed, in the time the platform gives', async () => {
    const instance = testInstance();
    let told = false;
    const tells = policy('tells', [], {
      before: (invocation) => {
        invocation.deadlineAt = instance.clock.now();
        void instance.syncs.start('tells', async () => {
          await Promise.resolve();
          await Promise.resolve();
          told = true;
        });
      },
    });
    await governed(instance, [tells], () => 'late')();
    expect(told).toBe(true);
  });

  it('leaves no timer behind when the handler asked for the deadline signal', async () => {
    const instance = testInstance();
    const clock = instance.clock as typeof instance.clock & { timers: number };
    const run = governed(instance, [], async () => current()?.signal.aborted);
    expect(await run()).toBe(false);
    expect(clock.timers).toBe(0);
  });
});

describe('the log of what flyball answers in place of an error', () => {
  const failed = (dependency = 'payments') =>
    new DependencyFailed(
      { dependency, outcome: 'connect', attempts: 3, sent: false },
      { cause: Object.assign(new TypeError('fetch failed'), { headers: { authorization: 'secret' } }) },
    );

  function logging() {
    const clock = fakeClock();
    const lines: [string, Record<string, unknown>][] = [];
    const logger = {
      ...silentLogger,
      warn: (message: string, fields: Record<string, unknown>) => void lines.push([message, fields]),
    };
    const table = { ...noTable, get: () => Promise.resolve(undefined) };
    return { clock, lines, instance: testInstance({ clock, logger, table }) };
  }

  it('names the dependency, how it failed and why, and the request; never a field of the cause', async () => {
    const { lines, instance } = logging();
    expect(await governed(instance, [], () => Promise.reject(failed()))()).toMatchObject({ statusCode: 502 });
    expect(lines).toEqual([
      [
        'flyball answered for a dependency that failed',
        {
          governed: 'orders',
          instance: 'instance-1',
          function_request_id: 'request-1',
          requestId: 'request-1',
          resource: 'default',
          dependency: 'payments',
          outcome: 'connect',
          attempts: 3,
          error: 'TypeError',
          reason: 'fetch failed',
        },
      ],
    ]);
  });

  it('says how flyball was misused', async () => {
    const { lines, instance } = logging();
    const misuse = new Misused('no rule names the dependency "paymnets"');
    expect(await governed(instance, [], () => Promise.reject(misuse))()).toMatchObject({ statusCode: 500 });
    expect(lines).toMatchObject([
      ['flyball was misused', { requestId: 'request-1', error: 'Misused', reason: misuse.message }],
    ]);
  });

  it('is one line a second for each dependency', async () => {
    const { clock, lines, instance } = logging();
    let dependency = 'payments';
    const run = governed(instance, [], () => Promise.reject(failed(dependency)));
    await run();
    clock.advance(999);
    await run();
    dependency = 'inventory';
    await run();
    clock.advance(1);
    dependency = 'payments';
    await run();
    expect(lines.map(([, fields]) => fields['dependency'])).toEqual(['payments', 'inventory', 'payments']);
  });

  it.each([
    ['a refusal', refusal(), httpEvent],
    ["an error that is not flyball's, which the platform sees", new TypeError('bad'), httpEvent],
    ['a failed dependency that the platform itself sees', failed(), {}],
  ])('has no line for %s', async (_what, error, event) => {
    const { lines, instance } = logging();
    await governed(instance, [], () => Promise.reject(error))(event).catch(() => {});
    expect(lines).toEqual([]);
  });
});

describe('an instance that serves two invocations at once', () => {
  it('abandons at the end of the first nothing of the second, and at the end of the second what is left', async () => {
    const clock = fakeClock();
    const instance = testInstance({ clock });
    const ends: ((answer: unknown) => void)[] = [];
    const run = governed(instance, [], () => {
      const invocation = current();
      // It has waited for the store as long as it may: its end waits for nothing.
      if (invocation) invocation.storeWaitedMs = 10_000;
      return new Promise((resolve) => ends.push(resolve));
    });
    const turns = async () => {
      for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    };
    const [first, second] = [run(), run()];
    await turns();
    expect(ends).toHaveLength(2);
    let signal: AbortSignal | undefined;
    void instance.syncs.start('exchange', (given) => {
      signal = given;
      return new Promise(() => {});
    });
    ends[0]?.({ statusCode: 200 });
    await first;
    expect(signal?.aborted).toBe(false);
    ends[1]?.({ statusCode: 200 });
    await second;
    expect(signal?.aborted).toBe(true);
  });
});
