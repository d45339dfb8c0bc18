// Which minutes are open: ranges as sets of minutes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countOpen,
  newestOpen,
  opened,
  openMinutes,
  settled,
  since,
  withoutRange,
  withRange,
  type Open,
  type Ranges,
} from '../../../../../functions/telemetry/merge/open.ts';

const MINUTE = 60_000;
const at = (minute: number) => minute * MINUTE;
const range = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 20 }))
  .map(([from, length]) => [at(from), at(from + length)] as const);

const minutesIn = (ranges: Ranges) => {
  const minutes = new Set<number>();
  for (const [from, to] of ranges) for (let one = from; one < to; one += MINUTE) minutes.add(one);
  return minutes;
};

describe('ranges', () => {
  it('are sets of minutes: ascending, apart from each other, never empty', () => {
    fc.assert(
      fc.property(fc.array(range), fc.array(range), (added, removed) => {
        const expected = minutesIn(added);
        for (const one of minutesIn(removed)) expected.delete(one);
        const united = added.reduce<Ranges>((ranges, one) => withRange(ranges, one), []);
        const ranges = removed.reduce<Ranges>((rest, one) => withoutRange(rest, one), united);
        expect(minutesIn(ranges)).toEqual(new Set([...expected].sort((a, b) => a - b)));
        for (const [from, to] of ranges) expect(from).toBeLessThan(to);
        united.slice(1).forEach(([from], i) => expect(from).toBeGreaterThan(united[i]?.[1] ?? NaN));
      }),
    );
  });
});

describe('open minutes', () => {
  const open: Open = { '*': [[at(10), at(12)]], orders: [[at(11), at(14)]] };

  it('of a service are its own and those of every service, newest first', () => {
    expect(openMinutes(open, 'orders', [at(0), at(13)])).toEqual([at(12), at(11), at(10)]);
    expect(openMinutes(open, 'payments', [at(11), at(20)])).toEqual([at(11)]);
    expect(openMinutes(open, 'constructor', [at(0), at(5)])).toEqual([]);
  });

  it('are found newest first', () => {
    expect(newestOpen(open, at(99))).toBe(at(14));
    expect(newestOpen(open, at(11))).toBe(at(11));
    expect(newestOpen(open, at(10))).toBeUndefined();
    expect(newestOpen({}, at(10))).toBeUndefined();
  });

  it('become those that each service left', () => {
    const left = new Map([
      ['orders', [at(12)]],
      ['payments', []],
      ['broken', [at(11), at(10)]],
    ]);
    expect(settled(open, [at(10), at(14)], left)).toEqual({
      orders: [[at(12), at(13)]],
      broken: [[at(10), at(12)]],
    });
  });

  it('outside the range that was tried stay open', () => {
    expect(settled(open, [at(11), at(12)], new Map())).toEqual({
      '*': [[at(10), at(11)]],
      orders: [[at(12), at(14)]],
    });
  });

  it('that are too old are let go', () => {
    expect(since(open, at(12))).toEqual({ orders: [[at(12), at(14)]] });
    expect(countOpen(open) - countOpen(since(open, at(12)))).toBe(3);
  });

  it('are opened once', () => {
    expect(opened(opened({}, 'orders', [at(1), at(2)]), 'orders', [at(2), at(3)])).toEqual({
      orders: [[at(1), at(3)]],
    });
    expect(opened({}, 'orders', [at(2), at(2)])).toEqual({ orders: [] });
  });
});
