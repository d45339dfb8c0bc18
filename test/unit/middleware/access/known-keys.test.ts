// What an instance knows of API keys: how long it believes them, and what a table that is away or an attacker does to that.
import { describe, expect, it } from 'vitest';
import { KnownKeys } from '../../../../middleware/access/known-keys.ts';
import { MOST_BY_BYTE, MOST_MISSES, WINDOW_MS } from '../../../../middleware/access/miss-budget.ts';
import type { ClientKey } from '../../../../store/items/client-keys.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

const KEEP_MS = 600_000;
const key = (hash: string, more: Partial<ClientKey> = {}): ClientKey => ({
  hash,
  client: 'acme',
  roles: [],
  attributes: {},
  createdAt: 0,
  createdBy: 'ops',
  ...more,
});

function start() {
  const clock = fakeClock();
  const table = { keys: new Map<string, ClientKey>([['a', key('a')]]), isUp: true, reads: 0 };
  const warned: string[] = [];
  const read = (hash: string) => {
    table.reads++;
    return table.isUp ? Promise.resolve(table.keys.get(hash)) : Promise.reject(new Error('away'));
  };
  const known = new KnownKeys(clock, read, { warn: (message) => void warned.push(message) });
  const find = async (hash = 'a') => (await known.find(hash, 100, KEEP_MS)).kind;
  const refresh = () => known.refresh('a', 100, new AbortController().signal);
  return { clock, table, known, find, refresh, warned };
}

describe('a key', () => {
  it('is looked up once by all who wait, and then known', async () => {
    const { table, find } = start();
    expect(await Promise.all([find(), find(), find()])).toEqual(['known', 'known', 'known']);
    expect(await find()).toBe('known');
    expect(table.reads).toBe(1);
  });

  it('is to be looked at again after twenty seconds, while it still serves', async () => {
    const { clock, known, table, find, refresh } = start();
    await find();
    expect(known.due('a', clock.now() + 20_000)).toBe(false);
    clock.advance(20_001);
    expect(known.due('a', clock.now())).toBe(true);
    await refresh();
    expect(known.due('a', clock.now())).toBe(false);
    expect(table.reads).toBe(2);
  });

  it.each([
    [60_000, 'known'],
    [60_001, 'unknown'],
  ])('that was revoked just after it was looked up is, %i ms later, %s', async (ms, kind) => {
    const { clock, table, find } = start();
    await find();
    table.keys.set('a', key('a', { revokedAt: clock.now() + 1 }));
    clock.advance(ms);
    expect(await find()).toBe(kind);
  });

  it('that was revoked is let in no more once that is known', async () => {
    const { clock, table, find, refresh } = start();
    await find();
    table.keys.set('a', key('a', { revokedAt: clock.now() }));
    await refresh();
    expect(await find()).toBe('unknown');
  });

  it('ends at its time, whatever was looked up before', async () => {
    const { clock, table, find } = start();
    table.keys.set('a', key('a', { expiresAt: clock.now() + 5_000 }));
    expect(await find()).toBe('known');
    clock.advance(5_000);
    expect(await find()).toBe('unknown');
  });
});

describe('while the table is away', () => {
  it.each([
    [KEEP_MS, 'known'],
    [KEEP_MS + 1, 'unavailable'],
  ])('a key that was seen %i ms ago is %s', async (ms, kind) => {
    const { clock, table, find } = start();
    await find();
    table.isUp = false;
    clock.advance(ms);
    expect(await find()).toBe(kind);
  });

  it('nobody knows of a key that was never seen, and it is known when the table is back', async () => {
    const { table, find } = start();
    table.isUp = false;
    expect(await find()).toBe('unavailable');
    table.isUp = true;
    expect(await find()).toBe('known');
  });

  it('a revoked key stays revoked', async () => {
    const { clock, table, find, refresh } = start();
    await find();
    table.keys.set('a', key('a', { revokedAt: 1 }));
    await refresh();
    table.isUp = false;
    clock.advance(120_000);
    expect(await find()).toBe('unknown');
  });
});

describe('keys that do not exist', () => {
  it('are asked for every ten seconds at most', async () => {
    const { clock, table, find } = start();
    expect([await find('x'), await find('x')]).toEqual(['unknown', 'unknown']);
    expect(table.reads).toBe(1);
    table.keys.set('x', key('x'));
    clock.advance(10_001);
    expect(await find('x')).toBe('known');
  });

  it('take a bounded part of memory, and push no known key out', async () => {
    const { known, table, find } = start();
    await find();
    for (let i = 0; i < 3_000; i++) await find(`invented-${i}`);
    expect(known.size).toBeLessThanOrEqual(1_001);
    const { reads } = table;
    expect(await find()).toBe('known');
    expect(table.reads).toBe(reads);
  });

  it('of many callers are kept for those who call', async () => {
    const { known, table, find } = start();
    for (let i = 0; i < 1_500; i++) {
      table.keys.set(`k${i}`, key(`k${i}`));
      await find(`k${i}`);
      await find('a');
    }
    expect(known.size).toBe(1_000);
    const { reads } = table;
    await find('a');
    expect(table.reads).toBe(reads);
  });
});

describe('made-up keys', () => {
  const madeUp = (count: number, byte = '00') => Array.from({ length: count }, (_, i) => `${byte}-${i}`);

  it('are looked up sixty times a minute, and then once for each first byte of a hash', async () => {
    const { find, table, warned } = start();
    for (const hash of madeUp(MOST_MISSES)) expect(await find(hash)).toBe('unknown');
    expect(await find('00-new')).toBe('unknown');
    expect(await find('00-newer')).toBe('crowded');
    for (let i = 0; i < 5_000; i++) await find(`${(i % 256).toString(16).padStart(2, '0')}-flood-${i}`);
    expect(table.reads).toBeLessThanOrEqual(MOST_MISSES + 256 * MOST_BY_BYTE);
    expect(warned).toHaveLength(1);
  });

  it('keep out no key that is known, nor one that is new here', async () => {
    const { find, table, clock } = start();
    await find('a');
    table.keys.set('ff-good', key('ff-good'));
    for (const hash of madeUp(5 * MOST_MISSES)) await find(hash);
    expect(await find('a')).toBe('known');
    expect(await find('ff-good')).toBe('known');
    // Nor does its being looked up take the next one's place.
    table.keys.set('ff-another', key('ff-another'));
    expect(await find('ff-another')).toBe('known');
    clock.advance(60_001);
    expect(await find('a')).toBe('known');
  });

  it('are looked up again with the next minute, of which those that wait are told', async () => {
    const { find, known, clock } = start();
    for (const hash of madeUp(2 * MOST_MISSES)) await find(hash);
    const found = await known.find('00-more', 100, KEEP_MS);
    const toNextMinute = WINDOW_MS - (clock.now() % WINDOW_MS);
    expect(found).toEqual({ kind: 'crowded', waitMs: toNextMinute });
    clock.advance(toNextMinute);
    expect(await find('00-more')).toBe('unknown');
  });

  it('that wait for an answer count as well', async () => {
    const { find, table } = start();
    const found = await Promise.all(madeUp(3 * MOST_MISSES).map((hash) => find(hash)));
    expect(found.filter((kind) => kind === 'crowded')).toHaveLength(2 * MOST_MISSES - MOST_BY_BYTE);
    expect(table.reads).toBe(MOST_MISSES + MOST_BY_BYTE);
  });

  it('are not held against anybody while the table does not answer', async () => {
    const { find, table } = start();
    table.isUp = false;
    for (const hash of madeUp(2 * MOST_MISSES)) expect(await find(hash)).toBe('unavailable');
  });
});
