import { describe, expect, it } from 'vitest';
import { isStale, totalsOf, Window } from '../../../../middleware/breaker/window.ts';

const START = 1_000_000_000_000;
const HOUR = 3_600_000;

describe('a window of ten buckets of 3 s', () => {
  it('counts calls, failures and slow ones', () => {
    const window = new Window(3_000);
    window.add(START, false, false);
    window.add(START, true, false);
    window.add(START + 3_000, true, true);
    expect(window.totals(START + 3_000)).toEqual({ calls: 3, failures: 2, slow: 1 });
  });

  // In a ring, an hour may end in the place where it began, or in another.
  it.each([HOUR, HOUR + 10_000])(
    'is not rotated once per call: four failures, %i ms frozen and one failure are one failure',
    (frozenMs) => {
      const window = new Window(3_000);
      for (let i = 0; i < 4; i++) window.add(START, true, false);
      window.add(START + frozenMs, true, false);
      expect(window.totals(START + frozenMs)).toEqual({ calls: 1, failures: 1, slow: 0 });
    },
  );

  it('forgets by time alone, with no call to remind it', () => {
    const window = new Window(3_000);
    window.add(START, true, false);
    expect(window.totals(START + 26_000).failures).toBe(1);
    expect(window.totals(START + 30_000).failures).toBe(0);
  });

  it('gives what it counted away once', () => {
    const window = new Window(3_000);
    window.add(START, true, false);
    const index = Math.floor(START / 3_000);
    expect(window.take(START)).toEqual([{ index, widthMs: 3_000, calls: 1, failures: 1, slow: 0 }]);
    expect(window.take(START)).toEqual([]);
  });

  it('does not give away what has left the window meanwhile', () => {
    const window = new Window(3_000);
    window.add(START, true, false);
    expect(window.take(START + HOUR)).toEqual([]);
  });
});

describe('the buckets the fleet has reported', () => {
  const bucket = (index: number, widthMs = 3_000) => ({ index, widthMs, calls: 10, failures: 5, slow: 0 });
  const current = Math.floor(START / 3_000);

  it.each([
    ['the current one', bucket(current), 10],
    ['the oldest of ten', bucket(current - 9), 10],
    ['one too old', bucket(current - 10), 0],
    ["one of another instance's clock ahead of ours", bucket(current + 1), 10],
    ['one of another revision with another width', bucket(Math.floor(START / 6_000), 6_000), 0],
  ])('%s counts %#', (_what, given, calls) => {
    expect(totalsOf([given], 3_000, START).calls).toBe(calls);
  });

  it('are stale by their own width', () => {
    expect(isStale(bucket(current - 10), START)).toBe(true);
    expect(isStale(bucket(current - 9), START)).toBe(false);
    expect(isStale(bucket(Math.floor(START / 6_000) - 9, 6_000), START)).toBe(false);
  });
});
