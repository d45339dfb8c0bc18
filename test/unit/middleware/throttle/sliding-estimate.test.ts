// The sliding estimate: what it admits, when it has room again, and that no clocks make it admit more than it promises.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRate } from '../../../../middleware/kernel/rates.ts';
import { CLOCK_ERROR_US, LAG_US } from '../../../../middleware/throttle/bucket.ts';
import {
  compileSliding,
  freeAtMs,
  mostBefore,
  room,
  slideTo,
  stillCovered,
  windowStartMs,
  type Sliding,
  type SlidingCount,
} from '../../../../middleware/throttle/sliding-estimate.ts';

const START = Date.UTC(2026, 0, 5);
const alone = compileSliding(parseRate('100/min'), 0);
const together = compileSliding(parseRate('100/min'), LAG_US / 1000);
const count = (current: number, previous: number, startMs = START): SlidingCount => ({ startMs, current, previous });

describe('a limit', () => {
  it.each([
    ['1.5/s', /no whole number of requests/],
    ['100/2d', /a day long at most/],
  ])('%s cannot slide', (limit, reason) => {
    expect(() => compileSliding(parseRate(limit), 0)).toThrow(reason);
  });
});

describe('counts', () => {
  it.each<[string, SlidingCount | undefined, SlidingCount]>([
    ['of a key never seen are none', undefined, count(0, 0)],
    ['of this window stay', count(7, 3), count(7, 3)],
    ['of the window before become the last ones', count(7, 3, START - 60_000), count(0, 7)],
    ['of one before that are over', count(7, 3, START - 120_000), count(0, 0)],
    ['of a window that a faster clock has begun stay', count(7, 3, START + 60_000), count(7, 3, START + 60_000)],
  ])('%s', (_what, before, after) => {
    expect(slideTo(alone, before, START + 30_000)).toEqual(after);
  });
});

describe('room', () => {
  it.each<[string, Sliding, SlidingCount, number, number]>([
    ['is the limit at first', alone, count(0, 0), 0, 100],
    ['is none where the last window begins to leave', alone, count(0, 100), 0, 0],
    ['is half of it after half a window', alone, count(0, 100), 30_000, 50],
    ['is less by what this window has counted', alone, count(40, 100), 30_000, 10],
    ['comes the lag later where clocks may differ', together, count(0, 100), 30_100, 50],
    ['is none on a clock that has yet to reach the window', together, count(0, 100), -50, 0],
    ['is never negative when the limit has been lowered', alone, count(300, 0), 0, 0],
    ['covers of the last window only whole requests', alone, count(99, 10), 57_000, 1],
  ])('%s', (_what, sliding, counts, afterMs, expected) => {
    expect(room(sliding, counts, START + afterMs)).toBe(expected);
  });
});

describe('the next room', () => {
  it.each<[string, SlidingCount, number, number]>([
    ['is now where there is some', count(99, 0), 10_000, 10_000],
    ['comes as the last window leaves', count(0, 100), 0, 1],
    ['comes in this window', count(50, 100), 10_000, 30_001],
    ['comes in the next window when this one has counted all', count(100, 0), 10_000, 60_001],
  ])('%s', (_what, counts, afterMs, expectedMs) => {
    expect(freeAtMs(alone, counts, START + afterMs) - START).toBe(expectedMs);
  });

  const situations = fc.record({
    limit: fc.integer({ min: 1, max: 1_000 }),
    perS: fc.constantFrom(1, 10, 60, 3_600, 86_400),
    lagMs: fc.constantFrom(0, 100),
    current: fc.double({ min: 0, max: 1, noNaN: true }),
    previous: fc.double({ min: 0, max: 1, noNaN: true }),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  });

  it('is there when it was said to be, and not a moment sooner', () => {
    fc.assert(
      fc.property(situations, ({ limit, perS, lagMs, current, previous, at }) => {
        const sliding = compileSliding({ tokens: limit, perMs: perS * 1000 }, lagMs);
        const startMs = windowStartMs(sliding, START);
        const counts = count(Math.round(current * limit), Math.round(previous * limit), startMs);
        const nowMs = startMs + Math.floor(at * sliding.lengthMs);
        const freeMs = freeAtMs(sliding, counts, nowMs);
        const roomAt = (ms: number) => room(sliding, slideTo(sliding, counts, ms), ms);
        expect(roomAt(freeMs)).toBeGreaterThan(0);
        if (freeMs - 2 > nowMs) expect(roomAt(freeMs - 2)).toBe(0);
        expect(freeMs).toBeLessThanOrEqual(startMs + 2 * sliding.lengthMs);
      }),
    );
  });

  it('has as much left of the last window as a write may find in it', () => {
    fc.assert(
      fc.property(situations, fc.integer({ min: 1, max: 1_000 }), ({ limit, perS, lagMs, at }, wanted) => {
        const sliding = compileSliding({ tokens: limit, perMs: perS * 1000 }, lagMs);
        const startMs = windowStartMs(sliding, START);
        const tokens = Math.min(wanted, limit);
        const nowMs = startMs + Math.floor(at * sliding.lengthMs);
        const most = mostBefore(sliding, startMs, nowMs, tokens);
        expect(stillCovered(sliding, startMs, most, nowMs)).toBeLessThanOrEqual(limit - tokens);
        if (most < 2 ** 40) {
          expect(stillCovered(sliding, startMs, most + 1, nowMs)).toBeGreaterThan(limit - tokens);
        }
      }),
    );
  });
});

interface Admitted {
  readonly atMs: number;
  readonly tokens: number;
}

/** The windows that begin and end with an admission: how long each is and what it admitted. */
function* windowsOf(admitted: readonly Admitted[]): Generator<{ lengthMs: number; tokens: number }> {
  for (const [i, first] of admitted.entries()) {
    let tokens = 0;
    for (const last of admitted.slice(i)) {
      tokens += last.tokens;
      yield { lengthMs: last.atMs - first.atMs, tokens };
    }
  }
}

describe('the bound', () => {
  const ERROR_MS = CLOCK_ERROR_US / 1000;
  /** Off by all of the declared error or by none, mostly: there the worst histories are. */
  const clock = fc.oneof(fc.constantFrom(-ERROR_MS, 0, ERROR_MS), fc.integer({ min: -ERROR_MS, max: ERROR_MS }));
  const history = (lengthMs: number) =>
    fc.array(
      fc.record({
        clock,
        wanted: fc.oneof(fc.constant(1), fc.constant(1_000), fc.integer({ min: 1, max: 20 })),
        // To the next window's edge as some clock sees it, or on by some time.
        to: fc.oneof(
          fc.record({ edge: fc.constantFrom(-ERROR_MS - 1, -ERROR_MS, 0, ERROR_MS, ERROR_MS + 1, 2 * ERROR_MS) }),
          fc.record({ pause: fc.integer({ min: 0, max: lengthMs }) }),
          fc.record({ pause: fc.integer({ min: 0, max: 5 }) }),
        ),
      }),
      { minLength: 1, maxLength: 40 },
    );
  type Step = { clock: number; wanted: number; to: { edge?: number; pause?: number } };

  function admittedOf(sliding: Sliding, steps: readonly Step[], skewed: boolean): Admitted[] {
    const admitted: Admitted[] = [];
    let trueMs = windowStartMs(sliding, START) + 10 * sliding.lengthMs;
    let state: SlidingCount | undefined;
    for (const { clock, wanted, to } of steps) {
      const edge = windowStartMs(sliding, trueMs) + sliding.lengthMs + (to.edge ?? 0);
      trueMs = to.pause === undefined ? Math.max(trueMs, edge) : trueMs + to.pause;
      const nowMs = trueMs + (skewed ? clock : 0);
      const now = slideTo(sliding, state, nowMs);
      const tokens = Math.min(wanted, room(sliding, now, nowMs));
      if (tokens === 0) continue;
      state = { ...now, current: now.current + tokens };
      admitted.push({ atMs: trueMs, tokens });
    }
    return admitted;
  }

  describe.each(['5/10s', '20/s', '7/min'])('%s', (limit) => {
    const rate = parseRate(limit);
    const own = compileSliding(rate, 0);
    const fleet = compileSliding(rate, LAG_US / 1000);

    it('of one clock: limit + rate·w over any window w', () => {
      fc.assert(
        fc.property(history(rate.perMs), (steps) => {
          for (const { lengthMs, tokens } of windowsOf(admittedOf(own, steps, false))) {
            expect(tokens).toBeLessThanOrEqual(own.limit + Math.ceil((own.limit * lengthMs) / own.lengthMs));
          }
        }),
        { numRuns: 1_000 },
      );
    });

    it('of clocks off by up to the declared error: twice the limit in its own time, and 100 ms more of its rate beyond', () => {
      fc.assert(
        fc.property(history(rate.perMs), (steps) => {
          for (const { lengthMs, tokens } of windowsOf(admittedOf(fleet, steps, true))) {
            const excusedMs = lengthMs <= fleet.lengthMs - fleet.lagMs ? 0 : fleet.lagMs;
            const bound = fleet.limit + Math.ceil((fleet.limit * (lengthMs + excusedMs)) / fleet.lengthMs);
            expect(tokens).toBeLessThanOrEqual(lengthMs <= fleet.lengthMs ? Math.min(bound, 2 * fleet.limit) : bound);
          }
        }),
        { numRuns: 2_000 },
      );
    });

    it('is reached: twice the limit where two windows meet', () => {
      const steps: Step[] = [
        { clock: 0, wanted: 1_000, to: { edge: -1 } },
        ...Array.from({ length: 100 }, () => ({ clock: 0, wanted: 1_000, to: { pause: own.lengthMs / 100 } })),
      ];
      const most = Math.max(
        ...[...windowsOf(admittedOf(own, steps, false))]
          .filter(({ lengthMs }) => lengthMs <= own.lengthMs)
          .map(({ tokens }) => tokens),
      );
      expect(most).toBeGreaterThanOrEqual(2 * own.limit - 1);
    });
  });

  it('needs the lag: without it clocks that differ admit more', () => {
    const rate = parseRate('20/s');
    const careless = compileSliding(rate, 0);
    const slow = { clock: -ERROR_MS, wanted: 1_000 };
    const fast = { clock: ERROR_MS, wanted: 1_000 };
    const steps: Step[] = [
      { ...slow, to: { edge: ERROR_MS - 1 } },
      { ...fast, to: { pause: 0 } },
      { ...fast, to: { pause: 400 } },
    ];
    const over = [...windowsOf(admittedOf(careless, steps, true))].some(
      ({ lengthMs, tokens }) => tokens > careless.limit + Math.ceil((careless.limit * lengthMs) / careless.lengthMs),
    );
    expect(over).toBe(true);
  });
});
