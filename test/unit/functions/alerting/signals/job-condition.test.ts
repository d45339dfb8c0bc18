// What a job that is wrong says to its owner: one sentence with numbers, how urgent it is, and the first lines of why.
import { describe, expect, it } from 'vitest';
import { jobCondition, unknownJob } from '../../../../../functions/alerting/signals/job-condition.ts';
import type { Standing } from '../../../../../functions/batch-monitor/standing.ts';
import type { Run } from '../../../../../store/items/job-runs.ts';

const MINUTE = 60_000;
const DAY = Date.UTC(2026, 2, 2);
const AT = DAY + 2 * 60 * MINUTE + 12 * MINUTE;
const NOW = AT + MINUTE;
const NOBODY = { names: [], neededBy: undefined };

const job = (more: Partial<Standing> = {}): Standing => ({
  ...{ service: 'settlement', job: 'check', owner: 'team-money', schedule: '0 3 * * *', timezone: 'Europe/Berlin' },
  ...{ rev: 1, declaredAt: DAY, watchFrom: DAY, status: 'failed', since: AT, changes: [], anchorAt: NOW },
  ...more,
});

const run = (more: Partial<Run> = {}): Run => ({
  ...{ service: 'settlement', job: 'check', run: 'r', instance: 'i', requestId: 'r' },
  ...{ startedAt: AT - 12 * MINUTE, limitAt: AT + 3 * MINUTE, endedAt: AT, durationMs: 12 * MINUTE },
  status: 'failed',
  error: { name: 'TypeError', message: 'rows is not iterable' },
  ...more,
});

const succeeded = run({ status: 'succeeded', error: undefined });

describe('what a job says', () => {
  it('that failed: with its exception, its owner and nothing that it blocks', () => {
    const failed = run({
      error: {
        name: 'BatchError',
        message: 'the ledger does not add up\nmore of it',
        causes: [{ name: 'TypeError', message: 'token=abcdef is not right' }],
        frames: ['settle (settlement/batch.ts:12:7)'],
      },
    });
    expect(jobCondition(job(), [failed, succeeded], NOBODY, NOW)).toEqual({
      key: 'job/settlement/check',
      kind: 'job',
      service: 'settlement',
      name: 'check',
      owner: 'team-money',
      tags: undefined,
      runbook: undefined,
      severity: 'deferred',
      firing: true,
      since: AT,
      summary: 'check failed after 12 min: BatchError: the ledger does not add up',
      exception: [
        'BatchError: the ledger does not add up',
        'more of it',
        'caused by TypeError: token=[redacted] is not right',
        'at settle (settlement/batch.ts:12:7)',
      ],
      failures: 1,
    });
  });

  it.each<[string, Partial<Standing>, Run[], string]>([
    [
      'that failed again',
      {},
      [run(), run(), succeeded],
      'check failed after 12 min, 2 times in a row: TypeError: rows is not iterable',
    ],
    [
      'whose success does not count',
      {},
      [run({ error: undefined, reason: 'written is 0, and at least 1 is expected' })],
      'check ran and counts as failed: written is 0, and at least 1 is expected',
    ],
    [
      'whose run was lost',
      {},
      [run({ status: 'lost', error: undefined, durationMs: undefined })],
      'check was lost at 2026-03-02 03:12:00 +01:00: the platform ended it, or it never said how it ended',
    ],
    [
      'whose run fell silent',
      {},
      [run({ status: 'lost', error: undefined, durationMs: undefined, lostAt: AT - MINUTE, endedAt: AT - MINUTE })],
      'check was lost at 2026-03-02 03:12:00 +01:00: nothing was heard of it for too long',
    ],
    [
      'that nobody started',
      { status: 'missed', since: DAY + 125 * MINUTE },
      [],
      'check was not started: its slot of 2026-03-02 03:00:00 +01:00 is over',
    ],
    [
      'that nobody has started for several slots: since the first of them',
      { status: 'missed', since: DAY + 125 * MINUTE },
      [run({ status: 'missed' }), run({ status: 'missed' }), succeeded],
      'check has not been started since its slot of 2026-03-02 03:00:00 +01:00, 2 times in a row',
    ],
    [
      'that runs for too long',
      { status: 'overrunning', maxRuntime: '10m', since: DAY + 130 * MINUTE },
      [run({ status: 'overran', endedAt: undefined })],
      'check has been running for more than 10m since 2026-03-02 03:10:00 +01:00',
    ],
    [
      'that was not done in time',
      { finishBy: '03:12' },
      [run({ error: undefined })],
      'check had not succeeded by 03:12 Europe/Berlin',
    ],
  ])('%s', (_what, more, runs, summary) => {
    expect(jobCondition(job(more), runs, NOBODY, NOW)).toMatchObject({ firing: true, summary });
  });

  it('that failed in Python: what it was, before where it was', () => {
    const where = ['  File "/opt/load.py", line 41, in <module>', '    load()'];
    const what = 'psycopg.OperationalError: no route to db';
    const message = ['Traceback (most recent call last):', ...where, what, 'Is the server running?'];
    const failed = run({ error: { name: 'exit status 1', message: message.join('\n') }, durationMs: 0 });
    expect(jobCondition(job(), [failed], NOBODY, NOW)).toMatchObject({
      summary: 'check failed: psycopg.OperationalError: no route to db',
      exception: [
        'psycopg.OperationalError: no route to db',
        'exit status 1: Traceback (most recent call last):',
        ...where,
        'Is the server running?',
      ],
    });
    const cut = run({ error: { name: 'exit status 1', message: message.slice(0, 2).join('\n') }, durationMs: 0 });
    expect(jobCondition(job(), [cut], NOBODY, NOW).summary).toBe(
      'check failed: exit status 1: Traceback (most recent call last):',
    );
  });

  it.each([
    [{ name: 'exit status 1', message: 'disk is full' }, 'exit status 1: disk is full'],
    [{ name: 'exit status 1', message: '' }, 'exit status 1'],
    [{ name: '', message: 'disk is full' }, 'disk is full'],
  ])('that a ping says has failed, %j: no more than is known', (error, said) => {
    const failed = run({ error, durationMs: 0 });
    expect(jobCondition(job(), [failed], NOBODY, NOW)).toMatchObject({
      summary: `check failed: ${said}`,
      exception: [said],
    });
  });

  it.each<[string, Partial<Standing>, string]>([
    ['went well', { status: 'up' }, 'check went well'],
    ['is awaited', { status: 'up', anchorAt: DAY - 3600_000 }, 'check is awaited'],
    ['is paused', { status: 'missed', holds: [{ from: DAY }] }, 'check is paused'],
    ['is in no rules any more', { status: 'retired', retiredAt: AT }, 'check is in no rules any more'],
  ])('that %s fires nothing', (_what, more, summary) => {
    expect(jobCondition(job(more), [], NOBODY, NOW)).toMatchObject({ firing: false, summary });
  });

  it('that nobody knows fires nothing', () => {
    expect(unknownJob('settlement', 'check', NOW)).toMatchObject({ key: 'job/settlement/check', firing: false });
  });
});

describe('how urgent it is', () => {
  const severityOf = (more: Partial<Standing>) => jobCondition(job(more), [run()], NOBODY, NOW).severity;

  it.each<[string, Partial<Standing>, string]>([
    ['can wait by itself', {}, 'deferred'],
    ['cannot when business stands still', { blocking: true }, 'realtime'],
    ['is as its rules say', { alert: { severity: 'high' } }, 'high'],
    ['is as its rules say, also when it is blocking', { blocking: true, alert: { severity: 'high' } }, 'high'],
    ['cannot wait while it keeps a resource closed', { status: 'overrunning', pausing: ['trade'] }, 'realtime'],
    ['can wait when what it kept closed is open again', { pausing: ['trade'] }, 'deferred'],
  ])('%s', (_what, more, severity) => {
    expect(severityOf(more)).toBe(severity);
  });

  it('says what stands still, and by when', () => {
    const blocked = { names: ['billing:invoices'], neededBy: NOW + 60 * MINUTE };
    expect(jobCondition(job(), [run()], blocked, NOW)).toMatchObject({
      ...{ severity: 'deferred', blocks: ['billing:invoices'], neededBy: NOW + 60 * MINUTE },
    });
    const overrunning = job({ status: 'overrunning', pausing: ['trade'] });
    expect(jobCondition(overrunning, [], blocked, NOW).blocks).toEqual([
      'billing:invoices',
      'settlement resource trade',
    ]);
  });

  it('says whose fault it is, where to look it up, and until when it may be held', () => {
    const alert = { runbook: 'https://wiki.example/check', deferUntil: '06:30' };
    expect(jobCondition(job({ because: 'billing:load', alert }), [run()], NOBODY, NOW)).toMatchObject({
      ...{ because: 'job/billing/load', runbook: 'https://wiki.example/check', deferUntil: '06:30' },
    });
  });
});
