// The caller's half of shedding: what reaches a dependency that refuses, one that is well, and one that recovers.
import { beforeEach, describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import type { Reply, Stage } from '../../../../middleware/kernel/outbound.ts';
import { silentRecorder } from '../../../../middleware/kernel/recorder.ts';
import type { DependencyRule } from '../../../../middleware/kernel/rules/document.ts';
import { MOST_DROPPED } from '../../../../middleware/shed/algorithm.ts';
import { fateOf, shedOutbound } from '../../../../middleware/shed/outbound.ts';
import { WINDOW_MS } from '../../../../middleware/shed/window.ts';
import { seededRandom } from '../../../../middleware/testing/random.ts';
import { fakeClock, type FakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';
import { reply, testCall } from '../../../support/outbound.ts';

const throttled = reply('throttled', { sent: false });
const refusal = (by: string) => reply('503', { response: { status: 503, body: { code: 'FLYBALL_REFUSED', by } } });

describe('what a reply says of the dependency', () => {
  it.each<[string, Reply, string | undefined]>([
    ['an answer', reply('ok'), 'accepted'],
    ['a failure of its own', reply('500', { response: { status: 500, body: 'oops' } }), 'accepted'],
    ['a 503 that is nobody’s refusal', reply('503', { response: { status: 503, body: 'down' } }), 'accepted'],
    ['a mistake of ours', reply('404'), 'accepted'],
    ['no answer in time', reply('timeout'), 'accepted'],
    ['a business failure', reply('business:CARD_DECLINED'), 'accepted'],
    ['429', reply('throttled'), 'refused'],
    ['Lambda’s TooManyRequestsException', throttled, 'refused'],
    ['a governed callee that sheds', refusal('shed'), 'refused'],
    ['a governed callee without a permit', refusal('concurrency'), 'refused'],
    ['a governed callee that lets nobody in', refusal('access'), 'accepted'],
    ['no connection', reply('connect', { sent: false }), undefined],
    ['an open breaker on this side', reply('refused', { sent: false }), undefined],
  ])('%s', (_what, given, fate) => {
    expect(fateOf(given)).toBe(fate);
  });
});

describe('one request that is dropped', () => {
  const refusals: unknown[][] = [];
  let instance: Instance;
  beforeEach(() => {
    refusals.length = 0;
    instance = testInstance({ random: () => 0 });
    instance.recorder = { ...silentRecorder, refusal: (...refusal) => refusals.push(refusal) };
  });

  /** After three refusals, the next request is dropped with a probability of three quarters. */
  async function afterRefusals(rule: DependencyRule, attempt = 1): Promise<{ last: Reply; sent: number }> {
    let sent = 0;
    const stage = shedOutbound.stage('payments', rule, instance);
    const ask = async (which: number) => {
      const call = testCall(testInvocation(instance), { attempt: which });
      const send = () => Promise.resolve((sent++, throttled));
      return stage ? stage(call, send) : send();
    };
    for (let i = 0; i < 3; i++) await ask(1);
    return { last: await ask(attempt), sent };
  }

  it('is refused by name of the dependency, not sent, and not to be sent again by whoever asked', async () => {
    const { last, sent } = await afterRefusals({});
    expect(sent).toBe(3);
    expect(last).toMatchObject({ outcome: 'refused', sent: false, never: true, retryAfterMs: 1_000 });
    expect(last.error).toBeInstanceOf(Refused);
    expect(last.error).toMatchObject({
      by: 'shed',
      rule: 'payments',
      statusCode: 503,
      headers: { 'retry-after': '1' },
    });
    expect(refusals).toEqual([['shed', 'payments', 'default', 1, false]]);
  });

  it('is no retry: a call that was let out keeps those it has', async () => {
    expect(await afterRefusals({}, 2)).toEqual({ last: throttled, sent: 4 });
    expect(refusals).toEqual([]);
  });

  it('is sent all the same in shadow, and counted', async () => {
    const { last, sent } = await afterRefusals({ shed: 'shadow' });
    expect([last, sent]).toEqual([throttled, 4]);
    expect(refusals).toEqual([['shed', 'payments', 'default', 1, true]]);
  });

  it('does not exist where the rule says disabled', async () => {
    expect(await afterRefusals({ shed: 'disabled' })).toEqual({ last: throttled, sent: 4 });
    expect(refusals).toEqual([]);
  });
});

/** A fleet that calls one dependency at a steady rate, which takes so many a second, whoever they are of. */
class Simulation {
  readonly clock: FakeClock = fakeClock();
  readonly #random = seededRandom(7);
  readonly #members: { stage: Stage; instance: Instance }[] = [];
  /** A bucket of a quarter of a second. */
  #tokens = 0;

  constructor(instances: number) {
    for (let i = 0; i < instances; i++) {
      const instance = testInstance({ id: `i${i}`, clock: this.clock, random: this.#random });
      const stage = shedOutbound.stage('payments', {}, instance);
      if (stage) this.#members.push({ stage, instance });
    }
  }

  /** `offered` requests a second in all, of which the dependency takes `accepts`. */
  async run(
    seconds: number,
    offered: number,
    accepts: number,
  ): Promise<{ wanted: number; sent: number; took: number }> {
    const counts = { wanted: 0, sent: 0, took: 0 };
    const stepMs = 1000 / offered;
    let owedMs = 0;
    for (let i = 0; i < seconds * offered; i++) {
      this.#tokens = Math.min(accepts / 4, this.#tokens + accepts / offered);
      counts.wanted++;
      const member = this.#members[Math.floor(this.#random() * this.#members.length)];
      if (!member) throw new Error('no instances');
      await member.stage(testCall(testInvocation(member.instance)), () => {
        counts.sent++;
        if (this.#tokens < 1) return Promise.resolve(throttled);
        this.#tokens--;
        counts.took++;
        return Promise.resolve(reply('ok'));
      });
      owedMs += stepMs;
      this.clock.advance(Math.floor(owedMs));
      owedMs -= Math.floor(owedMs);
    }
    return counts;
  }
}

describe('a dependency under load', () => {
  const WINDOW_S = WINDOW_MS / 1000;

  it.each([1, 4, 20])('that is well is sent everything, by %d instances', async (instances) => {
    const { wanted, sent } = await new Simulation(instances).run(2 * WINDOW_S, 50, 60);
    expect(sent).toBe(wanted);
  });

  it.each([
    [1, 10],
    [4, 10],
    [20, 10],
    [4, 30],
  ])('is sent at most twice what it accepts, by %d instances, at %d times as much', async (instances, times) => {
    const simulation = new Simulation(instances);
    await simulation.run(WINDOW_S, 10 * times, 10);
    const { sent, took } = await simulation.run(2 * WINDOW_S, 10 * times, 10);
    expect(sent / took).toBeLessThanOrEqual(2.1);
    // And it is kept busy.
    expect(took).toBeGreaterThanOrEqual(0.97 * 2 * WINDOW_S * 10);
  });

  it('is sent one in twenty when it accepts nothing at all', async () => {
    const simulation = new Simulation(4);
    await simulation.run(WINDOW_S, 40, 0);
    const { wanted, sent } = await simulation.run(WINDOW_S, 40, 0);
    expect(sent / wanted).toBeLessThanOrEqual(1.2 * (1 - MOST_DROPPED));
    expect(sent / wanted).toBeGreaterThanOrEqual(0.8 * (1 - MOST_DROPPED));
  });

  it.each([
    ['a tenth', 4, 60],
    ['nothing', 0, 90],
  ])('that accepted %s is sent everything again well within a window of its recovery', async (_share, was, within) => {
    const simulation = new Simulation(4);
    await simulation.run(2 * WINDOW_S, 40, was);
    await simulation.run(within, 40, 400);
    const { wanted, sent } = await simulation.run(30, 40, 400);
    expect(sent).toBe(wanted);
  });

  it('is sent everything after an hour in which nothing ran', async () => {
    const simulation = new Simulation(1);
    await simulation.run(WINDOW_S, 40, 0);
    simulation.clock.advance(3_600_000);
    const { wanted, sent } = await simulation.run(10, 40, 400);
    expect(sent).toBe(wanted);
  });
});
