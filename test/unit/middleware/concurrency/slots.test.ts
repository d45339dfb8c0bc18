// Which slot is asked for next.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseSlot, shardsOf, type ShardView } from '../../../../middleware/concurrency/slots.ts';
import { SLOTS_PER_ITEM } from '../../../../store/items/permits.ts';

const NOW_MS = 1_000_000;
const TERM = { pastUs: (NOW_MS - 100) * 1000, beyondUs: (NOW_MS + 15_000) * 1000 };
const everybody = (limit: number) => ({ common: limit, upTo: limit });
const taken = (...slots: number[]): ReadonlyMap<number, number> =>
  new Map(slots.map((slot) => [slot, (NOW_MS + 5_000) * 1000]));
const seen = (expiries: ReadonlyMap<number, number>, agoMs = 0): ShardView => ({ seenAtMs: NOW_MS - agoMs, expiries });
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** All slots that chance may choose. */
function choices(
  claimable: { common: number; upTo: number },
  views: ReadonlyMap<number, ShardView>,
): (readonly [number, number])[] {
  const found = new Map<string, readonly [number, number]>();
  for (let i = 0; i < 2_000; i++) {
    const slot = chooseSlot(claimable, views, NOW_MS, TERM, () => i / 2_000);
    if (slot) found.set(`${slot.shard}/${slot.slot}`, [slot.shard, slot.slot]);
  }
  return [...found.values()];
}

describe('a slot', () => {
  it('is any, while nothing has been seen', () => {
    expect(choices(everybody(5), new Map()).map(([, slot]) => slot)).toEqual([0, 1, 2, 3, 4]);
  });

  it('is one of those seen free, or seen with a permit that is over', () => {
    const expiries = new Map([...taken(0, 1, 4), [2, TERM.pastUs - 1]]);
    expect(choices(everybody(5), new Map([[0, seen(expiries)]])).map(([, slot]) => slot)).toEqual([2, 3]);
  });

  it('is one that no holder’s clock can have filled', () => {
    const expiries = new Map([...taken(0), [1, TERM.beyondUs], [2, TERM.beyondUs + 1], [3, 9e120]]);
    expect(choices(everybody(4), new Map([[0, seen(expiries)]])).map(([, slot]) => slot)).toEqual([2, 3]);
  });

  it('is none where all have just been seen taken', () => {
    expect(choices(everybody(3), new Map([[0, seen(taken(0, 1, 2))]]))).toEqual([]);
  });

  it.each([
    ['taken', taken(0, 1, 2), 49, []],
    ['taken', taken(0, 1, 2), 50, [0, 1, 2]],
    ['partly free', taken(0, 1), 249, [2]],
    ['partly free', taken(0, 1), 250, [0, 1, 2]],
  ])('seen %s is believed only so long', (_how, expiries, agoMs, expected) => {
    const views = new Map([[0, seen(expiries, agoMs)]]);
    expect(choices(everybody(3), views).map(([, slot]) => slot)).toEqual(expected);
  });

  it('above a limit that was lowered is nobody’s', () => {
    expect(choices(everybody(2), new Map([[0, seen(taken(0, 1))]]))).toEqual([]);
  });

  it('is looked for in the next item when one is full', () => {
    const views = new Map([[0, seen(taken(...range(0, SLOTS_PER_ITEM)))]]);
    const found = choices(everybody(SLOTS_PER_ITEM + 3), views);
    expect(found).toEqual([
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
  });

  it('that is kept for a priority goes to it only when the others are gone', () => {
    const claimable = { common: 8, upTo: 10 };
    expect(choices(claimable, new Map([[0, seen(taken(0, 1, 2, 3, 4, 5, 6))]]))).toEqual([[0, 7]]);
    expect(choices(claimable, new Map([[0, seen(taken(...range(0, 8)))]]))).toEqual([
      [0, 8],
      [0, 9],
    ]);
  });

  it('is always one that the limit has, and never one just seen taken', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 300 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.uniqueArray(fc.integer({ min: 0, max: 59 })))),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (upTo, common, items, chance) => {
          const views = new Map(items.map(([shard, slots]) => [shard, seen(taken(...slots))] as const));
          const claimable = { common: Math.min(common, upTo), upTo };
          const slot = chooseSlot(claimable, views, NOW_MS, TERM, () => chance);
          if (!slot) {
            // Then every slot of the limit has been seen taken.
            expect(range(0, upTo).filter((n) => !isTaken(views, n))).toEqual([]);
            return;
          }
          const number = slot.shard * SLOTS_PER_ITEM + slot.slot;
          expect(number).toBeLessThan(upTo);
          expect(isTaken(views, number)).toBe(false);
        },
      ),
    );
  });
});

function isTaken(views: ReadonlyMap<number, ShardView>, number: number): boolean {
  return views.get(Math.floor(number / SLOTS_PER_ITEM))?.expiries.has(number % SLOTS_PER_ITEM) === true;
}

describe('items', () => {
  it.each([
    [1, 1],
    [60, 1],
    [61, 2],
    [5_000, 84],
  ])('for %d permits are %d', (limit, expected) => {
    expect(shardsOf(limit)).toBe(expected);
  });
});
