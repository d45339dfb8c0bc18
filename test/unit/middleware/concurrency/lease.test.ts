// How long a permit lasts, by clocks that disagree.
import { describe, expect, it } from 'vitest';
import {
  correctedNow,
  expiryUs,
  isOver,
  isTaken,
  pastUs,
  renewInMs,
  termAt,
} from '../../../../middleware/concurrency/lease.ts';

describe('the time that expiries are written in', () => {
  it.each([
    ['nothing is known of the store’s clock', undefined, 1_000],
    ['both clocks may agree', { lowMs: -20, highMs: 30 }, 1_000],
    ['this one is certainly late', { lowMs: 300, highMs: 900 }, 1_300],
    ['this one is certainly early', { lowMs: -900, highMs: -300 }, 700],
  ])('where %s, is moved no further than is certain', (_when, skew, expected) => {
    expect(correctedNow(1_000, skew)).toBe(expected);
  });

  it('is never further from the store’s than this machine’s own', () => {
    for (const trueOffset of [-400, -60, 0, 60, 400]) {
      for (const before of [0, 100, 900]) {
        for (const after of [0, 100, 900]) {
          const skew = { lowMs: trueOffset - before, highMs: trueOffset + after };
          const error = Math.abs(correctedNow(0, skew) - trueOffset);
          expect(error).toBeLessThanOrEqual(Math.abs(trueOffset));
        }
      }
    }
  });
});

describe('a permit', () => {
  it.each([
    ['as long as the invocation can, and a little', 3_000, 13_250_000],
    ['for ten seconds at most', 900_000, 20_000_000],
    ['for a moment where no time is left', 0, 10_250_000],
  ])('lasts %s', (_how, remainingMs, expected) => {
    expect(expiryUs(10_000, remainingMs, 0)).toBe(expected);
  });

  it('ends at a moment of its own: chance makes the last three digits', () => {
    expect(expiryUs(10_000, 3_000, 0.789)).toBe(13_250_789);
    expect(expiryUs(10_000, 3_000, 0.9999)).toBe(13_250_999);
  });

  it('is nobody’s only when every clock says so: twice the declared error later', () => {
    expect(pastUs(10_000)).toBe(9_900_000);
    const expiry = expiryUs(0, 9_750, 0);
    expect(expiry).toBe(10_000_000);
    // The holder's clock is 50 ms behind: it believes in its permit until 10,050 of true time. Another's is 50 ms ahead.
    const lastTrueMsOfHolder = 10_050;
    expect(expiry < pastUs(lastTrueMsOfHolder + 50)).toBe(false);
    expect(expiry < pastUs(lastTrueMsOfHolder + 50 + 1)).toBe(true);
  });

  it.each([
    ['ends now', 0, true],
    ['is as long as one may be, by a clock that is ahead', 10_050, true],
    ['ends when no clock can have written it', 15_001, false],
    ['never ends', 9e120, false],
    ['has ended for every clock', -101, false],
  ])('that %s is somebody’s or not', (_which, inMs, expected) => {
    expect(isTaken((1_000_000 + inMs) * 1000, termAt(1_000_000))).toBe(expected);
  });

  it('is over at its expiry, not before', () => {
    expect([isOver(10_000_500, 10_000), isOver(10_000_500, 10_001)]).toEqual([false, true]);
  });
});

describe('prolonging', () => {
  it.each([
    ['not at all where the permit outlasts the invocation', 13_250_000, 10_000, 13_000, undefined],
    ['when half of it is left', 20_000_000, 10_000, 910_000, 5_000],
    ['within a second at the soonest', 20_000_000, 14_900, 910_000, 1_000],
  ])('happens %s', (_when, expiry, nowMs, endsAtMs, expected) => {
    expect(renewInMs(expiry, nowMs, endsAtMs)).toBe(expected);
  });
});
