// Whatever becomes of the records of FIFO groups, batch by batch: none is lost, and none overtakes another of its group.
import type { SQSEvent } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flyball, governed } from '../../../../middleware/index.ts';
import type { BatchResponse } from '../../../../middleware/kernel/batch.ts';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import { replaceQueues } from '../../../../middleware/kernel/queues.ts';
import { TestQueues } from '../../../../middleware/testing/queues.ts';
import { sqsFifo } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance } from '../../../support/instance.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const ENDS = ['ok', 'fail', 'reject', 'defer', 'refuse'] as const;
type End = (typeof ENDS)[number];

const GROUPS = ['a', 'b', 'c'] as const;
const rules = {
  resources: {
    work: {
      match: { trigger: 'queue' },
      redelivery: { attempts: 3, backoff: { initial: '1s', jitter: 'none' } },
    },
  },
} as const;

/** A dead-letter queue that now and then takes nothing. */
class Fickle extends TestQueues {
  readonly #takes: () => boolean;
  constructor(takes: () => boolean) {
    super();
    this.#takes = takes;
  }
  override async send(...args: Parameters<TestQueues['send']>): Promise<void> {
    if (!this.#takes()) throw new Error('not now');
    await super.send(...args);
  }
}

interface Waiting {
  readonly body: string;
  readonly group: string;
  receives: number;
}

function next<T>(stream: fc.Stream<T>): T {
  for (const value of stream.take(1)) return value;
  throw new Error('an endless stream has ended');
}

const given = fc.record({
  /** Of each record, how its attempts end; those after the last end well. */
  scripts: fc.array(fc.array(fc.constantFrom(...ENDS), { maxLength: 5 }), { minLength: 1, maxLength: 12 }),
  groups: fc.infiniteStream(fc.constantFrom(...GROUPS)),
  sizes: fc.infiniteStream(fc.integer({ min: 1, max: 6 })),
  taken: fc.infiniteStream(fc.boolean()),
});

describe('FIFO groups', () => {
  it('lose no record and keep their order, whatever fails, is rejected or deferred, with a dead-letter queue or without', async () => {
    await fc.assert(
      fc.asyncProperty(given, async ({ scripts, groups, sizes, taken }) => {
        let waiting: Waiting[] = scripts.map((_, i) => ({ body: String(i), group: next(groups), receives: 0 }));
        const left = scripts.map((ends) => [...ends]);
        const queues = new Fickle(() => next(taken));
        const clock = fakeClock();
        const instance = testInstance({ service: 'shop', rules, clock, table: memoryTable() });
        replaceQueues(instance, queues);
        let fine = new Set<string>();
        const work = (body: string) => {
          const end: End = left[Number(body)]?.shift() ?? 'ok';
          if (end === 'fail') throw new Error('no');
          if (end === 'reject') flyball.reject('never');
          if (end === 'defer') throw Object.assign(new Error('busy'), { deferMs: 1_000 });
          if (end === 'refuse')
            throw new Refused({ by: 'breaker', rule: 'r', message: 'open', statusCode: 503, retryAfterMs: 1 });
          fine.add(body);
        };
        const handler = governed<SQSEvent, unknown>({ service: 'shop', instance }, ({ Records }) =>
          Promise.allSettled(Records.map(async ({ body }) => work(body))),
        );
        for (let round = 0; waiting.length > 0; round++) {
          expect(round).toBeLessThan(200);
          // As SQS gives them: of each group from its first on.
          const batch = waiting.slice(0, next(sizes));
          for (const record of batch) record.receives += 1;
          fine = new Set();
          const messages = batch.map(({ body, group, receives }) => ({ messageId: `m${body}`, body, group, receives }));
          const answer = (await handler(sqsFifo(messages), testContext(clock))) as BatchResponse;
          const back = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
          const gone = batch.filter(({ body }) => !back.has(`m${body}`));
          const dead = new Set(queues.deadLetters.map(({ body }) => body));
          for (const { body } of gone) expect(fine.has(body) || dead.has(body)).toBe(true);
          for (const group of GROUPS) {
            // Whoever has gone has left nobody of its group before it.
            const members = waiting.filter((record) => record.group === group);
            const firstLeft = members.findIndex((record) => !gone.includes(record));
            const behind = firstLeft < 0 ? [] : members.slice(firstLeft);
            expect(behind.filter((record) => gone.includes(record))).toEqual([]);
          }
          waiting = waiting.filter((record) => !gone.includes(record));
        }
      }),
      { numRuns: 150 },
    );
  });
});
