// Messages that say until when somebody waits for them: not started later than that, and done in that time.
import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { governed } from '../../../../middleware/index.ts';
import { current } from '../../../../middleware/kernel/current.ts';
import { replaceQueues } from '../../../../middleware/kernel/queues.ts';
import { TestQueues } from '../../../../middleware/testing/queues.ts';
import { sqs, sqsFifo, type QueueMessage } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance } from '../../../support/instance.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const until = (deadlineAt: number, body: string): QueueMessage => ({
  body,
  receives: 2,
  messageAttributes: { 'x-flyball-deadline': { dataType: 'String', stringValue: String(deadlineAt) } },
});
const redelivery = { attempts: 3, backoff: { kind: 'fixed', initial: '30s', jitter: 'none' } } as const;
const ruleOf = (more: object = {}, match: object = { source: 'settlement*' }) => ({
  resources: { settlement: { match: { trigger: 'queue', ...match }, ...more } },
});

function functionOf(rules: object = ruleOf(), queues = new TestQueues()) {
  const clock = fakeClock(NOW);
  const instance = testInstance({ service: 'settlement', rules, clock, table: memoryTable() });
  replaceQueues(instance, queues);
  const seen: { body: string; deadlineMs: number }[] = [];
  const handler = governed<SQSEvent, unknown>({ service: 'settlement', instance }, async ({ Records }) => {
    const deadlineMs = (current()?.deadlineAt ?? NaN) - NOW;
    seen.push(...Records.map(({ body }) => ({ body, deadlineMs })));
    return Promise.allSettled(
      Records.map(async ({ body }) => {
        if (body === 'bad') throw new Error('no');
      }),
    );
  });
  return { queues, seen, run: (event: SQSEvent) => handler(event, testContext(clock)) };
}

const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const letters = ({ deadLetters }: TestQueues) =>
  deadLetters.map(({ body, attributes }) => [body, attributes['flyball-reason'], attributes['flyball-attempts']]);
const REASON = 'deadline: nobody waits for it any more';

describe('a record whose deadline has passed', () => {
  it('is not started but a dead letter, and the others have until the latest of theirs', async () => {
    const { queues, seen, run } = functionOf();
    const answer = await run(sqs([until(NOW - 1, 'late'), until(NOW + 500, 'a'), until(NOW + 900, 'b')]));
    expect(answer).toEqual(failures());
    expect(seen).toEqual([
      { body: 'a', deadlineMs: 900 },
      { body: 'b', deadlineMs: 900 },
    ]);
    expect(letters(queues)).toEqual([['late', REASON, '1']]);
  });

  it('sets no limit for one that has none', async () => {
    const { seen, run } = functionOf();
    await run(sqs([until(NOW + 500, 'a'), { body: 'b' }]));
    expect(seen.map(({ deadlineMs }) => deadlineMs)).toEqual([29_800, 29_800]);
  });

  it('alone in its batch does not run the handler', async () => {
    const { queues, seen, run } = functionOf();
    expect(await run(sqs([until(NOW, 'late')]))).toEqual(failures());
    expect(seen).toEqual([]);
    expect(letters(queues)).toEqual([['late', REASON, '1']]);
  });

  it('is dropped where a rule says so', async () => {
    const { queues, seen, run } = functionOf(ruleOf({ redelivery: { ...redelivery, expired: 'drop' } }));
    expect(await run(sqs([until(NOW - 1, 'late'), until(NOW + 500, 'a')]))).toEqual(failures());
    expect(seen.map(({ body }) => body)).toEqual(['a']);
    expect(queues.deadLetters).toEqual([]);
  });

  it('stays when it cannot be moved, and comes back without being started', async () => {
    class Full extends TestQueues {
      override send(): Promise<void> {
        return Promise.reject(new Error('AccessDenied'));
      }
    }
    const queues = new Full();
    const { seen, run } = functionOf(ruleOf({ redelivery }), queues);
    expect(await run(sqs([until(NOW - 1, 'late'), { body: 'a' }]))).toEqual(failures('message-1'));
    expect(seen.map(({ body }) => body)).toEqual(['a']);
    expect(queues.delayed.map(({ seconds }) => seconds)).toEqual([30]);
  });

  it('in a FIFO group lets what is behind it pass, and a failed one before it does not bring it back', async () => {
    const { queues, seen, run } = functionOf(ruleOf({ redelivery }));
    const answer = await run(sqsFifo([{ body: 'bad' }, until(NOW - 1, 'late'), { body: 'c' }]));
    expect(answer).toEqual(failures('message-1', 'message-3'));
    expect(seen.map(({ body }) => body)).toEqual(['bad', 'c']);
    expect(letters(queues).map(([body]) => body)).toEqual(['late']);
  });

  it('is believed of queues the rules name alone: anybody may say so to another', async () => {
    const { queues, seen, run } = functionOf(ruleOf({}, {}));
    expect(await run(sqs([until(NOW - 1, 'late')]))).toEqual(failures());
    expect(seen).toEqual([{ body: 'late', deadlineMs: 29_800 }]);
    expect(queues.deadLetters).toEqual([]);
  });
});
