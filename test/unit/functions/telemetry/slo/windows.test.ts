import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginOf, BURN_WINDOWS, piecesOf, WINDOW_MS } from '../../../../../functions/telemetry/slo/windows.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const END = Date.UTC(2026, 0, 31, 13, 33);
const ALL = [...BURN_WINDOWS, '7d', '28d', '30d'] as const;
const text = (ms: number) => new Date(ms).toISOString().slice(5, 16).replace('T', ' ');

describe('a window', () => {
  it.each([
    ['5m', '01-31 13:28'],
    ['30m', '01-31 13:00'],
    ['1h', '01-31 12:30'],
    ['6h', '01-31 07:30'],
    ['1d', '01-30 13:00'],
    ['3d', '01-28 13:00'],
    ['7d', '01-24 13:00'],
    ['30d', '01-01 13:00'],
  ] as const)('of %s begins at %s', (window, begin) => {
    expect(text(beginOf(window, END))).toBe(begin);
  });

  it('is at most five minutes longer than it is named up to six hours, and an hour beyond', () => {
    for (const window of ALL) {
      const longer = END - beginOf(window, END) - WINDOW_MS[window];
      expect(longer).toBeGreaterThanOrEqual(0);
      expect(longer).toBeLessThan(WINDOW_MS[window] > 6 * HOUR ? HOUR : 5 * MINUTE);
    }
  });
});

describe('what is read', () => {
  const shown = (begins: readonly number[], end: number) =>
    piecesOf(begins, end).map(({ from, to, of }) => `${text(from)} - ${text(to)} ${of === 'days' ? of : of.items}`);

  it('are days as long as no window begins in them, then hours, slots of five minutes and minutes', () => {
    expect(
      shown(
        ['30d', '3d', '1d', '6h', '5m'].map((window) => beginOf(window as '30d', END)),
        END,
      ),
    ).toEqual([
      '01-01 13:00 - 01-02 00:00 day',
      '01-02 00:00 - 01-28 00:00 days',
      '01-28 00:00 - 01-29 00:00 day',
      '01-29 00:00 - 01-30 00:00 days',
      '01-30 00:00 - 01-31 07:00 day',
      '01-31 07:00 - 01-31 13:25 hour',
      '01-31 13:25 - 01-31 13:33 minute',
    ]);
  });

  it('is everything once, and cut wherever a window begins', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 * 1440 }),
        fc.subarray([...ALL], { minLength: 1 }),
        (minutes, windows) => {
          const end = END + minutes * MINUTE;
          const begins = windows.map((window) => beginOf(window, end));
          const pieces = piecesOf(begins, end);
          expect(pieces[0]?.from).toBeLessThanOrEqual(Math.min(...begins));
          expect(pieces.at(-1)?.to).toBe(end);
          pieces.slice(1).forEach(({ from }, i) => expect(from).toBe(pieces[i]?.to));
          for (const { from, to, of } of pieces) {
            const step = of === 'days' ? DAY : of.ms;
            expect([from % step, (to - from) % step]).toEqual([0, 0]);
            for (const begin of begins) if (begin >= from && begin < to) expect((begin - from) % step).toBe(0);
          }
        },
      ),
    );
  });
});
