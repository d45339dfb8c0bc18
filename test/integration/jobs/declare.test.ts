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

  it('holds no slot from before to another time of the day, and keeps what is expected of the next one', async () => {
    const by = (finishBy: string, atMs: number) =>
      declareJobs(table, { service: 'orders', jobs: { nightly: { ...NIGHTLY, finishBy } }, atMs });
    await by('06:00', AT);
    await known('nightly');
    await by('06:00', AT + 60_000);
    expect((await readJob(table, 'orders', 'nightly'))?.finishFrom).toBeUndefined();
    await by('05:00', AT + 120_000);
    expect(await readJob(table, 'orders', 'nightly')).toMatchObject({ finishFrom: AT + 120_000, watchFrom: AT });
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

  it('goes on where it was cut off, a few jobs at a time, and writes nothing twice', async () => {
    const jobs = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`job-${i}`, HOURLY]));
    const seen = { writes: 0, atOnce: 0, most: 0 };
    const counting = (writesLeft: number): Table => ({
      ...table,
      put: async (request) => {
        seen.most = Math.max(seen.most, ++seen.atOnce);
        try {
          if (seen.writes === writesLeft) throw new Error('cut off');
          seen.writes++;
          return await table.put(request);
        } finally {
          seen.atOnce--;
        }
      },
    });
    const declaration = { service: 'orders', owner: 'team-orders', jobs, atMs: AT };
    await expect(declareJobs(counting(45), declaration)).rejects.toThrow('cut off');
    expect(seen).toMatchObject({ writes: 45, atOnce: 0, most: 8 });

    await declareJobs(counting(1000), declaration);
    expect(await listDueJobs(table, AT, { limit: 50 }).then((due) => due.jobs)).toHaveLength(30);
    // Three writes for each job, and at most two more for each of the eight that were under way.
    expect(seen.writes).toBeLessThanOrEqual(90 + 16);

    const { writes } = seen;
    await declareJobs(counting(1000), declaration);
    expect(seen.writes).toBe(writes);
  });

  it('takes another definition at the same moment for another', async () => {
    await declare({ nightly: NIGHTLY });
    await declare({ nightly: { ...NIGHTLY, timezone: 'Europe/Berlin' } });
    expect((await readJob(table, 'orders', 'nightly'))?.timezone).toBe('Europe/Berlin');
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
