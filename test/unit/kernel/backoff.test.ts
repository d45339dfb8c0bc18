// How the waits of a backoff rule grow, spread and end.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileBackoff } from '../../../middleware/kernel/backoff.ts';
import type { BackoffRule } from '../../../middleware/kernel/rules/document.ts';

const lowest = () => 0;
const middle = () => 0.5;
const highest = () => 0.999999;

describe('without jitter', () => {
  it.each<[string, BackoffRule, number[]]>([
    ['exponential by default', { initial: '50ms', jitter: 'none' }, [50, 100, 200, 400]],
    ['exponential by a factor', { initial: '2s', factor: 3, jitter: 'none' }, [2_000, 6_000, 18_000, 54_000, 60_000]],
    [
      'up to its max',
      { initial: '2s', factor: 3, max: '15m', jitter: 'none' },
      [2_000, 6_000, 18_000, 54_000, 162_000, 486_000, 900_000],
    ],
    ['linear', { kind: 'linear', initial: '100ms', jitter: 'none' }, [100, 200, 300, 400]],
    ['fixed', { kind: 'fixed', initial: '1s', jitter: 'none' }, [1_000, 1_000, 1_000]],
    ['an initial wait above the default max', { initial: '2m', jitter: 'none' }, [120_000, 120_000]],
    ['an initial wait above its max', { initial: '2m', max: '1m', jitter: 'none' }, [60_000, 60_000]],
  ])('%s', (_name, rule, waits) => {
    const backoff = compileBackoff(rule);
    expect(waits.map((_, i) => backoff(i + 1, 0, middle))).toEqual(waits);
  });

  it('stays finite after very many attempts', () => {
    expect(compileBackoff({ initial: '1s', factor: 10, jitter: 'none' })(5_000, 0, middle)).toBe(60_000);
  });
});

describe('with jitter', () => {
  it.each<[NonNullable<BackoffRule['jitter']> | undefined, number, number, number]>([
    [undefined, 0, 200, 400],
    ['full', 0, 200, 400],
    ['equal', 200, 300, 400],
  ])('%s spreads a wait of 400 ms from %i over %i to %i', (jitter, low, mid, high) => {
    const backoff = compileBackoff({ initial: '100ms', ...(jitter && { jitter }) });
    expect([lowest, middle, highest].map((random) => backoff(3, 200, random))).toEqual([low, mid, high]);
  });

  it.each<[NonNullable<BackoffRule['kind']>, number]>([
    ['exponential', 3_000],
    ['linear', 1_200],
    ['fixed', 300],
  ])('decorrelated and %s draws between the initial wait and %i ms', (kind, upper) => {
    const backoff = compileBackoff({ kind, initial: '100ms', jitter: 'decorrelated' });
    expect([lowest, highest].map((random) => backoff(9, 1_000, random))).toEqual([100, upper]);
  });

  it('decorrelated starts from the initial wait when there was none before', () => {
    const backoff = compileBackoff({ initial: '100ms', jitter: 'decorrelated' });
    expect([lowest, highest].map((random) => backoff(1, 0, random))).toEqual([100, 300]);
  });
});

it('never waits longer than max, nor a negative or broken time', () => {
  const rules = fc.record({
    kind: fc.constantFrom('exponential', 'linear', 'fixed'),
    initial: fc.integer({ min: 1, max: 3_600 }).map((seconds) => `${seconds}s`),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
    jitter: fc.constantFrom('full', 'equal', 'decorrelated', 'none'),
  });
  const draw = fc.double({ min: 0, max: 0.9999999, noNaN: true });
  fc.assert(
    fc.property(rules, fc.integer({ min: 1, max: 1_000 }), fc.nat(600_000), draw, (rule, attempt, previous, chance) => {
      const wait = compileBackoff({ ...rule, max: '10m' })(attempt, previous, () => chance);
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(600_000);
      expect(Number.isInteger(wait)).toBe(true);
    }),
  );
});
