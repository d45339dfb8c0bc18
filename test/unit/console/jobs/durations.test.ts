// How long runs took: in order, with what was usual before each, as the monitor judges it.
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../console/screens/jobs/answers.ts';
import { durationsOf, medianOf, msOf, timesOf } from '../../../../console/screens/jobs/duration.ts';

const DAY = Date.UTC(2026, 2, 2);
const run = (n: number, durationMs: number | undefined, status: Run['status'] = 'succeeded'): Run => ({
  ...{ run: String(n), status, startedAt: new Date(DAY + n * 60_000).toISOString() },
  ...(durationMs === undefined ? {} : { durationMs }),
});

describe('the chart of durations', () => {
  it('goes from the oldest run to the latest, failures apart, without those that have told nothing', () => {
    const { at, succeeded, failed } = durationsOf([run(3, 30, 'failed'), run(2, undefined), run(1, 10)], undefined);
    expect(at.map((ms) => (ms - DAY) / 60_000)).toEqual([1, 3]);
    expect([succeeded, failed]).toEqual([
      [10, null],
      [null, 30],
    ]);
  });

  it('shows what is usual once five successes are known, by those before', () => {
    const runs = [100, 100, 200, 300, 300, 900, 900].map((durationMs, i) => run(i, durationMs)).reverse();
    const { low, high } = durationsOf(runs, 2);
    expect(high).toEqual([null, null, null, null, null, 400, 500]);
    expect(low).toEqual([null, null, null, null, null, 100, 125]);
  });

  it('takes no failure for usual, and shows nothing where nothing is unusual', () => {
    const failures = Array.from({ length: 9 }, (_, i) => run(i, 100, 'failed'));
    expect(durationsOf(failures, 2).high).toEqual(failures.map(() => null));
    const successes = Array.from({ length: 9 }, (_, i) => run(i, 100));
    expect(durationsOf(successes, undefined).high).toEqual(successes.map(() => null));
  });
});

describe('what rules write', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (span, ms) => {
    expect(msOf(span)).toBe(ms);
  });

  it.each([
    ['3x', 3],
    ['1.5x', 1.5],
    ['1x', undefined],
    [undefined, undefined],
  ])('%s is %s times', (anomaly, times) => {
    expect(timesOf(anomaly)).toBe(times);
  });

  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[7], 7],
  ])('the median of %j is %d', (values, median) => {
    expect(medianOf(values)).toBe(median);
  });
});
