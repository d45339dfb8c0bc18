import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BudgetSpent, globShape, overlap, pathShape } from '../../../../functions/config-center/validation/overlap.ts';
import { compileGlob } from '../../../../middleware/kernel/glob.ts';

const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 5 });

/** Every text of up to eight letters of two: a pattern with a star has four others at most, and two need no more than both. */
const texts = [''];
for (let from = 0, length = 0; length < 8; length++) {
  const to = texts.length;
  for (; from < to; from++) texts.push(`${texts[from]}a`, `${texts[from]}b`);
}

describe('globs', () => {
  it('overlap exactly when some text fits both', () => {
    fc.assert(
      fc.property(glob, glob, (a, b) => {
        const [fitsA, fitsB] = [compileGlob(a), compileGlob(b)];
        expect(overlap(globShape(a), globShape(b))).toBe(texts.some((text) => fitsA(text) && fitsB(text)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('paths', () => {
  it.each([
    ['/orders/{id}', '/orders/17', true],
    ['/orders/{id}', '/orders/', false],
    ['/orders/{id}', '/orders/17/lines', false],
    ['/orders/{id}', '/orders/*', true],
    ['/orders/{id}/lines', '/orders/*', true],
    ['/{kind}/17', '/orders/{id}', true],
    ['/orders/a*/{x}', '/orders/*b/{y}', true],
    ['/orders/a*/{x}', '/orders/b*/{y}', false],
    ['/orders/{id}', '*', true],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(overlap(pathShape(a), pathShape(b))).toBe(expected);
    expect(overlap(pathShape(b), pathShape(a))).toBe(expected);
  });

  it('are told apart by what they begin or end with without a walk', () => {
    const budget = { steps: 0 };
    const stars = '*a'.repeat(100);
    expect(overlap(pathShape(`/orders/${stars}`), pathShape(`/charges/${stars}`), budget)).toBe(false);
    expect(overlap(pathShape(`${stars}/lines`), pathShape(`${stars}/items`), budget)).toBe(false);
    expect(overlap(pathShape('/orders/{id}/a'), pathShape('/orders/{id}/b'), budget)).toBe(false);
  });

  it('are not compared beyond the budget of steps', () => {
    expect(() => overlap(pathShape('*aa*a*'), pathShape('bbbb'), { steps: 3 })).toThrow(BudgetSpent);
  });

  it('are compared in bounded time, however many stars they have', () => {
    const stars = (char: string) => `/${`*${char}`.repeat(127)}`;
    expect(overlap(pathShape(stars('a')), pathShape(stars('b')))).toBe(false);
  });
});
