import { describe, expect, it } from 'vitest';
import { judge } from '../../../../../functions/batch-monitor/judge.ts';
import { settledRuns } from '../../../../../functions/batch-monitor/judging/settled.ts';
import type { Run } from '../../../../../store/items/job-runs.ts';
import type { Job } from '../../../../../store/items/jobs.ts';
import { DAY, ended, HOUR, job, MINUTE, run, SECOND, SLOT } from '../../../../support/jobs.ts';

const marksOf = (terms: Partial<Job>, runs: readonly Run[]) =>
  settledRuns(job(terms), runs, SLOT + 20 * HOUR).map(({ marks = [] }) => marks.map(({ mark }) => mark).join());

/** A run by hand, so many minutes after the slot. */
const byHand = (minutes: number, changes: Partial<Run> = {}) =>
  ended(SLOT + minutes * MINUTE, 'succeeded', MINUTE, { scheduledAt: undefined, ...changes });

describe('duration', () => {
  const anomaly = { duration: { anomaly: '3x' } };
  const past = (count: number, tookMs = 100 * SECOND) =>
    Array.from({ length: count }, (_, i) => ended(DAY - (count - i) * HOUR, 'succeeded', tookMs, { dueAt: undefined }));
  it.each([
    ['longer than three times the median', past(5), 301 * SECOND, 'slow'],
    ['three times the median', past(5), 300 * SECOND, ''],
    ['less than a third of it', past(5), 33 * SECOND, 'fast'],
    ['four runs that tell nothing yet', past(4), 900 * SECOND, ''],
    ['a cold start of a very short run', past(5, 20), 900, ''],
  ])('%s', (_what, before, tookMs, mark) => {
    const runs = [...before, ended(SLOT, 'succeeded', tookMs)];
    expect(marksOf(anomaly, runs).at(-1)).toBe(mark);
  });

  it('says so in numbers, on the run and its job, which stays up until the next run is as usual', () => {
    const slow = job(anomaly);
    const runs = settledRuns(slow, [...past(6), ended(SLOT, 'succeeded', 560 * SECOND)], SLOT + HOUR);
    const marks = [{ mark: 'slow', reason: 'it took 9m20s; the median of the last 6 successes is 1m40s' }];
    expect(runs.at(-1)?.marks).toEqual(marks);
    const judged = judge(slow, runs, SLOT + HOUR).job;
    expect(judged).toMatchObject({ status: 'up', marks });
    const next = ended(SLOT + 24 * HOUR, 'succeeded', 100 * SECOND);
    expect(judge(judged, [...runs, next], SLOT + 25 * HOUR).job.marks).toBeUndefined();
  });
});

describe('notMoreThan', () => {
  it.each<[string, Run[], string[]]>([
    ['a second start within the hour', [ended(SLOT, 'succeeded'), byHand(59)], ['', 'too often']],
    ['one after an hour', [ended(SLOT, 'succeeded'), byHand(60)], ['', '']],
    ['the slot of the schedule after one by hand', [byHand(-30), ended(SLOT, 'succeeded')], ['', '']],
    [
      'an event that came twice',
      [ended(SLOT, 'succeeded'), ended(SLOT, 'succeeded', MINUTE, { run: 'x', startedAt: SLOT + 1 })],
      ['', 'too often'],
    ],
    [
      'a second try after a failure',
      [ended(SLOT, 'failed'), ended(SLOT, 'succeeded', MINUTE, { run: 'x', startedAt: SLOT + 2 * MINUTE })],
      ['', ''],
    ],
    ['one that flyball skipped', [ended(SLOT, 'skipped'), byHand(20), byHand(30)], ['', '', 'too often']],
  ])('%s', (_what, runs, marks) => {
    expect(marksOf({ notMoreThan: '1/h' }, runs)).toEqual(marks);
  });
});

describe('overlap: forbid', () => {
  it('is said once of a run that is looked at twice', () => {
    const forbidding = job({ overlap: 'forbid' });
    const runs = [ended(SLOT, 'succeeded', 6 * MINUTE), run({ run: 'b', startedAt: SLOT + 5 * MINUTE })];
    const once = settledRuns(forbidding, runs, SLOT + 8 * MINUTE);
    expect(once[1]?.marks).toHaveLength(1);
    expect(settledRuns(forbidding, once, SLOT + 9 * MINUTE)).toEqual(once);
  });

  it.each<[string, Run[], string[]]>([
    ['a start while another runs', [run({ run: 'a' }), byHand(5)], ['', 'overlapping']],
    ['a start while another ran', [ended(SLOT, 'succeeded', 6 * MINUTE), byHand(5)], ['', 'overlapping']],
    ['a start as another ends', [ended(SLOT, 'succeeded', 5 * MINUTE), byHand(5)], ['', '']],
    ['a start after another fell silent', [run({ silenceMs: MINUTE }), byHand(5)], ['', '']],
    ['a start beyond the limit of another', [run({ limitAt: SLOT + 4 * MINUTE }), byHand(5)], ['', '']],
  ])('%s', (_what, runs, marks) => {
    expect(marksOf({ overlap: 'forbid' }, runs)).toEqual(marks);
  });
});
