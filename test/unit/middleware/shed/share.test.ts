// What share of a priority is turned away as a function fills up.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRIORITIES } from '../../../../middleware/kernel/rules/priorities.ts';
import { refusedShare } from '../../../../middleware/shed/share.ts';

describe('the share of a priority that is refused', () => {
  it.each([
    // load, above, sheddable, normal, critical
    [0, 0.8, 0, 0, 0],
    [0.8, 0.8, 0, 0, 0],
    [0.85, 0.8, 0.5, 0, 0],
    [0.9, 0.8, 1, 0, 0],
    [0.95, 0.8, 1, 0.5, 0],
    [0.99, 0.8, 1, 0.9, 0],
    [1, 0.8, 1, 1, 1],
    [1.2, 0.8, 1, 1, 1],
    [0.5, 0, 1, 0, 0],
    [0.25, 0, 0.5, 0, 0],
    [0.999, 1, 0, 0, 0],
    [1, 1, 1, 1, 1],
  ])('at %d, above %d, is %d sheddable, %d normal, %d critical', (load, above, ...shares) => {
    PRIORITIES.forEach((priority, i) => {
      expect(refusedShare(load, above, priority)).toBeCloseTo(shares[i] ?? NaN, 9);
    });
  });

  const share = fc.double({ min: 0, max: 1, noNaN: true });

  it('is a share, grows with the load, and is never less for what matters less', () => {
    fc.assert(
      fc.property(share, share, share, (one, other, above) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        for (const priority of PRIORITIES) {
          const [before, after] = [refusedShare(low, above, priority), refusedShare(high, above, priority)];
          expect(before).toBeGreaterThanOrEqual(0);
          expect(after).toBeLessThanOrEqual(1);
          expect(after).toBeGreaterThanOrEqual(before);
        }
        const [sheddable, normal, critical] = PRIORITIES.map((priority) => refusedShare(high, above, priority));
        expect(sheddable).toBeGreaterThanOrEqual(normal ?? NaN);
        expect(normal).toBeGreaterThanOrEqual(critical ?? NaN);
      }),
    );
  });
});
