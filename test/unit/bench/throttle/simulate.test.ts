// A simulated fleet: the same seed gives the same history, and known limiters give known figures.
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../../bench/throttle/simulation/scenario.ts';
import { simulate } from '../../../../bench/throttle/simulation/simulate.ts';

const SMALL: Scenario = {
  name: 'small',
  instances: 8,
  rps: 20,
  rule: { limit: '100/s', burst: 200, whenStoreFails: 'reject' },
  churn: { onS: 4, offS: 2, deaths: 0.5 },
  stops: { perS: 1, forS: 1 },
  outage: { fromS: 6, forS: 1 },
  measureFromS: 2,
  untilS: 10,
};

describe('a simulated fleet', () => {
  it('has the same history for the same seed, and another for another', async () => {
    const [first, again, other] = [await simulate(SMALL, 7), await simulate(SMALL, 7), await simulate(SMALL, 8)];
    expect(again).toEqual(first);
    expect(other.perSecond).not.toEqual(first.perSecond);
  });

  it('is found to admit too much when every instance counts alone', async () => {
    const alone: Scenario = {
      ...{ name: 'alone', instances: 4, rps: 50, measureFromS: 0, untilS: 10 },
      rule: { limit: '10/s', burst: 10, scope: 'instance' },
    };
    const { overAdmission, rateErrorPct, waitedShare, writesPerRequest } = await simulate(alone, 1);
    // Four bursts, and four rates over the ten seconds.
    expect(overAdmission).toBeGreaterThan(4 * 10 + 30 * 9.5 - 10);
    expect(overAdmission).toBeLessThanOrEqual(4 * 10 + 30 * 10 - 10);
    expect(rateErrorPct).toBeCloseTo(-300, -1);
    expect({ waitedShare, writesPerRequest }).toEqual({ waitedShare: 0, writesPerRequest: 0 });
  });

  it('waits for every request, exact to the token, when each asks the table', async () => {
    const exact: Scenario = {
      ...{ name: 'exact', instances: 10, rps: 4, measureFromS: 4, untilS: 24, skewMs: 30 },
      rule: { limit: '20/s', burst: 20, sync: 'per-request', whenStoreFails: 'reject' },
    };
    const { overAdmission, rateErrorPct, contained } = await simulate(exact, 1);
    expect(overAdmission).toBeLessThan(1e-6);
    expect(Math.abs(rateErrorPct)).toBeLessThan(2);
    expect(contained).toEqual([]);
  });

  it('admits what its callers want as long as the burst reaches', async () => {
    const bursting: Scenario = {
      ...{ name: 'bursting', instances: 10, rps: 10, measureFromS: 0, untilS: 10, burstsFromS: [2] },
      phases: [
        { fromS: 0, times: 0 },
        { fromS: 2, times: 8 },
      ],
      rule: { limit: '50/s', burst: 100, sync: 'per-request', whenStoreFails: 'reject' },
    };
    const { usableBurstPct, perSecond } = await simulate(bursting, 1);
    expect(perSecond.slice(0, 2)).toEqual([0, 0]);
    expect(usableBurstPct[0]).toBeGreaterThan(95);
    expect(usableBurstPct[0]).toBeLessThanOrEqual(100.001);
  });

  it('is metered by both limits while a change of them spreads', async () => {
    const changing: Scenario = {
      ...{ name: 'changing', instances: 10, rps: 20, measureFromS: 12, untilS: 20 },
      rule: { limit: '100/s', burst: 100, sync: 'per-request', whenStoreFails: 'reject' },
      change: { atS: 5, withinS: 6, rule: { limit: '50/s', burst: 50, sync: 'per-request', whenStoreFails: 'reject' } },
    };
    const { overAdmission, rateErrorPct } = await simulate(changing, 1);
    expect(overAdmission).toBeLessThan(1e-6);
    expect(Math.abs(rateErrorPct)).toBeLessThan(10);
  });
});
