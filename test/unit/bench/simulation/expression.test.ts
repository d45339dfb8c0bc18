// The simulated table's quick expressions mean what those of the test kit's table mean, which DynamoDB itself was asked about.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds, updated } from '../../../../bench/simulation/expression.ts';
import { holds as kitHolds } from '../../../../middleware/testing/table/condition.ts';
import { Placeholders } from '../../../../middleware/testing/table/reader.ts';
import { updated as kitUpdated } from '../../../../middleware/testing/table/update.ts';

const names = { '#base': 'base', '#full': 'full' };
const item = fc.record(
  { tat: fc.integer({ min: 0, max: 9 }), base: fc.integer({ min: 0, max: 9 }), full: fc.integer({ min: 0, max: 9 }) },
  { requiredKeys: [] },
);
const number = fc.integer({ min: 0, max: 9 });

describe('conditions', () => {
  it.each([
    'tat >= :a',
    'attribute_not_exists(tat) OR tat < :a',
    'tat >= :a AND (tat <= :b OR tat <= #full)',
    'tat >= :a AND (tat <= :b OR (#base = :a AND tat <= :b))',
    'NOT (tat = :a OR #base <> :b) AND attribute_exists(tat)',
    'tat BETWEEN :a AND :b OR #base > :a',
    '#base = :a',
  ])('%s', (text) => {
    fc.assert(
      fc.property(item, number, number, (found, low, more) => {
        const given = onlyUsed(text, { ':a': low, ':b': low + more });
        expect(holds(text, found, given)).toBe(kitHolds(text, found, new Placeholders(given, [text])));
      }),
    );
  });
});

describe('updates', () => {
  it.each([
    'SET tat = :a',
    'SET tat = if_not_exists(tat, :a) + :b, #base = :a',
    'SET #full = if_not_exists(#full, :a) - :b ADD n :a',
    'SET tat = :a REMOVE #base, #full',
    'ADD tat :b',
  ])('%s', (text) => {
    fc.assert(
      fc.property(item, number, number, (found, a, b) => {
        const given = onlyUsed(text, { ':a': a, ':b': b });
        expect(updated(text, found, given)).toEqual(kitUpdated(text, found, new Placeholders(given, [text])));
      }),
    );
  });

  it('leave the item they were given as it was', () => {
    const found = { tat: 1 };
    updated('SET tat = :a', found, { values: { ':a': 2 } });
    expect(found).toEqual({ tat: 1 });
  });

  it('of an attribute that is not there are refused', () => {
    expect(() => updated('SET tat = tat + :a', {}, { values: { ':a': 2 } })).toThrow(SyntaxError);
  });
});

/** Placeholders that an expression does not use are refused. */
function onlyUsed(text: string, values: Record<string, number>) {
  const used = (placeholder: string) => text.includes(placeholder);
  return {
    names: Object.fromEntries(Object.entries(names).filter(([placeholder]) => used(placeholder))),
    values: Object.fromEntries(Object.entries(values).filter(([placeholder]) => used(placeholder))),
  };
}
