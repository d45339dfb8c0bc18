// A handler of a FIFO queue that stops at its first failure and names all that follow: what it never tried is no attempt.
import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { governed } from '../../../../middleware/index.ts';
import {
  messageIdOf,
  type BatchResponse,
  type FailedRecord,
  type QueueRecord,
} from '../../../../middleware/kernel/batch.ts';
import { replaceQueues } from '../../../../middleware/kernel/queues.ts';
import { maybeUntried } from '../../../../middleware/redelivery/plan.ts';
import { TestQueues } from '../../../../middleware/testing/queues.ts';
import { sqsFifo } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance } from '../../../support/instance.ts';
import { memoryTable } from '../../../support/memory-table.ts';

type Handle = (event: SQSEvent, work: (body: string) => void) => unknown;

/** As AWS says to: nothing is tried behind a failure, whatever its group. */
const stopping: Handle = ({ Records }, work) => {
  for (const [i, { body }] of Records.entries()) {
    try {
      work(body);
    } catch {
      return { batchItemFailures: Records.slice(i).map(({ messageId }) => ({ itemIdentifier: messageId })) };
    }
  }
  return { batchItemFailures: [] };
};

/** Stops at the first failure of each group. */
const stoppingByGroup: Handle = ({ Records }, work) => {
  const failed = new Set<string | undefined>();
  const named: string[] = [];
  for (const { body, messageId, attributes } of Records) {
    try {
      if (failed.has(attributes.MessageGroupId)) throw new Error('behind a failure');
      work(body);
    } catch {
      failed.add(attributes.MessageGroupId);
      named.push(messageId);
    }
  }
  return { batchItemFailures: named.map((itemIdentifier) => ({ itemIdentifier })) };
};

const throwing: Handle = ({ Records }, work) => Records.forEach(({ body }) => work(body));

interface Sent {
  readonly messageId: string;
  readonly body: string;
  readonly group: string;
}

const sent = (...ids: string[]): Sent[] => ids.map((id) => ({ messageId: id, body: id, group: id.slice(0, 1) }));

/** Delivers until nothing is left, all that waits in one batch each time, and gives who was tried how often, and who died. */
async function drained(handle: Handle, attempts: number, messages: readonly Sent[], poison: readonly string[]) {
  const clock = fakeClock();
  const redelivery = { attempts, backoff: { kind: 'fixed', initial: '30s', jitter: 'none' } } as const;
  const rules = { resources: { work: { match: { trigger: 'queue' }, redelivery } } } as const;
  const instance = testInstance({ service: 'shop', rules, clock, table: memoryTable() });
  const queues = new TestQueues();
  replaceQueues(instance, queues);
  const tried = new Map<string, number>();
  const handler = governed<SQSEvent, unknown>({ service: 'shop', instance }, async (event) =>
    handle(event, (body) => {
      tried.set(body, (tried.get(body) ?? 0) + 1);
      if (poison.includes(body)) throw new Error('no');
    }),
  );
  let waiting = messages.map((message) => ({ ...message, receives: 0 }));
  for (let round = 0; waiting.length > 0; round++) {
    expect(round).toBeLessThan(50);
    waiting = waiting.map((one) => ({ ...one, receives: one.receives + 1 }));
    const answer = (await handler(sqsFifo(waiting), testContext(clock))) as BatchResponse;
    const back = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    waiting = waiting.filter(({ messageId }) => back.has(messageId));
  }
  const dead = queues.deadLetters.map(({ body, attributes }) => [body, attributes['flyball-attempts']]);
  return { tried: Object.fromEntries(tried), dead, delayed: queues.delayed };
}

describe.each([
  ['stops at the first failure of the batch', stopping],
  ['stops at the first failure of a group', stoppingByGroup],
])('a handler that %s and names what follows', (_what, handle) => {
  it.each([1, 3])('has every record tried before it is a dead letter, of %i attempts', async (attempts) => {
    const { tried, dead } = await drained(handle, attempts, sent('a1', 'a2', 'a3', 'b1', 'b2'), ['a1']);
    expect(dead).toEqual([['a1', String(attempts)]]);
    expect(tried).toMatchObject({ a1: attempts, a2: 1, a3: 1, b2: 1 });
  });

  it('gives each all of its attempts, though it waited behind others', async () => {
    const { tried, dead } = await drained(handle, 3, sent('a1', 'a2', 'b1'), ['a1', 'a2', 'b1']);
    expect(dead.map(([body]) => body).sort()).toEqual(['a1', 'a2', 'b1']);
    // Who goes on with other groups and names them all cannot be told from who stopped: rather one attempt too many.
    for (const times of Object.values(tried)) expect(times).toBeGreaterThanOrEqual(3);
    if (handle === stopping) expect(tried).toEqual({ a1: 3, a2: 3, b1: 3 });
  });
});

it('what a throw left untried behind the first of its group is no attempt', async () => {
  const { tried, dead } = await drained(throwing, 1, sent('a1', 'a2'), ['a1']);
  expect(dead).toEqual([['a1', '1']]);
  expect(tried).toEqual({ a1: 1, a2: 1 });
});

it('what comes back untried comes after the first delay, its group as one', async () => {
  const { delayed } = await drained(stopping, 1, sent('a1', 'a2', 'b1', 'b2'), ['a1']);
  expect(delayed.map(({ seconds }) => seconds)).toEqual([30, 30, 30]);
});

describe('what may not have been tried', () => {
  const batch: readonly QueueRecord[] = sqsFifo(sent('a1', 'b1', 'a2', 'b2', 'c1')).Records.map((one) => ({ ...one }));
  const failuresOf = (
    records: readonly QueueRecord[],
    ids: readonly string[],
    how: Pick<FailedRecord, 'named' | 'error'>,
  ) => records.filter((one) => ids.includes(messageIdOf(one))).map((record) => ({ record, reason: 'no', ...how }));
  const NAMED = { named: true };
  const error = new Error('no');

  it.each<[string, readonly string[], Pick<FailedRecord, 'named' | 'error'>, boolean, readonly string[]]>([
    ['is nothing of a batch without failures', [], NAMED, true, []],
    ['is all that follows, when all of it is named', ['b1', 'a2', 'b2', 'c1'], NAMED, true, ['a2', 'b2', 'c1']],
    ['is what is behind in its group, when others succeeded', ['a1', 'b1', 'a2'], NAMED, true, ['a2']],
    ['is not what failed alone', ['c1'], NAMED, true, []],
    ['is nothing that has an error of its own', ['b1', 'a2', 'b2', 'c1'], { error }, true, []],
    ['is what is behind in its group after a throw', ['a1', 'b1', 'a2', 'b2', 'c1'], { error }, false, ['a2', 'b2']],
  ])('%s', (_what, ids, how, ownErrors, untried) => {
    const found = maybeUntried(batch, failuresOf(batch, ids, how), ownErrors);
    expect([...found].map(messageIdOf)).toEqual(untried);
  });

  it('is nothing of a queue without order', () => {
    const plain = batch.map((one) => ({ ...one, eventSourceARN: 'arn:aws:sqs:eu-central-1:1:plain' }));
    expect(maybeUntried(plain, failuresOf(plain, ['a1', 'b1', 'a2', 'b2', 'c1'], NAMED), true).size).toBe(0);
  });
});
