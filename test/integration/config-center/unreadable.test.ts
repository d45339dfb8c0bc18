// What the config center says of items that no flyball wrote: a role that may write an item may write anything.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { ConcurrencyRule, ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { keys } from '../../../store/keys.ts';
import type { Item, Key, Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { NOW, startCenter, type Center } from './center.ts';

const ORDERS = '/v1/services/orders';
const MONTH = '2026-01-01T00:00:00.000Z';
const [STARTS, ENDS] = [Date.UTC(2026, 0), Date.UTC(2026, 1)];
const throttles: Record<string, ThrottleRule> = {
  bucket: { limit: '5/10s' },
  sliding: { limit: '5/min', algorithm: 'sliding-window' },
  quota: { limit: '10/month', algorithm: 'fixed-window' },
};
const concurrency: Record<string, ConcurrencyRule> = {
  fixed: { limit: 3 },
  found: { limit: 'adaptive', floor: 2, ceiling: 9 },
};

let table: Table;
let center: Center;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  center = await startCenter(table);
  const body = { apiVersion: 'flyball/v1', service: 'orders', throttles, concurrency };
  expect((await center.send('PUT', `${ORDERS}/draft`, { body })).status).toBeLessThan(300);
  expect((await center.send('POST', `${ORDERS}/publish`)).status).toBeLessThan(300);
});

const generationOf = async (name: string) => {
  const { body } = await center.send('GET', `${ORDERS}/throttles/${name}`);
  return (body as { state: { generation: string } }).state.generation;
};

const forge = async (key: Key, item: Item) => {
  await table.put({ item: { v: 1, ...item, ...key } });
};

/** That it is said which item it is, and what to do. */
async function expectTold(path: string, { pk, sk }: Key): Promise<void> {
  const { status, body } = await center.send('GET', `${ORDERS}/${path}`);
  expect([status, body]).toEqual([
    409,
    expect.objectContaining({
      code: 'UNREADABLE_ITEM',
      detail: expect.stringContaining(`Item ${JSON.stringify([pk, sk])} `) as string,
    }),
  ]);
  expect((body as { detail: string }).detail).toContain('mend or delete the item');
}

describe('of a throttle', () => {
  const bucket = { tat: NOW * 1000, base: NOW * 1000, opened: NOW * 1000, reshaped: NOW };
  it.each<[string, string, string, Item]>([
    ['bucket', 'token-bucket', '(all)', { ...bucket, parts: 1e9 }],
    ['bucket', 'token-bucket', '(all)', { ...bucket, parts: 2.5 }],
    ['bucket', 'token-bucket', '(all)', { ...bucket, tat: 9e120 }],
    ['bucket', 'token-bucket', '(all)', { ...bucket, tat: 'soon' }],
    ['bucket', 'token-bucket', '(all)', { ...bucket, v: 2 }],
    ['sliding', 'sliding-window', '(all)', { start: 9e120, current: 1, previous: 1 }],
    ['quota', 'fixed-window', `${STARTS}#(all)`, { used: 'much' }],
  ])('%s as %s under %s: %j', async (name, algorithm, key, item) => {
    const at = keys.bucket('orders', name, algorithm, await generationOf(name), key);
    await forge(at, item);
    await expectTold(`throttles/${name}`, at);
  });

  it('a bucket in the most parts is read all the same', async () => {
    const at = keys.bucket('orders', 'bucket', 'token-bucket', await generationOf('bucket'), '(all)');
    await forge(at, { ...bucket, parts: 64 });
    expect(await center.send('GET', `${ORDERS}/throttles/bucket`)).toMatchObject({
      status: 200,
      body: { state: { parts: 64 } },
    });
  });
});

describe('of usage', () => {
  const window = { startMs: STARTS, endMs: ENDS };
  it.each<[Item]>([[{ startMs: 9e120 }], [{ endMs: 9e120, startMs: 0 }], [{ startMs: 'then' }]])(
    'a window %j',
    async (wrong) => {
      const at = keys.usageWindow('orders', 'quota', MONTH, 'g');
      await forge(at, { ...window, generation: 'g', ...wrong });
      await expectTold('usage', at);
    },
  );

  it.each<[Item]>([[{ reached80: 9e120 }], [{ reached100: -9e120 }], [{ used: 'much' }]])(
    'a counter %j',
    async (wrong) => {
      await forge(keys.usageWindow('orders', 'quota', MONTH, 'g'), { ...window, generation: 'g' });
      const at = keys.bucket('orders', 'quota', 'fixed-window', 'g', `${STARTS}#(all)`);
      await forge(at, { used: 3, ...wrong });
      const { status, body } = await center.send('GET', `${ORDERS}/usage`, {
        query: { rule: 'quota', stored: '(all)', format: 'csv' },
      });
      expect([status, body]).toMatchObject([409, { detail: expect.stringContaining(at.pk) as string }]);
    },
  );

  it('a signal, and the count of an hour’s', async () => {
    const day = new Date(NOW).toISOString().slice(0, 10);
    const at = keys.usageSignal('orders', day, new Date(NOW - 1).toISOString(), 'quota#80#(all)#g');
    const signal = { rule: 'quota', key: '(all)', generation: 'g', percent: 80, limit: 10, ...window };
    await forge(at, { ...signal, atMs: 9e120 });
    await expectTold('usage/signals', at);
    await forge(at, { ...signal, atMs: NOW - 1 });
    const hour = new Date(NOW).toISOString().slice(0, 13);
    const count = keys.usageSignalCount('orders', hour, 'quota');
    await forge(count, { rule: 'quota', n: 101, hourMs: 9e120 });
    await expectTold('usage/signals', count);
  });
});

describe('of concurrency', () => {
  const adaptive = { lim: 4, probe: 0, phase: 'run', baseMs: 50, measuredAt: NOW, measuredLim: 4 };
  it.each<[Item]>([[{ measuredAt: 9e120 }], [{ lim: 'much' }], [{ s3: 'soon' }], [{ phase: 'rest' }], [{ v: 2 }]])(
    'an item %j',
    async (wrong) => {
      const at = keys.permits('orders', 'found', 0);
      await forge(at, { ...adaptive, ...wrong });
      await expectTold('concurrency', at);
    },
  );

  it('an expiry that no clock gives is no permit', async () => {
    const far = (NOW + 60_000) * 1000;
    await forge(keys.permits('orders', 'fixed', 0), { s0: 9e120, s1: far, s2: (NOW + 9_000) * 1000, s75: far });
    expect(await center.send('GET', `${ORDERS}/concurrency`)).toMatchObject({
      status: 200,
      body: { concurrency: [{ name: 'fixed', held: 1 }, { name: 'found' }] },
    });
  });
});
