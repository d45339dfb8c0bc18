// A line through what was measured, and when it reaches the limit.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FARTHEST_SPANS,
  FEWEST_POINTS,
  lineThrough,
  reachedAt,
  type Point,
} from '../../../../../functions/telemetry/saturation/forecast.ts';

const MINUTE = 60_000;
const START = Date.UTC(2027, 0, 1);
/** One a minute. */
const points = (...values: number[]): Point[] => values.map((value, i) => ({ atMs: START + i * MINUTE, value }));
const lastOf = (some: readonly Point[]) => some.at(-1)?.atMs ?? START;

describe('a line by least squares', () => {
  it.each([
    ['rising by one a minute', points(10, 11, 12, 13), 1, 10, 1],
    ['falling by two a minute', points(9, 7, 5), -2, 9, 1],
    ['flat', points(5, 5, 5), 0, 5, 0],
    // By hand: slope 9/10, and 8.1 of the 10 that the values differ.
    ['scattered', points(1, 3, 2, 4, 5), 0.9, 1.2, 0.81],
  ])('%s', (_what, given, perMinute, start, rSquared) => {
    const line = lineThrough(given);
    expect((line?.perMs ?? NaN) * MINUTE).toBeCloseTo(perMinute, 9);
    expect(line?.start).toBeCloseTo(start, 9);
    expect(line?.rSquared).toBeCloseTo(rSquared, 9);
  });

  it('is not there for no point, one point, or points of one instant', () => {
    expect(lineThrough([])).toBeUndefined();
    expect(lineThrough(points(1))).toBeUndefined();
    expect(
      lineThrough([
        { atMs: START, value: 1 },
        { atMs: START, value: 2 },
      ]),
    ).toBeUndefined();
  });

  it('finds the line that points lie on, wherever they begin', () => {
    const slope = fc.double({ min: 0.01, max: 100, noNaN: true });
    const rising = fc.tuple(slope, fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: FEWEST_POINTS, max: 50 }));
    fc.assert(
      fc.property(rising, ([perMinute, start, count]) => {
        const given = points(...Array.from({ length: count }, (_, i) => start + i * perMinute));
        const line = lineThrough(given);
        expect((line?.perMs ?? NaN) * MINUTE).toBeCloseTo(perMinute, 6);
        expect(line?.rSquared).toBeCloseTo(1, 6);
        // As far ahead as was looked back: there it is.
        const limit = start + 2 * (count - 1) * perMinute;
        const at = reachedAt(given, limit, lastOf(given));
        expect(Math.abs((at ?? NaN) - (START + 2 * (count - 1) * MINUTE))).toBeLessThan(10);
      }),
    );
  });
});

describe('the limit', () => {
  const rising = points(50, 51, 52, 53, 54, 55);

  it('is reached where the line meets it', () => {
    expect(reachedAt(rising, 60, lastOf(rising))).toBe(START + 10 * MINUTE);
  });

  it('has been reached when the last value is there', () => {
    const full = points(50, 60, 70, 80, 90, 100);
    expect(reachedAt(full, 100, lastOf(full))).toBe(lastOf(full));
    expect(reachedAt(points(100), 100, START)).toBe(START);
  });

  it('is not reached before now, though the line had it behind it', () => {
    const now = START + 60 * MINUTE;
    expect(reachedAt(rising, 60, now)).toBe(now);
  });

  it.each([
    ['too few points', points(50, 51, 52, 53, 54), 60],
    ['flat ones', points(50, 50, 50, 50, 50, 50), 60],
    ['falling ones', points(55, 54, 53, 52, 51, 50), 60],
    ['scattered ones', points(10, 55, 12, 50, 14, 54, 11), 60],
    ['none', [], 60],
    ['a limit so far that nobody can know', rising, 55 + 5 * FARTHEST_SPANS + 1],
  ])('is reached nobody knows when: %s', (_what, given, limit) => {
    expect(reachedAt(given, limit, lastOf(given))).toBeUndefined();
  });
});
