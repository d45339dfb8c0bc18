// A leaky bucket that a fleet shares: slots reserved ahead by clocks that disagree, left by timers that are late.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRate } from '../../../../middleware/kernel/rates.ts';
import { AT_ONCE, CLOCK_ERROR_US, decide, LAG_US, type BucketState } from '../../../../middleware/throttle/bucket.ts';
import { compileGcra, type Gcra } from '../../../../middleware/throttle/gcra.ts';
import { placeOf, usualBurst } from '../../../../middleware/throttle/leaky-bucket.ts';
import { excess, type Admitted } from './meter.ts';

const NOW = Date.UTC(2026, 0, 5) * 1000;

const gcras = fc
  .record({
    tokens: fc.integer({ min: 1, max: 500 }),
    seconds: fc.constantFrom(1, 10),
    more: fc.integer({ min: 0, max: 20 }),
  })
  .map(({ tokens, seconds, more }): Gcra => {
    const rate = { tokens, perMs: seconds * 1000 };
    return compileGcra(rate, usualBurst(rate, true) + more);
  });
/** Half of the clocks are off by the whole error. */
const errors = fc.oneof(fc.constantFrom(-1, 1), fc.double({ min: -1, max: 1, noNaN: true }));
const arrivals = fc.array(
  fc.record({
    pause: fc.constantFrom(0, 0, 0, 0, 0.2, 1, 3, 30),
    error: errors,
    lateMs: fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 150 })),
    givesBack: fc.constantFrom(false, false, false, true),
  }),
  { minLength: 20, maxLength: 80 },
);

interface History {
  readonly left: readonly Admitted[];
  readonly lost: number;
  readonly refused: number;
}

/** Runs arrivals against one shared bucket; the clock of each is off by a share of the declared error. */
function run(
  gcra: Gcra,
  aheadUs: number,
  history: readonly { pause: number; error: number; lateMs: number; givesBack: boolean }[],
): History {
  const left: Admitted[] = [];
  let state: BucketState | undefined;
  let trueUs = NOW;
  let [lost, refused] = [0, 0];
  for (const { pause, error, lateMs, givesBack } of history) {
    trueUs += Math.round(pause * gcra.intervalUs);
    const offUs = Math.round(error * CLOCK_ERROR_US);
    const nowUs = trueUs + offUs;
    const before = state;
    const decision = decide(gcra, state, nowUs, 1, AT_ONCE, aheadUs);
    if (decision.kind === 'exhausted') {
      refused += 1;
      continue;
    }
    state = decision.next;
    if (givesBack) {
      // Exactly: nobody has built on it yet.
      if (before) state = { ...decision.next, tatUs: decision.next.tatUs - gcra.intervalUs };
      continue;
    }
    const place = placeOf(gcra, state.tatUs - gcra.intervalUs, state, nowUs);
    const atUs = place ? place.fromUs - offUs + lateMs * 1000 : trueUs;
    if (place && atUs + offUs > place.untilUs) lost += 1;
    else left.push({ atUs, tokens: 1 });
  }
  return { left, lost, refused };
}

describe('over any window of true time', () => {
  it('at most rate·w + burst leave', () => {
    fc.assert(
      fc.property(gcras, fc.integer({ min: 0, max: 5_000 }), arrivals, (gcra, aheadMs, history) => {
        expect(excess(gcra, run(gcra, aheadMs * 1000, history).left)).toBeLessThanOrEqual(1e-6);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the usual burst', () => {
  it.each(['1/s', '10/s', '100/s', '400/s'])('at %s loses nobody whose timer is up to 25 ms late', (limit) => {
    const rate = parseRate(limit);
    const gcra = compileGcra(rate, usualBurst(rate, true));
    const history = Array.from({ length: 60 }, () => ({ pause: 0, error: 0, lateMs: 25, givesBack: false }));
    const { left, lost, refused } = run(gcra, 30e6, history);
    expect(lost).toBe(0);
    expect(left.length + refused).toBe(60);
  });

  it('keeps the whole rate when more come than may leave', () => {
    const rate = parseRate('50/s');
    const gcra = compileGcra(rate, usualBurst(rate, true));
    const history = Array.from({ length: 60 }, () => ({ pause: 0, error: 0, lateMs: 0, givesBack: false }));
    const { left } = run(gcra, 30e6, history);
    const lastUs = Math.max(...left.map(({ atUs }) => atUs));
    // All but the burst, an interval apart; and the lag of the refill, once.
    expect(lastUs - NOW).toBe((60 - gcra.burst) * gcra.intervalUs + LAG_US);
  });
});
