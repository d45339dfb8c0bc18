import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attainedOf, badShareOf, budgetOf, burnRateOf } from '../../../../../functions/telemetry/slo/budget.ts';

const DAY = 86_400_000;
const of = (total: number, bad: number) => ({ total, bad, uncertain: 0 });

describe('what may be bad', () => {
  it.each([
    [0.999, 0.001],
    [0.9995, 0.0005],
    [0.99999, 0.00001],
    [0.5, 0.5],
  ])('of an objective of %d is %d', (objective, share) => {
    expect(badShareOf(objective)).toBe(share);
  });
});

describe('the budget', () => {
  it.each([
    // total, bad, left of the requests, share left, minutes left of 43.2
    [100_000, 0, 100, 1, 43.2],
    [100_000, 25, 75, 0.75, 32.4],
    [100_000, 100, 0, 0, 0],
    [100_000, 250, -150, -1.5, -64.8],
    [0, 0, 0, 1, 43.2],
  ])('of 99.9 %% in 30 days, of %d with %d bad', (total, bad, left, leftShare, minutes) => {
    const budget = budgetOf(of(total, bad), 0.999, 30 * DAY);
    expect(budget.share).toBe(0.001);
    expect(budget.requests.allowed).toBeCloseTo(total / 1000, 9);
    expect(budget.requests.left).toBeCloseTo(left, 9);
    expect(budget.leftShare).toBeCloseTo(leftShare, 9);
    expect(budget.minutes.allowed).toBeCloseTo(43.2, 9);
    expect(budget.minutes.left).toBeCloseTo(minutes, 9);
  });

  it.each([
    ['7d', 7, 0.99, 100.8],
    ['28d', 28, 0.999, 40.32],
    ['30d', 30, 0.9999, 4.32],
  ])('of %s is so many minutes', (_window, days, objective, minutes) => {
    expect(budgetOf(of(1, 0), objective, days * DAY).minutes.allowed).toBeCloseTo(minutes, 9);
  });
});

describe('the burn rate', () => {
  it.each([
    [10_000, 0, 0],
    [10_000, 10, 1],
    [10_000, 144, 14.4],
    [50, 50, 1000],
  ])('at 99.9 %%, of %d with %d bad, is %d', (total, bad, rate) => {
    expect(burnRateOf(of(total, bad), 0.999)).toBeCloseTo(rate, 9);
  });

  it('of nothing is unknown, as is what was attained', () => {
    expect([burnRateOf(of(0, 0), 0.999), attainedOf(of(0, 0))]).toEqual([null, null]);
  });
});

describe('budget and burn', () => {
  const objective = fc.double({ min: 0.5, max: 0.9999, noNaN: true });
  const events = fc
    .record({ total: fc.integer({ min: 1, max: 1e9 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
    .map(({ total, share }) => of(total, Math.floor(total * share)));

  it('agree: what is left is what the burn rate over the window has not spent', () => {
    fc.assert(
      fc.property(events, objective, (counted, aim) => {
        const { leftShare, requests, share } = budgetOf(counted, aim, 30 * DAY);
        const spent = burnRateOf(counted, aim) ?? NaN;
        expect(leftShare).toBeCloseTo(1 - spent, 6);
        expect(requests.left).toBeCloseTo(requests.allowed - counted.bad, 3);
        // Attained and met say the same as what is left.
        const attained = attainedOf(counted) ?? NaN;
        expect(leftShare).toBeCloseTo(1 - (1 - attained) / share, 4);
      }),
    );
  });

  it('agree over parts: what parts burned, each by its requests, is what the whole has', () => {
    fc.assert(
      fc.property(fc.array(events, { minLength: 1, maxLength: 20 }), objective, (parts, aim) => {
        const total = parts.reduce((sum, part) => sum + part.total, 0);
        const bad = parts.reduce((sum, part) => sum + part.bad, 0);
        const weighted = parts.reduce((sum, part) => sum + (burnRateOf(part, aim) ?? 0) * (part.total / total), 0);
        expect((burnRateOf(of(total, bad), aim) ?? NaN) / weighted || 1).toBeCloseTo(1, 9);
      }),
    );
  });

  it('grow no better by a bad request, and no worse by a good one', () => {
    fc.assert(
      fc.property(events, objective, ({ total, bad }, aim) => {
        const left = (counted: ReturnType<typeof of>) => budgetOf(counted, aim, 30 * DAY).leftShare;
        expect(left(of(total + 1, bad + 1))).toBeLessThanOrEqual(left(of(total, bad)) + 1e-12);
        expect(left(of(total + 1, bad))).toBeGreaterThanOrEqual(left(of(total, bad)) - 1e-12);
      }),
    );
  });
});
