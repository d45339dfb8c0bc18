// The calls of the last so many ms: what counts, and when enough of it failed.
import { describe, expect, it } from 'vitest';
import { Trail } from '../../../../bench/breaker/subjects/trail.ts';

function trailOf(...ends: readonly (readonly [atMs: number, failed: boolean])[]): Trail {
  const trail = new Trail(100);
  for (const [atMs, failed] of ends) trail.add(atMs, failed);
  return trail;
}

describe('a trail of calls', () => {
  it.each([
    { what: 'too few calls', ends: [[0, true]], rate: 0.5, minimum: 2, reached: false },
    {
      what: 'enough that all failed',
      ends: [
        [0, true],
        [1, true],
      ],
      rate: 1,
      minimum: 2,
      reached: true,
    },
    {
      what: 'the rate exactly',
      ends: [
        [0, true],
        [1, false],
      ],
      rate: 0.5,
      minimum: 2,
      reached: true,
    },
    {
      what: 'less than the rate',
      ends: [
        [0, true],
        [1, false],
        [2, false],
      ],
      rate: 0.5,
      minimum: 2,
      reached: false,
    },
    {
      what: 'one that is as old as the window',
      ends: [
        [0, true],
        [100, true],
      ],
      rate: 1,
      minimum: 2,
      reached: false,
    },
    {
      what: 'one that is a little younger',
      ends: [
        [0, true],
        [99, true],
      ],
      rate: 1,
      minimum: 2,
      reached: true,
    },
  ] as const)('of $what: $reached', ({ ends, rate, minimum, reached }) => {
    expect(trailOf(...ends).reaches(rate, minimum)).toBe(reached);
  });

  it('begins anew when it is cleared', () => {
    const trail = trailOf([0, true], [1, true]);
    trail.clear();
    expect(trail.reaches(1, 1)).toBe(false);
  });
});
