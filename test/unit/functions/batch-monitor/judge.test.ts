import { describe, expect, it } from 'vitest';
import { expectationOf, judge } from '../../../../functions/batch-monitor/judge.ts';
import { verdictOf } from '../../../../functions/batch-monitor/verdict.ts';
import { END_GRACE_MS, type Run } from '../../../../store/items/job-runs.ts';
import type { Job } from '../../../../store/items/jobs.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 2026-03-02 00:00 UTC, a Monday. */
const DAY = Date.UTC(2026, 2, 2);
const SLOT = DAY + 2 * HOUR;

const job = (changes: Partial<Job> = {}): Job => ({
  service: 'orders',
  job: 'nightly',
  schedule: 'cron(0 2 * * ? *)',
  rev: 1,
  declaredAt: DAY,
  watchFrom: DAY,
  status: 'new',
  since: DAY,
  changes: [],
  ...changes,
});

const run = (changes: Partial<Run> = {}): Run => ({
  service: 'orders',
  job: 'nightly',
  run: 'a',
  startedAt: SLOT + 5_000,
  scheduledAt: SLOT,
  instance: 'i',
  requestId: 'a',
  limitAt: SLOT + 15 * MINUTE,
  status: 'running',
  ...changes,
});

const ended = (status: 'succeeded' | 'failed' | 'skipped', endedAt: number, changes: Partial<Run> = {}) =>
  run({ status, endedAt, ...changes });

describe('a job', () => {
  it('is looked at again when its next slot will have been missed', () => {
    const { job: judged, missed } = judge(job(), [], DAY);
    expect(missed).toEqual([]);
    expect(judged).toMatchObject({ status: 'new', dueAt: SLOT + 5 * MINUTE });
  });

  it('is missed from the deadline on, not from the moment that was noticed', () => {
    const at = SLOT + 5 * MINUTE;
    expect(judge(job(), [], at - 1).job.status).toBe('new');
    const { job: judged, missed } = judge(job(), [], at + 40 * MINUTE);
    expect(missed).toEqual([SLOT]);
    expect(judged).toMatchObject({ status: 'missed', since: at, dueAt: SLOT + 24 * HOUR + 5 * MINUTE });
    expect(judged.changes).toEqual([{ at, from: 'new', to: 'missed' }]);
  });

  it('keeps to its own start deadline', () => {
    const strict = job({ startDeadline: '30s' });
    expect(judge(strict, [], SLOT + 30_000).job).toMatchObject({ status: 'missed', since: SLOT + 30_000 });
  });

  it.each([
    ['up', ended('succeeded', SLOT + MINUTE)],
    ['failed', ended('failed', SLOT + MINUTE)],
    ['failed', run({ status: 'lost', endedAt: SLOT + MINUTE })],
  ] as const)('is %s since its run ended', (status, last) => {
    expect(judge(job(), [last], SLOT + HOUR).job).toMatchObject({ status, since: SLOT + MINUTE });
  });

  it('is neither up nor down by a run that flyball skipped, and the slot is not missed', () => {
    const { job: judged, missed } = judge(job(), [ended('skipped', SLOT + 1)], SLOT + HOUR);
    expect([judged.status, missed]).toEqual(['new', []]);
  });

  it('is overrunning since its longest time passed, and up again when that run succeeds', () => {
    const maxRuntimeAt = SLOT + 10 * MINUTE;
    const overran = run({ status: 'overran', maxRuntimeAt });
    const over = judge(job({ status: 'up', lastEnd: { at: DAY - HOUR, ok: true } }), [overran], SLOT + 11 * MINUTE).job;
    expect(over).toMatchObject({ status: 'overrunning', since: maxRuntimeAt });
    const done = judge(
      over,
      [{ ...overran, status: 'succeeded', endedAt: SLOT + 12 * MINUTE }],
      SLOT + 13 * MINUTE,
    ).job;
    expect(done).toMatchObject({ status: 'up', since: SLOT + 12 * MINUTE });
  });

  it('is no longer missed once a run has started, even late for the slot that was missed', () => {
    const missed = judge(job(), [], SLOT + HOUR).job;
    const note = run({ run: 'missed', status: 'missed', startedAt: SLOT, endedAt: SLOT });
    expect(judge(missed, [note], SLOT + 2 * HOUR).job.status).toBe('missed');
    const late = ended('succeeded', SLOT + 3 * HOUR, { startedAt: SLOT + 2 * HOUR });
    expect(judge(missed, [late, note], SLOT + 4 * HOUR).job).toMatchObject({ status: 'up', since: SLOT + 3 * HOUR });
  });

  it('notes every slot of a week without a monitor', () => {
    const { missed } = judge(job(), [], SLOT + 6 * 24 * HOUR + HOUR);
    expect(missed).toEqual(Array.from({ length: 7 }, (_, day) => SLOT + day * 24 * HOUR));
  });

  it('expects a rate from its last start, and first a whole period after it was declared', () => {
    const every = job({ schedule: 'rate(10 minutes)' });
    expect(expectationOf(every)?.slot).toBe(DAY + 10 * MINUTE);
    const told = judge(
      every,
      [ended('succeeded', DAY + 12 * MINUTE, { startedAt: DAY + 11 * MINUTE, scheduledAt: DAY + 11 * MINUTE })],
      DAY + 13 * MINUTE,
    ).job;
    expect(expectationOf(told)?.slot).toBe(DAY + 21 * MINUTE);
  });

  it('takes a run of a clock that is a little slow for the slot it was meant for', () => {
    const early = ended('succeeded', SLOT + MINUTE, { startedAt: SLOT - 300, scheduledAt: undefined });
    expect(judge(job(), [early], SLOT + HOUR).missed).toEqual([]);
  });

  it('is judged the same twice', () => {
    const once = judge(job(), [ended('failed', SLOT + MINUTE)], SLOT + HOUR).job;
    expect(judge(once, [ended('failed', SLOT + MINUTE)], SLOT + HOUR).job).toEqual(once);
  });

  it('is left alone once it is retired', () => {
    const { job: judged, missed } = judge(job({ status: 'retired', retiredAt: DAY }), [], SLOT + HOUR);
    expect([judged.status, judged.dueAt, missed]).toEqual(['retired', undefined, []]);
  });
});

const silent = (changes: Partial<Run> = {}) => run({ startedAt: SLOT, silenceMs: 5 * MINUTE, ...changes });

describe('a run that is due', () => {
  const limitAt = SLOT + 15 * MINUTE;
  const maxRuntimeAt = SLOT + 10 * MINUTE;
  it.each([
    ['still running', run({ maxRuntimeAt }), maxRuntimeAt - 1, { status: 'running', dueAt: maxRuntimeAt }],
    ['overrunning', run({ maxRuntimeAt }), maxRuntimeAt, { status: 'overran', dueAt: limitAt + END_GRACE_MS }],
    ['lost at the platform limit', run({ maxRuntimeAt }), limitAt + END_GRACE_MS, { status: 'lost', endedAt: limitAt }],
    ['not yet lost within the grace', run(), limitAt + 1, { status: 'running', dueAt: limitAt + END_GRACE_MS }],
    ['ended', ended('failed', SLOT + 1), SLOT + HOUR, { status: 'failed' }],
    [
      'silent, within the grace',
      silent(),
      SLOT + 5 * MINUTE + 29_999,
      { status: 'running', dueAt: SLOT + 5.5 * MINUTE },
    ],
    [
      'silent for too long',
      silent(),
      SLOT + 5.5 * MINUTE,
      { status: 'lost', lostAt: SLOT + 5 * MINUTE, dueAt: limitAt + END_GRACE_MS },
    ],
    [
      'heard of in time',
      silent({ heardAt: SLOT + 4 * MINUTE }),
      SLOT + 8 * MINUTE,
      { status: 'running', dueAt: SLOT + 9.5 * MINUTE },
    ],
    [
      'silent for good',
      silent({ status: 'lost', lostAt: SLOT + 5 * MINUTE }),
      limitAt + END_GRACE_MS,
      { status: 'lost', lostAt: SLOT + 5 * MINUTE, endedAt: SLOT + 5 * MINUTE },
    ],
    [
      'silent before an end that nobody looked at until now',
      silent({ status: 'succeeded', endedAt: SLOT + 8 * MINUTE }),
      SLOT + HOUR,
      { status: 'succeeded', lostAt: SLOT + 5 * MINUTE },
    ],
  ] as const)('%s', (_what, due, at, verdict) => {
    expect(verdictOf(due, at)).toEqual(verdict);
  });
});

describe('an end that comes late to the store', () => {
  /** A healthy job whose first runs are not read any more, and a run that seems to have overrun. */
  const known = job({
    ...{ status: 'up', since: DAY - 30 * 24 * HOUR, watchFrom: DAY - 40 * 24 * HOUR, anchorAt: SLOT - 24 * HOUR },
    changes: [{ at: DAY - 30 * 24 * HOUR, from: 'new', to: 'up' }],
  });
  const before = run({
    ...{ run: 'before', startedAt: SLOT - 24 * HOUR, scheduledAt: SLOT - 24 * HOUR, status: 'succeeded' },
    endedAt: SLOT - 24 * HOUR + MINUTE,
  });
  const maxRuntimeAt = SLOT + 10 * MINUTE;
  const overran = judge(known, [before, run({ status: 'overran', maxRuntimeAt })], maxRuntimeAt + 1, SLOT - 24 * HOUR);

  it('takes back that its run took too long', () => {
    expect(overran.job).toMatchObject({ status: 'overrunning', since: maxRuntimeAt });
    const after = ended('succeeded', maxRuntimeAt - 1_000, { maxRuntimeAt });
    const { job: judged } = judge(overran.job, [before, after], maxRuntimeAt + MINUTE, SLOT - 24 * HOUR);
    expect(judged).toMatchObject({ status: 'up', since: known.since, changes: known.changes });
  });

  it('that came after its time takes nothing back', () => {
    const after = ended('succeeded', maxRuntimeAt + 1_000, { maxRuntimeAt });
    const { job: judged } = judge(overran.job, [before, after], maxRuntimeAt + MINUTE, SLOT - 24 * HOUR);
    expect(judged.changes.map(({ to }) => to)).toEqual(['up', 'overrunning', 'up']);
  });
});
