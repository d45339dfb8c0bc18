// Cases in which other throttles fail: clocks that are far off, and a key that more ask for than one item takes writes.
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../../bench/throttle/simulation/scenario.ts';
import { simulate } from '../../../../bench/throttle/simulation/simulate.ts';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import { provideEverything } from '../../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../../middleware/throttle/index.ts';
import { seededRandom } from '../../../../middleware/testing/random.ts';
import { memoryTable } from '../../../../middleware/testing/table/memory-table.ts';
import type { Skew } from '../../../../store/skew.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';

provideEverything();

describe('client clocks, one 300 ms behind and one 300 ms ahead, asking for each request', () => {
  const throttles = { everyone: { limit: '100/s', burst: 200, sync: 'per-request' } } as const;
  const NOW_MS = Date.UTC(2026, 0, 5);

  /** Two instances over one table; what each knows of its clock is what the table’s dates have told it, to a round trip of 2 ms. */
  function pair(known: boolean) {
    const table = memoryTable();
    const clocks = [-300, 300].map((offsetMs) => fakeClock(NOW_MS + offsetMs));
    const instances = clocks.map((clock, i) => {
      const skew: Skew = i === 0 ? { lowMs: 299, highMs: 301 } : { lowMs: -301, highMs: -299 };
      return testInstance({
        id: `i-${i}`,
        clock,
        rules: { throttles },
        table: { ...table, ...(known ? { skew: () => skew } : {}) },
      });
    });
    const [behind, ahead] = instances;
    if (!behind || !ahead) throw new Error('there are two');
    return { behind, ahead, advance: (ms: number) => clocks.forEach((clock) => clock.advance(ms)) };
  }

  async function admits(instance: Instance): Promise<boolean> {
    const invocation = testInvocation(instance);
    try {
      await throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
      return true;
    } catch (error) {
      if (error instanceof Refused) return false;
      throw error;
    } finally {
      await instance.syncs.settle();
    }
  }

  async function burstOf(instance: Instance): Promise<number> {
    let admitted = 0;
    for (let i = 0; i < 300; i++) if (await admits(instance)) admitted++;
    return admitted;
  }

  it('the one behind and then the one ahead are admitted 200 of a burst of 200, not 260', async () => {
    const { behind, ahead } = pair(true);
    expect((await burstOf(behind)) + (await burstOf(ahead))).toBe(200);
  });

  it('before their offsets are known, at most twice the offset times the rate more', async () => {
    const { behind, ahead } = pair(false);
    expect((await burstOf(behind)) + (await burstOf(ahead))).toBeLessThanOrEqual(200 + 2 * 0.3 * 100);
  });

  it('the one behind is not starved by what the one ahead has moved on, when requests come as they like', async () => {
    const { behind, ahead, advance } = pair(true);
    const random = seededRandom(1);
    await burstOf(ahead);
    const admitted = { behind: 0, ahead: 0 };
    // Five seconds of twice the rate, one request every 5 ms on average.
    for (let i = 0; i < 1_000; i++) {
      advance(-5 * Math.log(1 - random()));
      const who = random() < 0.5 ? 'behind' : 'ahead';
      if (await admits(who === 'behind' ? behind : ahead)) admitted[who]++;
    }
    expect(admitted.behind + admitted.ahead).toBeGreaterThan(430);
    expect(admitted.behind).toBeGreaterThan(100);
  });
});

describe('a hot key, for which more than 1,000 writes a second are asked of one item', () => {
  it('is divided before it collapses: everybody is admitted within the limit, and no write is refused', async () => {
    // Leases of 200 ms: 400 instances ask for 2,000 a second.
    const hot: Scenario = {
      ...{ name: 'hot', instances: 400, rps: 12, measureFromS: 6, untilS: 8, tableWritesPerS: 10_000 },
      rule: { limit: '8000/s', burst: 16_000, sync: 'leased', whenStoreFails: 'reject' },
    };
    const { refusedShare, throttledWrites, overAdmission, contained } = await simulate(hot, 1);
    expect({ throttledWrites, contained }).toEqual({ throttledWrites: 0, contained: [] });
    expect(refusedShare).toBeLessThan(0.001);
    expect(overAdmission).toBeLessThan(1e-6);
  });

  it('asked for at each request it is not opened: what a rule that says reject cannot ask for, it refuses', async () => {
    const asked: Scenario = {
      ...{ name: 'asked', instances: 60, rps: 40, measureFromS: 1, untilS: 4 },
      rule: { limit: '200/s', burst: 200, sync: 'per-request', whenStoreFails: 'reject' },
    };
    const { overAdmission, rateErrorPct, throttledWrites } = await simulate(asked, 1);
    expect(throttledWrites).toBeGreaterThan(0);
    expect(overAdmission).toBeLessThan(1e-6);
    expect(Math.abs(rateErrorPct)).toBeLessThan(10);
  });

  it.each([
    { limit: 200, instances: 60, rps: 40 },
    { limit: 100, instances: 200, rps: 20 },
  ])(
    'asked for at each request it is not opened by `local` either: $limit/s, $instances instances asked $rps times a second',
    async ({ limit, instances, rps }) => {
      const { perSecond, throttledWrites, contained } = await simulate(asking(limit, instances, rps), 1);
      expect(throttledWrites).toBeGreaterThan(0);
      expect(contained).toEqual([]);
      const [most, least] = worstRates(perSecond);
      expect(most).toBeLessThan(1.3 * limit);
      expect(least).toBeGreaterThan(0.8 * limit);
    },
  );

  it('and is not what `local` refuses for, where the limit is beyond what is wanted', async () => {
    const { perSecond } = await simulate(asking(5_000, 60, 40), 1);
    expect(worstRates(perSecond.slice(2))[1]).toBeGreaterThan(0.95 * 60 * 40);
  });

  it('is told from a table that nobody reaches: a lone instance then has the whole limit', async () => {
    const scenario = { ...asking(20, 1, 60), outage: { fromS: 3, forS: 6 } };
    const { perSecond, throttledWrites } = await simulate(scenario, 1);
    expect(throttledWrites).toBe(0);
    const [most, least] = worstRates(perSecond.slice(3));
    expect(most).toBeLessThan(20 + 20 / 5);
    expect(least).toBeGreaterThan(0.95 * 20);
  });

  function asking(limit: number, instances: number, rps: number): Scenario {
    const rule = { limit: `${limit}/s`, sync: 'per-request' } as const;
    return { name: 'asked', instances, rps, measureFromS: 1, untilS: 10, rule };
  }

  /** The most and the least admitted a second over any five of them after the first, whose burst is not the rate. */
  function worstRates([, ...perSecond]: readonly number[]): [number, number] {
    const rates = perSecond.slice(4).map((_, i) => perSecond.slice(i, i + 5).reduce((sum, one) => sum + one, 0) / 5);
    return [Math.max(...rates), Math.min(...rates)];
  }
});
