// Redelivery against an emulated SQS: a poison record among mates, FIFO groups, deferrals, and what cannot be moved.
import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { BatchResponse } from '../../../middleware/kernel/batch.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { Refused } from '../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import type { Logger } from '../../../middleware/kernel/logger.ts';
import { middlewareOf } from '../../../middleware/kernel/middleware.ts';
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { redeliveryPolicy } from '../../../middleware/redelivery/index.ts';
import { provideEverything } from '../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../middleware/throttle/index.ts';
import { readDeferrals } from '../../../store/items/deferrals.ts';
import type { Table } from '../../../store/port.ts';
import { noTable, silentLogger, testContext, testInstance } from '../../support/instance.ts';
import { SOON } from '../../support/patience.ts';
import { createTable } from '../table.ts';
import { createQueue, type TestQueue } from './queue.ts';

provideEverything();

let table: Table;
beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).signed;
});

type Rules = Omit<RuleDocument, 'apiVersion' | 'service'>;
const redelivery = { attempts: 3, backoff: { initial: '30s', jitter: 'full' } } as const;
const withRule: Rules = { resources: { settlement: { match: { trigger: 'queue' }, redelivery } } };

/** With no chance of waiting, a record is back at once; with all of it, after its whole delay. */
const AT_ONCE = () => 0;
const LATER = () => 0.99;

interface Options {
  readonly rules?: Rules;
  readonly random?: () => number;
  readonly table?: Table;
  readonly logger?: Logger;
}

function instanceOf({
  rules = withRule,
  random = AT_ONCE,
  table: given = table,
  logger = silentLogger,
}: Options = {}): Instance {
  return testInstance({ service: 'settlement', rules, random, table: given, clock: systemClock, logger });
}

function governed(instance: Instance, handle: (event: SQSEvent) => unknown) {
  const stack = middy<SQSEvent, unknown>()
    .use(middlewareOf(instance, [redeliveryPolicy, throttlePolicy]) as middy.MiddlewareObj<SQSEvent>)
    .handler((event) => handle(event));
  return async (event: SQSEvent): Promise<BatchResponse> =>
    (await stack(event, testContext(instance.clock))) as BatchResponse;
}

const settleEach = (work: (body: string) => void) => (event: SQSEvent) =>
  Promise.allSettled(event.Records.map(async ({ body }) => work(body)));
const ids = ({ batchItemFailures }: BatchResponse) => batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

describe('a poison record among its mates', () => {
  it('fails alone, and is in the dead-letter queue after its attempts with why, while the mates were settled once', async () => {
    const queue = await createQueue();
    const settled: string[] = [];
    const handle = governed(
      instanceOf(),
      settleEach((body) => {
        if (body === 'poison') throw new TypeError('not an order');
        settled.push(body);
      }),
    );
    await queue.send({ MessageBody: 'one' });
    const poison = await queue.send({
      MessageBody: 'poison',
      MessageAttributes: { tenant: { DataType: 'String', StringValue: 'acme' } },
    });
    await queue.send({ MessageBody: 'two' });
    const answers: string[][] = [];
    for (let delivery = 1; delivery <= 3; delivery++) {
      const event = await queue.receive();
      const answer = await handle(event);
      await queue.answer(event, answer);
      answers.push(ids(answer));
    }
    expect(answers).toEqual([[poison], [poison], []]);
    expect(settled.sort()).toEqual(['one', 'two']);
    expect((await queue.receive()).Records).toEqual([]);
    const [dead, ...others] = await queue.deadLetters();
    expect(others).toEqual([]);
    expect(dead?.Body).toBe('poison');
    const values = Object.entries(dead?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]);
    expect(Object.fromEntries(values)).toEqual({
      tenant: 'acme',
      'flyball-reason': 'TypeError: not an order',
      'flyball-attempts': '3',
      'flyball-source': queue.arn,
    });
  });

  it('stays away for its delay, when one that nobody delayed is back', async () => {
    const queue = await createQueue({ visibilitySeconds: 3 });
    await queue.send({ MessageBody: 'poison' });
    await queue.send({ MessageBody: 'undelayed' });
    const handle = governed(instanceOf({ random: LATER }), () => {
      throw new Error('no');
    });
    const { Records } = await queue.receive();
    const poison = Records.filter(({ body }) => body === 'poison');
    expect(ids(await handle({ Records: poison }))).toHaveLength(1);
    const back = await poll(() => queue.receive());
    expect(back.Records.map(({ body }) => body)).toEqual(['undelayed']);
  });
});

describe('a record without room for why it failed', () => {
  const bury = async (queue: TestQueue, options: Options = {}): Promise<void> => {
    const handle = governed(instanceOf(options), () => {
      throw new Error('no');
    });
    for (let delivery = 1; delivery <= 3; delivery++) {
      const event = await queue.receive();
      await queue.answer(event, await handle(event));
    }
  };

  it.each([
    ['as large as SQS takes any', 1_048_576, {}],
    ['as large as its dead-letter queue takes any', 4_096, { maximumBytes: 4_096 }],
  ])('%s is moved all the same, and the reason is logged', async (_, size, limit) => {
    const queue = await createQueue(limit);
    const messageId = await queue.send({ MessageBody: 'x'.repeat(size) });
    const lines: unknown[] = [];
    const logger = { ...silentLogger, warn: (message: string, fields: object) => lines.push({ message, ...fields }) };
    await bury(queue, { logger });
    const [dead] = await queue.deadLetters();
    expect(dead?.Body).toHaveLength(size);
    expect(dead?.MessageAttributes ?? {}).toEqual({});
    expect(lines).toMatchObject([
      { message: expect.stringContaining('moved') as string, messageId, reason: 'Error: no' },
    ]);
  });
});

describe('a handler that throws', () => {
  const failing = () => {
    throw new Error('down');
  };

  it('fails every record when a rule asks for redelivery', async () => {
    const queue = await createQueue();
    await queue.send({ MessageBody: 'one' });
    await queue.send({ MessageBody: 'two' });
    const event = await queue.receive();
    expect(ids(await governed(instanceOf(), failing)(event))).toEqual(event.Records.map(({ messageId }) => messageId));
  });

  it('throws on without one, as it would without flyball', async () => {
    const queue = await createQueue();
    await queue.send({ MessageBody: 'one' });
    const event = await queue.receive();
    await expect(governed(instanceOf({ rules: {} }), failing)(event)).rejects.toThrow('down');
  });
});

describe('deferrals are no attempts', () => {
  const throttled: Rules = { ...withRule, throttles: { everyone: { limit: '1/d', scope: 'instance' } } };

  it('a throttled record comes back, and only the admitted one reaches the handler', async () => {
    const queue = await createQueue();
    const sent = [await queue.send({ MessageBody: 'one' }), await queue.send({ MessageBody: 'two' })];
    const seen: number[] = [];
    const handle = governed(instanceOf({ rules: throttled }), (event) => {
      seen.push(event.Records.length);
    });
    const event = await queue.receive();
    const answer = await handle(event);
    expect(seen).toEqual([1]);
    expect(ids(answer)).toEqual([event.Records[1]?.messageId]);
    // Until the next token, a day away; the queue would have given it back after ten minutes.
    expect(sent).toContain(ids(answer)[0]);
    expect((await queue.receive()).Records).toEqual([]);
    expect(await readDeferrals(table, 'settlement', ids(answer)[0] ?? '')).toBe(1);
  });

  it('a record refused twice still has all its attempts', async () => {
    const queue = await createQueue();
    await queue.send({ MessageBody: 'poison' });
    let refusing = true;
    const handle = governed(instanceOf(), () => {
      if (!refusing) throw new Error('no');
      throw new Refused({ by: 'breaker', rule: 'payments', message: 'open', statusCode: 503, retryAfterMs: 1 });
    });
    for (let delivery = 1; delivery <= 4; delivery++) {
      refusing = delivery <= 2;
      const event = await poll(() => queue.receive());
      expect(ids(await handle(event))).toHaveLength(1);
    }
    const event = await queue.receive();
    expect(event.Records[0]?.attributes.ApproximateReceiveCount).toBe('5');
    expect(ids(await handle(event))).toEqual([]);
    expect(await queue.deadLetters()).toHaveLength(1);
  });
});

describe('what a message and its handler say', () => {
  it('a record that its handler sends back has all its attempts still', async () => {
    const queue = await createQueue();
    const messageId = await queue.send({ MessageBody: 'busy' });
    let busy = true;
    const handle = governed(instanceOf(), () => {
      throw busy ? Object.assign(new Error('busy'), { deferMs: 0 }) : new Error('no');
    });
    const answers: string[][] = [];
    for (let delivery = 1; delivery <= 6; delivery++) {
      busy = delivery <= 3;
      const event = await poll(() => queue.receive());
      const answer = await handle(event);
      await queue.answer(event, answer);
      answers.push(ids(answer));
    }
    expect(answers).toEqual([...Array<string[]>(5).fill([messageId]), []]);
    expect(await readDeferrals(table, 'settlement', messageId)).toBe(3);
    const [dead] = await queue.deadLetters();
    expect(dead?.MessageAttributes?.['flyball-attempts']?.StringValue).toBe('3');
  });

  it('a message whose deadline has passed is a dead letter, with what it came with, and was not handled', async () => {
    const queue = await createQueue();
    const deadline = { DataType: 'String', StringValue: String(systemClock.now() - 1) };
    await queue.send({ MessageBody: 'late', MessageAttributes: { 'x-flyball-deadline': deadline } });
    const seen: unknown[] = [];
    const match = { trigger: 'queue', source: queue.name } as const;
    const handle = governed(instanceOf({ rules: { resources: { settlement: { match } } } }), (event) => {
      seen.push(event);
    });
    const event = await queue.receive();
    const answer = await handle(event);
    await queue.answer(event, answer);
    expect([ids(answer), seen]).toEqual([[], []]);
    const [dead] = await queue.deadLetters();
    expect(dead).toMatchObject({
      Body: 'late',
      MessageAttributes: {
        'x-flyball-deadline': { StringValue: deadline.StringValue },
        'flyball-reason': { StringValue: 'deadline: nobody waits for it any more' },
      },
    });
  });
});

describe('a FIFO group', () => {
  const order = (body: string) => ({ MessageBody: body, MessageGroupId: 'g', MessageDeduplicationId: body });
  const poisonous = settleEach((body) => {
    if (body === 'poison') throw new Error('no');
  });

  it('stays together behind a failed record, and goes on once that is buried', async () => {
    const queue = await createQueue({ fifo: true });
    const poison = await queue.send(order('poison'));
    const follower = await queue.send(order('follower'));
    const handle = governed(instanceOf(), poisonous);
    const answers: string[][] = [];
    for (let delivery = 1; delivery <= 3; delivery++) {
      const event = await queue.receive();
      expect(event.Records.map(({ body }) => body)).toEqual(['poison', 'follower']);
      const answer = await handle(event);
      await queue.answer(event, answer);
      answers.push(ids(answer));
    }
    expect(answers).toEqual([[poison, follower], [poison, follower], []]);
    expect(await readDeferrals(table, 'settlement', follower)).toBe(2);
    const [dead] = await queue.deadLetters();
    expect(dead).toMatchObject({
      Body: 'poison',
      Attributes: { MessageGroupId: 'g', MessageDeduplicationId: 'poison' },
    });
    expect((await queue.receive()).Records).toEqual([]);
  });
});

describe('what cannot be moved stays', () => {
  const failing = () => {
    throw new Error('no');
  };

  async function deliver(instance: Instance, options: { deadLetter?: boolean }, times: number): Promise<string[][]> {
    const queue = await createQueue(options);
    await queue.send({ MessageBody: 'poison' });
    const answers: string[][] = [];
    for (let i = 0; i < times; i++) {
      const event = await queue.receive();
      answers.push(ids(await governed(instance, failing)(event)));
    }
    return answers;
  }

  it('without a dead-letter queue', async () => {
    const answers = await deliver(instanceOf(), { deadLetter: false }, 4);
    expect(answers.map((answer) => answer.length)).toEqual([1, 1, 1, 1]);
  });

  it('while nobody can say how often it was deferred', async () => {
    const answers = await deliver(instanceOf({ table: noTable }), {}, 4);
    expect(answers.map((answer) => answer.length)).toEqual([1, 1, 1, 1]);
  });
});

/** Asks until the queue has something to give. */
async function poll(receive: () => Promise<SQSEvent>): Promise<SQSEvent> {
  let event: SQSEvent = { Records: [] };
  await vi.waitFor(async () => {
    event = await receive();
    expect(event.Records).not.toEqual([]);
  }, SOON);
  return event;
}
