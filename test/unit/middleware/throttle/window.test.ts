import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWindowRate } from '../../../../middleware/kernel/rates.ts';
import { windowAt } from '../../../../middleware/throttle/window.ts';

const at = (text: string) => Date.parse(text);
const shown = (limit: string, timezone: string, now: string) => {
  const { startMs, endMs } = windowAt(parseWindowRate(limit), timezone, at(now));
  return [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
};

describe('the window an instant lies in', () => {
  it.each([
    ['5/10s', 'UTC', '2026-03-01T12:00:17.5Z', '2026-03-01T12:00:10.000Z', '2026-03-01T12:00:20.000Z'],
    ['5/h', 'Asia/Kolkata', '2026-03-01T12:40:00Z', '2026-03-01T12:00:00.000Z', '2026-03-01T13:00:00.000Z'],
    ['5/day', 'UTC', '2026-03-01T00:00:00Z', '2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z'],
    ['5/day', 'America/New_York', '2026-03-01T04:59:59Z', '2026-02-28T05:00:00.000Z', '2026-03-01T05:00:00.000Z'],
    ['5/week', 'UTC', '2026-03-01T12:00:00Z', '2026-02-23T00:00:00.000Z', '2026-03-02T00:00:00.000Z'],
    ['5/month', 'UTC', '2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['5/month', 'Asia/Tokyo', '2026-12-31T15:00:00Z', '2026-12-31T15:00:00.000Z', '2027-01-31T15:00:00.000Z'],
    // The day the clocks go forward has 23 hours, the day they go back 25.
    ['5/day', 'Europe/Berlin', '2026-03-29T10:00:00Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['5/day', 'Europe/Berlin', '2026-10-25T10:00:00Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    // Here the clocks go forward at midnight: the day begins with its first hour, at one.
    ['5/day', 'America/Santiago', '2026-09-06T12:00:00Z', '2026-09-06T04:00:00.000Z', '2026-09-07T03:00:00.000Z'],
  ])('%s in %s at %s', (limit, timezone, now, start, end) => {
    expect(shown(limit, timezone, now)).toEqual([start, end]);
  });

  it('holds the instant, and the next one begins where it ends, in every zone', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/Santiago', 'Australia/Lord_Howe', 'Africa/Casablanca'];
    const limits = ['1/day', '1/week', '1/month', '1/10min'];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...limits),
        fc.integer({ min: at('2020-01-01'), max: at('2030-01-01') }),
        (timezone, limit, nowMs) => {
          const rate = parseWindowRate(limit);
          const window = windowAt(rate, timezone, nowMs);
          expect(window.startMs).toBeLessThanOrEqual(nowMs);
          expect(window.endMs).toBeGreaterThan(nowMs);
          expect(windowAt(rate, timezone, window.startMs)).toEqual(window);
          expect(windowAt(rate, timezone, window.endMs - 1)).toEqual(window);
          expect(windowAt(rate, timezone, window.endMs).startMs).toBe(window.endMs);
        },
      ),
    );
  });
});

describe('a rate of fixed windows', () => {
  it.each([
    ['5/10s', { tokens: 5, perMs: 10_000, unit: 'time' }],
    ['1k/day', { tokens: 1_000, perMs: 86_400_000, unit: 'day' }],
    ['1k/d', { tokens: 1_000, perMs: 86_400_000, unit: 'day' }],
    ['1.5k/week', { tokens: 1_500, perMs: 7 * 86_400_000, unit: 'week' }],
    ['1M/month', { tokens: 1_000_000, perMs: 30 * 86_400_000, unit: 'month' }],
  ])('%s', (text, rate) => {
    expect(parseWindowRate(text)).toEqual(rate);
  });
  it.each(['0/day', '1.5/day', '1/2day', '1/2d', '1/48h', '1/year', 'many', '/day', '-1/day'])('is not %s', (text) => {
    expect(() => parseWindowRate(text)).toThrow(RangeError);
  });
});
