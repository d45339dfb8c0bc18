// Tests the arithmetic of charts: stacks, gaps, axes that stay, and shades.
import { describe, expect, it } from 'vitest';
import { isolated, leastOf, niceFoot, niceTop, shadeOf, stacked, topOf } from '../../../../console/parts/chart/data.ts';
import { lastKnown } from '../../../../console/parts/chart/last-known.ts';

describe('stacked lines', () => {
  it('stand on top of those before them', () => {
    expect(
      stacked([
        [1, 2],
        [10, 20],
      ]),
    ).toEqual([
      [1, 2],
      [11, 22],
    ]);
  });

  it('add nothing where they know nothing, and leave a gap where none knows anything', () => {
    expect(
      stacked([
        [1, null, null],
        [null, 5, null],
      ]),
    ).toEqual([
      [1, null, null],
      [1, 5, null],
    ]);
  });
});

describe('gaps', () => {
  it('leave a point where a value stands alone', () => {
    expect(isolated([1, null, 2, 3, null, 4])).toEqual([0, 5]);
  });

  it('are looked past for the newest moment of which anything is known', () => {
    expect(lastKnown([[1, 2, null, null], [1, null, null, null]], 4)).toBe(1); // prettier-ignore
    expect(lastKnown([[null, null]], 2)).toBe(1);
  });
});

describe('an axis', () => {
  it.each([
    [0, 1],
    [0.9, 1],
    [1, 2],
    [1.9, 2],
    [2.2, 2.5],
    [4, 5],
    [7, 10],
    [9.9, 20],
    [97, 100],
    [123, 200],
    [0.03, 0.05],
  ])('ends above %d at %d', (top, end) => {
    expect(niceTop(top)).toBeCloseTo(end);
  });

  it.each([
    [3_091, 3_000],
    [1, 1],
    [10, 10],
    [0.37, 0.3],
    [98_765, 90_000],
  ])('begins, of %d, at %d when it is logarithmic', (least, begin) => {
    expect(niceFoot(least)).toBeCloseTo(begin);
  });

  it('reaches the largest of what is known, and what it is told to', () => {
    expect(topOf([[1, null, 3], [2]], [])).toBe(3);
    expect(topOf([[1, null, 3]], [8])).toBe(8);
    expect(topOf([])).toBe(0);
  });

  it('begins at the least above nothing when it is logarithmic', () => {
    expect(leastOf([[0, null, 4], [2]])).toBe(2);
    expect(leastOf([[0, null]])).toBeUndefined();
  });
});

describe('shades', () => {
  it('are none of nothing, full of the most, and seen of one among thousands', () => {
    expect(shadeOf(0, 10)).toBe(0);
    expect(shadeOf(5_000, 5_000)).toBeCloseTo(1);
    expect(shadeOf(1, 5_000)).toBeGreaterThan(0.15);
  });
});
