// How likely a request to a dependency that refuses is dropped.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dropProbability, MOST_DROPPED } from '../../../../middleware/shed/algorithm.ts';

describe('the probability of dropping a request', () => {
  it.each([
    // requests, accepts, ms since a refusal, accepted in a row, probability
    [0, 0, Infinity, 0, 0],
    [1, 0, 0, 0, 0.5],
    [10, 10, 0, 0, 0],
    [10, 5, 0, 0, 0],
    [10, 4, 0, 0, 2 / 11],
    [1000, 100, 0, 0, 800 / 1001],
    [1000, 0, 0, 0, MOST_DROPPED],
    // Quiet for long enough, and often enough.
    [1000, 100, 10_000, 10, 600 / 1001],
    [1000, 100, 20_000, 20, 200 / 1001],
    [1000, 100, 30_000, 30, 0],
    // Quiet, since nothing was sent; or accepted in a burst.
    [1000, 100, 60_000, 9, 800 / 1001],
    [1000, 100, 9_999, 500, 800 / 1001],
    // The clock was set back.
    [1000, 100, -60_000, 500, 800 / 1001],
  ])('of %d requests and %d accepts, quiet for %d ms and %d in a row, is %d', (...given) => {
    const [requests, accepts, quietMs, acceptsInARow, probability] = given;
    expect(dropProbability({ requests, accepts, quietMs, acceptsInARow })).toBeCloseTo(probability, 9);
  });

  it('is never more than nineteen in twenty, and nothing where at least half is accepted', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), fc.nat(1e4), (requests, accepts, quietMs, acceptsInARow) => {
        const probability = dropProbability({ requests, accepts, quietMs, acceptsInARow });
        expect(probability).toBeGreaterThanOrEqual(0);
        expect(probability).toBeLessThanOrEqual(MOST_DROPPED);
        if (2 * accepts >= requests) expect(probability).toBe(0);
      }),
    );
  });
});
