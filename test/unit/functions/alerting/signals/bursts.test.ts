import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowsOf } from '../../../../../functions/alerting/signals/bursts.ts';
import { BurstSums } from '../../../../../functions/telemetry/sums/bursts.ts';
import type { AlertRule } from '../../../../../middleware/kernel/rules/document.ts';
import { burstOf, Bursts } from '../../../../../middleware/telemetry/bursts.ts';
import type { BurstCounts } from '../../../../../store/items/telemetry-detail.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 21, 12);
const LONGEST_OFF_MS = 50;
const ID = 'abcdefghijklmnop';

/** The most that ended within any stretch so long, by every single request. */
function mostWithin(times: readonly number[], ms: number): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + ms).length));
}

describe('bursts over instances', () => {
  const request = fc.record({
    instance: fc.nat(3),
    // About a minute's edge.
    at: fc.integer({ min: MINUTE - 6_000, max: MINUTE + 6_000 }).map((ms) => NOW + ms),
    ms: fc.constantFrom(10, 5_000, 5_001, 9_000),
  });
  const clocks = fc.array(fc.integer({ min: -LONGEST_OFF_MS, max: LONGEST_OFF_MS }), { minLength: 4, maxLength: 4 });

  it('are found when there was one, and never without so many within the window and a second', () => {
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 60 }),
        clocks,
        fc.integer({ min: 1, max: 5 }),
        (all, offs, seconds) => {
          const rule: AlertRule = {
            when: { requests: { slowerThan: '5s', atLeast: 1, within: `${String(seconds)}s` } },
          };
          const alerts = { burst: rule };
          const sums = [new BurstSums(), new BurstSums()];
          offs.forEach((off, instance) => {
            for (const [minute, sum] of sums.entries()) {
              const bursts = new Bursts();
              const from = NOW + minute * MINUTE;
              const own = all.filter(({ at, instance: of }) => of === instance && at >= from && at < from + MINUTE);
              for (const { at, ms } of own) bursts.record(alerts, 'pay', 'ok', at + off, ms);
              const put = bursts.read(0);
              if (put) sum.add(put, from);
            }
          });
          const counts = new Map<number, number>();
          const id = burstOf(rule)?.id ?? '';
          for (const sum of sums) {
            for (const [second, count] of sum.data()?.[id] ?? []) counts.set(second, (counts.get(second) ?? 0) + count);
          }
          const found = Math.max(0, ...windowsOf(counts, seconds).map((window) => window.found));
          const slow = all.filter(({ ms }) => ms > 5_000).map(({ at }) => at);
          expect(found).toBeGreaterThanOrEqual(mostWithin(slow, seconds * 1_000 - 2 * LONGEST_OFF_MS));
          expect(found).toBeLessThanOrEqual(mostWithin(slow, (seconds + 1) * 1_000 + 2 * LONGEST_OFF_MS));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('are found over the edge of a minute', () => {
    const counts = new Map([
      [59, 60],
      [60, 40],
    ]);
    expect(windowsOf(counts, 1)).toEqual([
      { from: 58_000, to: 60_000, found: 60 },
      { from: 59_000, to: 61_000, found: 100 },
    ]);
  });
});

describe('what an instance put', () => {
  it.each<[string, unknown]>([
    ['no list', 7],
    ['no map', [[NOW / 1_000, 5]]],
    ['another name', { 'no id': [[NOW / 1_000, 5]] }],
    ['no seconds', { [ID]: 'many' }],
    ['half a second', { [ID]: [[NOW / 1_000 + 0.5, 5]] }],
    ['a second long ago', { [ID]: [[NOW / 1_000 - 3_600, 5]] }],
    ['a second to come', { [ID]: [[NOW / 1_000 + 3_600, 5]] }],
    ['less than nothing', { [ID]: [[NOW / 1_000, -5]] }],
    ['texts', { [ID]: [[String(NOW / 1_000), '5'], null, 'x'] }],
  ])('counts nothing when it is %s', (_what, put) => {
    const sums = new BurstSums();
    sums.add(put as BurstCounts, NOW);
    expect(sums.data()).toBeUndefined();
  });

  it('has no more seconds than its rules could fill', () => {
    const sums = new BurstSums();
    const seconds = Array.from({ length: 1_000 }, (_, i) => [NOW / 1_000 + i, 1] as const);
    for (let i = 10; i < 60; i++) sums.add({ [`abcdefghijklmn${String(i)}`]: seconds }, NOW);
    const counted = Object.values(sums.data() ?? {}).reduce((sum, counts) => sum + counts.length, 0);
    expect(counted).toBe(6_000);
  });
});
