// Who is called says when to come back; how long a record stays away for it is not its to decide.
import { describe, expect, it } from 'vitest';
import { DependencyFailed, flyball } from '../../../../middleware/index.ts';
import { verdictOf } from '../../../../middleware/redelivery/verdict.ts';
import { events, testGovernor, type TestGovernor } from '../../../../middleware/testing/index.ts';

const HOURS_12 = String(12 * 3_600);

describe('a record whose call is told to come back much later', () => {
  const charge = () => flyball.call('payments', { operation: 'charge' });

  async function told(seconds: string, backoff?: object, more: object = {}): Promise<TestGovernor> {
    const rules: object = {
      resources: {
        settlement: {
          match: { trigger: 'queue', source: 'settlement*' },
          redelivery: { attempts: 3, ...(backoff && { backoff: { kind: 'fixed', jitter: 'none', ...backoff } }) },
        },
      },
      dependencies: {
        payments: {
          target: { url: 'https://payments.example' },
          retry: { attempts: 3, when: ['5xx'], budget: '100%', ...more },
          operations: { charge: { idempotency: 'safe' } },
        },
      },
    };
    const governor = await testGovernor({ service: 'orders', rules });
    governor.respond('payments', { status: 503, headers: { 'retry-after': seconds } });
    return governor;
  }
  const secondsOf = ({ queues }: TestGovernor) => queues.delayed.map(({ seconds }) => seconds);

  it.each<[string, string, object | undefined, number]>([
    ['a quarter of an hour', HOURS_12, { initial: '10s' }, 900],
    ["its rule's longest backoff, where that is longer", HOURS_12, { initial: '10s', max: '2h' }, 7_200],
    ['a quarter of an hour where its rule says nothing', HOURS_12, undefined, 900],
    ['what it is told, where that is no longer', '600', { initial: '10s' }, 600],
  ])('stays away for %s', async (_what, asked, backoff, seconds) => {
    const governor = await told(asked, backoff);
    await governor.invoke(governor.governed(charge), events.sqs(1));
    expect(secondsOf(governor)).toEqual([seconds]);
  });

  it('takes its FIFO group with it for no longer', async () => {
    const governor = await told(HOURS_12, { initial: '10s' }, { deferOver: '5s' });
    const each = governor.governed((event: { readonly Records: readonly unknown[] }) =>
      Promise.allSettled(event.Records.map((_record, i) => (i === 0 ? charge() : Promise.resolve()))),
    );
    await governor.invoke(each, events.sqsFifo(2));
    expect(secondsOf(governor)).toEqual([900, 900]);
  });

  it('has made an attempt, where that is longer than its longest backoff: after so many it is given up', async () => {
    const governor = await told('120', { initial: '10s' });
    for (let receives = 1; receives <= 3; receives++) {
      expect(governor.queues.deadLetters).toEqual([]);
      await governor.invoke(governor.governed(charge), events.sqs([{ messageId: 'one', receives }]));
      await governor.advance('3m');
    }
    expect(secondsOf(governor)).toEqual([120, 120]);
    expect(governor.queues.deadLetters.map(({ attributes }) => attributes['flyball-attempts'])).toEqual(['3']);
  });

  it('has made none, where it is not', async () => {
    const governor = await told('60', { initial: '10s' });
    for (let receives = 1; receives <= 6; receives++) {
      await governor.invoke(governor.governed(charge), events.sqs([{ messageId: 'one', receives }]));
      await governor.advance('3m');
    }
    expect(governor.queues.deadLetters).toEqual([]);
  });
});

describe('what says when to come back', () => {
  it.each<[string, Error, object]>([
    [
      'a call that was told to',
      new DependencyFailed({
        dependency: 'payments',
        outcome: '503',
        attempts: 1,
        gaveUp: 'deferred',
        deferMs: 5,
        sent: true,
      }),
      { kind: 'deferred', delayMs: 5, told: true },
    ],
    [
      "an SDK's error of such a call",
      Object.assign(new Error('SlowDown'), { gaveUp: 'deferred', deferMs: 5 }),
      { kind: 'deferred', delayMs: 5, told: true },
    ],
    [
      'the handler itself',
      Object.assign(new Error('busy'), { deferMs: 3_600_000 }),
      { kind: 'deferred', delayMs: 3_600_000 },
    ],
  ])('is known: %s', (_who, error, expected) => {
    expect(verdictOf(error, undefined, true)).toEqual(expected);
  });
});
