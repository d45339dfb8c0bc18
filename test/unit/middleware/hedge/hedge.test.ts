import { describe, expect, it } from 'vitest';
import { hedgeOutbound } from '../../../../middleware/hedge/index.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import { compose, type Call, type Reply, type Stage } from '../../../../middleware/kernel/outbound.ts';
import type { DependencyRule } from '../../../../middleware/kernel/rules/document.ts';
import { breakerOutbound } from '../../../../middleware/breaker/index.ts';
import { retryOutbound } from '../../../../middleware/retry/index.ts';
import { shedOutbound } from '../../../../middleware/shed/outbound.ts';
import { recordOf } from '../../../../store/items/breaker-record.ts';
import { keys } from '../../../../store/keys.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { testContext, testInstance, testInvocation } from '../../../support/instance.ts';
import { reply, testCall } from '../../../support/outbound.ts';

const NOW = 1_000_000;

async function turns(): Promise<void> {
  for (let i = 0; i < 60; i++) await Promise.resolve();
}

interface Arrived {
  readonly call: Call;
  readonly answer: (reply: Reply) => void;
}

function hedging(rule: DependencyRule, around: readonly Stage[] = [], clock = fakeClock(NOW)) {
  const instance: Instance = testInstance({ clock });
  const internal: string[] = [];
  instance.recorder = { ...instance.recorder, internal: (event) => void internal.push(event) };
  const stage = hedgeOutbound.stage('payments', rule, instance);
  if (!stage) throw new Error('a rule with hedge has a stage');
  const arrived: Arrived[] = [];
  /** A dependency that answers when the test says so, and ends as soon as its signal aborts. */
  const send = (call: Call) =>
    new Promise<Reply>((resolve) => {
      arrived.push({ call, answer: resolve });
      call.signal.addEventListener('abort', () => resolve(reply('refused', { error: call.signal.reason as unknown })));
    });
  const invocation = testInvocation(instance, {}, testContext(clock, 30_000));
  const begin = (overrides: Partial<Call> = {}) => {
    const call = testCall(invocation, overrides);
    return { call, ended: compose([...around, stage], send)(call) };
  };
  /** Calls that are answered after `ms`. */
  const warm = async (count: number, ms: number) => {
    for (let i = 0; i < count; i++) {
      const { ended } = begin();
      clock.advance(ms);
      arrived.at(-1)?.answer(reply('ok'));
      await ended;
    }
    arrived.length = 0;
  };
  return { clock, instance, invocation, internal, arrived, begin, warm, stage };
}

/** Enough for one hedge after the first call. */
const always: DependencyRule = { hedge: { after: '100ms', most: '100%' } };

describe('a second attempt', () => {
  it('is sent when the first takes longer, and is known as a repetition', async () => {
    const { clock, begin, arrived } = hedging(always);
    const { call } = begin();
    clock.advance(99);
    await turns();
    expect(arrived).toHaveLength(1);
    clock.advance(1);
    await turns();
    expect(arrived.map((each) => each.call.attempt)).toEqual([1, 2]);
    expect(call.attempt).toBe(2);
  });

  it('that answers first wins, and ends the first, which says nothing about the dependency', async () => {
    const { clock, begin, arrived, internal } = hedging(always);
    const { ended } = begin();
    clock.advance(100);
    await turns();
    arrived[1]?.answer(reply('ok', { value: 'second' }));
    expect(await ended).toMatchObject({ outcome: 'ok', value: 'second' });
    expect(arrived[0]?.call.signal.reason).toMatchObject({ name: 'Superseded' });
    expect(internal).toEqual(['hedge:sent:payments', 'hedge:won:payments']);
    expect(clock.timers).toBe(0);
  });

  it('is ended when the first answers after all', async () => {
    const { clock, begin, arrived, internal } = hedging(always);
    const { ended } = begin();
    clock.advance(100);
    await turns();
    arrived[0]?.answer(reply('ok', { value: 'first' }));
    expect(await ended).toMatchObject({ outcome: 'ok', value: 'first' });
    expect(arrived[1]?.call.signal.reason).toMatchObject({ name: 'Superseded' });
    expect(internal).toEqual(['hedge:sent:payments']);
  });

  it.each<[string, Reply]>([
    ['an answer that is no failure', reply('404')],
    ['a business failure', reply('business:CARD_DECLINED')],
  ])('takes %s for an answer', async (_what, given) => {
    const { clock, begin, arrived } = hedging(always);
    const { ended } = begin();
    clock.advance(100);
    await turns();
    arrived[1]?.answer(given);
    expect(await ended).toMatchObject({ outcome: given.outcome });
  });

  it.each<[string, number, number]>([
    ['the first fails', 0, 1],
    ['the second fails', 1, 0],
  ])('is not the end of it when %s: the other may still answer', async (_what, failing, answering) => {
    const { clock, begin, arrived } = hedging(always);
    const { ended } = begin();
    clock.advance(100);
    await turns();
    arrived[failing]?.answer(reply('503'));
    await turns();
    arrived[answering]?.answer(reply('ok', { value: 'good' }));
    expect(await ended).toMatchObject({ outcome: 'ok', value: 'good' });
  });

  it('fails as the first did when both fail, and never if either says so', async () => {
    const { clock, begin, arrived } = hedging(always);
    const { ended } = begin();
    clock.advance(100);
    await turns();
    arrived[1]?.answer(reply('500', { never: true }));
    await turns();
    arrived[0]?.answer(reply('503'));
    expect(await ended).toMatchObject({ outcome: '503', never: true });
  });

  it('is not sent when the first fails at once: that is a matter of retries', async () => {
    const { clock, begin, arrived } = hedging(always);
    const { ended } = begin();
    arrived[0]?.answer(reply('503'));
    expect(await ended).toMatchObject({ outcome: '503' });
    clock.advance(1_000);
    await turns();
    expect(arrived).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });

  it.each<[string, Partial<Call>, object]>([
    ['of what may have its effect twice', { idempotency: 'none' }, {}],
    ['of what can be sent once', { idempotency: 'once' }, {}],
    ['of an attempt that is a retry', { attempt: 2 }, {}],
    ["of somebody's repeated request", {}, { attempt: 2 }],
    ['of a request whose caller has given up repeating', {}, { noRetry: true }],
  ])('is never sent %s', async (_what, overrides, said) => {
    const { clock, begin, arrived, invocation } = hedging(always);
    Object.assign(invocation, said);
    begin(overrides);
    clock.advance(10_000);
    await turns();
    expect(arrived).toHaveLength(1);
  });

  it('is not sent after the deadline, nor when the caller has left', async () => {
    const late = hedging(always);
    late.begin({ deadlineAt: NOW + 100 });
    late.clock.advance(100);
    await turns();
    expect(late.arrived).toHaveLength(1);
    const left = hedging(always);
    const abort = new AbortController();
    const { ended } = left.begin({ signal: abort.signal });
    abort.abort(new Error('the user has left'));
    expect(await ended).toMatchObject({ error: { message: 'the user has left' } });
    left.clock.advance(100);
    await turns();
    expect(left.arrived).toHaveLength(1);
    expect(left.clock.timers).toBe(0);
  });

  it('is not sent by the next invocation: its timer ends with its own', () => {
    const { clock, begin, invocation } = hedging(always);
    begin();
    expect(clock.timers).toBeGreaterThan(0);
    invocation.dispose();
    expect(clock.timers).toBe(0);
  });
});

describe('after p95', () => {
  it('waits for 20 successes, and then as long as 95 % of them took', async () => {
    const { clock, begin, arrived, warm } = hedging({ hedge: { most: '10%' } });
    await warm(19, 40);
    begin();
    clock.advance(5_000);
    await turns();
    expect(arrived).toHaveLength(1);
    arrived[0]?.answer(reply('503'));
    await turns();
    await warm(1, 40);
    begin();
    clock.advance(39);
    await turns();
    expect(arrived).toHaveLength(1);
    clock.advance(1);
    await turns();
    expect(arrived).toHaveLength(2);
  });

  it('does not fall because the slow ones are cut off: what was overtaken counts as long as it took', async () => {
    const { clock, begin, arrived, warm } = hedging({ hedge: { most: '100%' } });
    await warm(20, 10);
    for (let i = 0; i < 300; i++) {
      const { ended } = begin();
      // One in ten is slow: without a hedge it would take 500 ms.
      if (i % 10 === 0) {
        clock.advance(200);
        await turns();
        arrived.at(-1)?.answer(reply('ok'));
      } else {
        clock.advance(10);
        arrived.at(-1)?.answer(reply('ok'));
      }
      await ended;
    }
    arrived.length = 0;
    begin();
    clock.advance(199);
    await turns();
    expect(arrived).toHaveLength(1);
  });
});

describe('how many there are', () => {
  it('at most the share of the calls, from the first one on', async () => {
    const { clock, begin, arrived, internal } = hedging({ hedge: { after: '10ms' } });
    for (let i = 0; i < 1_000; i++) {
      const { ended } = begin();
      clock.advance(10);
      await turns();
      arrived.at(-1)?.answer(reply('ok'));
      await ended;
      expect(internal.filter((event) => event === 'hedge:sent:payments').length).toBeLessThanOrEqual(0.02 * (i + 1));
    }
    expect(internal.filter((event) => event === 'hedge:sent:payments')).toHaveLength(20);
  });

  it('each takes from the budget of retries: together they are no more than that', async () => {
    const clock = fakeClock(NOW);
    const rule: DependencyRule = { retry: { attempts: 3, budget: '6%' }, hedge: { after: '10ms', most: '10%' } };
    const kit = hedging(rule, [], clock);
    const retry = retryOutbound.stage('payments', rule, kit.instance);
    if (!retry) throw new Error('a rule with retry has a stage');
    let attempts = 0;
    for (let i = 0; i < 500; i++) {
      const call = testCall(kit.invocation);
      let over = false;
      const ended = compose([retry, kit.stage], () => {
        attempts++;
        // Slow, and then it fails.
        return new Promise((resolve) => clock.after(20, () => resolve(reply('503'))));
      })(call).then(() => (over = true));
      for (let steps = 0; steps < 500 && !over; steps++) {
        clock.advance(10);
        await turns();
      }
      await ended;
    }
    expect(attempts - 500).toBeLessThanOrEqual(0.06 * 500 + 1);
    expect(attempts - 500).toBeGreaterThan(20);
  });

  it('is an attempt of the call: with a hedge that failed there is one retry less', async () => {
    const clock = fakeClock(NOW);
    const rule: DependencyRule = { ...always, retry: { attempts: 2, budget: '100%' } };
    const kit = hedging(rule, [], clock);
    const retry = retryOutbound.stage('payments', rule, kit.instance);
    if (!retry) throw new Error('a rule with retry has a stage');
    const call = testCall(kit.invocation);
    const ended = compose(
      [retry, kit.stage],
      () => new Promise((resolve) => clock.after(150, () => resolve(reply('503')))),
    )(call);
    for (let steps = 0; steps < 10; steps++) {
      clock.advance(50);
      await turns();
    }
    expect(await ended).toMatchObject({ outcome: '503', gaveUp: 'attempts' });
    expect(call.attempt).toBe(2);
  });
});

describe('within', () => {
  it('an open breaker refuses the second attempt, and the first goes on', async () => {
    const clock = fakeClock(NOW);
    const rule: DependencyRule = { ...always, breaker: { consecutiveFailures: 1 } };
    const { instance, stage, invocation } = hedging(rule, [], clock);
    const inner = breakerOutbound.stage('payments', rule, instance);
    if (!inner) throw new Error('a rule with a breaker has a stage');
    const answers: ((reply: Reply) => void)[] = [];
    const pipeline = compose([stage, inner], () => new Promise((resolve) => answers.push(resolve)));
    const ended = pipeline(testCall(invocation));
    await turns();
    const failing = pipeline(testCall(invocation, { idempotency: 'none' }));
    await turns();
    answers[1]?.(reply('503'));
    await failing;
    clock.advance(100);
    await turns();
    expect(answers).toHaveLength(2);
    answers[0]?.(reply('ok', { value: 'slow but good' }));
    expect(await ended).toMatchObject({ outcome: 'ok', value: 'slow but good' });
  });

  it('a caller that sheds does not drop the second attempt of what it let out', async () => {
    const clock = fakeClock(NOW);
    const { instance, stage, invocation } = hedging(always, [], clock);
    const inner = shedOutbound.stage('payments', {}, instance);
    if (!inner) throw new Error('shedding is on by default');
    let sent = 0;
    void compose([stage, inner], () => {
      sent++;
      return new Promise(() => undefined);
    })(testCall(invocation));
    await turns();
    clock.advance(100);
    await turns();
    expect(sent).toBe(2);
  });
});

it('leaves a call alone that no rule hedges', () => {
  expect(hedgeOutbound.stage('payments', {}, testInstance())).toBeUndefined();
});

describe('an attempt that another has outrun', () => {
  /** Calls whose first attempt never answers and whose hedge does, through a breaker that minds slow calls. */
  async function outrun(slow: { over: string; rate: string }) {
    const openFor = { initial: '10m', max: '10m' };
    const breaker = {
      window: { time: '30s' as const, minimumCalls: 4 },
      surge: 'off' as const,
      quorum: 1,
      slow,
      openFor,
    };
    const clock = fakeClock(NOW);
    const { stage, instance, invocation } = hedging({ ...always, breaker }, [], clock);
    const table = memoryTable();
    Object.assign(instance, { table });
    const inner = breakerOutbound.stage('payments', { breaker }, instance);
    if (!inner) throw new Error('a rule with a breaker has a stage');
    const pipeline = compose([stage, inner], (call) =>
      call.attempt === 1
        ? new Promise<Reply>((resolve) =>
            call.signal.addEventListener('abort', () =>
              resolve(reply('refused', { error: call.signal.reason as unknown })),
            ),
          )
        : Promise.resolve(reply('ok')),
    );
    for (let calls = 0; calls < 4; calls++) {
      const ended = pipeline(testCall(invocation));
      await turns();
      clock.advance(100);
      await turns();
      await ended;
      clock.advance(6_100);
    }
    const refused = pipeline(testCall(invocation));
    await turns();
    clock.advance(100);
    await turns();
    await refused;
    await turns();
    const { tallies, buckets, state } = recordOf(table.item(keys.breaker('orders', 'payments')));
    const sum = (field: 'calls' | 'failures' | 'slow') => buckets.reduce((all, one) => all + one[field], 0);
    return { state: state.kind, tallies, calls: sum('calls'), failures: sum('failures'), slow: sum('slow') };
  }

  it('counts as slow for the breaker, since it was, and as no failure', async () => {
    // Five calls of two attempts each: what is slow is told at once.
    expect(await outrun({ over: '50ms', rate: '100%' })).toMatchObject({ calls: 10, failures: 0, slow: 5 });
    expect(await outrun({ over: '50ms', rate: '50%' })).toMatchObject({ state: 'OPEN' });
  });

  it('says nothing when it had not taken that long', async () => {
    expect(await outrun({ over: '1s', rate: '100%' })).toMatchObject({ calls: 4, failures: 0, slow: 0 });
  });
});
