// A queue without a redelivery rule: what its handler answers stays what it is, unless it has to be put in order.
import { describe, expect, it } from 'vitest';
import { governed } from '../../../../middleware/index.ts';
import { sqs } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { noTable, silentLogger, testContext } from '../../../support/instance.ts';

async function answerTo(result: unknown): Promise<unknown> {
  const clock = fakeClock();
  const options = { service: 'shop', clock, table: noTable, logger: silentLogger };
  return governed(options, () => result)(sqs([{}, {}]), testContext(clock));
}

describe('an answer without failures', () => {
  it.each([[undefined], ['done'], [{ statusCode: 200 }], [{ batchItemFailures: null }], [{ batchItemFailures: [] }]])(
    'stays %j',
    async (result) => {
      expect(await answerTo(result)).toBe(result);
    },
  );
});

describe('what Promise.allSettled made, which the platform does not understand', () => {
  it.each([
    ['no failure', () => Promise.resolve(), []],
    ['the record that failed', () => Promise.reject(new Error('no')), [{ itemIdentifier: 'message-2' }]],
  ])('names %s', async (_what, second, batchItemFailures) => {
    expect(await answerTo(await Promise.allSettled([Promise.resolve(), second()]))).toEqual({ batchItemFailures });
  });
});
