// What usage looks like as CSV, whatever callers call themselves.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvOf } from '../../../../../functions/config-center/usage/csv.ts';
import type { UsageRow } from '../../../../../functions/config-center/usage/rows.ts';

const row = (changes: Partial<UsageRow> = {}): UsageRow => ({
  ...{ rule: 'monthly', key: 'acme', startMs: Date.UTC(2026, 0, 1), endMs: Date.UTC(2026, 1, 1) },
  ...{ used: 4, held: 0, limit: 12, reached80Ms: 0, reached100Ms: 0 },
  ...changes,
});
const keyCell = (key: string) => /^orders,monthly,(.*),2026-01-01T/s.exec(csvOf('orders', [row({ key })], false))?.[1];

describe('a line', () => {
  it('has what a bill needs', () => {
    expect(csvOf('orders', [row({ reached80Ms: Date.UTC(2026, 0, 9), limit: 3 })], false)).toBe(
      'orders,monthly,acme,2026-01-01T00:00:00.000Z,2026-02-01T00:00:00.000Z,4,3,1.3333,2026-01-09T00:00:00.000Z,\r\n',
    );
  });

  it('leaves empty what is not known', () => {
    expect(csvOf('orders', [row({ limit: undefined })], false)).toMatch(/,4,,,,\r\n$/);
  });
});

it('the header comes once, also when there is nothing', () => {
  expect(csvOf('orders', [], true)).toBe(
    'service,rule,key,windowStart,windowEnd,used,limit,share,reached80At,reached100At\r\n',
  );
  expect(csvOf('orders', [], false)).toBe('');
});

describe('a key', () => {
  it.each([
    ['acme', 'acme'],
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['a,b', '"a,b"'],
    ['=a,"b"', '"\'=a,""b"""'],
    ['two\r\nlines', '"two\r\nlines"'],
  ])('%j', (key, cell) => {
    expect(keyCell(key)).toBe(cell);
  });

  it('is what a reader of RFC 4180 finds, and never a formula', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        const cell = keyCell(key) ?? '';
        const text = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect(text.replace(/^'(?=[=+\-@\t\r])/, '')).toBe(key.replace(/^'(?=[=+\-@\t\r])/, ''));
        expect(text).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});
