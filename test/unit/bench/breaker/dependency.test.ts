// The simulated dependency: what share of it fails when, and how long its answers take.
import { describe, expect, it } from 'vitest';
import { answerOf } from '../../../../bench/breaker/dependency.ts';
import { failingAt } from '../../../../bench/breaker/scenario.ts';
import { quantile } from '../../../../bench/statistics.ts';
import { seededRandom } from '../../../../middleware/testing/random.ts';

describe('what share fails', () => {
  const health = [
    { fromS: 2, failing: 1 },
    { fromS: 4, failing: 0.1 },
  ];

  it.each([
    [0, 0],
    [1_999, 0],
    [2_000, 1],
    [3_999, 1],
    [4_000, 0.1],
    [60_000, 0.1],
  ])('%i ms after the beginning: %f', (sinceMs, failing) => {
    expect(failingAt(health, sinceMs)).toBe(failing);
  });
});

describe('an answer', () => {
  const random = seededRandom(1);
  const answers = Array.from({ length: 20_000 }, () => answerOf(0.25, undefined, random));

  it('fails as often as it should, and then at once', () => {
    const failed = answers.filter((answer) => answer.failed);
    expect(failed.length / answers.length).toBeCloseTo(0.25, 2);
    expect(Math.max(...failed.map(({ afterMs }) => afterMs))).toBeLessThan(6);
  });

  it('takes 30 ms when it is well, and one in a hundred 76 ms', () => {
    const well = answers.filter(({ failed }) => !failed).map(({ afterMs }) => afterMs);
    expect(Math.round(quantile(well, 0.5))).toBe(30);
    expect(Math.abs(quantile(well, 0.99) - 76)).toBeLessThan(4);
  });

  it('fails by a timeout where there is one', () => {
    expect(answerOf(1, 500, random)).toEqual({ failed: true, afterMs: 500 });
  });
});
