// Work that is done once, however often its record comes: Powertools Idempotency on flyball's table, over the network.
import { randomUUID } from 'node:crypto';
import { IdempotencyConfig } from '@aws-lambda-powertools/idempotency';
import { makeHandlerIdempotent } from '@aws-lambda-powertools/idempotency/middleware';
import middy from '@middy/core';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import {
  FlyballPersistenceLayer,
  idempotent,
  type IdempotentOptions,
} from '../../../middleware/entries/idempotency.ts';
import { govern, governed, governPlugin } from '../../../middleware/index.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { replaceQueues } from '../../../middleware/kernel/queues.ts';
import { TestQueues } from '../../../middleware/testing/queues.ts';
import { keys } from '../../../store/keys.ts';
import { StoreUnavailable, type Table } from '../../../store/port.ts';
import { httpV2, sqs, type QueueMessage } from '../../support/events.ts';
import { testContext, testInstance } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { SOON } from '../../support/patience.ts';

let table: Table;
beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).signed;
});

const redelivery = { attempts: 3, backoff: { kind: 'fixed', initial: '30s', jitter: 'none' } } as const;
const rules = { resources: { settlement: { match: { trigger: 'queue' }, redelivery } } } as const;

type Work = (record: SQSRecord) => Promise<unknown>;

interface Given {
  readonly options?: Partial<IdempotentOptions>;
  readonly table?: Table;
}

/** An instance of a function whose records are settled by `work`, once each. */
function functionOf(work: Work, { options, table: given = table }: Given = {}) {
  const instance = testInstance({ service: 'settlement', rules, clock: systemClock, table: given });
  const queues = new TestQueues();
  replaceQueues(instance, queues);
  const once = idempotent<SQSRecord, unknown>({ name: 'settle', ...options }, work);
  const results: unknown[] = [];
  const handler = governed<SQSEvent, unknown>({ service: 'settlement', instance }, async ({ Records }) => {
    const settled = await Promise.allSettled(Records.map((record) => once(record)));
    for (const one of settled) results.push(one.status === 'fulfilled' ? one.value : one.reason);
    return settled;
  });
  const run = (messages: readonly QueueMessage[], remainingMs?: number) =>
    handler(sqs(messages), testContext(systemClock, remainingMs));
  return { run, queues, results };
}

const DONE = { batchItemFailures: [] };
const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const message = (more: QueueMessage = {}): QueueMessage => ({ messageId: randomUUID(), ...more });

it('work whose time was over gives up nothing of whoever has begun it since, also in the same instance', async () => {
  const ends: ((error: Error | undefined) => void)[] = [];
  const work = () =>
    new Promise((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve({ number: 2 }))));
  const record = message();
  // What the first exchange with a table takes is none of its time.
  await functionOf(async () => undefined).run([message()]);
  const here = functionOf(work);
  const begunAt = systemClock.now();
  const first = here.run([record], 2_000);
  await vi.waitFor(() => expect(ends).toHaveLength(1), SOON);
  await vi.waitFor(() => expect(systemClock.now()).toBeGreaterThan(begunAt + 2_050), SOON);
  const second = here.run([record]);
  await vi.waitFor(() => expect(ends).toHaveLength(2), SOON);
  ends[0]?.(new Error('too late'));
  await first;
  const beside = vi.fn(async () => undefined);
  expect(await functionOf(beside).run([record])).toEqual(failures(record.messageId ?? ''));
  expect(beside).not.toHaveBeenCalled();
  ends[1]?.(undefined);
  expect(await second).toEqual(DONE);
  const later = functionOf(beside);
  await later.run([record]);
  expect(later.results).toEqual([{ number: 2 }]);
});

describe('a record that is delivered again', () => {
  it('after it was done is not done twice, and gives what came of it', async () => {
    const work = vi.fn(async () => ({ total: 42 }));
    const record = message();
    const first = functionOf(work);
    expect(await first.run([record])).toEqual(DONE);
    const second = functionOf(work);
    expect(await second.run([record, message()])).toEqual(DONE);
    expect(work).toHaveBeenCalledTimes(2);
    expect(second.results).toEqual([{ total: 42 }, { total: 42 }]);
  });

  it('after nothing came of it is not done twice either', async () => {
    const work = vi.fn(async () => undefined);
    const record = message();
    for (let delivery = 1; delivery <= 3; delivery++) await functionOf(work).run([record]);
    expect(work).toHaveBeenCalledOnce();
  });

  it('after it failed is tried again at once', async () => {
    const work = vi.fn<Work>().mockRejectedValueOnce(new Error('no')).mockResolvedValue('done');
    const record = message();
    const { run, results } = functionOf(work);
    expect(await run([record])).toEqual(failures(record.messageId ?? ''));
    expect(await run([record])).toEqual(DONE);
    expect(results).toEqual([new Error('no'), 'done']);
  });

  it('while it is done elsewhere is deferred, not failed', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const work = vi.fn(() => held);
    const record = message();
    const first = functionOf(work).run([record], 20_000);
    await vi.waitFor(() => expect(work).toHaveBeenCalledOnce(), SOON);
    const second = functionOf(work);
    expect(await second.run([{ ...record, receives: 9 }])).toEqual(failures(record.messageId ?? ''));
    // Its attempts are long over, and yet it is no dead letter.
    expect(second.queues.deadLetters).toEqual([]);
    const [delay] = second.queues.delayed;
    expect(delay?.seconds).toBeGreaterThan(10);
    expect(delay?.seconds).toBeLessThanOrEqual(20);
    release();
    expect(await first).toEqual(DONE);
    expect(await second.run([record])).toEqual(DONE);
    expect(work).toHaveBeenCalledOnce();
  });

  it('after the time of whoever was at it has passed is done anew, and the late end changes nothing', async () => {
    let release = (_result: string) => {};
    const held = new Promise<string>((resolve) => (release = resolve));
    const slow = vi.fn(() => held);
    const record = message();
    const late = functionOf(slow);
    const first = late.run([record], 1_000);
    await vi.waitFor(() => expect(slow).toHaveBeenCalledOnce(), SOON);
    const second = functionOf(async () => 'second');
    await vi.waitFor(async () => expect(await second.run([record])).toEqual(DONE), SOON);
    release('first');
    expect(await first).toEqual(DONE);
    expect(late.results).toEqual(['first']);
    const third = functionOf(async () => 'third');
    await third.run([record]);
    expect(third.results).toEqual(['second']);
  });
});

describe('what it is done for', () => {
  const order = (orderId: string, total: number) => message({ body: { orderId, total } });
  const options = { key: 'powertools_json(body).orderId', payload: 'powertools_json(body).total' };

  it('may be anything in the record, whatever the message: sent twice, it is done once', async () => {
    const id = randomUUID();
    const work = vi.fn(async () => 'done');
    const { run } = functionOf(work, { options });
    expect(await run([order(id, 1), order(randomUUID(), 1)])).toEqual(DONE);
    expect(await run([order(id, 1)])).toEqual(DONE);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('under the same key must be the same', async () => {
    const id = randomUUID();
    const { run, results } = functionOf(async () => 'done', { options });
    await run([order(id, 1)]);
    const other = order(id, 2);
    expect(await run([other])).toEqual(failures(other.messageId ?? ''));
    expect(results.at(-1)).toMatchObject({ name: 'IdempotencyValidationError' });
  });

  it('may be of one sender alone, so that nobody else’s order is taken for done', async () => {
    const orderId = randomUUID();
    const work = vi.fn(async () => 'done');
    const ofSenders = { ...options, key: 'powertools_json(body).[tenant, orderId]' };
    const { run } = functionOf(work, { options: ofSenders });
    const sentBy = (tenant: string) => message({ body: { tenant, orderId, total: 1 } });
    expect(await run([sentBy('bob'), sentBy('alice')])).toEqual(DONE);
    expect(await run([sentBy('alice')])).toEqual(DONE);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('must be there', async () => {
    const work = vi.fn(async () => 'done');
    const { run, results } = functionOf(work, { options });
    await run([message({ body: {} })]);
    expect(results).toMatchObject([{ name: 'IdempotencyKeyError' }]);
    expect(work).not.toHaveBeenCalled();
  });

  it('is apart from other work on the same record', async () => {
    const record = message();
    const work = vi.fn(async () => 'done');
    await functionOf(work).run([record]);
    await functionOf(work, { options: { name: 'notify' } }).run([record]);
    expect(work).toHaveBeenCalledTimes(2);
  });
});

describe('while the store is away', () => {
  const away = () => Promise.reject(new StoreUnavailable('connect', 'away'));

  it('a record waits in its queue, since nobody can say whether it was done', async () => {
    const work = vi.fn(async () => 'done');
    const { run, queues, results } = functionOf(work, { table: { ...table, get: away, put: away, update: away } });
    const record = message({ receives: 9 });
    expect(await run([record])).toEqual(failures(record.messageId ?? ''));
    expect(work).not.toHaveBeenCalled();
    expect(results).toMatchObject([{ code: 'FLYBALL_GUARD_UNAVAILABLE' }]);
    expect(queues.delayed.map(({ seconds }) => seconds)).toEqual([5]);
    expect(queues.deadLetters).toEqual([]);
  });

  it('its work is done all the same where that is wanted, and its own error is its own', async () => {
    const work = vi.fn<Work>().mockResolvedValueOnce('done').mockRejectedValue(new Error('no'));
    const options = { whenStoreFails: 'run' } as const;
    const { run, results } = functionOf(work, { options, table: { ...table, put: away } });
    expect(await run([message()])).toEqual(DONE);
    await run([message()]);
    expect(results).toEqual(['done', new Error('no')]);
  });

  it('what is done is done, also when that cannot be noted; and what failed has failed', async () => {
    const work = vi.fn<Work>().mockResolvedValueOnce('done').mockRejectedValue(new Error('no'));
    const forgetful: Table = { ...table, put: (request) => table.put(request), update: away };
    const { run, results } = functionOf(work, { table: forgetful });
    expect(await run([message()])).toEqual(DONE);
    await run([message()]);
    expect(results).toEqual(['done', new Error('no')]);
  });
});

describe('the record of it', () => {
  it('belongs to the service, is small, and is forgotten in time', async () => {
    const record = message();
    const written: string[] = [];
    const spy: Table = {
      ...table,
      put: (request) => {
        written.push(request.item.pk);
        return table.put(request);
      },
      update: (request) => table.update(request),
    };
    await functionOf(async () => 'done', { table: spy, options: { expiresAfter: '2h' } }).run([record]);
    const [pk = ''] = written;
    expect(pk).toMatch(/^run#settlement#idempotency#settle#[\w+/=]{44}$/);
    const key = pk.slice('run#settlement#idempotency#'.length);
    const item = await table.get(keys.idempotency('settlement', key), { consistent: true });
    expect(item).toMatchObject({ v: 1, status: 'COMPLETED', data: '"done"' });
    expect(item).not.toHaveProperty('inProgressUntilMs');
    const leftS = Number(item?.['expiration']) - systemClock.now() / 1000;
    expect(leftS).toBeGreaterThan(7_190);
    expect(leftS).toBeLessThanOrEqual(7_201);
    expect(JSON.stringify(item).length).toBeLessThan(400);
  });
});

describe('Powertools’ own middleware on the layer', () => {
  it('answers a request that is repeated as it did the first time', async () => {
    const instance = testInstance({ service: 'shop', clock: systemClock, table });
    const work = vi.fn(async () => ({ statusCode: 201, body: 'made' }));
    const config = new IdempotencyConfig({ eventKeyJmesPath: 'headers."idempotency-key"' });
    const handler = middy<ReturnType<typeof httpV2>, { statusCode: number }>(governPlugin)
      .use(govern({ service: 'shop', instance }))
      .use(makeHandlerIdempotent({ persistenceStore: new FlyballPersistenceLayer(), config }))
      .handler(work);
    const event = httpV2({ headers: { 'idempotency-key': randomUUID() } });
    const answers = [
      await handler(event, testContext(systemClock) as never),
      await handler(event, testContext(systemClock) as never),
    ];
    expect(answers).toEqual([
      { statusCode: 201, body: 'made' },
      { statusCode: 201, body: 'made' },
    ]);
    expect(work).toHaveBeenCalledOnce();
  });

  it('says so outside of a governed invocation', async () => {
    const once = idempotent<SQSRecord, unknown>({ name: 'settle' }, async () => 'done');
    const [record] = sqs([message()]).Records;
    await expect(once(record as SQSRecord)).rejects.toMatchObject({ code: 'FLYBALL_MISUSED' });
  });

  it('refuses options that cannot be meant', () => {
    const work = async () => undefined;
    expect(() => idempotent({ name: 'a name' }, work)).toThrow('names no work');
    expect(() => idempotent({ name: 'settle', expiresAfter: 'soon' }, work)).toThrow('soon');
    expect(() => idempotent({ name: 'settle', ttl: 5 } as never, work)).toThrow('ttl');
  });
});
