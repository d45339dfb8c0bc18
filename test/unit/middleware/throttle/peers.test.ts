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
});
