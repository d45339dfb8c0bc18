// Queue records that fail come back later and later, and in the end they are moved out of the way.
import type { SQSEvent } from 'aws-lambda';
import { events, testGovernor } from 'flyball/testing';
import { expect, it } from 'vitest';

it('settles what it can', async () => {
  const flyballTest = await testGovernor({
    service: 'shop',
    rules: {
      resources: {
        settlement: {
          match: { trigger: 'queue', source: 'settlement' },
          redelivery: { attempts: 3, backoff: { initial: '10s', factor: 3, jitter: 'none' } },
        },
      },
    },
  });
  const settle = (body: string) => (body.includes('ghost') ? Promise.reject(new Error('no such order')) : undefined);
  const handler = flyballTest.governed((event: SQSEvent) =>
    Promise.allSettled(event.Records.map(async ({ body }) => settle(body))),
  );

  const batch = events.sqs([{ body: { orderId: 'o-1' } }, { body: { orderId: 'ghost' }, receives: 2 }], 'settlement');
  expect(await flyballTest.invoke(handler, batch)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-2' }] });
  expect(flyballTest.queues.delayed).toEqual([{ queue: 'settlement', receiptHandle: 'receipt-2', seconds: 30 }]);

  const last = events.sqs([{ body: { orderId: 'ghost' }, receives: 3 }], 'settlement');
  expect(await flyballTest.invoke(handler, last)).toEqual({ batchItemFailures: [] });
  expect(flyballTest.queues.deadLetters).toMatchObject([
    { queue: 'settlement-dlq', attributes: { 'flyball-reason': 'Error: no such order' } },
  ]);
});
