// Streams: the first failure of a batch is what is answered, however the handler says it, and nothing is ever delayed.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { flyball, governed } from '../../../../middleware/index.ts';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import { replaceQueues } from '../../../../middleware/kernel/queues.ts';
import { TestQueues } from '../../../../middleware/testing/queues.ts';
import { dynamodbStream, kinesis } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance } from '../../../support/instance.ts';
import { SOON } from '../../../support/patience.ts';

const URL = 'https://sqs.eu-central-1.amazonaws.com/000000000000/clicks-rejected';
const never = { resources: { clicks: { match: { trigger: 'stream' }, redelivery: { never: ['ValidationError'] } } } };

afterEach(() => {
  vi.unstubAllEnvs();
});

function functionOf(handle: (records: readonly unknown[]) => unknown, rules: object = {}, queues = new TestQueues()) {
  const clock = fakeClock();
  const instance = testInstance({ service: 'clicks', rules, clock });
  replaceQueues(instance, queues);
  const handler = governed<{ Records: unknown[] }, unknown>({ service: 'clicks', instance }, async ({ Records }) =>
    handle(Records),
  );
  return { queues, run: (event: { Records: unknown[] }) => handler(event, testContext(clock)) };
}

const batch = () => kinesis([{ sequenceNumber: '101' }, { sequenceNumber: '102' }, { sequenceNumber: '103' }]);
const answer = (...numbers: string[]) => ({
  batchItemFailures: numbers.map((itemIdentifier) => ({ itemIdentifier })),
});
/** Each record's own end: nothing, or an error. */
const settling = (errors: Record<number, unknown>) => (records: readonly unknown[]) =>
  Promise.allSettled(
    records.map(async (_record, i) => {
      if (i in errors) throw errors[i];
    }),
  );
const invalid = () => Object.assign(new Error('no total'), { name: 'ValidationError' });
const waits = Object.assign(new Error('busy'), { deferMs: 5_000 });
const refused = new Refused({ by: 'breaker', rule: 'r', message: 'open', statusCode: 503, retryAfterMs: 5_000 });

describe('the first failure', () => {
  it.each<[string, (records: readonly unknown[]) => unknown, unknown]>([
    ['of what Promise.allSettled made', settling({ 1: new Error('no'), 2: new Error('no') }), answer('102')],
    ['of a settled batch that is well', settling({}), answer()],
    ['of results that are not one for each record', () => Promise.allSettled([Promise.reject(waits)]), answer('101')],
    ['of several named, in the order of the shard', () => answer('103', '102'), answer('102')],
    ['of one named', () => answer('103'), answer('103')],
    ['of one named that is not of the batch', () => answer('999'), answer('101')],
    ['of none named', () => answer(), answer()],
    [
      'of a window, with its state',
      () => ({ state: { n: 1 }, ...answer('103', '102') }),
      { state: { n: 1 }, ...answer('102') },
    ],
    ['of a refusal of a call among others', settling({ 1: refused }), answer('102')],
    ['of one that would rather wait', settling({ 2: waits }), answer('103')],
    ['of any other answer', () => 'done', 'done'],
  ])('%s', async (_what, handle, expected) => {
    const { queues, run } = functionOf(handle);
    expect(await run(batch())).toEqual(expected);
    expect(queues.delayed).toEqual([]);
  });

  it('of the stream of a table', async () => {
    const { run } = functionOf(settling({ 1: new Error('no') }));
    expect(await run(dynamodbStream([{ sequenceNumber: '111' }, { sequenceNumber: '112' }]))).toEqual(answer('112'));
  });

  it('is the first of all when flyball itself refuses: by a limit of concurrency', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const handle = vi.fn(() => held);
    const { queues, run } = functionOf(handle, { concurrency: { one: { limit: 1, scope: 'instance' } } });
    const first = run(batch());
    await vi.waitFor(() => expect(handle).toHaveBeenCalledOnce(), SOON);
    expect(await run(batch())).toEqual(answer('101'));
    release();
    expect(await first).toBeUndefined();
    expect(handle).toHaveBeenCalledOnce();
    expect(queues.delayed).toEqual([]);
  });

  it.each([
    ['an error', new Error('no')],
    ['an error that says when', waits],
  ])('is the platform’s to find when the handler throws %s', async (_what, error) => {
    const { queues, run } = functionOf(() => Promise.reject(error));
    await expect(run(batch())).rejects.toBe(error);
    expect(queues.delayed).toEqual([]);
  });
});

describe('a rejected record', () => {
  it('is passed over when it has been moved to the queue that is there for it', async () => {
    vi.stubEnv('FLYBALL_REJECTED_QUEUE', URL);
    const { queues, run } = functionOf(settling({ 0: invalid(), 1: new Error('no'), 2: invalid() }), never);
    const event = batch();
    expect(await run(event)).toEqual(answer('102'));
    const [moved, ...others] = queues.parked;
    // What lies behind the failure comes again, and is judged then.
    expect(others).toEqual([]);
    expect(moved?.queue).toBe(URL);
    expect(JSON.parse(moved?.body ?? '')).toEqual({
      flyball: {
        rejected: 1,
        service: 'clicks',
        resource: 'clicks',
        function: 'flyball-test-clicks',
        rejectedAt: '2026-01-05T12:00:00.000Z',
        reason: 'ValidationError: no total',
      },
      record: event.Records[0],
    });
  });

  it('is passed over, on purpose and without a rule, and the batch is done with', async () => {
    vi.stubEnv('FLYBALL_REJECTED_QUEUE', URL);
    const { queues, run } = functionOf((records) =>
      Promise.allSettled(records.map(async (_record, i) => (i === 1 ? flyball.reject('no such page') : undefined))),
    );
    expect(await run(batch())).toEqual(answer());
    expect(queues.parked).toHaveLength(1);
  });

  it('thrown, is passed over when it is alone, as after the platform has cut the batch in two', async () => {
    vi.stubEnv('FLYBALL_REJECTED_QUEUE', URL);
    const { queues, run } = functionOf(() => Promise.reject(invalid()), never);
    expect(await run(kinesis([{ sequenceNumber: '101' }]))).toEqual(answer());
    await expect(run(batch())).rejects.toThrow('no total');
    expect(queues.parked).toHaveLength(1);
  });

  it('stops its shard while there is no such queue', async () => {
    const settled = functionOf(settling({ 1: invalid() }), never);
    expect(await settled.run(batch())).toEqual(answer('102'));
    const thrown = functionOf(() => Promise.reject(invalid()), never);
    await expect(thrown.run(kinesis(1))).rejects.toThrow('no total');
  });

  it('stops its shard when the queue does not take it', async () => {
    vi.stubEnv('FLYBALL_REJECTED_QUEUE', URL);
    class Full extends TestQueues {
      override sendTo(): Promise<void> {
        return Promise.reject(new Error('AccessDenied'));
      }
    }
    const { run } = functionOf(settling({ 1: invalid() }), never, new Full());
    expect(await run(batch())).toEqual(answer('102'));
  });
});
