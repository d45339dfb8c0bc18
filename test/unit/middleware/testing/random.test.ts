// Chance in tests: the same for the same seed, and even enough for jitter and shares.
import { expect, it } from 'vitest';
import { seededRandom } from '../../../../middleware/testing/random.ts';

const draws = (seed: number, count: number) => Array.from({ length: count }, seededRandom(seed));

it('is the same for the same seed, and another for another', () => {
  expect(draws(7, 100)).toEqual(draws(7, 100));
  expect(draws(7, 100)).not.toEqual(draws(8, 100));
});

it.each([0, 1, 2 ** 32 - 1])('spreads over all of [0, 1) from seed %i', (seed) => {
  const tenths = Array.from({ length: 10 }, () => 0);
  for (const draw of draws(seed, 10_000)) {
    expect(draw >= 0 && draw < 1).toBe(true);
    tenths[Math.floor(draw * 10)] = (tenths[Math.floor(draw * 10)] ?? 0) + 1;
  }
  for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});
