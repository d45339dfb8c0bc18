import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Busiest } from '../../../../middleware/telemetry/busiest.ts';

const COUNTERS = 8;
const stream = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 40 }).map((n) => `key-${n}`),
    fc.integer({ min: 1, max: 5 }),
  ),
  {
    maxLength: 400,
  },
);

describe('the busiest keys', () => {
  it('are exact while there is room', () => {
    const busiest = new Busiest(COUNTERS);
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) busiest.add(key, 1);
    expect(busiest.read()).toEqual([
      { key: 'a', count: 3, over: 0 },
      { key: 'b', count: 2, over: 0 },
      { key: 'c', count: 1, over: 0 },
    ]);
  });

  it('are never counted below the truth, nor further above it than they say', () => {
    fc.assert(
      fc.property(stream, (met) => {
        const busiest = new Busiest(COUNTERS);
        const truth = new Map<string, number>();
        for (const [key, count] of met) {
          busiest.add(key, count);
          truth.set(key, (truth.get(key) ?? 0) + count);
        }
        for (const { key, count, over } of busiest.read()) {
          expect(count).toBeGreaterThanOrEqual(truth.get(key) ?? 0);
          expect(count - over).toBeLessThanOrEqual(truth.get(key) ?? 0);
        }
      }),
    );
  });

  it('hold every key that is met more often than all in all divided by the counters, and no more keys than counters', () => {
    fc.assert(
      fc.property(stream, (met) => {
        const busiest = new Busiest(COUNTERS);
        const truth = new Map<string, number>();
        let all = 0;
        for (const [key, count] of met) {
          busiest.add(key, count);
          truth.set(key, (truth.get(key) ?? 0) + count);
          all += count;
        }
        const read = busiest.read();
        expect(read.length).toBeLessThanOrEqual(COUNTERS);
        expect(read.reduce((sum, { count }) => sum + count, 0)).toBe(all);
        const held = new Set(read.map(({ key }) => key));
        for (const [key, count] of truth) if (count > all / COUNTERS) expect(held).toContain(key);
      }),
    );
  });
});
