// A revision on its way to a fleet, in virtual time: 95 of 100 active instances decide by it within six seconds.
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../../bench/rules/scenario.ts';
import { simulate } from '../../../../bench/rules/simulate.ts';
import { quantile } from '../../../../bench/statistics.ts';

const FLEET: Scenario = {
  ...{ name: 'n=200', instances: 200, perS: 1, arrivals: 'evenly', documentKb: 60, partitions: 8 },
  ...{ publishAtS: 12, untilS: 30, seeds: 1, goals: {} },
};

describe('a fleet of 200 instances that are called once a second', () => {
  it.each([1, 2, 3])('decides by a new revision within 6 s, 95 of 100 of them (seed %i)', async (seed) => {
    const { decidedMs, headUnitsPerS, throttled, strays } = await simulate(FLEET, seed);
    expect(quantile(decidedMs, 0.95)).toBeLessThanOrEqual(6_000);
    expect(Math.min(...decidedMs)).toBeGreaterThan(0);
    expect({ throttled, strays }).toEqual({ throttled: 0, strays: 0 });
    // All of them poll every four seconds, at half a unit.
    expect(headUnitsPerS).toBeLessThan(50);
  });

  it('goes on under the older revision, all of it, until a publish that is throttled has come through', async () => {
    const crowded = { writeUnits: 990, forS: 10 };
    const { decidedMs, publishAttempts, publishMs } = await simulate({ ...FLEET, crowded, untilS: 45 }, 1);
    expect(publishAttempts).toBeGreaterThan(1);
    expect(publishMs).toBeGreaterThanOrEqual(10_000);
    expect(Math.min(...decidedMs)).toBeGreaterThan(0);
    expect(quantile(decidedMs, 0.95)).toBeLessThanOrEqual(6_000);
  });

  it('asks before it decides when it has been idle for a minute', async () => {
    const idle = { untilS: 70, withinS: 5 };
    const { afterIdle } = await simulate({ ...FLEET, idle, publishAtS: 30, untilS: 80 }, 1);
    expect(afterIdle.all).toBe(200);
    // The slowest answers of a table come after whoever waits has gone on.
    expect(afterIdle.old).toBeLessThanOrEqual(4);
    expect(afterIdle.longestWaitMs).toBeLessThanOrEqual(100);
  });

  it('is soon whole also in a table that has no room for all of it at once', async () => {
    const { decidedMs, throttled } = await simulate({ ...FLEET, instances: 2_000, partitions: 1, untilS: 26 }, 1);
    expect(throttled).toBeGreaterThan(0);
    expect(quantile(decidedMs, 0.95)).toBeLessThanOrEqual(10_000);
  });
});
