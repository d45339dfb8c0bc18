// A FIFO queue under a throttle: the order of the queue stands above all, and a group comes back as one.
import type { SQSEvent } from 'aws-lambda';
import { expect, it } from 'vitest';
import { testGovernor } from '../../../../middleware/testing/index.ts';
import { sqsFifo } from '../../../support/events.ts';

it('admits the first of a batch, whatever their age, and delays each group as its first', async () => {
  const governor = await testGovernor({
    service: 'settlement',
    rules: { throttles: { pace: { limit: '1/10s', burst: 2 } } },
  });
  const handled: string[] = [];
  const handler = governor.governed<SQSEvent, unknown>(async ({ Records }) => {
    handled.push(...Records.map(({ messageId }) => messageId));
  });
  const messages = ['x1', 'y1', 'x2', 'y2', 'x3'].map((messageId) => ({
    messageId,
    receiptHandle: messageId,
    group: messageId.slice(0, 1),
  }));
  const batch = sqsFifo(messages);
  // The last is the oldest by its clock, which says nothing about a queue's order.
  batch.Records.forEach(({ attributes }, i) => (attributes.SentTimestamp = String(1_000 - i)));
  expect(await handler(batch)).toEqual({
    batchItemFailures: ['x2', 'y2', 'x3'].map((itemIdentifier) => ({ itemIdentifier })),
  });
  expect(handled).toEqual(['x1', 'y1']);
  const delays = new Map(governor.queues.delayed.map(({ receiptHandle, seconds }) => [receiptHandle, seconds]));
  expect(delays.get('x3')).toBe(delays.get('x2'));
  expect(delays.get('y2')).toBeGreaterThan(delays.get('x2') ?? Infinity);
});

it('makes nobody wait behind a line unasked: a message of another group has its own turn', async () => {
  const governor = await testGovernor({
    service: 'settlement',
    rules: { throttles: { pace: { limit: '1/s', burst: 2 } } },
  });
  const handled: string[] = [];
  const handler = governor.governed<SQSEvent, unknown>(async ({ Records }) => {
    handled.push(...Records.map(({ messageId }) => messageId));
  });
  await handler(sqsFifo(Array.from({ length: 10 }, (_, i) => ({ messageId: `x${i}`, group: 'x' }))));
  governor.clock.advance(2_000);
  await handler(sqsFifo([{ messageId: 'y0', group: 'y' }]));
  expect(handled).toEqual(['x0', 'x1', 'y0']);
});
