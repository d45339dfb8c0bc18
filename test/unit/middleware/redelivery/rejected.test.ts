// Records that no other attempt would mend: in the dead-letter queue at once, with why; never lost when it takes none.
import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { flyball, governed } from '../../../../middleware/index.ts';
import { replaceQueues } from '../../../../middleware/kernel/queues.ts';
import { TestQueues } from '../../../../middleware/testing/queues.ts';
import { httpV2, sqs, sqsFifo } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance } from '../../../support/instance.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const redelivery = {
  attempts: 3,
  backoff: { kind: 'fixed', initial: '30s', jitter: 'none' },
  never: ['ValidationError', 'business:CARD_DECLINED', '4xx'],
} as const;
const rule = { resources: { settlement: { match: { trigger: 'queue' }, redelivery } } } as const;

/** A queue whose dead-letter queue takes nothing, or is not there. */
class NoDeadLetters extends TestQueues {
  readonly #there: boolean;
  constructor(there: boolean) {
    super();
    this.#there = there;
  }
  override async deadLetterArnOf(queueArn: string): Promise<string> {
    return this.#there ? super.deadLetterArnOf(queueArn) : Promise.resolve(undefined as never);
  }
  override send(): Promise<void> {
    return Promise.reject(new Error('AccessDenied'));
  }
}

function functionOf(handle: (event: SQSEvent) => unknown, rules: object = rule, queues = new TestQueues()) {
  const clock = fakeClock();
  const instance = testInstance({ service: 'settlement', rules, clock, table: memoryTable() });
  replaceQueues(instance, queues);
  const handler = governed<SQSEvent, unknown>({ service: 'settlement', instance }, async (event) => handle(event));
  return { queues, run: (event: SQSEvent) => handler(event, testContext(clock)) };
}

const settleEach = (work: (body: string) => void) => (event: SQSEvent) =>
  Promise.allSettled(event.Records.map(async ({ body }) => work(body)));
const named = (name: string) => Object.assign(new Error('no total'), { name });
const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const letters = ({ deadLetters }: TestQueues) =>
  deadLetters.map(({ body, attributes }) => [body, attributes['flyball-reason'], attributes['flyball-attempts']]);
const BATCH = [{ body: 'a' }, { body: 'bad' }, { body: 'c' }];

describe('a record that is rejected', () => {
  it.each<[string, () => void, string]>([
    ['on purpose', () => flyball.reject('no such order'), 'Rejected: no such order'],
    [
      'by the name of its error',
      () => {
        throw named('ValidationError');
      },
      'ValidationError: no total',
    ],
    [
      'by its business code',
      () => flyball.fail('CARD_DECLINED'),
      'BusinessFailure: FLYBALL_BUSINESS_FAILURE: CARD_DECLINED',
    ],
  ])('%s is a dead letter at its first attempt, and its mates are settled', async (_how, work, reason) => {
    const { queues, run } = functionOf(settleEach((body) => (body === 'bad' ? work() : undefined)));
    expect(await run(sqs(BATCH))).toEqual(failures());
    expect(letters(queues)).toEqual([['bad', reason, '1']]);
    expect(queues.delayed).toEqual([]);
  });

  it('by a throw is a dead letter when it is alone', async () => {
    const { queues, run } = functionOf(() => flyball.reject('no such order'));
    expect(await run(sqs([{ body: 'bad', receives: 2 }]))).toEqual(failures());
    expect(letters(queues)).toEqual([['bad', 'Rejected: no such order', '2']]);
  });

  it('by a throw that may be any record’s fails them all as any error does', async () => {
    const { queues, run } = functionOf(() => flyball.reject('no such order'));
    expect(await run(sqs(BATCH))).toEqual(failures('message-1', 'message-2', 'message-3'));
    expect(queues.deadLetters).toEqual([]);
    expect(queues.delayed.map(({ seconds }) => seconds)).toEqual([30, 30, 30]);
  });

  it('is not so without a rule that names its error', async () => {
    const { attempts, backoff } = redelivery;
    const rules = { resources: { settlement: { match: { trigger: 'queue' }, redelivery: { attempts, backoff } } } };
    const work = (body: string) => {
      if (body === 'bad') throw named('ValidationError');
    };
    const { queues, run } = functionOf(settleEach(work), rules);
    expect(await run(sqs(BATCH))).toEqual(failures('message-2'));
    expect(queues.deadLetters).toEqual([]);
  });
});

it('a request that is rejected is answered so: nobody else is to be told', async () => {
  const instance = testInstance({ service: 'settlement' });
  const handler = governed<unknown, unknown>({ service: 'settlement', instance }, () =>
    flyball.reject('no such order'),
  );
  const answer = (await handler(httpV2(), testContext(instance.clock))) as { statusCode: number; body: string };
  expect(answer.statusCode).toBe(422);
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'FLYBALL_REJECTED', detail: 'no such order' });
});

describe('without a rule', () => {
  it('what is rejected on purpose is a dead letter all the same', async () => {
    const one = functionOf(() => flyball.reject('no such order'), {});
    expect(await one.run(sqs([{ body: 'bad' }]))).toEqual(failures());
    const several = functionOf(
      settleEach((body) => (body === 'bad' ? flyball.reject('no such order') : undefined)),
      {},
    );
    expect(await several.run(sqs(BATCH))).toEqual(failures());
    expect([letters(one.queues), letters(several.queues)].map((each) => each.map(([body]) => body))).toEqual([
      ['bad'],
      ['bad'],
    ]);
  });

  it('a throw stays a throw when the record cannot be moved: nobody knows whether the queue reads answers', async () => {
    const { run } = functionOf(() => flyball.reject('no such order'), {}, new NoDeadLetters(true));
    await expect(run(sqs([{ body: 'bad' }]))).rejects.toThrow('no such order');
  });
});

describe('a record that is rejected and cannot be moved', () => {
  it.each([
    ['the dead-letter queue takes nothing', true],
    ['there is no dead-letter queue', false],
  ])('stays, and comes back after the delay of its rule, when %s', async (_why, there) => {
    const queues = new NoDeadLetters(there);
    const work = (body: string) => (body === 'bad' ? flyball.reject('no such order') : undefined);
    const { run } = functionOf(settleEach(work), rule, queues);
    expect(await run(sqs(BATCH))).toEqual(failures('message-2'));
    expect(queues.delayed).toEqual([{ queue: 'settlement', receiptHandle: 'receipt-2', seconds: 30 }]);
  });

  it('keeps its FIFO group behind it', async () => {
    const queues = new NoDeadLetters(true);
    const work = (body: string) => (body === 'bad' ? flyball.reject('no such order') : undefined);
    const { run } = functionOf(settleEach(work), rule, queues);
    expect(await run(sqsFifo(BATCH))).toEqual(failures('message-2', 'message-3'));
    expect(queues.delayed.map(({ seconds }) => seconds)).toEqual([30, 30]);
  });
});

describe('in a FIFO group', () => {
  it('a rejected head frees the group: what was settled behind it is settled', async () => {
    const { queues, run } = functionOf(settleEach((body) => (body === 'bad' ? flyball.reject('no') : undefined)));
    expect(await run(sqsFifo([{ body: 'bad' }, { body: 'b' }, { body: 'c' }]))).toEqual(failures());
    expect(letters(queues).map(([body]) => body)).toEqual(['bad']);
  });

  it('the next failure behind a rejected head is the new head: nothing overtakes it', async () => {
    const work = (body: string) => {
      if (body === 'bad') flyball.reject('no');
      if (body === 'b') throw new Error('not yet');
    };
    const { queues, run } = functionOf(settleEach(work));
    const event = sqsFifo([{ body: 'bad' }, { body: 'a' }, { body: 'b' }, { body: 'c' }]);
    expect(await run(event)).toEqual(failures('message-3', 'message-4'));
    expect(queues.delayed.map(({ receiptHandle, seconds }) => [receiptHandle, seconds])).toEqual([
      ['receipt-3', 30],
      ['receipt-4', 30],
    ]);
  });

  it('several rejected in a row are all moved', async () => {
    const { queues, run } = functionOf(settleEach(() => flyball.reject('no')));
    expect(await run(sqsFifo([{ body: 'a' }, { body: 'b' }]))).toEqual(failures());
    expect(letters(queues).map(([body]) => body)).toEqual(['a', 'b']);
  });

  it('what is rejected behind a failure waits there: it must not overtake', async () => {
    const work = (body: string) => {
      if (body === 'bad') flyball.reject('no');
      throw new Error('not yet');
    };
    const { queues, run } = functionOf(settleEach(work));
    expect(await run(sqsFifo([{ body: 'a' }, { body: 'bad' }]))).toEqual(failures('message-1', 'message-2'));
    expect(queues.deadLetters).toEqual([]);
  });
});
