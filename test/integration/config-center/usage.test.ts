// What callers used of quotas, as the fleet counted it, over the API: listed, paged, as CSV, and signalled once.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import type { Logger } from '../../../middleware/kernel/logger.ts';
import { silentRecorder } from '../../../middleware/kernel/recorder.ts';
import { StoreUnavailable, type Table } from '../../../store/port.ts';
import { httpV2 } from '../../support/events.ts';
import { silentLogger, testInstance } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { admit } from '../throttle/admit.ts';
import { NOW, startCenter, type Center, type Sent } from './center.ts';

const USAGE = '/v1/services/orders/usage';
const DAY = 86_400_000;

let table: Table;
let center: Center;
let lines: unknown[];
let events: string[];

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  center = await startCenter(table);
  lines = [];
  events = [];
});

const monthly: ThrottleRule = { key: ['path:tenant'], algorithm: 'fixed-window', limit: '10/month' };
const resources = { all: { match: { trigger: 'http', path: '/{tenant}' } } } as const;
const document = (throttles: Record<string, ThrottleRule>) => ({
  ...{ apiVersion: 'flyball/v1' as const, service: 'orders', resources },
  throttles: Object.fromEntries(
    Object.entries(throttles).map(([name, rule]) => [name, { resources: ['all'], ...rule }]),
  ),
});

async function publish(throttles: Record<string, unknown>): Promise<void> {
  const body = document(throttles as Record<string, ThrottleRule>);
  expect((await center.send('PUT', '/v1/services/orders/draft', { body })).status).toBeLessThan(300);
  expect(await center.send('POST', '/v1/services/orders/publish')).toMatchObject({ status: 200 });
}

/** An instance under these rules that writes to the same table. */
function instance(throttles: Record<string, ThrottleRule>, over: Table = table): Instance {
  const logger: Logger = { ...silentLogger, warn: (message, fields) => lines.push({ message, ...fields }) };
  const { throttles: compiled } = document(throttles);
  const made = testInstance({ clock: center.clock, table: over, logger, rules: { resources, throttles: compiled } });
  made.recorder = { ...silentRecorder, internal: (event) => events.push(event) };
  return made;
}

async function use(by: Instance, tenant: string, times: number): Promise<number> {
  let admitted = 0;
  for (let i = 0; i < times; i++) {
    if ((await admit(by, httpV2({ path: `/${tenant}` }))) === true) admitted += 1;
  }
  return admitted;
}

interface UsageAnswer {
  readonly usage: readonly { readonly key: string; readonly used: number }[];
  readonly cursor?: string;
}

const get = async (query: Record<string, string> = {}, sent: Sent = {}, path = USAGE) =>
  center.send('GET', path, { query, ...sent });
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
    center.clock.advance(DAY);
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
    center.clock.advance(6_000);
    await use(instance({ monthly }), 'ada', 1);
    expect(await usageOf()).toMatchObject({ usage: [{ key: 'ada', used: 2 }] });
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
      const [, next] = /^<[^?]*\?(.*)>; rel="next"$/.exec(String(headers['link'] ?? '')) ?? [];
      query = next === undefined ? undefined : Object.fromEntries(new URLSearchParams(next));
      // The window that was asked for, even if it ends meanwhile.
      center.clock.advance(20 * DAY);
    }
    expect(parts).toBe(3);
    const keys = text
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(',')[2]);
    expect(keys).toEqual(['key', ...Array.from({ length: 11 }, (_, i) => `t-${10 + i}`)]);
  });
});

describe('a signal', () => {
  const limit = 20;
  const rule: ThrottleRule = { ...monthly, limit: `${limit}/month` };
  const signals = async (query: Record<string, string> = {}) =>
    (await get(query, {}, `${USAGE}/signals`)).body as { signals: { key: string; share: string; at: string }[] };

  it('is given once for 80 and once for 100 percent, by whichever instance crosses it', async () => {
    await publish({ monthly: rule });
    const fleet = Array.from({ length: 5 }, () => instance({ monthly: rule }));
    await Promise.all(fleet.map((one) => use(one, 'ada', 10)));
    center.clock.advance(20_000);
    for (const one of fleet) expect(await use(one, 'ada', 1)).toBe(0);
    await use(fleet[0] ?? instance({}), 'ben', 1);
    const window = { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' };
    const told = {
      message: 'A quota has been used up to a share of its limit',
      rule: 'monthly',
      key: 'ada',
      limit,
      window,
    };
    expect(lines).toHaveLength(2);
    expect(lines).toEqual(
      expect.arrayContaining(
        [
          { ...told, share: '80%' },
          { ...told, share: '100%' },
        ].map((line) => expect.objectContaining(line)),
      ),
    );
    expect(events.filter((event) => event.startsWith('quota:')).sort()).toEqual([
      'quota:100%:monthly',
      'quota:80%:monthly',
    ]);
    const listed = await signals();
    expect(listed.signals.map(({ key, share }) => `${key} ${share}`).sort()).toEqual(['ada 100%', 'ada 80%']);
    expect(listed.signals[0]).toMatchObject({ rule: 'monthly', limit, windowEnd: window.to });
  });

  it('is given for the shares a rule names, and for none if it names none', async () => {
    const half = { ...rule, notify: ['50%'] };
    const quiet = { ...rule, notify: [] };
    await publish({ half, quiet });
    await use(instance({ half, quiet }), 'ada', limit);
    expect((await signals()).signals).toMatchObject([{ rule: 'half', share: '50%' }]);
  });

  it('is made good by another when the first could not finish it', async () => {
    await publish({ monthly: rule });
    const failing: Table = {
      ...table,
      put: (request) =>
        String(request.item['pk']).includes('usage-signals')
          ? Promise.reject(new StoreUnavailable('timeout', 'lost in this test'))
          : table.put(request),
    };
    await use(instance({ monthly: rule }, failing), 'ada', 17);
    expect((await signals()).signals).toEqual([]);
    center.clock.advance(20_000);
    await use(instance({ monthly: rule }), 'ada', 1);
    // With the time it was reached at.
    expect((await signals()).signals).toMatchObject([{ share: '80%', at: new Date(NOW).toISOString() }]);
  });

  it('of very many keys in an hour is a count', async () => {
    const one: ThrottleRule = { ...monthly, limit: '1/month', notify: ['100%'] };
    await publish({ monthly: one });
    const by = instance({ monthly: one });
    for (let i = 0; i < 105; i++) await use(by, `t-${i}`, 1);
    const { signals: listed, ...rest } = (await get({ limit: '200' }, {}, `${USAGE}/signals`)).body as {
      signals: unknown[];
    };
    expect(listed).toHaveLength(100);
    expect(rest).toMatchObject({ unlisted: [{ rule: 'monthly', hour: '2026-01-05T12:00:00.000Z', count: 105 }] });
    expect(lines).toHaveLength(100);
    expect(events.filter((event) => event === 'quota:100%:monthly')).toHaveLength(105);
  });

  it('is listed newest first, in pages', async () => {
    await publish({ monthly: rule });
    const by = instance({ monthly: rule });
    for (const tenant of ['ada', 'ben', 'eve']) {
      await use(by, tenant, limit);
      center.clock.advance(2 * DAY);
    }
    const all: string[] = [];
    let cursor: string | undefined;
    do {
      const page = (await get(cursor === undefined ? { limit: '2' } : { limit: '2', cursor }, {}, `${USAGE}/signals`))
        .body as { signals: { key: string }[]; cursor?: string };
      all.push(...page.signals.map(({ key }) => key));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(all).toEqual(['eve', 'eve', 'ben', 'ben', 'ada', 'ada']);
    const first = { from: new Date(NOW).toISOString(), to: new Date(NOW + DAY).toISOString() };
    expect((await signals(first)).signals.map(({ key }) => key)).toEqual(['ada', 'ada']);
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
    await publish({ monthly, everyone: { limit: '5/s', resources: undefined } });
    expect(await get(query)).toMatchObject({ status, body: { detail } });
  });

  it('before anything is published', async () => {
    expect((await get()).status).toBe(404);
  });
});
