// Refused events of buckets, topics and buses are parked, and come back as the events they were.
import type { S3Event } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flyball } from '../../../../middleware/index.ts';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import { testGovernor, type TestGovernor } from '../../../../middleware/testing/index.ts';
import { direct, eventBridge, httpV2, s3, schedule, sns, sqs } from '../../../support/events.ts';

const URL = 'https://sqs.eu-central-1.amazonaws.com/000000000000/thumbnails-parking';
const QUEUE = 'thumbnails-parking';

beforeEach(() => {
  vi.stubEnv('FLYBALL_PARKING_QUEUE', URL);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

interface Given {
  readonly whenRefused?: 'park' | 'fail';
  readonly redelivery?: { attempts: number; backoff: { initial: string; jitter: 'none' } };
}

/** A function that may do one thing a minute, and has just done it. */
async function spent({ whenRefused, redelivery }: Given = {}): Promise<TestGovernor> {
  const governor = await testGovernor({
    service: 'thumbnails',
    rules: {
      resources: {
        upload: {
          match: { trigger: 'bucket' },
          ...(whenRefused && { whenRefused }),
          ...(redelivery && { redelivery }),
        },
      },
      throttles: { pace: { limit: '1/min' } },
    },
  });
  await governor.governed(async () => undefined)(s3());
  return governor;
}

const messageOf = (governor: TestGovernor, receives = 1, messageId = 'parked-1') => {
  const body = governor.queues.parked.at(-1)?.body ?? '';
  const messageAttributes = { 'flyball-parked': { dataType: 'String' as const, stringValue: 'thumbnails' } };
  return { messageId, receiptHandle: messageId, body, receives, messageAttributes };
};
const broughtBack = (governor: TestGovernor, receives?: number) =>
  sqs([messageOf(governor, receives)], 'thumbnails-parking');
const RETURNED = { batchItemFailures: [{ itemIdentifier: 'parked-1' }] };

describe('a refused event', () => {
  it.each([
    ['of a bucket', s3()],
    ['of a topic', sns()],
    ['of a bus', eventBridge()],
  ])('%s ends well and is in the parking queue, with who parked it and why', async (_what, event) => {
    const governor = await spent();
    const handler = vi.fn(async () => 'done');
    const answer = await governor.governed<unknown, unknown>(handler)(event);
    expect(handler).not.toHaveBeenCalled();
    expect(answer).toEqual({ parked: true, by: 'throttle', rule: 'pace' });
    const [parked] = governor.queues.parked;
    expect(parked?.queue).toBe(URL);
    expect(parked?.delaySeconds).toBeGreaterThan(55);
    expect(parked?.delaySeconds).toBeLessThanOrEqual(120);
    expect(JSON.parse(parked?.body ?? '')).toEqual({
      flyball: {
        parked: 1,
        service: 'thumbnails',
        resource:
          event === undefined ? '' : 'Records' in event && 's3' in (event.Records[0] ?? {}) ? 'upload' : 'default',
        function: 'thumbnails',
        parkedAt: new Date(governor.clock.now()).toISOString(),
        by: 'throttle',
        rule: 'pace',
      },
      event,
    });
  });

  it.each([
    ['a direct invoke', direct()],
    ['a request', httpV2()],
    ['a schedule', schedule()],
  ])('is not parked when somebody sees the refusal: %s', async (_what, event) => {
    const governor = await spent();
    await governor
      .governed<unknown, unknown>(async () => 'done')(event)
      .catch(() => undefined);
    expect(governor.queues.parked).toEqual([]);
  });

  it('fails as without flyball when its resource says so', async () => {
    const governor = await spent({ whenRefused: 'fail' });
    await expect(governor.governed(async () => 'done')(s3())).rejects.toBeInstanceOf(Refused);
    expect(governor.queues.parked).toEqual([]);
  });

  it('fails without a parking queue, and the log says what is missing', async () => {
    vi.stubEnv('FLYBALL_PARKING_QUEUE', '');
    const governor = await spent({ whenRefused: 'park' });
    await expect(governor.governed(async () => 'done')(s3())).rejects.toBeInstanceOf(Refused);
    expect(governor.log.map(({ message }) => message)).toContain(
      'flyball cannot park: FLYBALL_PARKING_QUEUE is not set',
    );
  });

  it('fails when it is too large for a message, so that the platform tries again', async () => {
    const governor = await spent();
    const large = eventBridge({ detail: { orderId: 'x'.repeat(1_048_576) } });
    await expect(governor.governed<unknown, unknown>(async () => 'done')(large)).rejects.toBeInstanceOf(Refused);
    expect(governor.queues.parked).toEqual([]);
  });

  it('is parked as well when a dependency refused in the handler, as its breaker does', async () => {
    const governor = await testGovernor({ service: 'thumbnails' });
    const refusing = governor.governed<S3Event, unknown>(async () => {
      throw new Refused({ by: 'breaker', rule: 'uploads', retryAfterMs: 4_000, message: 'open', statusCode: 503 });
    });
    expect(await refusing(s3())).toEqual({ parked: true, by: 'breaker', rule: 'uploads' });
    expect(governor.queues.parked[0]?.delaySeconds).toBe(4);
  });

  it('is refused for good when trying again helps nobody', async () => {
    const governor = await testGovernor({ service: 'thumbnails' });
    const refusing = governor.governed<S3Event, unknown>(async () => {
      throw new Refused({ by: 'deadline', rule: 'uploads', message: 'too late', statusCode: 504 });
    });
    await expect(refusing(s3())).rejects.toBeInstanceOf(Refused);
    expect(governor.queues.parked).toEqual([]);
  });
});

describe('a parked event that comes back', () => {
  it('is handled as the event it was, under the rules of its own resource, and its message is done with', async () => {
    const governor = await spent();
    const event = s3();
    const handler = vi.fn(async (_event: S3Event) => 'done');
    await governor.governed(handler)(event);
    governor.clock.advance(61_000);
    const answer = await governor.governed<unknown, unknown>(handler as never)(broughtBack(governor));
    expect(handler.mock.calls[0]?.[0]).toEqual(event);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(governor.recorded.invocations.at(-1)).toMatchObject({ resource: 'upload', outcome: 'ok' });
  });

  it('is deferred when it is refused again, and never sent a second time', async () => {
    const governor = await spent();
    const handler = vi.fn(async () => 'done');
    await governor.governed(handler)(s3());
    const answer = await governor.governed<unknown, unknown>(handler)(broughtBack(governor));
    expect(handler).not.toHaveBeenCalled();
    expect(answer).toEqual(RETURNED);
    expect(governor.queues.parked).toHaveLength(1);
    expect(governor.queues.delayed).toMatchObject([{ queue: 'thumbnails-parking', receiptHandle: 'parked-1' }]);
    expect(governor.queues.delayed[0]?.seconds).toBeGreaterThan(50);
    expect(governor.recorded.invocations.at(-1)).toMatchObject({ resource: 'upload', outcome: 'refused' });
  });

  it('goes back with a growing delay when the handler fails, and to the dead-letter queue after its attempts', async () => {
    const governor = await spent({ redelivery: { attempts: 3, backoff: { initial: '10s', jitter: 'none' } } });
    const failing = governor.governed<unknown, unknown>(async () => {
      throw new TypeError('no picture');
    });
    await failing(s3());
    const answers: unknown[] = [];
    for (let receives = 1; receives <= 3; receives++) {
      governor.clock.advance(61_000);
      answers.push(await failing(broughtBack(governor, receives)));
    }
    expect(answers).toEqual([RETURNED, RETURNED, { batchItemFailures: [] }]);
    expect(governor.queues.delayed.map(({ seconds }) => seconds)).toEqual([10, 20]);
    expect(governor.queues.deadLetters).toMatchObject([
      {
        queue: 'thumbnails-parking-dlq',
        attributes: {
          'flyball-reason': 'TypeError: no picture',
          'flyball-attempts': '3',
          'flyball-parked': 'thumbnails',
        },
      },
    ]);
  });

  it('has five attempts without a rule; a deferral is none', async () => {
    const governor = await spent();
    const failing = governor.governed<unknown, unknown>(async () => {
      throw new TypeError('no picture');
    });
    await failing(s3());
    await failing(broughtBack(governor, 1));
    for (let receives = 2; receives <= 6; receives++) {
      governor.clock.advance(61_000);
      await failing(broughtBack(governor, receives));
      expect(governor.queues.deadLetters).toHaveLength(receives === 6 ? 1 : 0);
    }
  });
});

describe('a parked event whose handler', () => {
  /** Long enough after it was parked that it may run. */
  async function comesBackTo(handler: () => Promise<unknown>) {
    const governor = await spent();
    await governor.governed<unknown, unknown>(handler)(s3());
    governor.clock.advance(121_000);
    const answer = await governor.governed<unknown, unknown>(handler)(broughtBack(governor));
    return { answer, governor };
  }

  it('rejects it is a dead letter at its first attempt', async () => {
    const { answer, governor } = await comesBackTo(async () => flyball.reject('no picture'));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(governor.queues.deadLetters.map(({ attributes }) => attributes['flyball-reason'])).toEqual([
      'Rejected: no picture',
    ]);
  });

  it('says when it is to come back comes back then', async () => {
    const { answer, governor } = await comesBackTo(() =>
      Promise.reject(Object.assign(new Error('busy'), { deferMs: 45_000 })),
    );
    expect(answer).toEqual(RETURNED);
    expect(governor.queues.delayed.map(({ seconds }) => seconds)).toEqual([45]);
  });
});

describe('what is in a parking queue and cannot be run', () => {
  const handling = async (event: unknown) => {
    const governor = await testGovernor({ service: 'thumbnails' });
    const handler = vi.fn(async (_given: unknown) => undefined);
    const answer = await governor
      .governed<unknown, unknown>(handler)(event)
      .then(
        (result) => ({ result }),
        (error: unknown) => ({ error: error instanceof Error ? error.message : '' }),
      );
    return { answer, given: handler.mock.calls[0]?.[0] };
  };
  const marked = (body: unknown, messageId = 'm') => ({
    messageId,
    body: JSON.stringify(body),
    messageAttributes: { 'flyball-parked': { dataType: 'String' as const, stringValue: 'thumbnails' } },
  });
  const by = { parked: 1, service: 'thumbnails', function: 'thumbnails' };

  it.each([
    ['no event in it', marked({ flyball: by })],
    ['nobody who parked it', marked({ event: s3() })],
    ['no JSON', { ...marked(''), body: '{' }],
    ['a request in it, which would have had to be let in', marked({ flyball: by, event: httpV2() })],
    ['a queue batch in it', marked({ flyball: by, event: sqs() })],
    ['no mark', { body: JSON.stringify({ flyball: by, event: s3() }) }],
  ])('an ordinary record: %s', async (_what, message) => {
    const event = sqs([message], QUEUE);
    expect((await handling(event)).given).toEqual(event);
  });

  it.each([
    ['another function', { ...by, function: 'invoices' }, /needs a parking queue of its own/],
    ['another service', { ...by, service: 'billing' }, /needs a parking queue of its own/],
    ['another version', { ...by, parked: 2 }, /by another flyball \(version 2/],
  ])('fails, and stays in the queue: parked by %s', async (_what, parking, reason) => {
    const { answer, given } = await handling(sqs([marked({ flyball: parking, event: s3() })], QUEUE));
    expect(given).toBeUndefined();
    expect(answer).toEqual({ error: expect.stringMatching(reason) as string });
  });

  it('an ordinary record, and no harm to those beside it: marked, but of a queue that is not for parking', async () => {
    const forged = marked({ flyball: by, event: s3() }, 'forged');
    for (const queue of ['settlement', `${QUEUE}-2`, '']) {
      const event = sqs([forged, { messageId: 'good' }], queue);
      expect((await handling(event)).given).toEqual(event);
    }
    vi.stubEnv('FLYBALL_PARKING_QUEUE', '');
    const event = sqs([forged], QUEUE);
    expect((await handling(event)).given).toEqual(event);
  });

  it('fails, and stays in the queue: a batch of several', async () => {
    const message = { flyball: by, event: s3() };
    const { answer, given } = await handling(sqs([marked(message, 'a'), marked(message, 'b')], QUEUE));
    expect(given).toBeUndefined();
    expect(answer).toEqual({ error: expect.stringMatching(/batchSize: 1/) as string });
  });
});

describe('while events are parked', () => {
  it('new ones stand behind them, a fifth of the tokens excepted', async () => {
    const governor = await testGovernor({
      service: 'thumbnails',
      rules: { throttles: { pace: { limit: '1/s', burst: 1 } } },
    });
    const handle = governor.governed<unknown, unknown>(async () => 'done');
    for (let upload = 0; upload < 10; upload++) await handle(s3());
    expect(governor.queues.parked).toHaveLength(9);
    governor.clock.advance(2_000);
    // There is a token, and those that are parked have been promised it.
    expect(await handle(s3())).toMatchObject({ parked: true });
    expect(await handle(broughtBack(governor))).toEqual({ batchItemFailures: [] });
    governor.clock.advance(30_000);
    expect(await handle(s3())).toBe('done');
  });
});
