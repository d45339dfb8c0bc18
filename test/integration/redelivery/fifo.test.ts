// FIFO groups through the emulated SQS and the bridge of the local world: in order, one batch at a time, as on AWS.
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { RedeliveryRule } from '../../../middleware/kernel/rules/document.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { SOON } from '../../support/patience.ts';
import { startFleet, type RunningFleet } from './fleet.ts';
import { createQueue, type TestQueue } from './queue.ts';

let table: Table;
let fleet: RunningFleet | undefined;

beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).signed;
});
afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
});

/** All at once, so that they wait together; the letters before the number are the group. */
async function sendAll(queue: TestQueue, bodies: readonly string[]): Promise<void> {
  const client = new SQSClient({ endpoint: inject('sqs'), maxAttempts: 1, useQueueUrlAsEndpoint: false });
  const Entries = bodies.map((body, i) => ({
    Id: String(i),
    MessageBody: body,
    MessageGroupId: body.replace(/\d+$/, ''),
    MessageDeduplicationId: body,
  }));
  await client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
}

interface Given {
  readonly service: string;
  readonly queue: TestQueue;
  readonly handle: (event: SQSEvent) => unknown;
  readonly redelivery?: RedeliveryRule;
}

function start({ service, queue, handle, redelivery }: Given): Promise<RunningFleet> {
  const match = { trigger: 'queue', source: queue.name } as const;
  return startFleet({
    service,
    rules: redelivery ? { resources: { work: { match, redelivery } } } : {},
    table,
    instances: 3,
    queue: { queueArn: queue.arn, batchSize: 10 },
    queueUrl: queue.url,
    handle,
  });
}

const bodiesOf = ({ Records }: SQSEvent) => Records.map(({ body }) => body);
const ASAP: RedeliveryRule = { attempts: 2, backoff: { kind: 'fixed', initial: '1s', jitter: 'none' } };
const settleEach = (event: SQSEvent, work: (record: SQSRecord) => void) =>
  Promise.allSettled(event.Records.map(async (record) => work(record)));

describe('a FIFO group', () => {
  it('is delivered several messages at a time, in order', async () => {
    const queue = await createQueue({ fifo: true });
    const batches: string[][] = [];
    await sendAll(queue, ['a1', 'b1', 'a2', 'a3', 'b2']);
    fleet = await start({ service: 'fifo-order', queue, handle: (event) => void batches.push(bodiesOf(event)) });
    await vi.waitFor(() => expect(batches.flat()).toHaveLength(5), SOON);
    expect(batches).toEqual([['a1', 'a2', 'a3', 'b1', 'b2']]);
  });

  it('a member in flight blocks its group, and no other', async () => {
    const queue = await createQueue({ fifo: true });
    const batches: string[][] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    fleet = await start({
      service: 'fifo-blocked',
      queue,
      handle: async (event) => {
        batches.push(bodiesOf(event));
        if (bodiesOf(event).includes('a1')) await held;
      },
    });
    await sendAll(queue, ['a1']);
    await vi.waitFor(() => expect(batches).toEqual([['a1']]), SOON);
    await sendAll(queue, ['a2', 'b1']);
    await vi.waitFor(() => expect(batches).toEqual([['a1'], ['b1']]), SOON);
    release();
    await vi.waitFor(() => expect(batches).toEqual([['a1'], ['b1'], ['a2']]), SOON);
  });

  it('a failed record and the rest of its group come back together, in order and after its delay; what was before it does not', async () => {
    const queue = await createQueue({ fifo: true });
    const batches: { bodies: string[]; atS: number }[] = [];
    let fails = true;
    await sendAll(queue, ['a1', 'a2', 'a3', 'a4', 'b1']);
    fleet = await start({
      service: 'fifo-back',
      queue,
      redelivery: ASAP,
      handle: async (event) => {
        batches.push({ bodies: bodiesOf(event), atS: performance.now() / 1_000 });
        // It waits behind the group's delay like the others.
        if (fails) await sendAll(queue, ['a5']);
        return settleEach(event, ({ body }) => {
          if (body === 'a2' && fails) throw new Error('not yet');
        }).finally(() => (fails = false));
      },
    });
    await vi.waitFor(() => expect(batches).toHaveLength(2), SOON);
    expect(batches.map(({ bodies }) => bodies)).toEqual([
      ['a1', 'a2', 'a3', 'a4', 'b1'],
      ['a2', 'a3', 'a4', 'a5'],
    ]);
    const [first, second] = batches;
    expect((second?.atS ?? 0) - (first?.atS ?? 0)).toBeGreaterThanOrEqual(0.95);
    expect(await queue.deadLetters()).toEqual([]);
  });

  it('goes on at once behind a head that is rejected, and behind one that has had its attempts', async () => {
    const queue = await createQueue({ fifo: true });
    const settled: string[] = [];
    await sendAll(queue, ['a1', 'a2', 'a3', 'a4', 'a5']);
    fleet = await start({
      service: 'fifo-buried',
      queue,
      redelivery: { ...ASAP, never: ['TypeError'] },
      handle: (event) =>
        settleEach(event, ({ body }) => {
          if (body === 'a1') throw new TypeError('no order');
          if (body === 'a3') throw new Error('no');
          settled.push(body);
        }),
    });
    await vi.waitFor(() => expect(settled.filter((body) => body === 'a5')).toHaveLength(2), SOON);
    // The first time behind a3, which came back; the second behind its grave.
    expect(settled).toEqual(['a2', 'a4', 'a5', 'a4', 'a5']);
    const dead: (string | undefined)[] = [];
    await vi.waitFor(async () => {
      dead.push(...(await queue.deadLetters()).map(({ Body }) => Body));
      expect(dead).toEqual(['a1', 'a3']);
    }, SOON);
  });

  it('is in order after any failures', async () => {
    const queue = await createQueue({ fifo: true });
    const done = new Map<string, number[]>();
    const attempts = new Map<string, number>();
    const bodies = Array.from({ length: 10 }, (_, i) => `${'abc'[i % 3] ?? ''}${i}`);
    await sendAll(queue, bodies);
    fleet = await start({
      service: 'fifo-any',
      queue,
      redelivery: { attempts: 5, backoff: { kind: 'fixed', initial: '1ms', jitter: 'none' } },
      // As AWS asks of functions of FIFO queues: nothing of a group behind its first failure.
      handle: (event) => {
        const failed = new Set<string>();
        const batchItemFailures: { itemIdentifier: string }[] = [];
        for (const { body, messageId } of event.Records) {
          const [group = ''] = body;
          const number = Number(body.slice(1));
          const attempt = (attempts.get(body) ?? 0) + 1;
          if (!failed.has(group)) attempts.set(body, attempt);
          if (failed.has(group) || (number % 4 === 1 && attempt === 1)) {
            failed.add(group);
            batchItemFailures.push({ itemIdentifier: messageId });
          } else done.set(group, [...(done.get(group) ?? []), number]);
        }
        return { batchItemFailures };
      },
    });
    await vi.waitFor(() => expect([...done.values()].flat()).toHaveLength(10), SOON);
    expect(Object.fromEntries(done)).toEqual({ a: [0, 3, 6, 9], b: [1, 4, 7], c: [2, 5, 8] });
  });
});
