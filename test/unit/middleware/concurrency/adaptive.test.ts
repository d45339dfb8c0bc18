// Whether an adaptive limit finds what a backend can do, and follows it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adapt, isComplete, limitNow, startOf } from '../../../../middleware/concurrency/adaptive.ts';
import { simulate, type Step, type World } from './backend.ts';

const bounds = { floor: 2, ceiling: 400 };
const world = (workers: number, overload: number, seed: number): World => ({
  workers,
  serviceMs: () => 100,
  perSecond: workers * 10 * overload,
  untilMs: 180_000,
  bounds,
  seed,
});

/** The mean limit outside of measurements, between two times. */
function meanLimit(steps: readonly Step[], fromMs: number, toMs = Infinity): number {
  const settled = steps.filter(({ atMs, record }) => atMs >= fromMs && atMs < toMs && record.phase === 'run');
  return settled.reduce((sum, { record }) => sum + record.limit, 0) / settled.length;
}

const seeds = [11, 22, 33, 44];

describe('under more load than the backend can take', () => {
  it.each([
    [20, 1.5],
    [20, 3],
    [50, 1.5],
    [50, 3],
  ])('the limit for %d workers at %d times their load settles within a fifth of them', (workers, overload) => {
    const settled = seeds.map((seed) => meanLimit(simulate(world(workers, overload, seed)).steps, 60_000) / workers);
    for (const one of settled) {
      expect(one).toBeGreaterThan(0.8);
      expect(one).toBeLessThan(1.25);
    }
    expect(settled.reduce((sum, one) => sum + one, 0) / settled.length).toBeLessThan(1.2);
  });

  it('the backend is kept busy: at least three quarters of what it can do is done, from the first second', () => {
    for (const seed of seeds) {
      const { answered } = simulate(world(50, 3, seed));
      expect(answered / (50 * 10 * 180)).toBeGreaterThan(0.75);
    }
  });

  it('the limit is found within half a minute from the floor', () => {
    for (const seed of seeds) {
      const { steps } = simulate(world(50, 3, seed));
      expect(steps.find(({ record }) => record.limit > 40)?.atMs).toBeLessThan(30_000);
    }
  });
});

describe('a backend whose latency doubles for a minute', () => {
  const slowed = (seed: number) =>
    simulate({ ...world(50, 3, seed), serviceMs: (now) => (now >= 60_000 && now < 120_000 ? 200 : 100) });

  it('is asked for less within seconds', () => {
    for (const seed of seeds) {
      const { steps } = slowed(seed);
      const before = meanLimit(steps, 40_000, 60_000);
      const lowest = Math.min(...steps.filter(({ atMs }) => atMs > 60_000 && atMs < 70_000).map(({ limit }) => limit));
      expect(lowest).toBeLessThan(0.75 * before);
    }
  });

  it('is given what it can do again, when it is slow for long and when it is over', () => {
    for (const seed of seeds) {
      const { steps } = slowed(seed);
      expect(meanLimit(steps, 100_000, 120_000)).toBeGreaterThan(35);
      expect(meanLimit(steps, 150_000)).toBeGreaterThan(40);
      expect(meanLimit(steps, 165_000)).toBeLessThan(75);
    }
  });
});

describe('a healthy backend that nobody presses', () => {
  it('is never measured at the price of refusals, and its limit does not grow without end', () => {
    for (const seed of seeds) {
      const { steps } = simulate({ ...world(100, 0.3, seed), bounds: { floor: 10, ceiling: 400 } });
      const found = steps.filter(({ atMs }) => atMs > 30_000);
      expect(found.filter(({ record }) => record.phase === 'drain' || record.phase === 'measure')).toEqual([]);
      expect(Math.max(...steps.map(({ limit }) => limit))).toBeLessThan(120);
      // Some 30 are under way: the limit is never in their way once it has been found.
      expect(Math.min(...found.map(({ limit }) => limit))).toBeGreaterThan(30);
    }
  });
});

describe('whatever is measured', () => {
  it('the limit stays within its bounds and is a whole number', () => {
    const sample = fc.record({
      calls: fc.integer({ min: 1, max: 100_000 }),
      meanMs: fc.double({ min: 0.001, max: 900_000, noNaN: true }),
      inFlight: fc.double({ min: 0, max: 100_000, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(sample, fc.integer({ min: 0, max: 100_000 })), { maxLength: 50 }), (samples) => {
        let nowMs = 0;
        let record = startOf(bounds, nowMs);
        for (const [measured, ms] of samples) {
          nowMs += ms;
          record = adapt(record, measured, nowMs, bounds);
          const limit = limitNow(record, bounds);
          expect(Number.isInteger(limit)).toBe(true);
          expect(limit).toBeGreaterThanOrEqual(bounds.floor);
          expect(limit).toBeLessThanOrEqual(bounds.ceiling);
          expect(record.baseMs).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('bounds that were changed hold at once', () => {
    const record = { ...startOf(bounds, 0), limit: 300 };
    expect(limitNow(record, { floor: 2, ceiling: 50 })).toBe(50);
    expect(limitNow(record, { floor: 350, ceiling: 400 })).toBe(350);
  });
});

describe('a window', () => {
  it.each([
    ['without calls', 'run', 60_000, 0, 0, false],
    ['of a second with enough calls', 'run', 1_000, 100, 50, true],
    ['shorter than a second', 'run', 999, 1_000, 50, false],
    ['shorter than two of its calls', 'run', 5_000, 1_000, 2_501, false],
    ['with few calls', 'run', 9_999, 99, 50, false],
    ['with few calls, after ten seconds', 'run', 10_000, 1, 50, true],
    ['at the start', 'start', 1_000, 40, 50, true],
    ['that is measured, with few calls, after three seconds', 'measure', 3_000, 10, 50, true],
    ['that is measured, with few calls, before', 'measure', 2_999, 299, 50, false],
  ] as const)('%s', (_what, phase, elapsedMs, calls, meanMs, expected) => {
    expect(isComplete(phase, elapsedMs, calls, meanMs)).toBe(expected);
  });
});
