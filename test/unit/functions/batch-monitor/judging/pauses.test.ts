import { describe, expect, it } from 'vitest';
import { expectationOf, judge } from '../../../../../functions/batch-monitor/judge.ts';
import type { Job } from '../../../../../store/items/jobs.ts';
import { DAY, ended, HOUR, job, MINUTE, SLOT } from '../../../../support/jobs.ts';

const DAYS = 24 * HOUR;
const iso = (ms: number) => new Date(ms).toISOString();

describe('a pause', () => {
  it.each<[string, Partial<Job>, number | undefined]>([
    ['from the slot on', { pauses: [{ from: iso(SLOT), to: iso(SLOT + 1) }] }, SLOT + DAYS],
    ['up to the slot', { pauses: [{ from: iso(DAY), to: iso(SLOT) }] }, SLOT],
    ['of a year', { pauses: [{ from: iso(DAY), to: iso(DAY + 365 * DAYS) }] }, SLOT + 365 * DAYS],
    ['that recurs', { pauses: [{ schedule: '0 1 * * 1', for: '2h' }] }, SLOT + DAYS],
    [
      "in the job's timezone",
      { timezone: 'Asia/Tokyo', pauses: [{ schedule: '0 2 3 3 *', for: '1m' }] },
      DAY + 41 * HOUR,
    ],
    [
      'that begins within another',
      {
        pauses: [
          { from: iso(DAY), to: iso(DAY + DAYS) },
          { schedule: '0 23 * * 1', for: '1d' },
        ],
      },
      SLOT + 2 * DAYS,
    ],
    ['by hand', { holds: [{ from: DAY, until: SLOT + HOUR }] }, SLOT + DAYS],
    ['by hand, of which nobody knows the end', { holds: [{ from: DAY }] }, undefined],
  ])('%s', (_what, terms, slot) => {
    expect(expectationOf(job(terms))?.slot).toBe(slot);
  });

  it('goes on with a rate by its own beat', () => {
    const every = job({ schedule: 'rate(7 minutes)', holds: [{ from: DAY, until: DAY + HOUR }] });
    expect(expectationOf(every)?.slot).toBe(DAY + 63 * MINUTE);
  });

  it('misses no slot, and counts the runs there are', () => {
    const paused = job({ holds: [{ from: DAY, until: DAY + 10 * DAYS }] });
    expect(judge(paused, [], DAY + 9 * DAYS)).toMatchObject({ missed: [], job: { status: 'new' } });
    const failed = judge(paused, [ended(SLOT, 'failed')], DAY + 9 * DAYS);
    expect(failed).toMatchObject({ missed: [], job: { status: 'failed', since: SLOT + MINUTE } });
    expect(failed.job.dueAt).toBe(SLOT + 10 * DAYS + 5 * MINUTE);
  });
});
