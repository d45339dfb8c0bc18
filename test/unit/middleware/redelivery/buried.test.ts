// What the log has of a record that was moved to the dead-letter queue: why, without what must not leave the function.
import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { governed } from '../../../../middleware/index.ts';
import { replaceQueues } from '../../../../middleware/kernel/queues.ts';
import { TestQueues } from '../../../../middleware/testing/queues.ts';
import { sqs } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance } from '../../../support/instance.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const backoff = { kind: 'fixed', initial: '30s', jitter: 'none' } as const;
const redelivery = { attempts: 3, backoff, never: ['ValidationError'] };
const rules = { resources: { settlement: { match: { trigger: 'queue' as const }, redelivery } } };

describe('the line of a record that went to the dead-letter queue', () => {
  it('says why, and no secret that the error names', async () => {
    const clock = fakeClock();
    const instance = testInstance({ service: 'settlement', rules, clock, table: memoryTable() });
    replaceQueues(instance, new TestQueues());
    const warn = vi.spyOn(instance.logger, 'warn');
    const handler = governed<SQSEvent, unknown>({ service: 'settlement', instance }, () => {
      instance.redact = (text) => text.replaceAll('s3cret', '[redacted]');
      return Promise.allSettled([
        Promise.reject(Object.assign(new Error('token s3cret is no total'), { name: 'ValidationError' })),
      ]);
    });
    await handler(sqs([{ messageId: 'm-1', body: 'bad' }]), testContext(clock));
    const [, fields] =
      warn.mock.calls.find(([line]) => line === 'flyball moved a record to the dead-letter queue') ?? [];
    expect(fields).toMatchObject({
      messageId: 'm-1',
      attempts: 1,
      reason: 'ValidationError: token [redacted] is no total',
    });
  });
});
