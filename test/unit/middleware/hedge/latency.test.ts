import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentLatency } from '../../../../middleware/hedge/latency.ts';

function of(durations: readonly number[]): RecentLatency {
  const latency = new RecentLatency();
  for (const ms of durations) latency.add(ms);
  return latency;
}

describe('the 95th percentile of the recent successes', () => {
  it.each<[string, number[], number | undefined]>([
    ['is not told by fewer than 20', Array<number>(19).fill(5), undefined],
    ['is the 19th of 20', Array.from({ length: 20 }, (_, i) => i + 1), 19],
    ['is not that of the slowest alone', [...Array<number>(99).fill(10), 5_000], 10],
    ['forgets what is long ago', [...Array<number>(100).fill(900), ...Array<number>(128).fill(10)], 10],
  ])('%s', (_name, durations, expected) => {
    expect(of(durations).p95()).toBe(expected);
  });

  it('lags behind by less than 16 successes, and is else exactly that of the last 128', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), { minLength: 20, maxLength: 400 }),
        (all) => {
          const kept = all.slice(-128).sort((a, b) => a - b);
          expect(of(all).p95()).toBe(kept[Math.ceil(0.95 * kept.length) - 1]);
        },
      ),
    );
    const latency = of(Array<number>(20).fill(1));
    expect(latency.p95()).toBe(1);
    for (let i = 0; i < 16; i++) latency.add(9);
    expect(latency.p95()).toBe(9);
  });
});
