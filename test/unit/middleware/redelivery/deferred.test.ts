// Errors that say when their record is to come back: after that long, as no attempt, and not for ever.
import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { governed } from '../../../../middleware/index.ts';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import { replaceQueues } from '../../../../middleware/kernel/queues.ts';
import { MOST_ASKED_DEFERRALS } from '../../../../middleware/redelivery/settler.ts';
import { TestQueues } from '../../../../middleware/testing/queues.ts';
import { readDeferrals } from '../../../../store/items/deferrals.ts';
import type { Table } from '../../../../store/port.ts';
import { sqs, sqsFifo } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { noTable, testContext, testInstance } from '../../../support/instance.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const redelivery = { attempts: 3, backoff: { kind: 'fixed', initial: '30s', jitter: 'none' } } as const;
const rule = { resources: { settlement: { match: { trigger: 'queue' }, redelivery } } } as const;
const busy = (deferMs: number) => Object.assign(new Error('busy'), { deferMs });
const refused = (retryAfterMs: number) =>
  new Refused({ by: 'breaker', rule: 'payments', message: 'open', statusCode: 503, retryAfterMs });

function functionOf(handle: (event: SQSEvent) => unknown, rules: object = rule, table: Table = memoryTable()) {
  const clock = fakeClock();
  const queues = new TestQueues();
  const instance = testInstance({ service: 'settlement', rules, clock, table });
  replaceQueues(instance, queues);
  const handler = governed<SQSEvent, unknown>({ service: 'settlement', instance }, async (event) => handle(event));
  const deferrals = (messageId: string) => readDeferrals(table, 'settlement', messageId);
  return { queues, deferrals, run: (event: SQSEvent) => handler(event, testContext(clock)) };
}

const throwing = (error: Error) => () => {
  throw error;
};
const settleEach = (work: (body: string) => void) => (event: SQSEvent) =>
  Promise.allSettled(event.Records.map(async ({ body }) => work(body)));
const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const secondsOf = ({ delayed }: TestQueues) => delayed.map(({ seconds }) => seconds);

describe('an error that says when', () => {
  it('thrown, brings its record back after that long, and was no attempt', async () => {
    const { queues, deferrals, run } = functionOf(throwing(busy(7_000)));
    expect(await run(sqs(1))).toEqual(failures('message-1'));
    expect(secondsOf(queues)).toEqual([7]);
    expect(await deferrals('message-1')).toBe(1);
  });

  it.each([
    ['an error with deferMs', busy(7_000), 7],
    ['a refusal of a call', refused(12_000), 12],
  ])('among settled ones, defers just its record: %s', async (_what, error, seconds) => {
    const work = (body: string) => {
      if (body === 'busy') throw error;
      if (body === 'bad') throw new Error('no');
    };
    const { queues, deferrals, run } = functionOf(settleEach(work));
    expect(await run(sqs([{ body: 'a' }, { body: 'busy' }, { body: 'bad' }]))).toEqual(
      failures('message-2', 'message-3'),
    );
    const delays = queues.delayed.map(({ receiptHandle, seconds: after }) => [receiptHandle, after]);
    expect(Object.fromEntries(delays)).toEqual({ 'receipt-2': seconds, 'receipt-3': 30 });
    expect([await deferrals('message-2'), await deferrals('message-3')]).toEqual([1, 0]);
  });

  it('keeps the rest of a FIFO group behind its record, for just as long', async () => {
    const { queues, deferrals, run } = functionOf(
      settleEach((body) => {
        if (body === 'busy') throw busy(7_000);
      }),
    );
    expect(await run(sqsFifo([{ body: 'a' }, { body: 'busy' }, { body: 'c' }]))).toEqual(
      failures('message-2', 'message-3'),
    );
    expect(secondsOf(queues)).toEqual([7, 7]);
    expect([await deferrals('message-2'), await deferrals('message-3')]).toEqual([1, 1]);
  });

  it(`is an attempt like any other once its record was deferred ${MOST_ASKED_DEFERRALS} times`, async () => {
    const { queues, deferrals, run } = functionOf(throwing(busy(1_000)));
    const answers: unknown[] = [];
    for (let receives = 1; receives <= MOST_ASKED_DEFERRALS + redelivery.attempts; receives++) {
      answers.push(await run(sqs([{ messageId: 'message-1', receives }])));
    }
    const again = failures('message-1');
    expect(answers).toEqual([...answers.slice(1).map(() => again), failures()]);
    expect(await deferrals('message-1')).toBe(MOST_ASKED_DEFERRALS);
    expect(queues.deadLetters.map(({ attributes }) => attributes['flyball-attempts'])).toEqual(['3']);
    // Then its rule says when.
    expect(secondsOf(queues)).toEqual([...Array<number>(MOST_ASKED_DEFERRALS).fill(1), 30, 30]);
  });

  it('waits no less than it says when it is an attempt', async () => {
    const { queues, run } = functionOf(throwing(busy(60_000)));
    for (let receives = 1; receives <= MOST_ASKED_DEFERRALS + 1; receives++) {
      await run(sqs([{ messageId: 'message-1', receives }]));
    }
    expect(secondsOf(queues).at(-1)).toBe(60);
  });

  it('is honoured while the store is away', async () => {
    const { queues, run } = functionOf(throwing(busy(7_000)), rule, noTable);
    expect(await run(sqs([{ receives: 9 }]))).toEqual(failures('message-1'));
    expect(secondsOf(queues)).toEqual([7]);
  });

  it('without a rule stays a throw, and its record comes back after that long all the same', async () => {
    const { queues, run } = functionOf(throwing(busy(7_000)), {});
    await expect(run(sqs(1))).rejects.toThrow('busy');
    expect(secondsOf(queues)).toEqual([7]);
  });
});
