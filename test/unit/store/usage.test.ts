// The keys of a window, spread over many lists, read as one in order.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../../middleware/testing/table/memory-table.ts';
import {
  putUsageKey,
  putUsageWindow,
  readUsageKeys,
  readUsageWindows,
  shardOf,
  USAGE_SHARDS,
  type UsageKey,
} from '../../../store/items/usage.ts';

const DAY = 86_400_000;
const window = { service: 'orders', rule: 'daily', generation: 'g', startMs: 10 * DAY, endMs: 11 * DAY };

async function pages(keys: readonly string[], limit: number): Promise<string[]> {
  const table = memoryTable();
  for (const key of keys) await putUsageKey(table, window, key, 0);
  const found: string[] = [];
  let after: UsageKey | undefined;
  for (;;) {
    const page = await readUsageKeys(table, window, { limit, after });
    expect(page.keys.length).toBeLessThanOrEqual(limit);
    found.push(...page.keys.map(({ key }) => key));
    after = page.keys.at(-1);
    if (!page.more) return found;
    expect(page.keys).toHaveLength(limit);
  }
}

describe('pages', () => {
  it('hold every key once and in order, however they are spread', async () => {
    const key = fc.stringMatching(/^[A-Za-z0-9._:@~(),-]{1,8}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 120 }),
        fc.integer({ min: 1, max: 60 }),
        async (keys, limit) => {
          expect(await pages(keys, limit)).toEqual(keys.toSorted());
        },
      ),
      { numRuns: 60 },
    );
  });

  it('also when all keys are in one list', async () => {
    const keys = Array.from({ length: 5_000 }, (_, i) => `k${i}`).filter((key) => shardOf(key) === 3);
    expect(keys.length).toBeGreaterThan(200);
    expect(await pages(keys, 50)).toEqual(keys.toSorted());
  });
});

it('keys are spread evenly', () => {
  const counts = new Array<number>(USAGE_SHARDS).fill(0);
  for (let i = 0; i < 16_000; i++) counts[shardOf(`tenant-${i}`)] = (counts[shardOf(`tenant-${i}`)] ?? 0) + 1;
  expect(Math.min(...counts)).toBeGreaterThan(800);
  expect(Math.max(...counts)).toBeLessThan(1_200);
});

describe('windows', () => {
  it('are those with a moment in the span, in order of time', async () => {
    const table = memoryTable();
    for (let day = 1; day < 80; day++) {
      await putUsageWindow(table, { ...window, startMs: day * DAY, endMs: (day + 1) * DAY }, 0);
    }
    await putUsageWindow(table, { ...window, generation: 'month', startMs: 0, endMs: 31 * DAY }, 0);
    const days = async (from: number, to: number) =>
      (await readUsageWindows(table, window, from * DAY, to * DAY)).map(({ startMs }) => startMs / DAY);
    expect(await days(40, 43)).toEqual([40, 41, 42]);
    expect(await days(40.5, 41)).toEqual([40]);
    expect(await days(30.5, 31.5)).toEqual([0, 30, 31]);
    expect(await days(90, 95)).toEqual([]);
  });
});
