// The port's contract: what every table keeps, over the network or in memory.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Table } from '../../store/port.ts';

/** Declares the contract's tests; `given` is asked once the tests run. */
export function keepsTheContract(given: () => Table): void {
  let table: Table;

  beforeAll(() => {
    table = given();
  });

  it('gives back every kind of value as it was put', async () => {
    const item = {
      pk: 'kinds',
      sk: '1',
      text: 'naïve 日本 "quoted"\n',
      empty: '',
      number: -12.5,
      micros: 1_763_700_000_123_456,
      yes: true,
      nothing: null,
      bytes: new Uint8Array([0, 1, 254, 255]),
      list: ['a', 1, { deep: [false] }],
      map: { inner: { x: 1 } },
    };
    expect(await table.put({ item })).toEqual({ applied: true, item });
    expect(await table.get(item, { consistent: true })).toEqual(item);
  });

  it('leaves out attributes that are undefined', async () => {
    await table.put({ item: { pk: 'undefined', sk: '1', gone: undefined, map: { gone: undefined } } });
    expect(await table.get({ pk: 'undefined', sk: '1' }, { consistent: true })).toEqual({
      pk: 'undefined',
      sk: '1',
      map: {},
    });
  });

  it('has no item where there is none', async () => {
    expect(await table.get({ pk: 'none', sk: '1' })).toBeUndefined();
  });

  it('tells the winner of a conditional put and shows the loser what stands there', async () => {
    const first = { pk: 'race', sk: '1', by: 'first' };
    const condition = 'attribute_not_exists(pk)';
    expect(await table.put({ item: first, condition })).toEqual({ applied: true, item: first });
    expect(await table.put({ item: { ...first, by: 'second' }, condition })).toEqual({ applied: false, item: first });
  });

  it('gives the whole item as it is after an update', async () => {
    const key = { pk: 'update', sk: '1' };
    await table.put({ item: { ...key, kept: 'k', n: 1 } });
    const written = await table.update({
      key,
      update: 'SET #n = #n + :by, since = if_not_exists(since, :since)',
      condition: '#n < :max',
      names: { '#n': 'n' },
      values: { ':by': 2, ':since': 7, ':max': 3 },
    });
    expect(written).toEqual({ applied: true, item: { ...key, kept: 'k', n: 3, since: 7 } });
  });

  it('shows the loser of a conditional update what stands there', async () => {
    const key = { pk: 'update-lost', sk: '1' };
    await table.put({ item: { ...key, epoch: 5 } });
    const written = await table.update({
      key,
      update: 'SET epoch = :mine',
      condition: 'epoch < :mine',
      values: { ':mine': 4 },
    });
    expect(written).toEqual({ applied: false, item: { ...key, epoch: 5 } });
  });

  it('shows the loser nothing where there is no item', async () => {
    const key = { pk: 'absent', sk: '1' };
    const lost = { applied: false, item: undefined };
    expect(
      await table.update({ key, update: 'SET a = :a', condition: 'attribute_exists(pk)', values: { ':a': 1 } }),
    ).toEqual(lost);
    expect(await table.put({ item: key, condition: 'attribute_exists(pk)' })).toEqual(lost);
    expect(await table.delete({ key, condition: 'attribute_exists(pk)' })).toEqual(lost);
  });

  it('loses no update among racing writers', async () => {
    const key = { pk: 'racing', sk: '1' };
    const writes = Array.from({ length: 20 }, () =>
      table.update({ key, update: 'ADD hits :one', values: { ':one': 1 } }),
    );
    await Promise.all(writes);
    expect(await table.get(key, { consistent: true })).toEqual({ ...key, hits: 20 });
  });

  it('deletes once, and gives the item as it was', async () => {
    const item = { pk: 'delete', sk: '1', by: 'me' };
    await table.put({ item });
    const request = {
      key: { pk: 'delete', sk: '1' },
      condition: '#by = :me',
      names: { '#by': 'by' },
      values: { ':me': 'me' },
    };
    expect(await table.delete(request)).toEqual({ applied: true, item });
    expect(await table.delete(request)).toEqual({ applied: false, item: undefined });
    expect(await table.delete({ key: request.key })).toEqual({ applied: true, item: request.key });
  });

  describe('query', () => {
    beforeAll(async () => {
      for (const sk of ['a#1', 'a#2', 'a#3', 'b#1', 'b#2']) {
        await table.put({ item: { pk: 'query', sk, due: 'jobs', dueAt: Number(sk.slice(2)) * 1000 } });
      }
    });

    const sortKeys = async (request: Omit<Parameters<Table['query']>[0], 'pk'>) => {
      const { items } = await table.query({ pk: 'query', consistent: true, ...request });
      return items.map((item) => item['sk']);
    };

    it('gives a partition in order, or backwards', async () => {
      expect(await sortKeys({})).toEqual(['a#1', 'a#2', 'a#3', 'b#1', 'b#2']);
      expect(await sortKeys({ descending: true })).toEqual(['b#2', 'b#1', 'a#3', 'a#2', 'a#1']);
    });

    it('narrows by prefix and by a closed range', async () => {
      expect(await sortKeys({ sk: { beginsWith: 'b#' } })).toEqual(['b#1', 'b#2']);
      expect(await sortKeys({ sk: { between: ['a#2', 'b#1'] } })).toEqual(['a#2', 'a#3', 'b#1']);
    });

    it('goes on from a cursor and ends without one', async () => {
      const first = await table.query({ pk: 'query', limit: 3 });
      expect(first.items.map((item) => item['sk'])).toEqual(['a#1', 'a#2', 'a#3']);
      expect(first.cursor).toMatch(/^[\w-]+$/);
      const rest = await table.query({ pk: 'query', limit: 3, ...(first.cursor ? { cursor: first.cursor } : {}) });
      expect(rest.items.map((item) => item['sk'])).toEqual(['b#1', 'b#2']);
      expect(rest.cursor).toBeUndefined();
    });

    it('refuses a cursor that is damaged or of another partition', async () => {
      const { cursor = '' } = await table.query({ pk: 'query', limit: 1 });
      const refused = { name: 'StoreRejected', type: 'InvalidCursor' };
      await expect(table.query({ pk: 'other', cursor })).rejects.toMatchObject(refused);
      await expect(table.query({ pk: 'query', cursor: 'garbage' })).rejects.toMatchObject(refused);
      await expect(table.query({ pk: 'query', cursor: '' })).rejects.toMatchObject(refused);
    });

    it('finds what is due by a time, soonest first, page by page', async () => {
      const index = { name: 'due', dueUpTo: 2000 } as const;
      const first = await table.query({ pk: 'jobs', index, limit: 3 });
      expect(first.items.map((item) => item['dueAt'])).toEqual([1000, 1000, 2000]);
      const rest = await table.query({ pk: 'jobs', index, ...(first.cursor ? { cursor: first.cursor } : {}) });
      expect(rest.items.map((item) => item['dueAt'])).toEqual([2000]);
    });

    it('finds what is due since a time, page by page', async () => {
      const index = { name: 'due', dueFrom: 2000, dueUpTo: 2000 } as const;
      const first = await table.query({ pk: 'jobs', index, limit: 1 });
      expect(first.items.map((item) => item['dueAt'])).toEqual([2000]);
      const rest = await table.query({ pk: 'jobs', index, ...(first.cursor ? { cursor: first.cursor } : {}) });
      expect(rest.items.map((item) => item['dueAt'])).toEqual([2000]);
    });
  });

  it('rejects an expression that is wrong', async () => {
    await expect(table.update({ key: { pk: 'a', sk: 'b' }, update: 'NONSENSE' })).rejects.toMatchObject({
      name: 'StoreRejected',
      type: 'ValidationException',
    });
  });

  it('makes no call for a caller who has already gone', async () => {
    const gone = AbortSignal.abort();
    await expect(table.put({ item: { pk: 'gone', sk: '1' }, signal: gone })).rejects.toMatchObject({
      name: 'StoreUnavailable',
      reason: 'aborted',
    });
    expect(await table.get({ pk: 'gone', sk: '1' }, { consistent: true })).toBeUndefined();
  });
}
