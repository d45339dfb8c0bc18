// What callers used of quotas, as the fleet counted it, over the API: listed, paged, and as CSV.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { StoreUnavailable, type Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { NOW } from './center.ts';
import { DAY, meter, monthly, use, type Metered } from './metered.ts';

let table: Table;
let metered: Metered;
let publish: Metered['publish'];
let instance: Metered['instance'];
let get: Metered['get'];

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  metered = await meter(table);
  ({ publish, instance, get } = metered);
});

interface UsageAnswer {
  readonly usage: readonly { readonly key: string; readonly used: number }[];
  readonly cursor?: string;
}

const usageOf = async (query?: Record<string, string>) => (await get(query)).body as UsageAnswer;
const keysOf = async (query?: Record<string, string>) => (await usageOf(query)).usage.map(({ key }) => key);

async function pages(query: Record<string, string>): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await usageOf({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    keys.push(...page.usage.map(({ key }) => key));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return keys;
}

describe('usage', () => {
  it('is told by key and window, with the limit in force', async () => {
    await publish({ monthly });
    const one = instance({ monthly });
    await use(one, 'ben', 3);
    await use(one, 'ada', 8);
    const window = { windowStart: '2026-01-01T00:00:00.000Z', windowEnd: '2026-02-01T00:00:00.000Z' };
    expect((await get()).body).toEqual({
      from: new Date(NOW).toISOString(),
      to: new Date(NOW + 1).toISOString(),
      usage: [
        {
          ...{ rule: 'monthly', key: 'ada', used: 8, limit: 10, share: 0.8, ...window },
          ...{ reached80At: new Date(NOW).toISOString(), reached100At: null },
        },
        {
          ...{ rule: 'monthly', key: 'ben', used: 3, limit: 10, share: 0.3, ...window },
          ...{ reached80At: null, reached100At: null },
        },
      ],
    });
    await publish({ monthly: { ...monthly, limit: '20/month' } });
    expect(await usageOf({ rule: 'monthly', key: 'path:tenant=ada' })).toMatchObject({
      usage: [{ key: 'ada', used: 8, limit: 20, share: 0.4 }],
    });
  });

  it('of windows that are over stays readable until the end of the following month, and some days', async () => {
    const daily: ThrottleRule = { ...monthly, limit: '10/day', timezone: 'Europe/Berlin' };
    await publish({ daily });
    await use(instance({ daily }), 'ada', 2);
    metered.center.clock.advance(DAY);
    await use(instance({ daily }), 'ada', 3);
    expect(await keysOf()).toEqual(['ada']);
    const month = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
    expect(await usageOf(month)).toMatchObject({
      usage: [
        { used: 2, windowStart: '2026-01-04T23:00:00.000Z', windowEnd: '2026-01-05T23:00:00.000Z' },
        { used: 3, windowStart: '2026-01-05T23:00:00.000Z', windowEnd: '2026-01-06T23:00:00.000Z' },
      ],
    });
    const { items } = await table.query({ pk: 'run#orders#usage#daily' });
    for (const { expiration } of items) expect(Number(expiration) * 1000).toBeGreaterThan(Date.UTC(2026, 2, 8));
  });

  it('of a rule that is gone or has other windows now can still be billed', async () => {
    await publish({ monthly });
    await use(instance({ monthly }), 'ada', 2);
    const daily: ThrottleRule = { ...monthly, limit: '5/day' };
    await publish({ monthly: daily });
    await use(instance({ monthly: daily }), 'ada', 1);
    await publish({ other: monthly });
    expect(await keysOf()).toEqual([]);
    expect(await usageOf({ rule: 'monthly' })).toMatchObject({
      usage: [
        { used: 2, limit: 10, windowEnd: '2026-02-01T00:00:00.000Z' },
        { used: 1, limit: 5, windowEnd: '2026-01-06T00:00:00.000Z' },
      ],
    });
    expect(await usageOf({ rule: 'monthly', stored: 'ada', limit: '1' })).toMatchObject({ usage: [{ key: 'ada' }] });
  });

  it('comes in pages, in order, none twice and none left out', async () => {
    const daily: ThrottleRule = { ...monthly, limit: '9/day' };
    await publish({ monthly, daily });
    const one = instance({ monthly, daily });
    const tenants = Array.from({ length: 70 }, (_, i) => `t-${(i * 37) % 70}`);
    for (const tenant of tenants) await use(one, tenant, 1);
    const sorted = tenants.toSorted();
    expect(await pages({ limit: '7' })).toEqual([...sorted, ...sorted]);
    expect(await pages({ limit: '200', rule: 'daily' })).toEqual(sorted);
  });

  it('is listed also when the first to count could not do so', async () => {
    await publish({ monthly });
    const failing: Table = {
      ...table,
      put: () => Promise.reject(new StoreUnavailable('timeout', 'lost in this test')),
    };
    await use(instance({ monthly }, failing), 'ada', 1);
    expect(await keysOf()).toEqual([]);
    metered.center.clock.advance(6_000);
    await use(instance({ monthly }), 'ada', 1);
    expect(await usageOf()).toMatchObject({ usage: [{ key: 'ada', used: 2 }] });
  });

  it('is listed also when the only write of a key was lost on its way back, and the key is never seen again', async () => {
    await publish({ monthly });
    let isLost = true;
    const losing: Table = {
      ...table,
      async update(request) {
        const written = await table.update(request);
        if (isLost) throw new StoreUnavailable('timeout', 'lost in this test');
        return written;
      },
    };
    const one = instance({ monthly }, losing);
    await use(one, 'ada', 1);
    isLost = false;
    metered.center.clock.advance(10_000);
    one.syncs.startDue(metered.center.clock.now());
    await one.syncs.settle();
    expect(await usageOf()).toMatchObject({ usage: [{ key: 'ada', used: 1 }] });
  });

  it('costs no more than one write a request once a key is listed', async () => {
    await publish({ monthly: { ...monthly, limit: '100/month' } });
    const rule = { monthly: { ...monthly, limit: '100/month' } };
    let writes = 0;
    const counting: Table = {
      ...table,
      update: (request) => {
        writes += 1;
        return table.update(request);
      },
      put: (request) => {
        writes += 1;
        return table.put(request);
      },
    };
    const one = instance(rule, counting);
    await use(one, 'ada', 1);
    expect(writes).toBe(4);
    await use(one, 'ada', 20);
    expect(writes).toBe(24);
    await use(one, 'ben', 1);
    // The window is known by now.
    expect(writes).toBe(27);
  });
});

describe('usage as CSV', () => {
  it('is a table for those who write bills', async () => {
    await publish({ monthly: { ...monthly, key: ['path:tenant', 'ip'] } });
    await use(instance({ monthly: { ...monthly, key: ['path:tenant', 'ip'] } }), '-ada', 8);
    const answer = await get({}, { headers: { accept: 'text/csv' } });
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.body).toBe(
      'service,rule,key,windowStart,windowEnd,used,limit,share,reached80At,reached100At\r\n' +
        `orders,monthly,"'-ada,203.0.113.7",2026-01-01T00:00:00.000Z,2026-02-01T00:00:00.000Z,8,10,0.8,2026-01-05T12:00:00.000Z,\r\n`,
    );
    expect((await get({ format: 'csv' })).body).toBe(answer.body);
  });

  it('goes on where a part ended, without a second header', async () => {
    await publish({ monthly });
    const one = instance({ monthly });
    for (let i = 10; i < 21; i++) await use(one, `t-${i}`, 1);
    let text = '';
    let query: Record<string, string> | undefined = { format: 'csv', limit: '4' };
    let parts = 0;
    while (query) {
      const { body, headers } = await get(query);
      text += String(body);
      parts += 1;
      const [, next] =
        /^<[^?]*\?(.*)>; rel="next"$/.exec(typeof headers['link'] === 'string' ? headers['link'] : '') ?? [];
      query = next === undefined ? undefined : Object.fromEntries(new URLSearchParams(next));
      // The window that was asked for, even if it ends meanwhile.
      metered.center.clock.advance(20 * DAY);
    }
    expect(parts).toBe(3);
    const keys = text
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(',')[2]);
    expect(keys).toEqual(['key', ...Array.from({ length: 11 }, (_, i) => `t-${10 + i}`)]);
  });
});

describe('what cannot be meant', () => {
  it.each([
    [{ rule: 'Nope!' }, 400, 'rule is not the name of a throttle.'],
    [{ rule: 'everyone' }, 404, 'The throttle "everyone" is no quota: those have algorithm: fixed-window.'],
    [{ from: 'yesterday' }, 400, 'from is not a time; write 2027-01-01T00:00:00Z.'],
    [
      { from: '2026-02-01T00:00Z', to: '2026-01-01T00:00Z' },
      400,
      'from is not before to; a window is told of that has a moment from from to to.',
    ],
    [{ key: 'path:tenant=ada' }, 400, 'A key is one of a rule: say which by rule.'],
    [{ rule: 'gone', key: 'ada' }, 400, 'The throttle "gone" is no longer in force: say by stored which key is meant.'],
    [{ format: 'xlsx' }, 400, 'format is json or csv.'],
    [{ limit: '0' }, 400, 'limit is a number from 1 to 200, not "0".'],
    [{ cursor: 'bm90IG91cnM' }, 400, 'The cursor is not one that this list gave; start again without it.'],
  ])('%j', async (query, status, detail) => {
    await publish({ monthly, everyone: { limit: '5/s' } });
    expect(await get(query)).toMatchObject({ status, body: { detail } });
  });

  it('before anything is published', async () => {
    expect((await get()).status).toBe(404);
  });
});
