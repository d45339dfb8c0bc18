// What the throttle policy does to an invocation, with buckets in memory and with a store that is away.
import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import { settlementOf } from '../../../../middleware/kernel/deferral.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import type { Invocation } from '../../../../middleware/kernel/invocation.ts';
import { silentRecorder } from '../../../../middleware/kernel/recorder.ts';
import type { ThrottleRule } from '../../../../middleware/kernel/rules/document.ts';
import { provideEverything } from '../../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../../middleware/throttle/index.ts';
import * as events from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';

provideEverything();

function governed(throttles: Record<string, ThrottleRule>) {
  const clock = fakeClock();
  const instance = testInstance({ rules: { throttles }, clock });
  const refusals: unknown[][] = [];
  instance.recorder = { ...silentRecorder, refusal: (...refusal) => refusals.push(refusal) };
  return { clock, instance, refusals };
}

async function before(instance: Instance, event: unknown): Promise<Invocation> {
  const invocation = testInvocation(instance, event);
  await throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
  return invocation;
}

async function admits(instance: Instance, event: unknown): Promise<boolean> {
  try {
    await before(instance, event);
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

async function refusalOf(instance: Instance, event: unknown): Promise<Refused> {
  try {
    await before(instance, event);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  throw new Error('admitted');
}

const from = (sourceIp: string) => events.httpV2({ sourceIp });

describe('the busiest keys', () => {
  const met = async (throttles: Record<string, ThrottleRule>, ...asked: unknown[]) => {
    const { instance } = governed(throttles);
    const keys: unknown[] = [];
    instance.recorder = {
      ...silentRecorder,
      key: (rule, raw, count) => keys.push([rule.name, rule.storedKeyOf(raw), count]),
    };
    for (const event of asked) await admits(instance, event);
    return keys;
  };
  const secret = events.httpV2({ headers: { 'x-api-key': 'k1' } });

  it('are told of every request, admitted or not, as the table would have them', async () => {
    const rule: ThrottleRule = { limit: '1/10s', key: ['ip'], scope: 'instance' };
    expect(await met({ 'per-ip': rule }, from('10.0.0.1'), from('10.0.0.1'), from('10.0.0.2'))).toEqual([
      ['per-ip', '10.0.0.1', 1],
      ['per-ip', '10.0.0.1', 1],
      ['per-ip', '10.0.0.2', 1],
    ]);
  });

  it('are never secrets, and of shadow rules too', async () => {
    const rule: ThrottleRule = { limit: '1/10s', key: ['header:x-api-key'], scope: 'instance', mode: 'shadow' };
    const [first] = await met({ 'per-key': rule }, secret);
    expect(first).toEqual(['per-key', expect.stringMatching(/^~[\w-]{22}$/), 1]);
  });

  it('are counted by records of a batch, and by nothing where all share a bucket', async () => {
    const batch = events.sqs([{ body: 'a' }, { body: 'b' }, { body: 'c' }], 'settlement');
    const bySource: ThrottleRule = { limit: '100/s', key: ['source'], scope: 'instance' };
    expect(await met({ source: bySource }, batch)).toEqual([['source', 'settlement', 3]]);
    expect(await met({ everyone: { limit: '100/s', scope: 'instance' } }, from('a'))).toEqual([]);
  });
});

describe('scope: instance', () => {
  it('admits the burst, refuses the next, and admits again when a token is there', async () => {
    const { clock, instance } = governed({ everyone: { limit: '5/10s', scope: 'instance' } });
    const first = await Promise.all(Array.from({ length: 7 }, () => admits(instance, from('a'))));
    expect(first).toEqual([true, true, true, true, true, false, false]);
    clock.advance(1_999);
    expect(await admits(instance, from('a'))).toBe(false);
    clock.advance(1);
    expect([await admits(instance, from('a')), await admits(instance, from('a'))]).toEqual([true, false]);
  });

  it('needs no promise', () => {
    const { instance } = governed({ everyone: { limit: '5/10s', scope: 'instance' } });
    const invocation = testInvocation(instance, from('a'));
    expect(throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy))).toBeUndefined();
  });

  it('keeps a bucket a key', async () => {
    const { instance } = governed({ caller: { limit: '1/10s', scope: 'instance', key: ['ip'] } });
    const admitted = [
      await admits(instance, from('a')),
      await admits(instance, from('b')),
      await admits(instance, from('a')),
    ];
    expect(admitted).toEqual([true, true, false]);
  });

  it('keeps its buckets when a publish does not change the rule', async () => {
    const { instance } = governed({ everyone: { limit: '1/10s', scope: 'instance' } });
    await before(instance, from('a'));
    const again = throttlePolicy.compile(instance.rules.snapshot.document, instance);
    expect(() => throttlePolicy.before?.(testInvocation(instance, from('a')), again)).toThrow(Refused);
  });
});

describe('a refusal', () => {
  it('tells the rule, when to come back, and the IETF fields', async () => {
    const { clock, instance, refusals } = governed({ 'per-client': { limit: '5/10s', scope: 'instance' } });
    for (let i = 0; i < 5; i++) await before(instance, from('a'));
    clock.advance(500);
    const refusal = await refusalOf(instance, from('a'));
    expect(refusal).toMatchObject({ by: 'throttle', rule: 'per-client', statusCode: 429, retryAfterMs: 1_500 });
    expect(refusal.headers).toEqual({
      'retry-after': '2',
      'ratelimit-policy': '"per-client";q=5;w=10',
      ratelimit: '"per-client";r=0;t=2',
    });
    expect(refusal.message).toBe('FLYBALL_REFUSED: the throttle "per-client" admits 5/10s; come back in 2 s');
    expect(refusals).toEqual([['throttle', 'per-client', 'default', 1, false]]);
  });

  it.each([
    ['0.5/s', '"rule";q=1;w=2'],
    ['1.5/s', '"rule";q=3;w=2'],
    ['1k/min', '"rule";q=1000;w=60'],
  ])('writes %s in whole numbers', async (limit, field) => {
    const { instance } = governed({ rule: { limit, burst: 1, scope: 'instance' } });
    await before(instance, from('a'));
    expect((await refusalOf(instance, from('a'))).headers['ratelimit-policy']).toBe(field);
  });
});

describe('several rules', () => {
  it('give back what they took when a later one refuses', async () => {
    const { clock, instance } = governed({
      caller: { limit: '3/10s', scope: 'instance', key: ['ip'] },
      everyone: { limit: '1/s', scope: 'instance' },
    });
    const admitted: boolean[] = [];
    for (let i = 0; i < 6; i++) {
      admitted.push(await admits(instance, from('a')));
      // Twice a second, of which `everyone` admits every other: had `caller` kept what it took, it would be empty by now.
      clock.advance(500);
    }
    expect(admitted).toEqual([true, false, true, false, true, false]);
  });

  it('the narrowest refuses first', async () => {
    const { instance } = governed({
      everyone: { limit: '1/s', scope: 'instance' },
      caller: { limit: '1/s', scope: 'instance', key: ['ip'] },
    });
    await before(instance, from('a'));
    expect((await refusalOf(instance, from('a'))).rule).toBe('caller');
    expect((await refusalOf(instance, from('b'))).rule).toBe('everyone');
  });
});

describe('mode', () => {
  it('shadow records what it would have refused, and refuses nothing', async () => {
    const { instance, refusals } = governed({ trial: { limit: '1/s', scope: 'instance', mode: 'shadow' } });
    expect([await admits(instance, from('a')), await admits(instance, from('a'))]).toEqual([true, true]);
    expect(refusals).toEqual([['throttle', 'trial', 'default', 1, true]]);
  });

  it('disabled does nothing', async () => {
    const { instance, refusals } = governed({ off: { limit: '1/s', scope: 'instance', mode: 'disabled' } });
    expect([await admits(instance, from('a')), await admits(instance, from('a'))]).toEqual([true, true]);
    expect(refusals).toEqual([]);
  });
});

describe('when the store fails', () => {
  it.each<[ThrottleRule['whenStoreFails'], boolean[]]>([
    [undefined, [true, true, false]],
    ['local', [true, true, false]],
    ['allow', [true, true, true]],
    ['reject', [false, false, false]],
  ])('%s', async (whenStoreFails, expected) => {
    const { instance } = governed({ everyone: { limit: '2/10s', ...(whenStoreFails && { whenStoreFails }) } });
    const admitted: boolean[] = [];
    for (let i = 0; i < 3; i++) admitted.push(await admits(instance, from('a')));
    expect(admitted).toEqual(expected);
  });

  it('reject answers 503 and when to try again', async () => {
    const { instance } = governed({ strict: { limit: '2/10s', whenStoreFails: 'reject' } });
    const refusal = await refusalOf(instance, from('a'));
    expect(refusal).toMatchObject({ rule: 'strict', statusCode: 503, retryAfterMs: 1_000 });
    expect(refusal.message).toContain('its store does not answer');
  });
});

describe('triggers', () => {
  const rule = { everyone: { limit: '1/10s', scope: 'instance' } } as const;
  it.each([
    ['Kinesis', events.kinesis()],
    ['a table stream', events.dynamodbStream()],
  ])('%s is never throttled: a refusal would stop the shard', async (_name, event) => {
    const { instance } = governed(rule);
    expect([await admits(instance, event), await admits(instance, event)]).toEqual([true, true]);
  });

  it.each([
    ['a bucket', events.s3()],
    ['a topic', events.sns()],
    ['an event bus', events.eventBridge()],
    ['a schedule', events.schedule()],
    ['a direct invoke', events.direct()],
  ])('%s is refused whole', async (_name, event) => {
    const { instance } = governed(rule);
    expect([await admits(instance, event), await admits(instance, event)]).toEqual([true, false]);
  });
});

describe('a queue batch', () => {
  const rule = { everyone: { limit: '2/10s', scope: 'instance' } } as const;
  const batch = events.sqs([{ messageId: 'a' }, { messageId: 'b' }, { messageId: 'c' }, { messageId: 'd' }]);

  it('is admitted record by record, in order, as far as tokens reach', async () => {
    const { instance, refusals } = governed(rule);
    const invocation = await before(instance, batch);
    expect(invocation.event).toEqual({ Records: batch.Records.slice(0, 2) });
    expect(refusals).toEqual([['throttle', 'everyone', 'default', 2, false]]);
  });

  it('defers the rest to when their tokens come', async () => {
    const { instance } = governed(rule);
    const { deferrals } = settlementOf(await before(instance, batch));
    // The next token is 5 s away; half an interval of spread.
    expect(deferrals.map(({ record, delayMs }) => [record['messageId'], delayMs])).toEqual([
      ['c', 7_500],
      ['d', 12_500],
    ]);
  });

  it('answers with the deferred records beside those the handler failed', async () => {
    const { instance } = governed(rule);
    const invocation = await before(instance, batch);
    invocation.response = { batchItemFailures: [{ itemIdentifier: 'b' }] };
    await throttlePolicy.after?.(invocation, invocation.snapshot.of(throttlePolicy));
    expect(invocation.response).toEqual({
      batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'c' }, { itemIdentifier: 'd' }],
    });
  });

  it('is refused whole when there is no token, every record deferred', async () => {
    const { instance } = governed(rule);
    await before(instance, batch);
    const invocation = testInvocation(instance, batch);
    expect(() => throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy))).toThrow(Refused);
    expect(settlementOf(invocation).deferrals).toHaveLength(4);
  });

  it('takes of every rule only what all admit', async () => {
    const { clock, instance } = governed({
      queue: { limit: '3/30s', scope: 'instance', key: ['source'] },
      everyone: { limit: '1/s', scope: 'instance' },
    });
    const counts: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { event } = await before(instance, batch);
      counts.push((event as typeof batch).Records.length);
      clock.advance(1_000);
    }
    expect(counts).toEqual([1, 1, 1]);
  });
});
