// What one instance asks for: its own demand by periods, and the water level of all when there is not enough.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Demand, fairShare } from '../../../../middleware/throttle/demand.ts';

const PERIOD_US = 1e6;

describe('the demand of a key', () => {
  it('is what the first period has counted so far', () => {
    const demand = new Demand(PERIOD_US);
    for (let i = 0; i < 7; i++) demand.count(100 * PERIOD_US + i, 1);
    expect(demand.perPeriod()).toBe(7);
  });

  it('is known when the next period begins, and follows what changes', () => {
    const demand = new Demand(PERIOD_US);
    demand.count(100 * PERIOD_US, 20);
    demand.count(101 * PERIOD_US, 1);
    expect(demand.perPeriod()).toBe(20);
    demand.count(102 * PERIOD_US, 1);
    expect(demand.perPeriod()).toBeCloseTo(10.5, 5);
  });

  it('halves with each period in which nothing came, and is forgotten after a frozen hour', () => {
    const demand = new Demand(PERIOD_US);
    demand.count(100 * PERIOD_US, 16);
    demand.count(103 * PERIOD_US, 1);
    expect(demand.perPeriod()).toBe(4);
    demand.count(3_703 * PERIOD_US, 1);
    expect(demand.perPeriod()).toBe(1);
  });

  it('is reckoned for a whole period from how it begins, but not from its first moments alone', () => {
    const demand = new Demand(PERIOD_US);
    demand.count(100 * PERIOD_US, 4);
    expect(demand.soon(100 * PERIOD_US + 1_000)).toBe(40);
    expect(demand.soon(100.5 * PERIOD_US)).toBe(8);
    expect(demand.soon(100.999 * PERIOD_US)).toBeCloseTo(4, 1);
  });

  it('is what others see until something of its own is known', () => {
    const demand = new Demand(PERIOD_US);
    demand.count(100 * PERIOD_US, 1);
    demand.expect(12);
    demand.expect(50);
    expect(demand.perPeriod()).toBe(12);
  });
});

describe('a share', () => {
  it.each([
    ['is unlimited while all have what they want', 100, { instances: 4, below: 100, above: 0 }, Infinity],
    ['is the same for all at first', 100, { instances: 4, below: 101, above: 0 }, 25],
    ['is what the modest leave for the others', 100, { instances: 4, below: 10, above: 2 }, 45],
    ['is never less than an equal part', 100, { instances: 4, below: 99, above: 1 }, 25],
  ])('%s', (_name, supply, demand, share) => {
    expect(fairShare(supply, demand)).toBe(share);
  });

  it('comes to the level of max-min fairness within some periods, whatever the demands', () => {
    const demands = fc.array(fc.double({ min: 0.1, max: 100, noNaN: true }), { minLength: 2, maxLength: 50 });
    fc.assert(
      fc.property(demands, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (wanted, scarcity) => {
        const supply = scarcity * wanted.reduce((sum, one) => sum + one, 0);
        let share = Infinity;
        for (let period = 0; period < 60; period++) {
          const known = share;
          const modest = wanted.filter((one) => one <= known);
          const below = modest.reduce((sum, one) => sum + one, 0);
          share = fairShare(supply, { instances: wanted.length, below, above: wanted.length - modest.length });
        }
        const level = share;
        const used = wanted.reduce((sum, one) => sum + Math.min(one, level), 0);
        expect(used).toBeGreaterThan(0.999 * supply);
        expect(used).toBeLessThan(1.001 * supply);
      }),
    );
  });
});
