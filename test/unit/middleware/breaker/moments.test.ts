// What one instance tells of its last moments.
import { describe, expect, it } from 'vitest';
import { Moments } from '../../../../middleware/breaker/moments.ts';
import type { BreakerTally, Tallied } from '../../../../store/items/breaker-tallies.ts';

const START = 1_800_000_000_000;
const sum = (tallies: readonly BreakerTally[], of: Tallied) =>
  tallies.filter((tally) => tally.of === of).reduce((total, { count }) => total + count, 0);

describe('what it tells', () => {
  it('is each failure once, in the bucket it happened in', () => {
    const moments = new Moments(100);
    moments.add(START + 50, true);
    moments.add(START + 120, true);
    moments.add(START + 130, true);
    const told = moments.take(START + 140, 0).filter(({ of }) => of === 'failures');
    expect(told.map(({ start, count }) => [start - START, count])).toEqual([
      [0, 1],
      [100, 2],
    ]);
    expect(moments.take(START + 150, 0)).toEqual([]);
  });

  it('is nothing where nothing failed: successes are the business of the window', () => {
    const moments = new Moments(100);
    moments.add(START, false);
    expect(moments.take(START + 50, 0)).toEqual([]);
  });

  it('is itself as a reporter once a stretch', () => {
    const moments = new Moments(100);
    let reporters = 0;
    for (let ms = 0; ms < 600; ms += 50) {
      moments.add(START + ms, true);
      reporters += sum(moments.take(START + ms, 0), 'reporters');
    }
    expect(reporters).toBe(1);
    moments.add(START + 600, true);
    expect(sum(moments.take(START + 600, 0), 'reporters')).toBe(1);
  });

  it('corrects how busy it is, so that the sum is what it is now', () => {
    const moments = new Moments(100);
    let busy = 0;
    for (let ms = -1_000; ms < 600; ms++) {
      const every = ms < 200 ? 50 : 5;
      if (ms % every !== 0) continue;
      moments.add(START + ms, ms >= 0);
      const told = moments.take(START + ms, 0);
      if (ms >= 0) busy += sum(told, 'busy');
    }
    // 200 calls/s for 300 ms in tenths, less the one that it reports for.
    expect(busy / 10).toBeGreaterThan(55);
    expect(busy / 10).toBeLessThan(62);
  });

  it('leaves the call it reports for out of how busy it is: whoever is seldom called is not taken for busy', () => {
    const moments = new Moments(100);
    moments.add(START - 60_000, false);
    moments.add(START, true);
    expect(sum(moments.take(START, 0), 'busy')).toBe(0);
  });

  it('begins with its epoch', () => {
    const moments = new Moments(100);
    moments.add(START + 60, true);
    expect(moments.take(START + 70, START + 55).map(({ start }) => start - START)).toEqual([55, 55, 55]);
  });

  it('an hour frozen is an hour passed', () => {
    const moments = new Moments(100);
    moments.add(START, true);
    expect(moments.take(START + 3_600_000, 0)).toEqual([]);
  });
});

it.each([
  [[true], false],
  [[true, true], true],
  [[true, false, true], true],
  [[true, true, false, false], false],
])('after %j its own calls look bad: %s', (ends, bad) => {
  const moments = new Moments(100);
  for (const failed of ends) moments.add(START, failed);
  expect(moments.looksBad).toBe(bad);
});

it('calls that were refused say how busy the instance is going to be, and nothing of how it fares', () => {
  const moments = new Moments(100);
  for (let ms = 0; ms < 300; ms += 50) moments.add(START + ms, false, true);
  moments.clear();
  moments.add(START + 299, true);
  expect(moments.looksBad).toBe(false);
  expect(sum(moments.take(START + 299, 0), 'busy')).toBeGreaterThanOrEqual(55);
});

it('a report that the arrival of a call brings takes none off: that call is not among the ended', () => {
  const told = (afterMs: number) => {
    const moments = new Moments(100);
    moments.add(START + 110, true);
    moments.add(START + 120, true);
    return sum(moments.take(START + 120 + afterMs, 0), 'busy');
  };
  expect(told(20)).toBe(told(0) * 2);
});
