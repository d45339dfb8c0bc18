import { describe, expect, it } from 'vitest';
import { judge } from '../../../../../functions/batch-monitor/judge.ts';
import { daily } from '../../../../../functions/api/schedule/daily.ts';
import type { Job } from '../../../../../store/items/jobs.ts';
import { DAY, ended, HOUR, job, MINUTE, run, SLOT } from '../../../../support/jobs.ts';

const SIX = DAY + 6 * HOUR;
const nightly = (changes: Partial<Job> = {}) =>
  job({ finishBy: '06:00', status: 'up', changes: [{ at: DAY - HOUR, from: 'new', to: 'up' }], ...changes });
const long = { limitAt: DAY + 20 * HOUR } as const;
const after = (runs: Parameters<typeof judge>[1], nowMs: number, changes: Partial<Job> = {}) =>
  judge(nightly(changes), runs, nowMs).job;

describe('finishBy', () => {
  it('is looked at when that time comes, as long as the slot is not done', () => {
    expect(after([run(long)], SLOT + HOUR)).toMatchObject({ status: 'up', dueAt: SIX });
    expect(after([ended(SLOT, 'succeeded')], SLOT + HOUR).dueAt).toBe(SLOT + 24 * HOUR + 5 * MINUTE);
  });

  it.each([
    ['overrunning', 'a run that still runs', [run(long)]],
    ['overrunning', 'a second try that still runs', [ended(SLOT, 'failed'), run({ ...long, startedAt: SLOT + HOUR })]],
    ['missed', 'a run that flyball skipped', [ended(SLOT, 'skipped')]],
    ['failed', 'a run that failed, though one failure is not enough by itself', [ended(SLOT, 'failed')]],
  ] as const)('makes it %s by %s', (status, _what, runs) => {
    const judged = after(runs, SIX + 5 * MINUTE, { failures: '2 of 5' });
    expect(judged).toMatchObject({ status, since: SIX });
    expect(after(runs, SIX - 1, { failures: '2 of 5' }).status).toBe('up');
  });

  it('leaves a slot that nobody started missed since its start deadline', () => {
    expect(after([], SIX + MINUTE)).toMatchObject({ status: 'missed', since: SLOT + 5 * MINUTE });
  });

  it('is kept by an end at that very moment, and broken one later', () => {
    expect(after([ended(SLOT, 'succeeded', 4 * HOUR, long)], SIX + HOUR).changes).toHaveLength(1);
    const late = after([ended(SLOT, 'succeeded', 4 * HOUR + 1, long)], SIX + HOUR);
    expect(late.changes.slice(1)).toEqual([
      { at: SIX, from: 'up', to: 'overrunning' },
      { at: SIX + 1, from: 'overrunning', to: 'up' },
    ]);
  });

  it('is late by each start after it until one run has succeeded, and no longer', () => {
    const runs = [
      ended(SLOT, 'skipped'),
      ended(SLOT, 'succeeded', HOUR, { run: 'b', startedAt: SIX + HOUR, endedAt: SIX + 2 * HOUR, ...long }),
      run({ run: 'c', startedAt: SIX + 3 * HOUR, ...long }),
    ];
    expect(after(runs, SIX + 4 * HOUR).changes.slice(1)).toEqual([
      { at: SIX, from: 'up', to: 'missed' },
      { at: SIX + HOUR, from: 'missed', to: 'overrunning' },
      { at: SIX + 2 * HOUR, from: 'overrunning', to: 'up' },
    ]);
  });

  it('holds the last of several slots before it', () => {
    const hourly = { schedule: 'cron(0 * * * ? *)', anchorAt: SIX - 2 * HOUR } as const;
    const runs = [ended(SIX - 2 * HOUR, 'failed'), ended(SIX - HOUR, 'succeeded'), ended(SIX, 'succeeded')];
    expect(after(runs, SIX + 2 * MINUTE, hourly).changes.filter(({ at }) => at === SIX)).toEqual([]);
  });

  it.each([
    ['before the job was watched', { watchFrom: SLOT }],
    ['before it was held to that time', { finishFrom: SLOT }],
    ['within a pause', { holds: [{ from: SLOT, until: SLOT + 1 }] }],
  ])('asks nothing of a slot %s', (_what, changes) => {
    expect(after([ended(SLOT, 'skipped')], SIX + HOUR, changes).status).toBe('up');
  });

  it.each([
    ['06:00', '2026-03-28T23:00Z', '2026-03-29T04:00Z'],
    ['02:30', '2026-03-28T23:00Z', '2026-03-29T01:00Z'],
    ['02:30', '2026-10-24T23:00Z', '2026-10-25T00:30Z'],
    ['06:00', '2026-10-24T23:00Z', '2026-10-25T05:00Z'],
  ])('%s in Berlin after %s is %s', (finishBy, from, at) => {
    expect(daily(finishBy, 'Europe/Berlin').next(Date.parse(from))).toBe(Date.parse(at));
  });
});
