// Warming up: a third at first, all of it in the end, and never more than a bucket that is warm.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRate } from '../../../../middleware/kernel/rates.ts';
import { compileGcra } from '../../../../middleware/throttle/gcra.ts';
import { Memory, type RuleMemory } from '../../../../middleware/throttle/memory.ts';
import { warmed, warmingSince } from '../../../../middleware/throttle/warm-up.ts';
import { warmingBucket } from '../../../../middleware/throttle/warming-bucket.ts';
import { excess, type Admitted } from './meter.ts';

const NOW = Date.UTC(2026, 0, 5) * 1000;
const WARM_UP = 30e6;
const gcra = compileGcra(parseRate('30/s'), 90);

describe('a token', () => {
  it.each([
    ['costs three at first', 0, 3],
    ['costs two when half the rate is there', 7.5e6, 2],
    ['costs one and a half after half the time', 15e6, 1.5],
    ['costs one in the end', 30e6, 1],
    ['costs one ever after', 300e6, 1],
    ['costs three on a clock that is behind the one that began', -50e3, 3],
  ])('%s', (_what, afterUs, factor) => {
    const { intervalUs, capacityUs } = warmed(gcra, WARM_UP, NOW, NOW + afterUs);
    expect(intervalUs).toBeCloseTo(gcra.intervalUs * factor, -1);
    expect(intervalUs).toBeGreaterThanOrEqual(gcra.intervalUs);
    expect(capacityUs).toBe(gcra.capacityUs);
  });

  it('is there in any full bucket, however small', () => {
    const small = compileGcra(parseRate('30/s'), 2);
    expect(warmed(small, WARM_UP, NOW, NOW).intervalUs).toBe(small.capacityUs);
  });
});

describe('a bucket warms up', () => {
  it.each<[string, { tatUs: number; warmingSinceUs: number } | undefined, number]>([
    ['from its first use', undefined, NOW],
    ['on while it is used', { tatUs: NOW + 1, warmingSinceUs: NOW - 5 }, NOW - 5],
    [
      'on after a pause that is shorter',
      { tatUs: NOW - WARM_UP + 1, warmingSinceUs: NOW - 2 * WARM_UP },
      NOW - 2 * WARM_UP,
    ],
    ['anew after one as long', { tatUs: NOW - WARM_UP, warmingSinceUs: NOW - 2 * WARM_UP }, NOW],
  ])('%s', (_what, warmth, since) => {
    expect(warmingSince(warmth, WARM_UP, NOW)).toBe(since);
  });
});

describe('an instance’s bucket', () => {
  const limiter = warmingBucket(gcra, WARM_UP);
  const memoryOf = (): RuleMemory => new Memory().of('rule');
  const all = (memory: RuleMemory, atUs: number) => limiter.takeHere(memory, 'k', NOW + atUs, 1_000).tokens;

  it('begins with a third of its burst and its rate', () => {
    const memory = memoryOf();
    expect(all(memory, 0)).toBe(30);
    expect(all(memory, 0)).toBe(0);
    // A second at a third of 30/s.
    expect(all(memory, 1e6)).toBe(10);
  });

  it('gives all of it when it is warm, and is cold again after as long a pause', () => {
    const memory = memoryOf();
    for (let s = 0; s < 30; s++) limiter.takeHere(memory, 'k', NOW + s * 1e6, 1);
    expect(all(memory, 31e6)).toBe(90);
    expect(all(memory, 32.001e6)).toBe(30);
    // Full again 3 s later at the latest, and then unused for 30 s.
    expect(all(memory, 68e6)).toBe(30);
  });

  it('takes back what it gave, at what that cost', () => {
    const memory = memoryOf();
    const grant = limiter.takeHere(memory, 'k', NOW, 20);
    limiter.undoHere(memory, 'k', grant, 20);
    expect(all(memory, 0)).toBe(30);
  });

  it('admits what it may cost at most even while it is cold', () => {
    expect(limiter.holds).toBe(30);
    expect(limiter.takeHere(memoryOf(), 'k', NOW, 30, { atLeast: 30, aheadUs: 0 }).tokens).toBe(30);
  });

  it('never admits more than one that is warm: rate·w + burst in any window w', () => {
    const steps = fc.array(
      fc.record({
        pauseUs: fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 70e6 })),
        wanted: fc.integer({ min: 1, max: 100 }),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (history) => {
        const memory = memoryOf();
        const admitted: Admitted[] = [];
        let atUs = NOW;
        for (const { pauseUs, wanted } of history) {
          atUs += pauseUs;
          const { tokens } = limiter.takeHere(memory, 'k', atUs, wanted);
          if (tokens > 0) admitted.push({ atUs, tokens });
        }
        expect(excess(gcra, admitted)).toBeLessThanOrEqual(1e-6);
      }),
    );
  });
});
