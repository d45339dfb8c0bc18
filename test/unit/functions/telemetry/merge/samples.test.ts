// Which samples of a minute are kept.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_SAMPLES, SampleChoice } from '../../../../../functions/telemetry/merge/samples.ts';
import type { Sample } from '../../../../../store/items/telemetry-detail.ts';

const AT = Date.UTC(2026, 0, 5, 10);

const sample = (why: Sample['why'], id: number, weight = 1): Sample => ({
  at: AT + id,
  requestId: `request-${String(id)}`,
  why,
  weight,
  resource: 'create-order',
  source: 'http',
  outcome: 'ok',
  ms: 12,
});

const many = (why: Sample['why'], count: number, weight = 1) =>
  Array.from({ length: count }, (_, i) => sample(why, i, weight));

function chosenOf(...lists: readonly (readonly unknown[])[]): Sample[] {
  const choice = new SampleChoice();
  for (const list of lists) choice.add(list);
  return choice.chosen();
}

const countOf = (samples: readonly Sample[], why: Sample['why']) => samples.filter((one) => one.why === why).length;
const weightOf = (samples: readonly Sample[]) => samples.reduce((sum, { weight }) => sum + weight, 0);

describe('the samples of a minute', () => {
  it('are all kept while there are few, oldest first', () => {
    const all = [...many('failed', 3), ...many('sampled', 5, 100)];
    expect(chosenOf(all.toReversed())).toEqual(all.toSorted((a, b) => a.at - b.at || (a.why === 'failed' ? -1 : 1)));
  });

  it.each([
    [
      { failed: 500, refused: 0, slow: 0, sampled: 0 },
      { failed: 200, refused: 0, slow: 0, sampled: 0 },
    ],
    [
      { failed: 500, refused: 500, slow: 500, sampled: 500 },
      { failed: 50, refused: 50, slow: 50, sampled: 50 },
    ],
    [
      { failed: 10, refused: 5_000, slow: 0, sampled: 60 },
      { failed: 10, refused: 140, slow: 0, sampled: 50 },
    ],
  ])('of %j are %j', (given, kept) => {
    const kinds = ['failed', 'refused', 'slow', 'sampled'] as const;
    const chosen = chosenOf(...kinds.map((kind) => many(kind, given[kind])));
    expect(Object.fromEntries(kinds.map((kind) => [kind, countOf(chosen, kind)]))).toEqual(kept);
  });

  it('stand for all that there were of their kind', () => {
    const chosen = chosenOf(many('refused', 5_000), many('sampled', 300, 100));
    expect(weightOf(chosen.filter(({ why }) => why === 'refused'))).toBeCloseTo(5_000, 0);
    expect(weightOf(chosen.filter(({ why }) => why === 'sampled'))).toBeCloseTo(30_000, 0);
  });

  it('are the same whatever order they came in, and never more than so many', () => {
    const why = fc.constantFrom('failed', 'refused', 'slow', 'sampled');
    const shuffled = fc
      .array(why, { minLength: 1, maxLength: 900 })
      .map((kinds) => kinds.map((kind, i) => sample(kind, i)))
      .chain((samples) => fc.tuple(fc.constant(samples), fc.shuffledSubarray(samples, { minLength: samples.length })));
    fc.assert(
      fc.property(shuffled, ([samples, others]) => {
        const chosen = chosenOf(samples);
        expect(chosenOf(others.slice(0, 7), others.slice(7))).toEqual(chosen);
        expect(chosen.length).toBe(Math.min(samples.length, MOST_SAMPLES));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['nothing', null],
    ['a number', 7],
    ['no reason', { ...sample('failed', 1), why: 'because' }],
    ['a time that is none', { ...sample('failed', 1), at: 'noon' }],
    ['a weight below nothing', { ...sample('failed', 1), weight: -1 }],
    ['an endless text', { ...sample('failed', 1), outcome: 'x'.repeat(301) }],
    ['keys that are none', { ...sample('failed', 1), keys: { client: 7 } }],
    [
      'too many keys',
      { ...sample('failed', 1), keys: Object.fromEntries(many('slow', 11).map(({ at }) => [at, 'x'])) },
    ],
  ])('are none of it: %s', (_what, given) => {
    expect(chosenOf([given, sample('slow', 2)])).toEqual([sample('slow', 2)]);
  });

  it('of an instance that put something else are none', () => {
    const choice = new SampleChoice();
    for (const given of [undefined, 'text', {}]) choice.add(given);
    expect(choice.chosen()).toEqual([]);
  });
});
