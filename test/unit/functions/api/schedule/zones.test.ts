// In any zone of the world, at any time since 1970: a schedule comes when a clock that is read minute by minute says so.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toWallClock } from '../../../../../middleware/kernel/zone.ts';
import { parseSchedule } from '../../../../../functions/api/schedule.ts';
import { stretchAt } from '../../../../../functions/api/schedule/stretches.ts';

const MINUTE_MS = 60_000;
const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
/** Before 1972 some clocks were some seconds off the minute. */
const moments = fc.integer({ min: Date.UTC(1973, 0), max: Date.UTC(2037, 0) });

describe('a stretch', () => {
  it('holds the moment, keeps its offset, and says what was before', () => {
    fc.assert(
      fc.property(zones, moments, fc.double({ min: 0, max: 0.999, noNaN: true }), (zone, now, part) => {
        const { from, until, offset, before } = stretchAt(now, zone);
        const offsetAt = (at: number) => toWallClock(at, zone) - at;
        expect(from <= now && now < until).toBe(true);
        if (from === -Infinity) return;
        expect([offsetAt(from), offsetAt(now), offsetAt(until - 1)]).toEqual([offset, offset, offset]);
        expect(offsetAt(from - 1)).toBe(before);
        expect(offsetAt(from + Math.floor((until - from) * part))).toBe(offset);
      }),
      { numRuns: 150 },
    );
  });
});

describe('around a change of any zone', () => {
  const minuteOfDay = (at: number, zone: string) => (((toWallClock(at, zone) / MINUTE_MS) % 1440) + 1440) % 1440;

  /** The next minute at which the clock shows one of the times, walked to. */
  function walked(zone: string, nowMs: number, fits: (minuteOfDay: number) => boolean): number {
    let at = (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS;
    while (!fits(minuteOfDay(at, zone))) at += MINUTE_MS;
    return at;
  }

  it('a star of cron comes whenever the clock shows it, and EventBridge the first time', () => {
    fc.assert(
      fc.property(zones, moments, fc.integer({ min: -200, max: 200 }), (zone, moment, minutes) => {
        const { until } = stretchAt(moment, zone);
        const now = (Number.isFinite(until) ? until : moment) + minutes * MINUTE_MS;
        const fits = (minute: number) => minute % 60 === 20 || minute % 60 === 50;
        const walk = walked(zone, now, fits);
        expect(parseSchedule('20,50 * * * *', zone).next(now)).toBe(walk);
        const first = parseSchedule('cron(20,50 * * * ? *)', zone).next(now) ?? Number.NaN;
        expect(first).toBeGreaterThanOrEqual(walk);
        expect(fits(minuteOfDay(first, zone))).toBe(true);
        // Nobody has seen it before: clocks are put back by three hours at most.
        for (let at = first - MINUTE_MS; at > first - 180 * MINUTE_MS; at -= MINUTE_MS) {
          expect(toWallClock(at, zone)).not.toBe(toWallClock(first, zone));
        }
      }),
      { numRuns: 40 },
    );
  });
});
