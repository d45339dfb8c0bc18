// How likely a request to a dependency that refuses is dropped.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dropProbability, MOST_DROPPED } from '../../../../middleware/shed/algorithm.ts';

describe('the probability of dropping a request', () => {
  it.each([
    // requests, accepts, refusals, ms since a refusal, accepted in a row, probability
    [0, 0, 0, Infinity, 0, 0],
    [10, 10, 0, 0, 0, 0],
    [10, 5, 5, 0, 0, 0],
    [10, 4, 6, 0, 0, 2 / 11],
    [1000, 100, 100, 0, 0, 800 / 1001],
    [1000, 0, 50, 0, 0, MOST_DROPPED],
    // A refusal or two are no overload.
    [1, 0, 1, 0, 0, 0],
    [2, 0, 2, 0, 0, 0],
    [3, 0, 3, 0, 0, 3 / 4],
    // Quiet for long enough, and often enough.
    [1000, 100, 100, 10_000, 10, 600 / 1001],
    [1000, 100, 100, 20_000, 20, 200 / 1001],
    [1000, 100, 100, 30_000, 30, 0],
    // Quiet, since nothing was sent; or accepted in a burst.
    [1000, 100, 100, 60_000, 9, 800 / 1001],
    [1000, 100, 100, 9_999, 500, 800 / 1001],
    // The clock was set back.
    [1000, 100, 100, -60_000, 500, 800 / 1001],
  ])('of %d requests, %d accepts and %d refusals, quiet for %d ms and %d in a row, is %d', (...given) => {
    const [requests, accepts, refusals, quietMs, acceptsInARow, probability] = given;
    expect(dropProbability({ requests, accepts, refusals, quietMs, acceptsInARow })).toBeCloseTo(probability, 9);
  });

  it('is never more than nineteen in twenty, and nothing where at least half is accepted', () => {
    const counts = fc.record({
      requests: fc.nat(1e6),
      accepts: fc.nat(1e6),
      refusals: fc.nat(1e6),
      quietMs: fc.nat(1e6),
      acceptsInARow: fc.nat(1e4),
    });
    fc.assert(
      fc.property(counts, (acceptance) => {
        const probability = dropProbability(acceptance);
        expect(probability).toBeGreaterThanOrEqual(0);
        expect(probability).toBeLessThanOrEqual(MOST_DROPPED);
        if (2 * acceptance.accepts >= acceptance.requests) expect(probability).toBe(0);
      }),
    );
  });
});
