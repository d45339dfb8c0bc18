// The table in memory keeps the port's contract, and refuses what it would have to guess at.
import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../../../../middleware/testing/table/memory-table.ts';
import type { Expression, Item } from '../../../../../store/port.ts';
import { keepsTheContract } from '../../../../support/table-contract.ts';

const key = { pk: 'a', sk: 'b' };

describe('the table in memory', () => {
  const shared = memoryTable();
  keepsTheContract(() => shared);

  it('shares nothing with those who put and read', async () => {
    const table = memoryTable();
    const bytes = new Uint8Array([1]);
    const item = { ...key, list: ['x'], bytes };
    await table.put({ item });
    item.list.push('y');
    bytes[0] = 9;
    const read = await table.get(key);
    expect(read).toEqual({ ...key, list: ['x'], bytes: new Uint8Array([1]) });
    Object.assign(read ?? {}, { list: 'gone' });
    expect(table.item(key)).toEqual({ ...key, list: ['x'], bytes: new Uint8Array([1]) });
  });

  it('shows all its items in the order of their keys', async () => {
    const table = memoryTable();
    for (const [pk, sk] of [
      ['b', '1'],
      ['a', '2'],
      ['a', '1'],
    ] as const)
      await table.put({ item: { pk, sk } });
    expect(table.items).toEqual([
      { pk: 'a', sk: '1' },
      { pk: 'a', sk: '2' },
      { pk: 'b', sk: '1' },
    ]);
  });

  it('takes only what DynamoDB can hold', async () => {
    await expect(memoryTable().put({ item: { ...key, n: NaN } })).rejects.toThrow('item.n is NaN');
  });
});

const holding = { ...key, n: 5, text: 'm', yes: true, nothing: null, bytes: new Uint8Array([2]), list: [1, { a: 2 }] };

async function meets(condition: string, more: Pick<Expression, 'names' | 'values'> = {}, item: Item = holding) {
  const table = memoryTable();
  await table.put({ item: { ...item, ...key } });
  return (await table.put({ item: key, condition, ...more })).applied;
}

describe('conditions', () => {
  it.each<[string, boolean]>([
    ['n = :five', true],
    ['n = :text', false],
    ['n <> :text', true],
    ['n < :six', true],
    ['n < :five', false],
    ['n <= :five', true],
    ['n > :four', true],
    ['n >= :five', true],
    ['n < :text', false],
    ['n BETWEEN :four AND :six', true],
    ['n BETWEEN :six AND :six', false],
    ['absent < :six', false],
    ['absent >= :four', false],
    ['attribute_exists(n)', true],
    ['attribute_exists(absent)', false],
    ['attribute_not_exists(absent)', true],
    ['begins_with(text, :text)', true],
    ['begins_with(n, :text)', false],
    ['NOT n = :five', false],
    ['n = :four OR n = :five', true],
    ['n = :five AND text = :five', false],
    ['n = :four AND n = :four OR n = :five', true],
    ['n = :four AND (n = :four OR n = :five)', false],
    ['(n=:five)AND(NOT(text=:five))', true],
    ['n = :five and attribute_exists(text) or n = :six', true],
  ])('%s is %s', async (condition, expected) => {
    const all = { ':four': 4, ':five': 5, ':six': 6, ':text': 'm' };
    const used = Object.fromEntries(Object.entries(all).filter(([name]) => condition.includes(name)));
    expect(await meets(condition, { values: used })).toBe(expected);
  });

  it.each(['yes', 'nothing', 'bytes', 'list'] as const)('compares %s by what it holds', async (name) => {
    expect(await meets(`${name} = :it`, { values: { ':it': holding[name] } })).toBe(true);
    expect(await meets(`${name} = :it`, { values: { ':it': [1, { a: 3 }] } })).toBe(false);
  });

  it('orders text by its bytes, as DynamoDB does', async () => {
    const item = { text: '\u{1F600}' };
    expect(await meets('text > :other', { values: { ':other': '\uFF5E' } }, item)).toBe(true);
  });
});

async function after(update: string, more: Pick<Expression, 'names' | 'values'> = {}, item: Item = holding) {
  const table = memoryTable();
  await table.put({ item: { ...item, ...key } });
  return (await table.update({ key, update, ...more })).item;
}

describe('updates', () => {
  it('see the item as it was before', async () => {
    const swapped = await after(
      'SET a = b, b = a REMOVE c ADD d :one',
      { values: { ':one': 1 } },
      { a: 1, b: 2, c: 3, d: 4 },
    );
    expect(swapped).toEqual({ ...key, a: 2, b: 1, d: 5 });
  });

  it.each<[string, Item]>([
    ['SET n = n + :two', { n: 7 }],
    ['SET n = :two - n', { n: -3 }],
    ['SET n = if_not_exists(n, :two)', { n: 5 }],
    ['SET m = if_not_exists(m, :two) + :two', { n: 5, m: 4 }],
    ['ADD m :two', { n: 5, m: 2 }],
  ])('%s', async (update, expected) => {
    expect(await after(update, { values: { ':two': 2 } }, { n: 5 })).toEqual({ ...key, ...expected });
  });
});

describe('what DynamoDB refuses is refused', () => {
  it.each<[string, string, Pick<Expression, 'names' | 'values'>]>([
    ['a value that is not defined', 'n = :n', {}],
    ['a name that is not defined', '#n = n', {}],
    ['a value that is not used', 'n = n', { values: { ':n': 1 } }],
    ['a condition that ends too early', 'n =', {}],
    ['one that goes on', 'n = n n', {}],
    ['a sign nobody knows', 'n ! n', {}],
    ['a function nobody knows', 'exists(n)', {}],
    ['bounds the wrong way round', 'n BETWEEN :b AND :a', { values: { ':a': 1, ':b': 2 } }],
    ['no name where one belongs', 'attribute_exists(:n)', { values: { ':n': 1 } }],
  ])('%s', async (_name, condition, more) => {
    await expect(meets(condition, more)).rejects.toMatchObject({ name: 'StoreRejected', type: 'ValidationException' });
  });

  it.each([
    ['an attribute twice', 'SET n = :n REMOVE n'],
    ['a verb twice', 'SET a = :n SET b = :n'],
    ['a part of the key', 'SET pk = :n'],
    ['a sum with text', 'SET text = text + :n'],
    ['a sum with nothing', 'SET a = absent + :n'],
    ['adding to text', 'ADD text :n'],
    ['no verb', 'n = :n'],
  ])('an update of %s', async (_name, update) => {
    await expect(after(update, { values: { ':n': 1 } })).rejects.toMatchObject({ type: 'ValidationException' });
  });
});

describe('what only this table cannot evaluate', () => {
  it.each(['size(n) > n', 'contains(text, n)', 'n IN (n)', 'a.b = n', 'a[0] = n'])(
    'is an error of its own: %s',
    async (condition) => {
      await expect(meets(condition)).rejects.toThrow(/the table in memory does not evaluate/);
    },
  );

  it.each(['SET list = list_append(list, list)', 'DELETE list :n', 'SET a.b = n'])(
    'also in updates: %s',
    async (update) => {
      const values = update.includes(':n') ? { values: { ':n': 1 } } : {};
      await expect(after(update, values)).rejects.toThrow(/the table in memory does not evaluate/);
    },
  );
});
