// Tests what the list of services makes of pictures of the whole cell, five minutes long.
import { describe, expect, it } from 'vitest';
import {
  inboundOf,
  trafficOf,
  WINDOW_MS,
  windowsUntil,
  type Seen,
} from '../../../../console/screens/services/windows.ts';

const UNTIL = Date.parse('2026-01-05T10:05:00Z');
const LONG_AGO = UNTIL - 24 * 3_600_000;
const edge = (to: string, count: number, errorShare: number | null = 0, refusedShare: number | null = 0) => ({
  ...{ from: 'client:internet', to, count, errorShare, refusedShare },
});

/** The newest windows, oldest first; undefined is not known. */
function seen(...counts: readonly (number | undefined)[]): Seen[] {
  return windowsUntil(UNTIL)
    .slice(-counts.length)
    .map((from, i) => {
      const count = counts[i];
      return { from, sums: count === undefined ? undefined : inboundOf(count === 0 ? [] : [edge('service:a', count)]) };
    });
}

describe('what a service takes in', () => {
  it('is added up over all that call it, and nothing else', () => {
    const sums = inboundOf([edge('service:a', 60, 0.5), edge('service:a', 40, null, 0.25), edge('queue:a', 9)]);
    expect([...sums]).toEqual([['a', { count: 100, failed: 30, refused: 10 }]]);
  });

  it('is shown as rates of five minutes each, and shares of the newest', () => {
    const windows = [
      { from: UNTIL - 2 * WINDOW_MS, sums: inboundOf([edge('service:a', 300, 0.1)]) },
      { from: UNTIL - WINDOW_MS, sums: inboundOf([edge('service:a', 600, 0, 0.5)]) },
    ];
    expect(trafficOf('a', LONG_AGO, windows)).toEqual({
      ...{ rates: [1, 2], rate: 2 },
      ...{ failedShare: 0, refusedShare: 0.5 },
    });
  });

  it('is nothing once it was counted and none came', () => {
    expect(trafficOf('a', LONG_AGO, seen(300, 0))).toMatchObject({ rates: [1, 0], rate: 0 });
    expect(trafficOf('b', LONG_AGO, seen(300))).toMatchObject({ rate: 0, failedShare: null });
  });

  it('is not known while the newest five minutes are not, whatever came before', () => {
    expect(trafficOf('a', LONG_AGO, seen(300, undefined))).toMatchObject({ rates: [1, null], rate: null });
    expect(trafficOf('a', LONG_AGO, [])).toMatchObject({ rates: [], rate: null });
  });
});

it('is looked at in whole windows that are summed up, an hour of them', () => {
  const starts = windowsUntil(UNTIL + 4 * 60_000);
  expect(starts).toHaveLength(12);
  expect([starts[0], starts.at(-1)]).toEqual([UNTIL - 12 * WINDOW_MS, UNTIL - WINDOW_MS]);
});

describe('a service that has just come', () => {
  it('is not taken to be idle before the first five minutes in which it was there', () => {
    expect(trafficOf('a', UNTIL, seen(0, 0))).toMatchObject({ rates: [null, null], rate: null });
    expect(trafficOf('a', UNTIL + 60_000, seen(0, 0)).rate).toBeNull();
  });

  it('is idle when none came in the five minutes in which it did', () => {
    expect(trafficOf('a', UNTIL - 60_000, seen(0, 0))).toMatchObject({ rates: [null, 0], rate: 0 });
  });

  it('has what it took in before anybody wrote rules for it', () => {
    expect(trafficOf('a', UNTIL + 60_000, seen(300))).toMatchObject({ rates: [1], rate: 1 });
  });
});
