// What publishing does to jobs: new ones are watched, changed ones rescheduled, absent ones retired, the rest left alone.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { changeJob, declareJobs, listDueJobs, listJobs, readJob, servicesWithJob } from '../../../store/items/jobs.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';

const AT = Date.UTC(2026, 2, 2);
const NIGHTLY = { schedule: 'cron(0 2 * * ? *)', maxRuntime: '10m' };
const HOURLY = { schedule: 'rate(1 hour)' };

let table: Table;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
});

const declare = (jobs: Record<string, { schedule: string; timezone?: string }>, atMs = AT, service = 'orders') =>
  declareJobs(table, { service, owner: 'team-orders', jobs, atMs });

const names = async () => (await listJobs(table, { limit: 50 })).jobs.map(({ service, job }) => `${service}:${job}`);

/** As if the monitor had judged it. */
async function known(job: string) {
  await changeJob(table, 'orders', job, (current) =>
    current
      ? { ...current, rev: current.rev + 1, status: 'failed', since: AT + 1, anchorAt: AT, dueAt: AT + 999 }
      : undefined,
  );
}

describe('declaring jobs', () => {
  it('makes new ones known, due at once, and owned by the service unless they say otherwise', async () => {
    await declareJobs(table, {
      service: 'orders',
      owner: 'team-orders',
      jobs: { nightly: NIGHTLY, hourly: { ...HOURLY, owner: 'ops' } },
      atMs: AT,
    });
    expect(await readJob(table, 'orders', 'nightly')).toMatchObject({
      ...NIGHTLY,
      owner: 'team-orders',
      status: 'new',
      watchFrom: AT,
      dueAt: AT,
    });
    expect((await readJob(table, 'orders', 'hourly'))?.owner).toBe('ops');
    expect(await names()).toEqual(['orders:hourly', 'orders:nightly']);
    expect((await listDueJobs(table, AT, { limit: 10 })).jobs).toHaveLength(2);
  });

  it('keeps what is known of a job that stays as it is', async () => {
    await declare({ nightly: NIGHTLY });
    await known('nightly');
    await declare({ nightly: NIGHTLY }, AT + 60_000);
    expect(await readJob(table, 'orders', 'nightly')).toMatchObject({
      status: 'failed',
      since: AT + 1,
      anchorAt: AT,
      watchFrom: AT,
      dueAt: AT + 60_000,
    });
  });

  it('expects no slot of a new schedule from before it was declared', async () => {
    await declare({ nightly: NIGHTLY });
    await known('nightly');
    await declare({ nightly: { ...NIGHTLY, timezone: 'Europe/Berlin' } }, AT + 60_000);
    expect(await readJob(table, 'orders', 'nightly')).toMatchObject({ status: 'failed', watchFrom: AT + 60_000 });
  });

  it('retires what is no longer there, and of this service alone', async () => {
    await declare({ nightly: NIGHTLY, hourly: HOURLY });
    await declare({ nightly: NIGHTLY }, AT, 'orders-archive');
    await declare({ hourly: HOURLY }, AT + 60_000);
    expect(await names()).toEqual(['orders:hourly', 'orders-archive:nightly']);
    expect(await readJob(table, 'orders', 'nightly')).toMatchObject({ status: 'retired', retiredAt: AT + 60_000 });
    expect(await servicesWithJob(table, 'nightly', 10)).toEqual(['orders-archive']);
    const due = (await listDueJobs(table, AT + 60_000, { limit: 10 })).jobs;
    expect(due).not.toContainEqual({ service: 'orders', job: 'nightly' });
  });

  it('begins anew with a job that comes back', async () => {
    await declare({ nightly: NIGHTLY });
    await known('nightly');
    await declare({}, AT + 60_000);
    await declare({ nightly: NIGHTLY }, AT + 120_000);
    const job = await readJob(table, 'orders', 'nightly');
    expect(job).toMatchObject({ status: 'new', watchFrom: AT + 120_000 });
    expect(job?.retiredAt).toBeUndefined();
  });

  it('loses to a later declaration, whichever is written first', async () => {
    await declare({ nightly: { schedule: 'cron(0 4 * * ? *)' } }, AT + 60_000);
    await declare({ nightly: NIGHTLY, hourly: HOURLY }, AT);
    expect((await readJob(table, 'orders', 'nightly'))?.schedule).toBe('cron(0 4 * * ? *)');
    await declare({}, AT);
    expect((await readJob(table, 'orders', 'nightly'))?.status).toBe('new');
  });

  it('loses no change to another writer', async () => {
    await declare({ nightly: NIGHTLY });
    const add = () =>
      changeJob(table, 'orders', 'nightly', (current) =>
        current ? { ...current, rev: current.rev + 1, since: current.since + 1 } : undefined,
      );
    await Promise.all(Array.from({ length: 6 }, add));
    expect((await readJob(table, 'orders', 'nightly'))?.since).toBe(AT + 6);
  });
});
