// A bucket shared by clocks that disagree: the burst is exact, refills lag, and nothing is over-admitted.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRate } from '../../../../middleware/kernel/rates.ts';
import { CLOCK_ERROR_US, decide, LAG_US, regimeOf, type BucketState } from '../../../../middleware/throttle/bucket.ts';
import { compileGcra } from '../../../../middleware/throttle/gcra.ts';
import { excess, type Admitted } from './meter.ts';

const NOW = Date.UTC(2026, 0, 5) * 1000;
const gcra = compileGcra(parseRate('5/10s'));

describe('regimes', () => {
  it.each([
    ['new', undefined, 'idle'],
    ['past on every clock', NOW - LAG_US - 1, 'idle'],
    ['past on this clock, perhaps not on a slower one', NOW - LAG_US, 'gap'],
    ['just past', NOW - 1, 'gap'],
    ['as far as the clock', NOW, 'busy'],
    ['ahead', NOW + 1, 'busy'],
  ])('%s', (_name, tatUs, regime) => {
    expect(regimeOf(tatUs === undefined ? undefined : { tatUs, baseUs: tatUs }, NOW)).toBe(regime);
  });
});

describe('deciding', () => {
  it('begins a burst on a new bucket', () => {
    expect(decide(gcra, undefined, NOW, 1)).toEqual({
      kind: 'take',
      regime: 'idle',
      tokens: 1,
      remaining: 4,
      next: { tatUs: NOW + 2e6, baseUs: NOW },
    });
  });

  it('gives the whole burst in quick succession, to the token', () => {
    let state: BucketState | undefined;
    const tokens: number[] = [];
    for (let i = 0; i < 7; i++) {
      const decision = decide(gcra, state, NOW + i * 1000, 1);
      if (decision.kind === 'take') state = decision.next;
      tokens.push(decision.kind === 'take' ? 1 : 0);
    }
    expect(tokens).toEqual([1, 1, 1, 1, 1, 0, 0]);
  });

  it('believes in a refilled token only when every clock must see it', () => {
    const drained: BucketState = { tatUs: NOW + 10e6, baseUs: NOW };
    expect(decide(gcra, drained, NOW + 2e6, 1)).toEqual({ kind: 'exhausted', freeAtUs: NOW + 2e6 + LAG_US });
    expect(decide(gcra, drained, NOW + 2e6 + LAG_US, 1)).toMatchObject({ kind: 'take', regime: 'busy' });
  });

  it('in the gap writes off what has passed and begins no new burst', () => {
    const state = { tatUs: NOW - 60_000, baseUs: NOW - 4e6 };
    expect(decide(gcra, state, NOW, 9)).toEqual({
      kind: 'take',
      regime: 'gap',
      tokens: 4,
      remaining: 0,
      next: { tatUs: NOW + 8e6, baseUs: NOW - 4e6 },
    });
  });
});

/** True time moves on; a clock is off by at most the declared error, half the time by exactly that. */
const steps = fc.array(
  fc.record({
    pause: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
      { weight: 1, arbitrary: fc.double({ min: 1, max: 12, noNaN: true }) },
    ),
    unit: fc.constantFrom('interval', 'lag', 'capacity'),
    offset: fc.oneof(fc.constantFrom(-1, 1), fc.double({ min: -1, max: 1, noNaN: true })),
    wanted: fc.oneof(
      { weight: 4, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: 12 }) },
    ),
  }),
  { minLength: 1, maxLength: 120, size: 'max' },
);
const shapes = fc.constantFrom(
  compileGcra(parseRate('5/10s')),
  compileGcra(parseRate('1/s')),
  compileGcra(parseRate('100/s'), 1),
  compileGcra(parseRate('100/s'), 20),
  compileGcra(parseRate('20/s'), 10),
  compileGcra(parseRate('700/s'), 100),
);
type Step = { pause: number; unit: 'interval' | 'lag' | 'capacity'; offset: number; wanted: number };

function simulate(shape: typeof gcra, sequence: readonly Step[]): Admitted[] {
  const units = { interval: shape.intervalUs, lag: LAG_US, capacity: shape.capacityUs };
  let state: BucketState | undefined;
  let trueUs = NOW;
  const admitted: Admitted[] = [];
  for (const { pause, unit, offset, wanted } of sequence) {
    trueUs += Math.floor(pause * units[unit]);
    const decision = decide(shape, state, trueUs + Math.round(offset * CLOCK_ERROR_US), wanted);
    if (decision.kind === 'exhausted') continue;
    state = decision.next;
    admitted.push({ atUs: trueUs, tokens: decision.tokens });
  }
  return admitted;
}

describe('a fleet of clocks within the declared error', () => {
  it('admits at most rate·w + burst in every window w of true time', () => {
    fc.assert(
      fc.property(shapes, steps, (shape, sequence) => {
        expect(excess(shape, simulate(shape, sequence))).toBeLessThanOrEqual(1e-6);
      }),
      { numRuns: 10_000 },
    );
  });

  it('never starves: a clock that waits as told is admitted', () => {
    fc.assert(
      fc.property(
        shapes,
        steps,
        fc.integer({ min: -CLOCK_ERROR_US, max: CLOCK_ERROR_US }),
        (shape, sequence, offset) => {
          let state: BucketState | undefined;
          let atUs = NOW + offset;
          for (const { wanted } of sequence) {
            const first = decide(shape, state, atUs, wanted);
            if (first.kind === 'exhausted') atUs = first.freeAtUs;
            const decision = first.kind === 'exhausted' ? decide(shape, state, atUs, wanted) : first;
            if (decision.kind === 'exhausted') throw new Error(`told to come at ${atUs}, and refused again`);
            state = decision.next;
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('keeps up the rate when the burst is longer than the lag', () => {
    // Ten minutes of demand at twice the rate, from a fast and a slow clock in turn.
    const shape = compileGcra(parseRate('20/s'), 10);
    let state: BucketState | undefined;
    let tokens = 0;
    for (let i = 0; i < 24_000; i++) {
      const decision = decide(shape, state, NOW + i * 25_000 + (i % 2 === 0 ? 1 : -1) * CLOCK_ERROR_US, 1);
      if (decision.kind === 'exhausted') continue;
      state = decision.next;
      tokens += 1;
    }
    expect(tokens / 12_000).toBeGreaterThan(0.999);
  });
});
