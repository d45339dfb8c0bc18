// When a call waits in the queue that brought its work rather than in the function.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DependencyFailed, flyball } from '../../../../middleware/index.ts';
import type { Reply } from '../../../../middleware/kernel/outbound.ts';
import { PARKED_ATTRIBUTE } from '../../../../middleware/kernel/parking.ts';
import { isCheaperInQueue, staysRepeatable } from '../../../../middleware/retry/defer.ts';
import { events, testGovernor, type TestGovernor } from '../../../../middleware/testing/index.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';
import { reply, testCall } from '../../../support/outbound.ts';

describe('a wait is spent in the queue', () => {
  it.each<[string, number, number, number | undefined, boolean]>([
    ['when it is over 5 s', 5_001, 60_000, undefined, true],
    ['not at 5 s', 5_000, 60_000, undefined, false],
    ['when it is over what the rule says', 2_001, 60_000, 2_000, true],
    ['not below what the rule says, however short that is', 1_999, 60_000, 2_000, false],
    ['when it is over half of the time that is left', 1_501, 3_000, undefined, true],
    ['not at half of it', 1_500, 3_000, undefined, false],
    ['not for less than a second, which a queue does not know', 999, 1_500, undefined, false],
    ['when the time that is left would not do, however short it is', 400, 300, undefined, true],
  ])('%s', (_name, waitMs, leftMs, overMs, expected) => {
    expect(isCheaperInQueue(waitMs, leftMs, overMs)).toBe(expected);
  });
});

describe('a call whose key was made for it', () => {
  const call = testCall(testInvocation(testInstance()), { idempotency: 'key', keyMade: true });
  it.each<[string, Reply, boolean]>([
    ['stays here once it may have had its effect: the next delivery would have another key', reply('503'), false],
    ['may come again while it cannot have had any', reply('connect', { sent: false }), true],
    ['may come again when it was turned away', reply('throttled'), true],
  ])('%s', (_name, ended, expected) => {
    expect(staysRepeatable(call, ended)).toBe(expected);
    expect(staysRepeatable({ ...call, keyMade: undefined }, ended)).toBe(true);
  });
});

describe('a record of a queue', () => {
  const retry = { attempts: 3, when: ['5xx'], budget: '100%' };
  const rules = {
    resources: {
      settlement: {
        match: { trigger: 'queue' as const, source: 'settlement' },
        redelivery: { attempts: 3, backoff: { initial: '10s', jitter: 'none' as const } },
      },
    },
    dependencies: {
      payments: {
        target: { url: 'https://payments.example' },
        retry,
        operations: { charge: { idempotency: 'safe' as const } },
      },
    },
  };
  let governor: TestGovernor;
  let thrown: unknown;

  beforeEach(async () => {
    thrown = undefined;
    governor = await testGovernor({ service: 'orders', rules });
  });

  const charge = () =>
    flyball.call('payments', { operation: 'charge' }).catch((error: unknown) => {
      thrown = error;
      throw error;
    });

  it('that comes alone comes again when the callee says so, and that is no attempt at it', async () => {
    governor.respond('payments', { status: 503, headers: { 'retry-after': '30' } });
    const handler = governor.governed(charge);
    const answer = await governor.invoke(handler, events.sqs(1));
    expect(answer).toMatchObject({ batchItemFailures: [{}] });
    expect(governor.calls).toHaveLength(1);
    expect(thrown).toBeInstanceOf(DependencyFailed);
    expect(thrown).toMatchObject({ gaveUp: 'deferred', deferMs: 30_000, attempts: 1 });
    expect((thrown as Error).message).toContain('the record comes again in 30000 ms');
    expect(governor.queues.delayed).toMatchObject([{ seconds: 30 }]);
    expect(governor.recorded.internal).toContain('retry:deferred:payments');
    expect(governor.queues.deadLetters).toEqual([]);
  });

  it('is called for again here when the wait is short', async () => {
    governor.respond('payments', { status: 503, headers: { 'retry-after': '2' } }, { status: 200 });
    const handler = governor.governed(charge);
    expect(await governor.invoke(handler, events.sqs(1))).not.toMatchObject({ batchItemFailures: [{}] });
    expect(governor.calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('with others beside it waits here, unless the rule says from when on not to', async () => {
    governor.respond('payments', { status: 503, headers: { 'retry-after': '8' } }, { status: 200 });
    const each = governor.governed((event: { readonly Records: readonly unknown[] }) =>
      Promise.allSettled(event.Records.map((_record, i) => (i === 0 ? charge() : Promise.resolve()))),
    );
    await governor.invoke(each, events.sqs(3));
    expect(governor.calls).toHaveLength(2);

    await governor.publish({
      ...rules,
      dependencies: { payments: { ...rules.dependencies.payments, retry: { ...retry, deferOver: '2s' } } },
    });
    governor.respond('payments', { status: 503, headers: { 'retry-after': '8' } });
    const batch = events.sqs(3);
    const answer = await governor.invoke(each, batch);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: batch.Records[0]?.messageId }] });
    expect(governor.calls).toHaveLength(3);
    expect(governor.queues.delayed).toMatchObject([{ seconds: 8 }]);
  });

  it('is not deferred beyond the deadline it brings', async () => {
    governor.respond('payments', { status: 503, headers: { 'retry-after': '10' } });
    const deadline = { stringValue: String(governor.clock.now() + 5_000), dataType: 'String' as const };
    await governor.invoke(
      governor.governed(charge),
      events.sqs([{ messageAttributes: { 'x-flyball-deadline': deadline } }]),
    );
    expect(thrown).toMatchObject({ gaveUp: 'deadline' });
  });

  it('is not deferred when the budget is spent: coming again is a repetition too', async () => {
    await governor.publish({
      ...rules,
      dependencies: { payments: { ...rules.dependencies.payments, retry: { ...retry, budget: '1%' } } },
    });
    governor.respond('payments', { status: 503, headers: { 'retry-after': '30' } });
    const handler = governor.governed(charge);
    await governor.invoke(handler, events.sqs(1));
    expect(thrown).toMatchObject({ gaveUp: 'deferred' });
    await governor.invoke(handler, events.sqs(1));
    expect(thrown).toMatchObject({ gaveUp: 'budget' });
  });

  it.each<[string, object]>([
    ['without a rule for its redelivery', { resources: { settlement: { match: { trigger: 'queue' } } } }],
    ['answered for by a fallback', { dependencies: fallingBack() }],
  ])('%s is not deferred', async (_name, other) => {
    await governor.publish({ ...rules, ...other });
    governor.respond('payments', { status: 503, headers: { 'retry-after': '40' } });
    const outcome = await governor.invoke(governor.governed(charge), events.sqs(1)).catch(() => 'thrown');
    expect(outcome === 'thrown' || JSON.stringify(outcome)).not.toContain('batchItemFailures":[{');
    expect(governor.queues.delayed).toEqual([]);
  });

  function fallingBack() {
    return { payments: { ...rules.dependencies.payments, fallback: [{ respond: { status: 200, body: {} } }] } };
  }
});

it('a request over HTTP is never deferred: somebody waits for it', async () => {
  const rules = {
    dependencies: {
      payments: { target: { url: 'https://payments.example' }, retry: { attempts: 3, deferOver: '1s' } },
    },
  };
  const governor = await testGovernor({ service: 'orders', rules });
  governor.respond('payments', { status: 503, headers: { 'retry-after': '4' } }, { status: 200, body: 'ok' });
  const handler = governor.governed(() => flyball.call('payments', { method: 'GET' }));
  expect(await governor.invoke(handler, events.httpV2())).toBe('ok');
  expect(governor.calls).toHaveLength(2);
});

describe('a parked event', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('comes again as its record does, whether or not its resource has a rule for that', async () => {
    const rules = {
      resources: { uploads: { match: { trigger: 'bucket' as const } } },
      dependencies: {
        payments: { target: { url: 'https://payments.example' }, retry: { attempts: 3, when: ['5xx'] } },
      },
    };
    vi.stubEnv('FLYBALL_PARKING_QUEUE', 'https://sqs.example/000000000000/parking');
    const governor = await testGovernor({ service: 'orders', rules, functionName: 'uploads' });
    governor.respond('payments', { status: 503, headers: { 'retry-after': '30' } });
    const parking = { parked: 1, service: 'orders', resource: 'uploads', function: 'uploads' };
    const body = JSON.stringify({ flyball: parking, event: events.s3() });
    const parked = { stringValue: 'orders', dataType: 'String' as const };
    let seen: unknown;
    let thrown: unknown;
    const handler = governor.governed((event: object) => {
      seen = event;
      return flyball.call('payments', { method: 'GET' }).catch((error: unknown) => {
        thrown = error;
        throw error;
      });
    });
    const batch = events.sqs([{ body, messageAttributes: { [PARKED_ATTRIBUTE]: parked } }], 'parking');
    expect(await governor.invoke(handler, batch)).toMatchObject({ batchItemFailures: [{}] });
    expect(seen).toMatchObject({ Records: [{ eventSource: 'aws:s3' }] });
    expect(thrown).toMatchObject({ gaveUp: 'deferred', deferMs: 30_000 });
    expect(governor.queues.delayed).toMatchObject([{ seconds: 30 }]);
    expect(governor.queues.deadLetters).toEqual([]);
  });
});
