import { describe, expect, it } from 'vitest';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import { compose, type Call, type Idempotency, type Reply, type Send } from '../../../../middleware/kernel/outbound.ts';
import { outcomeTest, type Outcome } from '../../../../middleware/kernel/outcome.ts';
import type { RetryRule } from '../../../../middleware/kernel/rules/document.ts';
import { verdictOf } from '../../../../middleware/retry/decide.ts';
import { RetryBudget } from '../../../../middleware/kernel/retry-budget.ts';
import { retryOutbound } from '../../../../middleware/retry/index.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance, testInvocation } from '../../../support/instance.ts';
import { dependency, reply, testCall } from '../../../support/outbound.ts';

const NOW = 1_000_000;
const fixed: RetryRule = { attempts: 3, budget: '100%', backoff: { kind: 'fixed', initial: '100ms', jitter: 'none' } };

function retrying(rule: Partial<RetryRule> = {}, clock = fakeClock(NOW), instance: Instance = testInstance({ clock })) {
  const stage = retryOutbound.stage('payments', { retry: { ...fixed, ...rule } }, instance);
  if (!stage) throw new Error('a rule with retry has a stage');
  const invocation = (remainingMs = 30_000) => testInvocation(instance, {}, testContext(clock, remainingMs));
  /** Sends, and lets time pass until it has ended. */
  const send = async (call: Call, next: Send, stepMs = 50): Promise<Reply> => {
    let ended: Reply | undefined;
    const ending = stage(call, next).then((given) => (ended = given));
    for (let steps = 0; steps < 400 && !ended; steps++) {
      for (let turns = 0; turns < 20; turns++) await Promise.resolve();
      if (!ended) clock.advance(stepMs);
    }
    return ending;
  };
  return { clock, stage, invocation, send };
}

describe('what is retried', () => {
  const when = outcomeTest(['connect', 'timeout', 'throttled', 'error', '5xx']);
  it.each<[Outcome, Partial<Reply>, Idempotency, string]>([
    ['ok', {}, 'safe', 'no'],
    ['connect', { sent: false }, 'none', 'retry'],
    ['timeout', {}, 'none', 'unsafe'],
    ['timeout', {}, 'safe', 'retry'],
    ['timeout', {}, 'key', 'retry'],
    ['timeout', { sent: false }, 'none', 'retry'],
    ['503', {}, 'none', 'unsafe'],
    ['503', {}, 'safe', 'retry'],
    ['503', { never: true }, 'safe', 'never'],
    ['throttled', {}, 'none', 'retry'],
    ['connect', { sent: false }, 'once', 'unsafe'],
    ['503', { never: true }, 'once', 'unsafe'],
    ['404', {}, 'once', 'no'],
    ['404', {}, 'safe', 'no'],
    ['business:CARD_DECLINED', {}, 'safe', 'no'],
    ['refused', { sent: false }, 'safe', 'no'],
  ])('%s %j of a call declared %s: %s', (outcome, more, idempotency, verdict) => {
    expect(verdictOf(reply(outcome, more), idempotency, when)).toBe(verdict);
  });
});

describe('attempts', () => {
  it('are made until one succeeds, and are counted', async () => {
    const { invocation, send } = retrying({ budget: '100%' });
    const to = dependency(reply('503'), reply('ok', { value: 1 }));
    const call = testCall(invocation());
    expect(await send(call, to.send)).toMatchObject({ outcome: 'ok', value: 1 });
    expect(to.calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(call.attempt).toBe(2);
  });

  it('end with what the last one got, marked so that nobody above starts over', async () => {
    const { invocation, send } = retrying({ attempts: 2 });
    const to = dependency(reply('503'));
    expect(await send(testCall(invocation()), to.send)).toMatchObject({ outcome: '503', never: true });
    expect(to.calls).toHaveLength(2);
  });

  it('wait as long as the callee asks', async () => {
    const { invocation, send, clock } = retrying();
    const to = dependency(reply('503', { retryAfterMs: 2_000 }), reply('ok'));
    await send(testCall(invocation()), to.send);
    expect(clock.now() - NOW).toBe(2_000);
  });

  it('end when the next one would start after the deadline', async () => {
    const { invocation, send, clock } = retrying();
    const to = dependency(reply('503', { retryAfterMs: 2_000 }));
    expect(await send(testCall(invocation(2_000)), to.send)).toMatchObject({ outcome: '503', never: true });
    expect(to.calls).toHaveLength(1);
    expect(clock.now()).toBe(NOW);
  });

  it('aborting during a backoff ends it at once and never calls again', async () => {
    const { invocation, stage, clock } = retrying();
    const to = dependency(reply('503'));
    const abort = new AbortController();
    const ending = stage(testCall(invocation(), { signal: abort.signal }), to.send);
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
    abort.abort(new Error('the user has left'));
    expect(await ending).toMatchObject({ outcome: 'error', error: { message: 'the user has left' } });
    clock.advance(10_000);
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
    expect(to.calls).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });

  it.each([
    ['a repeated request', { attempt: 2 }],
    ['a request whose caller has no budget', { noRetry: true }],
  ])('are not repeated below %s', async (_what, said) => {
    const { invocation, send } = retrying();
    const to = dependency(reply('503'));
    const call = testCall(Object.assign(invocation(), said));
    expect(await send(call, to.send)).toMatchObject({ outcome: '503', never: true });
    expect(to.calls).toHaveLength(1);
  });
});

describe('the budget', () => {
  it('starts with one and grows by a share of the requests', () => {
    const budget = new RetryBudget(0.1);
    const spent = Array.from({ length: 31 }, () => {
      budget.earn();
      return budget.spend();
    });
    expect(spent.flatMap((did, i) => (did ? [i] : []))).toEqual([0, 10, 20, 30]);
  });

  it('has no floor per time: at one request a second it stays a share', async () => {
    const { invocation, send, clock } = retrying({ budget: '6%' });
    const to = dependency(reply('503'));
    for (let i = 0; i < 100; i++) {
      await send(testCall(invocation()), to.send);
      clock.advance(1_000);
    }
    // 100 requests, 6 retries earned, one to start with.
    expect(to.calls.length).toBeLessThanOrEqual(107);
    expect(to.calls.length).toBeGreaterThan(100);
  });

  it('three layers over a dependency that is down make at most 1.2 × requests, and one more an instance', async () => {
    const clock = fakeClock(NOW);
    const instances = Array.from({ length: 3 }, (_, i) => testInstance({ clock, id: `layer-${i}` }));
    let reached = 0;
    /** A layer's function: its own invocation, which calls the next layer and answers as it did. */
    const layer =
      (index: number): Send =>
      async (call) => {
        const instance = instances[index];
        if (!instance) {
          reached += 1;
          return reply('503');
        }
        const { invocation, send } = retrying({ budget: '6%' }, clock, instance);
        const mine = Object.assign(invocation(), { attempt: call.attempt + call.invocation.attempt - 1 });
        const ended = await send(testCall(mine), layer(index + 1), 100);
        return reply('503', ended.never ? { never: true } : {});
      };
    const client = testInvocation(testInstance({ clock }), {}, testContext(clock));
    const requests = 1_000;
    for (let i = 0; i < requests; i++) await layer(0)(testCall(client));
    expect(reached).toBeLessThanOrEqual(1.2 * requests + 3);
  });
});

it('leaves a call alone that no rule retries', () => {
  expect(retryOutbound.stage('payments', {}, testInstance())).toBeUndefined();
});

it('passes whole pipelines on: each attempt goes through every stage inside', async () => {
  const { stage, invocation, clock } = retrying({ attempts: 2 });
  const seen: number[] = [];
  const inner = async (call: Call, next: Send) => {
    seen.push(call.attempt);
    return next(call);
  };
  const ending = compose([stage, inner], dependency(reply('503')).send)(testCall(invocation()));
  for (let turns = 0; turns < 20; turns++) await Promise.resolve();
  clock.advance(100);
  await ending;
  expect(seen).toEqual([1, 2]);
});
