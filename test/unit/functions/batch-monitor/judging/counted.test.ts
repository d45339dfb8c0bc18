import { describe, expect, it } from 'vitest';
import { settledRuns } from '../../../../../functions/batch-monitor/judging/settled.ts';
import { DAY, ended, HOUR, job, SLOT } from '../../../../support/jobs.ts';
import type { RunCounts } from '../../../../../store/items/job-runs.ts';

const counting = (counts?: RunCounts, slot = SLOT) => ended(slot, 'succeeded', 1_000, { counts });
/** Successes of the hours before that read so many, as the monitor has seen them. */
const past = (...read: number[]) =>
  read.map((count, i) => ({ ...counting({ read: count }, DAY - (read.length - i) * HOUR), dueAt: undefined }));
const reasonOf = (expected: object, counts?: RunCounts, before = past()) =>
  settledRuns(job({ expect: expected }), [...before, counting(counts)], SLOT + HOUR).at(-1)?.reason;

describe('expect', () => {
  it.each<[string, object, RunCounts | undefined, string | undefined]>([
    ['enough', { written: { atLeast: 1 } }, { written: 1 }, undefined],
    ['none', { written: { atLeast: 1 } }, { written: 0 }, 'written is 0, and at least 1 is expected'],
    ['not counted at all', { written: { atLeast: 1 } }, undefined, 'written is 0, and at least 1 is expected'],
    ['too many', { failed: { atMost: 2 } }, { failed: 3 }, 'failed is 3, and at most 2 is expected'],
    ['as many as may be', { failed: { atMost: 2 } }, { failed: 2 }, undefined],
    [
      'two at once',
      { read: { atLeast: 5 }, written: { atLeast: 1 } },
      { read: 4 },
      'read is 4, and at least 5 is expected; written is 0, and at least 1 is expected',
    ],
  ])('%s', (_what, expected, counts, reason) => {
    expect(reasonOf(expected, counts)).toBe(reason);
  });

  const half = { read: { atLeast: '50% of the median of 10' } };
  it.each<[string, number, number[], string | undefined]>([
    ['nothing to compare with', 0, [], undefined],
    ['too little to compare with', 0, [100, 100, 100, 100], undefined],
    ['half of it', 50, [100, 100, 100, 100, 100], undefined],
    [
      'less than half of it',
      49,
      [100, 100, 100, 100, 1000],
      'read is 49, and at least 50 (50% of the median of 10, which is 100) is expected',
    ],
    ['only the last ten', 50, [...Array<number>(5).fill(9000), ...Array<number>(10).fill(100)], undefined],
  ])('against its history: %s', (_what, read, before, reason) => {
    expect(reasonOf(half, { read }, past(...before))).toBe(reason);
  });

  it('learns nothing from runs that broke it', () => {
    const before = [...past(100, 100, 100, 100, 100), ...[1, 2, 3, 4, 5, 6].map((i) => counting({ read: 1 }, DAY + i))];
    const settled = settledRuns(job({ expect: half }), [...before, counting({ read: 1 })], SLOT + HOUR);
    expect(settled.map(({ status }) => status)).toEqual([
      ...Array<string>(5).fill('succeeded'),
      ...Array<string>(7).fill('failed'),
    ]);
  });
});
