// What jobs and checks have to say, read from the table as it is: what they block, whose fault it is, and who has seen it.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { conditionsOf, jobsAndChecks } from '../../../functions/alerting/signals/marked.ts';
import { changesBefore } from '../../../functions/alerting/signals/changes.ts';
import { observe } from '../../../functions/alerting/observe.ts';
import type { Condition } from '../../../functions/alerting/condition.ts';
import { newCheck, pinged } from '../../../functions/batch-monitor/checks/fold.ts';
import { held, released } from '../../../functions/batch-monitor/holding.ts';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { putAcknowledgement } from '../../../store/items/acknowledgements.ts';
import { putMark } from '../../../store/items/alert-marks.ts';
import { readAlert } from '../../../store/items/alerts.ts';
import { changeCheck, createCheck, deleteCheck, uniqueKeyOf } from '../../../store/items/checks.ts';
import { endRun } from '../../../store/items/job-runs.ts';
import { putWaiters } from '../../../store/items/job-waiters.ts';
import { changeJob, declareJobs, type Job, type JobDefinition } from '../../../store/items/jobs.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = Date.UTC(2026, 2, 2);
const UUID = '5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278';
const CHECK = `check/orders/${uniqueKeyOf(UUID)}`;

let table: Table;
let clock: FakeClock;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(DAY);
});

const at = (hour: number, more: Partial<JobDefinition> = {}): JobDefinition => ({
  ...{ schedule: `0 ${hour} * * *`, startDeadline: '30m' },
  ...more,
});
const declare = (service: string, jobs: Record<string, JobDefinition>) =>
  declareJobs(table, { service, owner: `team-${service}`, jobs, atMs: DAY });

/** The evaluator's part of a tick: each mark is looked at, what is found is kept, the mark is taken. */
async function evaluated(): Promise<Record<string, Condition>> {
  const found: Record<string, Condition> = {};
  const parts = { table, clock, logger: silentLogger, remainingMs: () => Infinity };
  for await (const page of jobsAndChecks.subjects(parts)) {
    for (const subject of page) {
      const seenAt = clock.now();
      for (const condition of await subject.conditions()) {
        await observe(parts, condition, seenAt);
        found[condition.key] = condition;
      }
      await subject.observed?.();
    }
  }
  return found;
}

async function fails(service: string, job: string, endedAt: number): Promise<void> {
  const start = { service, job, run: `${job}-${endedAt}`, startedAt: endedAt - MINUTE, scheduledAt: endedAt - MINUTE };
  await endRun(
    table,
    { ...start, instance: 'i', requestId: 'r', limitAt: endedAt + MINUTE },
    { status: 'failed', endedAt, durationMs: MINUTE, error: { name: 'TypeError', message: 'rows is not iterable' } },
  );
  clock.set(endedAt + 1_000);
  await tick({ table, clock, logger: silentLogger });
}

const alertOf = (key: string) => readAlert(table, hashOfCondition(key));

describe('a job', () => {
  it('that failed says what blocking jobs wait for it, through others too, and by when', async () => {
    await declare('orders', { load: at(1), report: at(2, { after: ['load'] }), mails: at(4, { after: ['load'] }) });
    await declare('billing', {
      invoices: at(3, { after: ['orders:report'], blocking: true, finishBy: '07:00' }),
      statements: at(6, { after: ['orders:load'], blocking: true }),
    });
    await evaluated();
    await fails('orders', 'load', DAY + HOUR + 5 * MINUTE);
    const { 'job/orders/load': load } = await evaluated();
    expect(load).toMatchObject({
      ...{ severity: 'deferred', firing: true, owner: 'team-orders', failures: 1 },
      exception: ['TypeError: rows is not iterable'],
      blocks: ['billing:statements', 'billing:invoices'],
      neededBy: DAY + 3 * HOUR + 30 * MINUTE,
    });
  });

  it('says what blocks however many of another service wait for it, too', async () => {
    await declare('orders', { load: at(1) });
    const after = ['orders:load'];
    const audits = Array.from({ length: 45 }, (_, i) => ({ service: 'audits', job: `a-${i}` }));
    await Promise.all(audits.map((audit) => putWaiters(table, audit, [{ service: 'orders', job: 'load' }])));
    await declare('billing', { invoices: at(3, { after, blocking: true }) });
    await fails('orders', 'load', DAY + HOUR + 5 * MINUTE);
    const { conditions } = await conditionsOf(table, 'job/orders/load', clock.now());
    expect(conditions[0]).toMatchObject({ blocks: ['billing:invoices'], neededBy: DAY + 3 * HOUR + 30 * MINUTE });
  });

  it('that fails because of another says so, also when that is noticed later', async () => {
    await declare('orders', { load: at(1), report: at(2, { after: ['load'], blocking: true }) });
    await fails('orders', 'report', DAY + 2 * HOUR + MINUTE);
    expect((await evaluated())['job/orders/report']).toMatchObject({ firing: true, severity: 'realtime' });
    await endRun(
      table,
      {
        ...{ service: 'orders', job: 'load', run: 'l', startedAt: DAY + HOUR, scheduledAt: DAY + HOUR },
        ...{ instance: 'i', requestId: 'r', limitAt: DAY + 2 * HOUR },
      },
      { status: 'failed', endedAt: DAY + HOUR + 10 * MINUTE, durationMs: 10 * MINUTE },
    );
    await tick({ table, clock, logger: silentLogger });
    await evaluated();
    expect((await alertOf('job/orders/report'))?.condition.because).toBe('job/orders/load');
  });

  it('that is wrong is looked at again within the hour; when its pause begins it fires no more', async () => {
    const pauses = [{ from: new Date(DAY + 3 * HOUR).toISOString(), to: new Date(DAY + 9 * HOUR).toISOString() }];
    await declare('orders', { load: at(1, { pauses }) });
    clock.set(DAY + HOUR + 31 * MINUTE);
    await tick({ table, clock, logger: silentLogger });
    await evaluated();
    expect((await alertOf('job/orders/load'))?.status).toBe('firing');
    for (let i = 0; i < 2; i++) {
      clock.advance(HOUR);
      await evaluated();
    }
    expect(await alertOf('job/orders/load')).toMatchObject({ status: 'resolved', endSummary: 'load is paused' });
  });

  const byHand = (change: (job: Job) => Job | undefined) =>
    changeJob(table, 'orders', 'load', (job) => {
      const next = job && change(job);
      return next && { ...next, rev: next.rev + 1 };
    });
  const pausedFor = (ms: number | undefined) =>
    byHand((job) => held(job, { until: ms && clock.now() + ms, reason: 'moved', by: 'Ada' }, clock.now()));

  it('that failed keeps quiet while somebody has paused it, and speaks again the minute that ends', async () => {
    await declare('orders', { load: at(1) });
    await fails('orders', 'load', DAY + HOUR + MINUTE);
    await evaluated();
    await pausedFor(3 * HOUR + 7 * MINUTE);
    const until = clock.now() + 3 * HOUR + 7 * MINUTE;
    await evaluated();
    expect(await alertOf('job/orders/load')).toMatchObject({
      status: 'resolved',
      endSummary: 'load is paused by Ada until 2026-03-02 04:08:01 +00:00',
    });
    for (let i = 0; i < 3; i++) {
      clock.advance(HOUR);
      expect((await evaluated())['job/orders/load']).toMatchObject({ firing: false });
    }
    clock.set(until - 1);
    expect(await evaluated()).toEqual({});
    clock.set(until);
    expect((await evaluated())['job/orders/load']).toMatchObject({ firing: true });
    expect((await alertOf('job/orders/load'))?.status).toBe('firing');
  });

  it('that fails while somebody has paused it says nothing until it is resumed', async () => {
    await declare('orders', { load: at(1) });
    await pausedFor(undefined);
    await fails('orders', 'load', DAY + HOUR + MINUTE);
    expect((await evaluated())['job/orders/load']).toMatchObject({
      firing: false,
      summary: 'load is paused by Ada',
    });
    expect(await alertOf('job/orders/load')).toBeUndefined();
    clock.advance(MINUTE);
    await byHand((job) => released(job, clock.now()));
    expect((await evaluated())['job/orders/load']).toMatchObject({ firing: true });
  });

  it('that was not started is over the minute a planned pause begins, and fires again the minute that ends', async () => {
    const [from, to] = [DAY + 3 * HOUR + 20 * MINUTE, DAY + 5 * HOUR + 10 * MINUTE];
    const pauses = [{ from: new Date(from).toISOString(), to: new Date(to).toISOString() }];
    await declare('orders', { load: at(1, { pauses }) });
    clock.set(DAY + 3 * HOUR);
    await tick({ table, clock, logger: silentLogger });
    expect((await evaluated())['job/orders/load']).toMatchObject({ firing: true });
    clock.set(from);
    expect((await evaluated())['job/orders/load']).toMatchObject({ firing: false });
    clock.set(to - HOUR / 2);
    await evaluated();
    clock.set(to - 1);
    expect(await evaluated()).toEqual({});
    clock.set(to);
    expect((await evaluated())['job/orders/load']).toMatchObject({ firing: true });
  });

  it('that no rules have any more is over, and says why', async () => {
    await declare('orders', { load: at(1) });
    await fails('orders', 'load', DAY + HOUR + MINUTE);
    await evaluated();
    await declareJobs(table, { service: 'orders', jobs: {}, atMs: clock.now() });
    await evaluated();
    expect(await alertOf('job/orders/load')).toMatchObject({
      ...{ status: 'resolved', endSummary: 'load is in no rules any more' },
    });
  });

  it('that somebody has said to have seen is acknowledged in its alert, once, until then', async () => {
    await declare('orders', { load: at(1) });
    await fails('orders', 'load', DAY + HOUR + MINUTE);
    await evaluated();
    const until = clock.now() + HOUR;
    const said = { status: 'failed', since: DAY + HOUR + MINUTE, at: clock.now(), until, reason: 'at it', by: 'alice' };
    await putAcknowledgement(table, { service: 'orders', job: 'load' }, said);
    for (let i = 0; i < 2; i++) {
      await putMark(table, 'job/orders/load', clock.now());
      await evaluated();
    }
    const alert = await alertOf('job/orders/load');
    expect(alert?.acknowledged).toMatchObject({ by: 'alice', at: clock.now(), until, reason: 'at it' });
    expect(alert?.trail.filter(({ what }) => what === 'acknowledged')).toHaveLength(1);
  });
});

describe('a check', () => {
  const made = newCheck(
    { uuid: UUID, badgeKey: '04603d8b-edf4-4e85-8f61-24bedbcaab59', service: 'orders', at: DAY },
    { name: 'Backup', timeoutMs: HOUR, graceMs: 20 * MINUTE, channels: 'pager' },
  );
  const failed = (body: string) =>
    changeCheck(table, UUID, (check) =>
      pinged(check, {
        ...{ at: clock.now(), kind: 'fail', scheme: 'https', method: 'POST', remoteAddress: '', userAgent: '' },
        ...{ body: new TextEncoder().encode(body), bodySize: body.length },
      }),
    );

  it('says what it has sent, and is over when it is deleted', async () => {
    await createCheck(table, made);
    await failed('disk is full\n');
    expect((await evaluated())[CHECK]).toMatchObject({
      ...{ firing: true, name: 'Backup', exception: ['disk is full'], channels: ['pager'], failures: 1 },
    });
    await deleteCheck(table, UUID, clock.now());
    await evaluated();
    expect(await alertOf(CHECK)).toMatchObject({ status: 'resolved', endSummary: 'the check was deleted' });
  });
});

describe('what changed in the hour before', () => {
  it('are the published revisions of its rules', async () => {
    const publish = (revision: number, publishedAt: number) =>
      publishRevision(table, {
        ...{ service: 'orders', author: 'alice', note: `number ${revision}`, source: '{}', document: {} },
        ...{ at: publishedAt, expectedSeq: revision - 1 },
      });
    await publish(1, DAY - 2 * HOUR);
    await publish(2, DAY - 10 * MINUTE);
    expect(await changesBefore(table, 'orders', DAY)).toEqual([
      { at: DAY - 10 * MINUTE, what: 'rules revision 2 by alice: number 2' },
    ]);
  });
});
