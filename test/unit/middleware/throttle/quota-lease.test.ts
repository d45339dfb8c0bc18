// How much of a quota an instance may hold, and that nothing it spends, reports or gives back is counted twice.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isLeasedByItself,
  leaseGoal,
  mostBeforeLease,
  QuotaLease,
} from '../../../../middleware/throttle/quota-lease.ts';

const HOUR = 3_600_000;
const M = 1_000_000;

describe('what an instance should hold', () => {
  it.each([
    ['what it uses in a minute', M, 0, 40, 40],
    ['whole tokens', M, 0, 40.2, 41],
    ['at most a thousandth of the rest', M, 500_000, 10_000, 500],
    ['nothing for one request a minute', M, 0, 1, 0],
    ['nothing for a key that is idle', M, 0, 0, 0],
    ['a little above the last hundredth', M, 989_999, 10_000, 10],
    ['nothing in the last hundredth', M, 990_000, 10_000, 0],
    ['nothing when it is used up', M, M, 10_000, 0],
    ['nothing when the limit was lowered below what was used', 10_000, M, 10_000, 0],
    ['nothing when a thousandth of the rest is a single token', 10_000, 8_001, 10_000, 0],
  ])('%s', (_what, limit, taken, demand, goal) => {
    expect(leaseGoal(limit, taken, demand)).toBe(goal);
  });
});

describe('by itself', () => {
  it.each([
    ['10k a day', 10_000, 24 * HOUR, true],
    ['10k an hour', 10_000, HOUR, true],
    ['9999 a day', 9_999, 24 * HOUR, false],
    ['1M a minute', M, 60_000, false],
  ])('%s', (_what, limit, windowMs, leased) => {
    expect(isLeasedByItself(limit, windowMs)).toBe(leased);
  });
});

describe('the most that may have been taken before', () => {
  it('leaves the last hundredth and a thousand times what is held, and grants what the goal was made for', () => {
    const limits = fc.integer({ min: 2, max: 2 * M });
    fc.assert(
      fc.property(limits, fc.nat(2 * M), fc.nat(5_000), (limit, taken, demand) => {
        const goal = leaseGoal(limit, taken, demand);
        if (goal === 0) return;
        const most = mostBeforeLease(limit, goal);
        expect(taken).toBeLessThanOrEqual(most);
        expect(limit - most).toBeGreaterThan(limit / 100 - 1);
        expect((limit - most) / goal).toBeGreaterThanOrEqual(1_000);
        expect(most + goal).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe('a lease', () => {
  const lease = (tokens: number) => {
    const held = new QuotaLease();
    held.add(tokens, 60_000);
    return held;
  };

  it('spends what it holds, and no more', () => {
    const held = lease(5);
    expect(held.take(3)).toBe(3);
    expect(held.take(3)).toBe(2);
    expect(held.take(3)).toBe(0);
  });

  it('reports once what was spent, and returns what is not to be kept', () => {
    const held = lease(10);
    held.take(4);
    expect(held.report(2)).toEqual({ spent: 4, returned: 4 });
    expect(held.unspent).toBe(2);
    expect(held.report(2)).toEqual({ spent: 0, returned: 0 });
  });

  it('holds again what was used in vain, also what it never held', () => {
    const held = lease(1);
    held.take(1);
    held.undo(3);
    expect(held.unspent).toBe(3);
    expect(held.report(0)).toEqual({ spent: -2, returned: 3 });
    expect(held.settled).toBe(true);
  });

  it('has what a report that has not arrived said', () => {
    const held = lease(10);
    held.take(4);
    const report = held.report(0);
    expect(held.settled).toBe(true);
    held.restore(report);
    expect(held.unspent).toBe(6);
    expect(held.report(6)).toEqual({ spent: 4, returned: 0 });
  });
});
