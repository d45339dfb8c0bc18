// Queues and uploads under throttles that bind tenfold, through the emulated SQS and the bridge of the local world. How
// little longer than its tokens a backlog takes is proven in a time of its own, by test/unit/middleware/redelivery/drain.
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { S3Event, SQSEvent } from 'aws-lambda';
import { afterEach, beforeAll, expect, inject, it, vi } from 'vitest';
import type { Table } from '../../../store/port.ts';
import { s3 as upload } from '../../support/events.ts';
import { createTable } from '../table.ts';
import { SOON } from '../../support/patience.ts';
import { startFleet, type RunningFleet } from './fleet.ts';
import { createQueue } from './queue.ts';

let table: Table;
let fleet: RunningFleet | undefined;

beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).signed;
});

afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
  vi.unstubAllEnvs();
});

/** Both are ten seconds of work at most, where the machine has nothing else to do. */
const DRAINED = { ...SOON, timeout: 100_000 };

const seconds = (startedAt: number) => (performance.now() - startedAt) / 1_000;

it('1,000 messages under 100/s are handled once each, no sooner than their tokens come, and none is a dead letter', async () => {
  const queue = await createQueue();
  const handledAt = new Map<string, number>();
  let twice = 0;
  let receives = 0;
  const startedAt = performance.now();
  fleet = await startFleet({
    service: 'draining',
    rules: {
      resources: { work: { match: { trigger: 'queue' } } },
      throttles: { pace: { limit: '100/s' } },
    },
    table,
    instances: 5,
    queue: { queueArn: queue.arn, batchSize: 10 },
    queueUrl: queue.url,
    handle: ({ Records }: SQSEvent) => {
      for (const { body, attributes } of Records) {
        if (handledAt.has(body)) twice++;
        handledAt.set(body, seconds(startedAt));
        receives += Number(attributes.ApproximateReceiveCount);
      }
    },
  });
  const client = new SQSClient({ endpoint: inject('sqs'), maxAttempts: 1, useQueueUrlAsEndpoint: false });
  for (let sent = 0; sent < 1_000; sent += 10) {
    const Entries = Array.from({ length: 10 }, (_, i) => ({ Id: String(i), MessageBody: String(sent + i) }));
    await client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
  }
  await vi.waitFor(() => expect(handledAt.size).toBe(1_000), DRAINED);
  const lastS = Math.max(...handledAt.values());
  // The burst at once, then a hundred a second.
  expect(lastS).toBeGreaterThanOrEqual(((1_000 - 100) / 100) * 0.95);
  expect(twice).toBe(0);
  expect(receives / 1_000).toBeLessThanOrEqual(4);
  expect(await queue.deadLetters()).toEqual([]);
  expect(fleet.failures).toEqual([]);
});

it('100 uploads at once under 20/s are handled once each, no sooner than their tokens come, and none is a dead letter or tried again by the platform', async () => {
  const queue = await createQueue();
  vi.stubEnv('FLYBALL_PARKING_QUEUE', queue.url);
  const handled = new Map<string, number>();
  const startedAt = performance.now();
  fleet = await startFleet({
    service: 'parking',
    rules: {
      resources: { upload: { match: { trigger: 'bucket' } } },
      // A hundred at once are more than the emulated table answers in time: then too, nothing more is admitted.
      throttles: { pace: { limit: '20/s', resources: ['upload'], whenStoreFails: 'reject' } },
    },
    table,
    instances: 5,
    queue: { queueArn: queue.arn, batchSize: 1 },
    queueUrl: queue.url,
    handle: ({ Records }: S3Event) => {
      for (const { s3 } of Records) handled.set(s3.object.key, (handled.get(s3.object.key) ?? 0) + 1);
    },
  });
  for (let i = 0; i < 100; i++) {
    fleet.lambda.invokeLater(fleet.functionName, upload(`uploads/${i}.png`), 2);
  }
  await vi.waitFor(() => expect(handled.size).toBe(100), DRAINED);
  const lastS = seconds(startedAt);
  // A burst of twenty at once, then twenty a second.
  expect(lastS).toBeGreaterThanOrEqual(((100 - 20) / 20) * 0.95);
  expect([...handled.values()].every((times) => times === 1)).toBe(true);
  expect(await queue.deadLetters()).toEqual([]);
  expect(fleet.failures).toEqual([]);
});
