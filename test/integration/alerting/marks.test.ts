// What there may be something new to say about is marked, whoever dies and whoever writes at once; what is well costs nothing.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { newCheck, paused, pinged } from '../../../functions/batch-monitor/checks/fold.ts';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { listMarks, putMark, putMarkLater, readMark, takeMark, type Mark } from '../../../store/items/alert-marks.ts';
import type { Check, PingRecord } from '../../../store/items/check-record.ts';
import { changeCheck, createCheck, deleteCheck, readCheck, uniqueKeyOf } from '../../../store/items/checks.ts';
import { endRun, type RunStart } from '../../../store/items/job-runs.ts';
import { listWaiters } from '../../../store/items/job-waiters.ts';
import { declareJobs, readJob, type JobDefinition } from '../../../store/items/jobs.ts';
import type { Table } from '../../../store/port.ts';
import { dying } from '../../support/dying-table.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = Date.UTC(2026, 2, 2);
const UUID = '5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278';
const CHECK = `check/orders/${uniqueKeyOf(UUID)}` as const;
const JOB = 'job/orders/hourly';

let table: Table;
let clock: FakeClock;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(DAY);
});

const look = (on = table) => tick({ table: on, clock, logger: silentLogger });
const subjects = async () => {
  const { marks } = await listMarks(table, clock.now(), { limit: 100 });
  return marks.map(({ subject }) => subject).sort();
};
async function takeAll(): Promise<void> {
  const { marks } = await listMarks(table, clock.now(), { limit: 100 });
  for (const mark of marks) await takeMark(table, mark, clock.now());
}

const declare = (jobs: Record<string, JobDefinition>, atMs = clock.now()) =>
  declareJobs(table, { service: 'orders', jobs, atMs });

const startOf = (job: string, startedAt: number): RunStart => {
  const run = `run-${startedAt}`;
  return { service: 'orders', job, run, startedAt, instance: 'i', requestId: run, limitAt: startedAt + 15 * MINUTE };
};
const ends = (job: string, startedAt: number, status: 'succeeded' | 'failed') =>
  endRun(table, startOf(job, startedAt), { status, endedAt: startedAt + MINUTE, durationMs: MINUTE });

const pingAt = (at: number, kind: PingRecord['kind']): PingRecord => ({
  ...{ at, kind, scheme: 'https', method: 'GET', remoteAddress: '', userAgent: '', bodySize: 0 },
});
const ping = (kind: PingRecord['kind'], on = table) =>
  changeCheck(on, UUID, (check) => pinged(check, pingAt(clock.now(), kind)));

/** The table, and the writes that it was asked for: `[put, update]`. */
function counted(): { readonly on: Table; readonly writes: () => readonly [number, number] } {
  let puts = 0;
  let updates = 0;
  const on: Table = {
    ...{ get: (...asked) => table.get(...asked), query: (asked) => table.query(asked) },
    put: (asked) => (puts++, table.put(asked)),
    update: (asked) => (updates++, table.update(asked)),
    delete: (asked) => table.delete(asked),
  };
  return { on, writes: () => [puts, updates] };
}

const made: Check = newCheck(
  { uuid: UUID, badgeKey: '04603d8b-edf4-4e85-8f61-24bedbcaab59', service: 'orders', at: DAY },
  { timeoutMs: HOUR, graceMs: 20 * MINUTE },
);

describe('a job', () => {
  const hourly = { schedule: '0 * * * *' };

  it('is marked when its state changes, and when it fails again', async () => {
    await declare({ hourly });
    await look();
    expect(await subjects()).toEqual([]);

    clock.set(DAY + HOUR + 2 * MINUTE);
    await ends('hourly', DAY + HOUR, 'failed');
    await look();
    expect(await subjects()).toEqual([JOB]);
    await takeAll();

    clock.set(DAY + 2 * HOUR + 2 * MINUTE);
    await ends('hourly', DAY + 2 * HOUR, 'failed');
    await look();
    expect(await subjects()).toEqual([JOB]);
  });

  it('is not marked by runs that go well, which cost the writes that they cost', async () => {
    await declare({ hourly });
    clock.set(DAY + HOUR + 2 * MINUTE);
    await ends('hourly', DAY + HOUR, 'succeeded');
    await look();
    await takeAll();

    clock.set(DAY + 2 * HOUR + 2 * MINUTE);
    await ends('hourly', DAY + 2 * HOUR, 'succeeded');
    const { on, writes } = counted();
    await look(on);
    expect(writes()).toEqual([1, 1]);
    expect(await subjects()).toEqual([]);
  });

  it('is marked with what it waits for, and once no rules have it', async () => {
    await declare({ hourly, report: { schedule: '30 * * * *', after: ['hourly'], blocking: true } });
    expect(await subjects()).toEqual([JOB, 'job/orders/report']);
    await takeAll();

    clock.advance(MINUTE);
    await declare({ hourly });
    expect(await subjects()).toEqual([JOB, 'job/orders/report']);
  });

  it('is marked whichever write its monitor dies at', async () => {
    await declare({ hourly });
    await look();
    clock.set(DAY + HOUR + 2 * MINUTE);
    await ends('hourly', DAY + HOUR, 'failed');
    for (let write = 0; write < 5; write++) {
      await look(dying(table, { write, applied: write % 2 === 0 }));
    }
    await look();
    expect(await subjects()).toEqual([JOB]);
    const job = await readJob(table, 'orders', 'hourly');
    expect(job).toMatchObject({ status: 'failed', unmarked: undefined, dueAt: DAY + 2 * HOUR + 5 * MINUTE });
  });

  it('stays due while its mark is not made, and keeps when it is due by itself', async () => {
    await declare({ hourly });
    await look();
    clock.set(DAY + HOUR + 5 * MINUTE);
    // The slot, the job, and then the mark.
    await look(dying(table, { write: 2, applied: false }));
    expect(await readJob(table, 'orders', 'hourly')).toMatchObject({
      ...{ status: 'missed', unmarked: true, dueAt: DAY + 2 * HOUR + 5 * MINUTE },
    });
    expect(await subjects()).toEqual([]);
    expect(await look()).toMatchObject({ jobs: 1 });
    expect(await subjects()).toEqual([JOB]);
    expect(await look()).toMatchObject({ jobs: 0 });
  });
});

describe('who waits for a job', () => {
  const names = async () => (await listWaiters(table, { service: 'orders', job: 'hourly' }, 10)).map(({ job }) => job);

  it('is found by its name, until it waits no more', async () => {
    const hourly = { schedule: '0 * * * *' };
    const waiting = { schedule: '30 * * * *', after: ['hourly'] };
    await declare({ hourly, report: waiting, mails: waiting });
    await declareJobs(table, {
      service: 'billing',
      jobs: { invoices: { schedule: '0 3 * * *', after: ['orders:hourly'] } },
      atMs: DAY,
    });
    expect(await names()).toEqual(['invoices', 'mails', 'report']);

    clock.advance(MINUTE);
    await declare({ hourly, mails: { schedule: '30 * * * *' } });
    expect(await names()).toEqual(['invoices']);
  });
});

describe('a check', () => {
  beforeEach(() => createCheck(table, made));

  it('is marked when its state changes, and when it fails again', async () => {
    await ping('success');
    expect(await subjects()).toEqual([CHECK]);
    await takeAll();
    clock.advance(MINUTE);
    await ping('fail');
    expect(await subjects()).toEqual([CHECK]);
    await takeAll();
    clock.advance(MINUTE);
    await ping('fail');
    expect(await subjects()).toEqual([CHECK]);
  });

  it('is not marked by pings of one that is well, which cost the writes that they cost', async () => {
    await ping('success');
    await takeAll();
    clock.advance(MINUTE);
    const { on, writes } = counted();
    await ping('success', on);
    // The log of what went before, and the check.
    expect(writes()).toEqual([3, 0]);
    expect(await subjects()).toEqual([]);
  });

  it('is marked by the monitor when whoever was pinged died, at whichever write', async () => {
    await ping('success');
    await takeAll();
    for (const [write, kind] of (['fail', 'success', 'fail', 'success'] as const).entries()) {
      clock.advance(MINUTE);
      await ping(kind, dying(table, { write, applied: true })).catch(() => undefined);
      await look();
      const check = await readCheck(table, UUID);
      expect(check?.unmarked).toBeUndefined();
      expect(await subjects()).toEqual(check?.since === clock.now() ? [CHECK] : []);
      await takeAll();
    }
  });

  it('is marked when it goes down for its silence, and when it is paused', async () => {
    await ping('success');
    await takeAll();
    clock.advance(HOUR + 20 * MINUTE);
    await look();
    expect(await subjects()).toEqual([CHECK]);
    await takeAll();
    await changeCheck(table, UUID, (check) => paused(check, clock.now()));
    expect(await subjects()).toEqual([CHECK]);
  });

  it('is marked when it is deleted, and again soon if whoever deleted it died', async () => {
    await ping('fail');
    await takeAll();
    await deleteCheck(dying(table, { write: 1, applied: true }), UUID, clock.now()).catch(() => undefined);
    expect(await readCheck(table, UUID)).toBeUndefined();
    expect(await subjects()).toEqual([]);
    clock.advance(MINUTE);
    expect(await subjects()).toEqual([CHECK]);
  });
});

describe('a mark', () => {
  const only = async (): Promise<Mark> => {
    const mark = await readMark(table, CHECK);
    if (mark === undefined) throw new Error('there is no mark');
    return mark;
  };

  it('is not taken away by who has seen an earlier one', async () => {
    await putMark(table, CHECK, DAY);
    const seen = await only();
    await putMark(table, CHECK, DAY);
    expect(await takeMark(table, seen, DAY)).toBe(false);
    expect(await takeMark(table, await only(), DAY)).toBe(true);
    expect(await readMark(table, CHECK)).toBeUndefined();
  });

  it('is not taken twice, nor a later one for one that is gone', async () => {
    await putMark(table, CHECK, DAY);
    const seen = await only();
    expect(await takeMark(table, seen, DAY)).toBe(true);
    expect(await takeMark(table, seen, DAY)).toBe(false);
    await putMark(table, CHECK, DAY);
    expect(await takeMark(table, seen, DAY)).toBe(false);
    expect(await subjects()).toEqual([CHECK]);
  });

  it('for later comes then, and what is marked and looked at meanwhile does not undo it', async () => {
    await putMarkLater(table, CHECK, DAY + HOUR, DAY);
    expect(await subjects()).toEqual([]);
    for (const twice of [DAY, DAY + 1]) {
      await putMark(table, CHECK, twice);
      clock.set(twice);
      expect(await subjects()).toEqual([CHECK]);
      await takeAll();
      expect(await subjects()).toEqual([]);
    }
    clock.advance(HOUR);
    expect(await subjects()).toEqual([CHECK]);
    await takeAll();
    expect(await readMark(table, CHECK)).toBeUndefined();
  });

  it('is taken until it is looked at again, if whoever takes it says so', async () => {
    await putMark(table, CHECK, DAY);
    expect(await takeMark(table, await only(), DAY, DAY + HOUR)).toBe(true);
    expect(await subjects()).toEqual([]);
    await putMark(table, CHECK, DAY);
    await takeAll();
    clock.advance(HOUR);
    expect(await subjects()).toEqual([CHECK]);
  });

  it('for later is the sooner one of two', async () => {
    await putMarkLater(table, CHECK, DAY + HOUR, DAY);
    await putMarkLater(table, CHECK, DAY + 2 * HOUR, DAY);
    expect(await only()).toMatchObject({ laterAt: DAY + HOUR });
  });

  it('is passed over that a service has put there of its own', async () => {
    const item = { v: 1, subject: CHECK, n: 1, due: 'alert-marks', dueAt: DAY };
    await table.put({ item: { pk: 'run#orders#job#x', sk: 'mark', ...item } });
    expect(await listMarks(table, DAY, { limit: 10 })).toEqual({ marks: [], strangers: 1 });
  });
});
