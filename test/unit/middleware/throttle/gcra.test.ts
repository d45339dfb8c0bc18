// The arithmetic of one bucket by one clock.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRate } from '../../../../middleware/kernel/rates.ts';
import { compileGcra, take } from '../../../../middleware/throttle/gcra.ts';
import { excess, type Admitted } from './meter.ts';

const NOW = Date.UTC(2026, 0, 5) * 1000;

describe('compiling a rate', () => {
  it.each([
    ['5/10s', undefined, 2_000_000, 5],
    ['100/s', undefined, 10_000, 100],
    ['100/s', 200, 10_000, 200],
    ['3/s', undefined, 333_334, 3],
    ['1k/min', undefined, 60_000, 1_000],
    ['1M/d', undefined, 86_400, 1_000_000],
    ['0.5/s', undefined, 2_000_000, 1],
  ])('%s with a burst of %s costs %i µs a token and holds %i', (text, given, intervalUs, burst) => {
    const gcra = compileGcra(parseRate(text), given);
    expect(gcra).toMatchObject({ intervalUs, burst, capacityUs: intervalUs * burst });
  });

  it('refuses a bucket that would never fill', () => {
    expect(() => compileGcra(parseRate('1/d'), 1_000)).toThrow(/1000 at 1 per 86400000 ms.*400 days/);
  });
});

describe('taking', () => {
  const gcra = compileGcra(parseRate('5/10s'));
  it.each([
    ['one of a new bucket', 0, 1, { tokens: 1, remaining: 4, tatUs: NOW + 2e6, freeAtUs: NOW - 6e6 }],
    ['the whole burst at once', 0, 5, { tokens: 5, remaining: 0, tatUs: NOW + 10e6, freeAtUs: NOW + 2e6 }],
    ['as many as there are', NOW + 6e6, 9, { tokens: 2, remaining: 0, tatUs: NOW + 10e6, freeAtUs: NOW + 2e6 }],
    ['none of an empty bucket', NOW + 9e6, 1, { tokens: 0, remaining: 0, tatUs: NOW + 9e6, freeAtUs: NOW + 1e6 }],
    ['one that has just come free', NOW + 8e6, 1, { tokens: 1, remaining: 0, tatUs: NOW + 10e6, freeAtUs: NOW + 2e6 }],
  ])('%s', (_name, tatUs, wanted, expected) => {
    expect(take(gcra, tatUs, NOW, wanted)).toEqual(expected);
  });

  it('an hour frozen is an hour passed, and no more than a burst', () => {
    const drained = take(gcra, 0, NOW, 5).tatUs;
    expect(take(gcra, drained, NOW + 3_600e6, 9).tokens).toBe(5);
  });

  it('admits again exactly when it said it would', () => {
    const { tatUs, freeAtUs } = take(gcra, 0, NOW, 5);
    expect(take(gcra, tatUs, freeAtUs - 1, 1).tokens).toBe(0);
    expect(take(gcra, tatUs, freeAtUs, 1).tokens).toBe(1);
  });
});

const gcras = fc
  .record({
    tokens: fc.integer({ min: 1, max: 5_000 }),
    seconds: fc.constantFrom(1, 10, 60),
    burst: fc.integer({ min: 1, max: 300 }),
  })
  .map(({ tokens, seconds, burst }) => compileGcra({ tokens, perMs: seconds * 1000 }, burst));
const demand = fc.array(
  fc.record({
    afterUs: fc.oneof(fc.constant(0), fc.nat(20_000), fc.nat(5_000_000)),
    wanted: fc.integer({ min: 1, max: 40 }),
  }),
  {
    maxLength: 80,
    size: 'max',
  },
);

describe('over any demand', () => {
  it('admits at most rate·w + burst in every window w', () => {
    fc.assert(
      fc.property(gcras, demand, (gcra, calls) => {
        let [tatUs, atUs] = [0, NOW];
        const admitted: Admitted[] = [];
        for (const { afterUs, wanted } of calls) {
          atUs += afterUs;
          const taken = take(gcra, tatUs, atUs, wanted);
          tatUs = taken.tatUs;
          if (taken.tokens > 0) admitted.push({ atUs, tokens: taken.tokens });
        }
        expect(excess(gcra, admitted)).toBeLessThanOrEqual(1e-6);
      }),
    );
  });

  it('never starves: whoever waits as told is admitted', () => {
    fc.assert(
      fc.property(gcras, demand, (gcra, calls) => {
        let [tatUs, atUs] = [0, NOW];
        for (const { wanted } of calls) {
          const taken = take(gcra, tatUs, atUs, wanted);
          expect(taken.tokens).toBeGreaterThan(0);
          tatUs = taken.tatUs;
          atUs = Math.max(atUs, taken.freeAtUs);
        }
      }),
    );
  });
});
