// Jobs and runs for tests of what the monitor makes of them.
import type { Run } from '../../store/items/job-runs.ts';
import type { Job } from '../../store/items/jobs.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** 2026-03-02 00:00 UTC, a Monday. */
export const DAY = Date.UTC(2026, 2, 2);
/** Of the nightly job, on that day. */
export const SLOT = DAY + 2 * HOUR;

export const job = (changes: Partial<Job> = {}): Job => ({
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

/** A run that the monitor has not seen the end of. */
export const run = (changes: Partial<Run> = {}): Run => ({
  service: 'orders',
  job: 'nightly',
  run: 'a',
  startedAt: SLOT,
  scheduledAt: SLOT,
  instance: 'i',
  requestId: 'a',
  limitAt: SLOT + 15 * MINUTE,
  status: 'running',
  dueAt: SLOT,
  ...changes,
});

/** A run of a slot that ended as `status` after so long. */
export const ended = (slot: number, status: Run['status'], tookMs = MINUTE, changes: Partial<Run> = {}): Run =>
  run({
    run: `${slot}`,
    startedAt: slot,
    scheduledAt: slot,
    limitAt: slot + 15 * MINUTE,
    status,
    endedAt: slot + tookMs,
    durationMs: tookMs,
    ...changes,
  });
