// The arithmetic of bounds, by hand.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fewestRefused,
  mostRefused,
  mostRefusedOf,
  type Allowance,
} from '../../../../../functions/config-center/simulate/bounds.ts';

const bucket = (burst: number, aMinute: number): Allowance => ({ burst, aMinute, idleMinutes: 0 });
const window = (limit: number, minutes: number): Allowance => ({
  burst: limit,
  aMinute: limit / minutes,
  idleMinutes: minutes,
  windowMs: minutes * 60_000,
});

describe('the fewest that can have been refused', () => {
  it.each([
    { name: 'nothing of nothing', counts: [0, 0], limit: bucket(10, 10), fewest: 0 },
    { name: 'nothing of what fits', counts: [10, 10], limit: bucket(1, 10), fewest: 0 },
    { name: 'what does not fit into a minute and the one after it', counts: [50], limit: bucket(10, 10), fewest: 20 },
    { name: 'what is over again and again', counts: [30, 30, 30], limit: bucket(0, 10), fewest: 50 },
  ])('is $name', ({ counts, limit, fewest }) => {
    expect(fewestRefused(counts, limit)).toBe(fewest);
  });
});

describe('the most that can have been refused', () => {
  it.each([
    {
      name: 'all but what a full bucket holds, at an instant',
      counts: [0, 0, 0, 50],
      limit: bucket(10, 1_000),
      most: 40,
    },
    {
      name: 'three minutes’ requests, which may come together',
      counts: [0, 0, 9, 9, 9],
      limit: bucket(10, 1_000),
      most: 17,
    },
    {
      name: 'only what may have met an empty bucket at the beginning, while three minutes fit into one',
      counts: [9, 9, 9].map((n) => n / 3),
      limit: bucket(10, 10),
      most: 3,
    },
    {
      name: 'nothing of a minute when it had time to fill up',
      lead: [0, 0],
      counts: [9],
      limit: bucket(10, 10),
      most: 0,
    },
    {
      name: 'all, of a window that may be used up and outlasts the record',
      counts: [5, 5],
      limit: window(100, 60),
      most: 10,
    },
  ])('is $name', ({ counts, limit, most, lead }) => {
    expect(mostRefused(counts, limit, lead)).toBe(most);
  });

  it('of requests that keep to a stricter limit is nothing', () => {
    expect(mostRefusedOf(1_000, bucket(100, 6_000), { burst: 50, perMs: 0.05, beside: 0 })).toBe(0);
    expect(mostRefusedOf(1_000, bucket(100, 6_000), { burst: 50, perMs: 0.05, beside: 7 })).toBe(7);
  });

  it('of requests that keep to a limit twice as large is half of them, and what a bucket holds', () => {
    const most = mostRefusedOf(1_000, bucket(100, 6_000), { burst: 200, perMs: 0.2, beside: 0 });
    expect(most).toBeGreaterThanOrEqual(600);
    expect(most).toBeLessThan(602);
  });
});

describe('both together', () => {
  const counts = fc.array(fc.nat(500), { minLength: 1, maxLength: 40 });
  const limits = fc.record({ burst: fc.integer({ min: 1, max: 500 }), aMinute: fc.integer({ min: 1, max: 500 }) });

  it('never contradict each other, nor say more than there was', () => {
    fc.assert(
      fc.property(counts, limits, (some, { burst, aMinute }) => {
        const limit = bucket(burst, aMinute);
        const total = some.reduce((sum, count) => sum + count, 0);
        const [fewest, most] = [fewestRefused(some, limit), mostRefused(some, limit)];
        expect(fewest).toBeGreaterThanOrEqual(0);
        expect(fewest).toBeLessThanOrEqual(most + 1e-6);
        expect(most).toBeLessThanOrEqual(total);
      }),
    );
  });

  it('fall, both, when the limit is raised', () => {
    fc.assert(
      fc.property(counts, limits, fc.nat(300), fc.nat(300), (some, { burst, aMinute }, more, faster) => {
        const [low, high] = [bucket(burst, aMinute), bucket(burst + more, aMinute + faster)];
        expect(fewestRefused(some, high)).toBeLessThanOrEqual(fewestRefused(some, low) + 1e-6);
        expect(mostRefused(some, high)).toBeLessThanOrEqual(mostRefused(some, low) + 1e-6);
      }),
    );
  });
});
