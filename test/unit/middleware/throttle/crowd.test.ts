// What an instance does about a key whose table throttles it: how seldom it asks, and what it admits by itself.
import { beforeEach, describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import type { ThrottleRule } from '../../../../middleware/kernel/rules/document.ts';
import { seededRandom } from '../../../../middleware/testing/random.ts';
import { memoryTable } from '../../../../middleware/testing/table/memory-table.ts';
import { provideEverything } from '../../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../../middleware/throttle/index.ts';
import { StoreUnavailable, type Table } from '../../../../store/port.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';

provideEverything();

const NOW_MS = Date.UTC(2026, 0, 5);

/** An instance whose table fails as it is told to, asked every 10 ms. */
function crowded(rule: Partial<ThrottleRule> = {}) {
  const clock = fakeClock(NOW_MS);
  const memory = memoryTable();
  let failing: StoreUnavailable['reason'] | undefined;
  let asked = 0;
  const table: Table = {
    ...memory,
    update: (request) => {
      asked++;
      return failing ? Promise.reject(new StoreUnavailable(failing, 'as the test says')) : memory.update(request);
    },
  };
  const throttles = { everyone: { limit: '20/s', burst: 20, sync: 'per-request', ...rule } } as const;
  const instance = testInstance({ id: 'i', clock, random: seededRandom(1), rules: { throttles }, table });
  const refusals: Refused[] = [];
  return {
    refusals,
    fail: (reason?: StoreUnavailable['reason']) => {
      failing = reason;
    },
    /** How many it admitted in so many seconds, and how often it asked the table. */
    async forSeconds(seconds: number, everyMs = 10) {
      const before = asked;
      let admitted = 0;
      for (let ms = 0; ms < seconds * 1000; ms += everyMs) {
        clock.advance(everyMs);
        const invocation = testInvocation(instance);
        try {
          await throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
          admitted++;
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          refusals.push(error);
        }
        await instance.syncs.settle();
      }
      return { admitted, asked: asked - before };
    },
  };
}

describe('a table that throttles every write', () => {
  let instance: ReturnType<typeof crowded>;
  beforeEach(async () => {
    instance = crowded();
    // Five a second, which is all that it is asked.
    await instance.forSeconds(10, 200);
    instance.fail('throttled');
  });

  it('is asked once in two seconds in the end', async () => {
    expect((await instance.forSeconds(4)).asked).toBeLessThan(15);
    expect((await instance.forSeconds(20)).asked).toBeLessThanOrEqual(20);
  });

  it('has its instance admit about what it was given before, up to twice that where plenty was left', async () => {
    const { admitted } = await instance.forSeconds(20);
    expect(admitted).toBeGreaterThan(5 * 20);
    expect(admitted).toBeLessThan(2 * 5.5 * 20);
  });

  it('has the others come back within some seconds, not all in the same', async () => {
    await instance.forSeconds(20);
    const seconds = instance.refusals.map(({ headers }) => Number(headers['retry-after']));
    expect(new Set(seconds)).toEqual(new Set([1, 2, 3, 4, 5].slice(0, Math.max(...seconds))));
    expect(Math.max(...seconds)).toBeLessThanOrEqual(5);
    expect(instance.refusals.every(({ statusCode }) => statusCode === 429)).toBe(true);
  });

  it('charges what was admitted without it when it answers again, and is asked for each request soon', async () => {
    await instance.forSeconds(20);
    instance.fail();
    const back = await instance.forSeconds(10);
    expect(back.admitted).toBeLessThanOrEqual(20 + 20 * 10);
    expect(back.admitted).toBeGreaterThan(0.8 * 20 * 10);
    const { admitted } = await instance.forSeconds(10);
    expect(Math.abs(admitted - 200)).toBeLessThanOrEqual(4);
  });

  it('is away when it no longer answers at all: then the whole limit is admitted', async () => {
    await instance.forSeconds(5);
    instance.fail('timeout');
    await instance.forSeconds(4);
    const { admitted } = await instance.forSeconds(10);
    expect(Math.abs(admitted - 200)).toBeLessThanOrEqual(1);
  });
});

describe('an instance that was never granted anything', () => {
  it('admits a token now and then: one in ten seconds', async () => {
    const instance = crowded();
    instance.fail('throttled');
    expect((await instance.forSeconds(100, 50)).admitted).toBe(10);
  });

  it('and of a request that costs several the whole or nothing', async () => {
    const instance = crowded({ cost: 4 });
    instance.fail('throttled');
    expect((await instance.forSeconds(100, 50)).admitted).toBe(2);
  });
});

describe('by what the rule says for a store that fails', () => {
  it.each([
    { whenStoreFails: 'allow', admitted: 100 },
    { whenStoreFails: 'reject', admitted: 0 },
  ] as const)('$whenStoreFails: $admitted of 100', async ({ whenStoreFails, admitted }) => {
    const instance = crowded({ whenStoreFails });
    instance.fail('throttled');
    expect((await instance.forSeconds(1)).admitted).toBe(admitted);
  });
});

describe('what is charged beside the handler', () => {
  it('is charged with the next when it was throttled', async () => {
    const instance = crowded({ sync: 'eventual' });
    instance.fail('throttled');
    expect((await instance.forSeconds(1)).admitted).toBe(100);
    instance.fail();
    // 100 have been used, of 20 + 20: the rest of them comes back in three seconds.
    expect((await instance.forSeconds(2)).admitted).toBeLessThan(3);
  });
});
