// A call that was made and failed ends in that failure, also when its next attempt is refused.
import { describe, expect, it } from 'vitest';
import { DependencyFailed, flyball, Refused } from '../../../../middleware/index.ts';
import type { RefusedBy } from '../../../../middleware/kernel/errors.ts';
import type { GaveUp, Reply } from '../../../../middleware/kernel/outbound.ts';
import { retryOutbound } from '../../../../middleware/retry/index.ts';
import { events, testGovernor, type TestGovernor } from '../../../../middleware/testing/index.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';
import { dependency, reply, testCall } from '../../../support/outbound.ts';

const refusal = (by: RefusedBy) =>
  new Refused({ by, rule: 'payments', statusCode: 503, retryAfterMs: 4_000, message: 'refused' });
const refused = (by: RefusedBy) => reply('refused', { error: refusal(by), sent: false, retryAfterMs: 4_000 });

describe('a call whose next attempt is refused', () => {
  async function ended(...replies: Reply[]) {
    const clock = fakeClock();
    const instance = testInstance({ clock });
    const internals: string[] = [];
    instance.recorder = { ...instance.recorder, internal: (event) => internals.push(event) };
    const backoff = { kind: 'fixed', initial: '1ms', max: '1ms', jitter: 'none' } as const;
    const stage = retryOutbound.stage('payments', { retry: { attempts: 4, budget: '100%', backoff } }, instance);
    if (!stage) throw new Error('a rule with retry has a stage');
    const call = testCall(testInvocation(instance), { idempotency: 'safe' });
    let over = false;
    const ending = stage(call, dependency(...replies).send).finally(() => (over = true));
    for (let steps = 0; steps < 200 && !over; steps++) {
      for (let turns = 0; turns < 20; turns++) await Promise.resolve();
      clock.advance(50);
    }
    return { ended: await ending, call, internals };
  }

  it.each<[RefusedBy, GaveUp]>([
    ['breaker', 'breaker'],
    ['shed', 'shed'],
    ['concurrency', 'refused'],
  ])('by %s ends in what was made of it, for good', async (by, gaveUp) => {
    const { ended: end, call, internals } = await ended(reply('503', { value: 'down' }), refused(by));
    expect(end).toMatchObject({ outcome: '503', value: 'down', sent: true, never: true, gaveUp });
    expect(end.error).toBeUndefined();
    expect(call.attempt).toBe(1);
    expect(internals).toEqual([`retry:${gaveUp}:payments`]);
  });

  it('ends in it also when nothing could be sent: the dependency has failed, and was not spared', async () => {
    const { ended: end } = await ended(reply('connect', { sent: false }), refused('breaker'));
    expect(end).toMatchObject({ outcome: 'connect', sent: false, gaveUp: 'breaker' });
  });

  it('was sent, if any of its attempts was, whatever became of the last one', async () => {
    const { ended: end } = await ended(
      reply('503'),
      reply('connect', { sent: false }),
      reply('connect', { sent: false }),
      reply('connect', { sent: false }),
    );
    expect(end).toMatchObject({ outcome: 'connect', sent: true });
    const { ended: never } = await ended(...Array.from({ length: 4 }, () => reply('connect', { sent: false })));
    expect(never).toMatchObject({ outcome: 'connect', sent: false });
  });

  it.each([
    ['the refusal says', 1, 4_000],
    ['the dependency says', 6_000, 6_000],
  ])('comes back no sooner than %s', async (_who, asked, expected) => {
    const { ended: end } = await ended(reply('503', { retryAfterMs: asked }), refused('breaker'));
    expect(end.retryAfterMs).toBe(expected);
  });

  it('was refused, if nothing was made before', async () => {
    const { ended: end, internals } = await ended(refused('breaker'));
    expect(end).toMatchObject({ outcome: 'refused', error: { by: 'breaker' } });
    expect(end).not.toHaveProperty('gaveUp');
    expect(internals).toEqual([]);
  });
});

describe('a failing probe of a dependency with retries', () => {
  const payments = {
    target: { url: 'https://payments.example' },
    retry: { attempts: 3, budget: '100%', backoff: { initial: '10ms' } },
    breaker: { window: { time: '30s', minimumCalls: 1 }, surge: 'off', openFor: { initial: '5s', factor: 1 } },
  } as const;
  const read = () => flyball.call('payments', { method: 'GET' });

  /** Its breaker is open, and lets a probe pass from now on. */
  async function broken(given: object = {}, rules: object = {}): Promise<TestGovernor> {
    const dependencies = { payments: { ...payments, ...given } };
    const governor = await testGovernor({ service: 'orders', rules: { ...rules, dependencies } });
    governor.respond('payments', { status: 503 });
    await governor.invoke(
      governor.governed(() => read().catch(() => 'failed')),
      events.httpV2(),
    );
    expect(governor.breaker('payments').state).toBe('OPEN');
    await governor.advance('6s');
    return governor;
  }

  it('throws what became of the probe, with the later of both times to come back', async () => {
    const governor = await broken();
    let thrown: unknown;
    await governor.invoke(
      governor.governed(() => read().catch((error: unknown) => (thrown = error))),
      events.httpV2(),
    );
    expect(thrown).toBeInstanceOf(DependencyFailed);
    expect(thrown).toMatchObject({ outcome: '503', attempts: 1, gaveUp: 'breaker', response: { status: 503 } });
    expect((thrown as DependencyFailed).headers).toMatchObject({ 'retry-after': '5', 'x-flyball-retry': 'never' });
    expect(governor.calls).toHaveLength(2);
  });

  it.each([['failure'], ['breaker']] as const)('is answered for by a fallback for %s', async (cause) => {
    const governor = await broken({ fallback: [{ when: [cause], respond: { status: 200, body: 'kept' } }] });
    expect(await governor.invoke(governor.governed(read), events.httpV2())).toBe('kept');
    expect(governor.calls).toHaveLength(2);
  });

  it.each([['failure'], ['breaker']] as const)("is answered for by its resource's fallback for %s", async (cause) => {
    const fallback = [{ when: [cause], respond: { status: 202, body: 'later' } }];
    const governor = await broken({}, { resources: { shop: { match: { trigger: 'http' }, fallback } } });
    expect(await governor.invoke(governor.governed(read), events.httpV2())).toMatchObject({ statusCode: 202 });
  });

  it('that is no answer: a fallback that is a failure keeps the time to come back', async () => {
    const governor = await broken({ fallback: [{ respond: { status: 503, body: 'later' } }] });
    const answer = (await governor.invoke(governor.governed(read), events.httpV2())) as { headers: object };
    expect(answer.headers).toMatchObject({ 'retry-after': '5' });
  });

  const settlement = {
    match: { trigger: 'queue', source: 'settlement' },
    redelivery: { attempts: 3, backoff: { kind: 'fixed', initial: '6s', jitter: 'none' } },
  } as const;

  it('is an attempt at the record of a queue, which is given up after so many', async () => {
    const governor = await broken({}, { resources: { settlement } });
    for (let receives = 1; receives <= 3; receives++) {
      expect(governor.queues.deadLetters).toEqual([]);
      await governor.invoke(governor.governed(read), events.sqs([{ messageId: 'one', receives }]));
      await governor.advance('6s');
    }
    expect(governor.queues.deadLetters.map(({ attributes }) => attributes['flyball-attempts'])).toEqual(['3']);
  });

  it('is what `never` means by it', async () => {
    const redelivery = { ...settlement.redelivery, never: [503] };
    const governor = await broken({}, { resources: { settlement: { ...settlement, redelivery } } });
    await governor.invoke(governor.governed(read), events.sqs(1));
    expect(governor.queues.deadLetters).toHaveLength(1);
  });
});
