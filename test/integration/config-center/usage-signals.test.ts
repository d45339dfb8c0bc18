// Keys that near the limit of a quota are told of once, whichever instance crosses it, and listed.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { StoreUnavailable, type Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { NOW } from './center.ts';
import { DAY, meter, monthly, use, USAGE, type Metered } from './metered.ts';

const SIGNALS = `${USAGE}/signals`;
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

describe('a signal', () => {
  const limit = 20;
  const rule: ThrottleRule = { ...monthly, limit: `${limit}/month` };
  const signals = async (query: Record<string, string> = {}) =>
    (await get(query, {}, SIGNALS)).body as { signals: { key: string; share: string; at: string }[] };

  it('is given once for 80 and once for 100 percent, by whichever instance crosses it', async () => {
    await publish({ monthly: rule });
    const fleet = Array.from({ length: 5 }, () => instance({ monthly: rule }));
    await Promise.all(fleet.map((one) => use(one, 'ada', 10)));
    metered.center.clock.advance(20_000);
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
    expect(metered.lines).toHaveLength(2);
    for (const share of ['80%', '100%']) {
      expect(metered.lines).toContainEqual(expect.objectContaining({ ...told, share }));
    }
    expect(metered.events.filter((event) => event.startsWith('quota:')).sort()).toEqual([
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
    metered.center.clock.advance(20_000);
    await use(instance({ monthly: rule }), 'ada', 1);
    // With the time it was reached at.
    expect((await signals()).signals).toMatchObject([{ share: '80%', at: new Date(NOW).toISOString() }]);
  });

  it('of very many keys in an hour is a count', async () => {
    const one: ThrottleRule = { ...monthly, limit: '1/month', notify: ['100%'] };
    await publish({ monthly: one });
    const by = instance({ monthly: one });
    for (let i = 0; i < 105; i++) await use(by, `t-${i}`, 1);
    const { signals: listed, ...rest } = (await get({ limit: '200' }, {}, SIGNALS)).body as {
      signals: unknown[];
    };
    expect(listed).toHaveLength(100);
    expect(rest).toMatchObject({ unlisted: [{ rule: 'monthly', hour: '2026-01-05T12:00:00.000Z', count: 105 }] });
    expect(metered.lines).toHaveLength(100);
    expect(metered.events.filter((event) => event === 'quota:100%:monthly')).toHaveLength(105);
  });

  it('is listed newest first, in pages', async () => {
    await publish({ monthly: rule });
    const by = instance({ monthly: rule });
    for (const tenant of ['ada', 'ben', 'eve']) {
      await use(by, tenant, limit);
      metered.center.clock.advance(2 * DAY);
    }
    const all: string[] = [];
    let cursor: string | undefined;
    do {
      const page = (await get(cursor === undefined ? { limit: '2' } : { limit: '2', cursor }, {}, SIGNALS)).body as {
        signals: { key: string }[];
        cursor?: string;
      };
      all.push(...page.signals.map(({ key }) => key));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(all).toEqual(['eve', 'eve', 'ben', 'ben', 'ada', 'ada']);
    const first = { from: new Date(NOW).toISOString(), to: new Date(NOW + DAY).toISOString() };
    expect((await signals(first)).signals.map(({ key }) => key)).toEqual(['ada', 'ada']);
  });
});
