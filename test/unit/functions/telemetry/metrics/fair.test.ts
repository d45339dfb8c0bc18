// How a room that is too small is shared.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairly } from '../../../../../functions/telemetry/metrics/fair.ts';

const wanting = (...sizes: number[]) => ({ wanted: sizes.map((size) => () => ({ size })) });
const sizesOf = (granted: ReturnType<typeof fairly<{ readonly size: number }>>) =>
  granted.map(({ taken }) => taken.map(({ size }) => size));
const sum = (sizes: readonly number[]) => sizes.reduce((a, b) => a + b, 0);

describe('a room', () => {
  it.each([
    ['that is large enough has everything', 10, [[1, 2], [3]], [[1, 2], [3]]],
    [
      'gives each the same',
      10,
      [Array<number>(9).fill(1), Array<number>(9).fill(1)],
      [
        [1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1],
      ],
    ],
    ['gives what one leaves to who needs more', 10, [[2], Array<number>(20).fill(1)], [[2], [1, 1, 1, 1, 1, 1, 1, 1]]],
    ['gives what is too large for a share when others leave enough', 10, [[7], [1]], [[7], [1]]],
    ['passes over what never fits', 10, [[11, 3], [2]], [[3], [2]]],
    ['that is none has nothing', 0, [[1], [1]], [[], []]],
    ['that is less than none has nothing', -5, [[1]], [[]]],
    ['that nobody wants has nothing', 5, [[]], [[]]],
  ])('%s', (_, room, wanted, taken) => {
    expect(
      sizesOf(
        fairly(
          wanted.map((sizes) => wanting(...sizes)),
          room,
        ),
      ),
    ).toEqual(taken);
  });

  it('is never too full, leaves out no more than it says, and gives all who want little what they want', () => {
    const sizes = fc.array(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 12 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 400 }), (wanted, room) => {
        const granted = fairly(
          wanted.map((each) => wanting(...each)),
          room,
        );
        const taken = sizesOf(granted);
        expect(sum(taken.flat())).toBeLessThanOrEqual(room);
        wanted.forEach((each, i) => {
          expect((taken[i]?.length ?? 0) + (granted[i]?.leftOut ?? 0)).toBe(each.length);
          if (sum(each) <= room / wanted.length) expect(taken[i]).toEqual(each);
        });
      }),
    );
  });

  it('makes nothing twice, and little that it has no room for', () => {
    const made = new Map<number, number>();
    const wanted = Array.from({ length: 1_000 }, (_, i) => () => {
      made.set(i, (made.get(i) ?? 0) + 1);
      return { size: 10 };
    });
    const [granted] = fairly([{ wanted }, wanting(1)], 101);
    expect(granted).toMatchObject({ leftOut: 990 });
    expect([...made.values()].every((times) => times === 1)).toBe(true);
    expect(made.size).toBeLessThan(20);
  });
});
