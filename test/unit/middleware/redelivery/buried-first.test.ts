// The very first record of an instance, before anything has been told of an invocation: alone in its file, since loading is once.
import type { SQSEvent } from 'aws-lambda';
import { expect, it, vi } from 'vitest';
import { governed } from '../../../../middleware/index.ts';
import { replaceQueues } from '../../../../middleware/kernel/queues.ts';
import { TestQueues } from '../../../../middleware/testing/queues.ts';
import { sqs } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance } from '../../../support/instance.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const backoff = { kind: 'fixed', initial: '30s', jitter: 'none' } as const;
const redelivery = { attempts: 3, backoff, never: ['ValidationError'] };
const rules = {
  resources: { settlement: { match: { trigger: 'queue' as const }, redelivery } },
  telemetry: { redact: ['iban'] },
};

it('is said to be given up without what the rules, or flyball itself, take for a secret', async () => {
  const clock = fakeClock();
  const instance = testInstance({ service: 'settlement', rules, clock, table: memoryTable() });
  replaceQueues(instance, new TestQueues());
  const warn = vi.spyOn(instance.logger, 'warn');
  const failing = () =>
    Promise.reject(
      Object.assign(new Error('iban=DE17 and password=hunter2 are no total'), { name: 'ValidationError' }),
    );
  const handler = governed<SQSEvent, unknown>({ service: 'settlement', instance }, () =>
    Promise.allSettled([failing()]),
  );
  await handler(sqs([{ messageId: 'm-1', body: 'bad' }]), testContext(clock));
  const [, fields] = warn.mock.calls.find(([line]) => line === 'flyball moved a record to the dead-letter queue') ?? [];
  expect(fields).toMatchObject({ messageId: 'm-1', attempts: 1 });
  expect(JSON.stringify(fields)).toContain('are no total');
  expect(JSON.stringify(fields)).not.toMatch(/DE17|hunter2/);
});
