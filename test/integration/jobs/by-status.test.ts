// Jobs listed by their status: those of which nothing new is told are not looked into, and no other is missed.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { jobRoutes } from '../../../functions/batch-monitor/routes.ts';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { beginRun, endRun, type RunStart } from '../../../store/items/job-runs.ts';
import { declareJobs } from '../../../store/items/jobs.ts';
import { due } from '../../../store/keys.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = Date.UTC(2026, 2, 2);
const SLOT = DAY + 2 * HOUR;
const JOBS = Array.from({ length: 30 }, (_, n) => `nightly-${String(n).padStart(2, '0')}`);

let table: Table;
let clock: FakeClock;
/** Partitions that were queried. */
let queried: string[];

const start = (job: string, run: string, startedAt: number): RunStart => ({
  ...{ service: 'orders', job, run, startedAt, scheduledAt: SLOT, instance: 'i', requestId: run },
  ...{ limitAt: startedAt + HOUR, maxRuntimeAt: startedAt + 10 * MINUTE },
});

async function ran(job: string, run: string, startedAt: number, status: 'succeeded' | 'failed'): Promise<void> {
  await beginRun(table, start(job, run, startedAt));
  await endRun(table, start(job, run, startedAt), { status, endedAt: startedAt + MINUTE, durationMs: MINUTE });
}

async function listed(...statuses: readonly string[]): Promise<readonly unknown[]> {
  const counted: Table = {
    ...table,
    query: (request) => {
      queried.push(request.pk);
      return table.query(request);
    },
  };
  const api = describedApi({
    routes: jobRoutes({ table: counted, clock, logger: silentLogger }),
    ...{ table: counted, clock, logger: silentLogger },
  });
  const event = {
    ...httpV2({ method: 'GET', path: '/v1/jobs', headers: { authorization: 'Bearer fb_viewer' } }),
    rawQueryString: ['limit=200', ...statuses.map((one) => `status=${one}`)].join('&'),
  };
  queried = [];
  const { body = '' } = await api(event, { awsRequestId: 'request-1' });
  return (JSON.parse(body) as { jobs: readonly { job: string; status: string }[] }).jobs.map(
    ({ job, status }) => `${job} ${status}`,
  );
}

const runsRead = () => queried.filter((pk) => pk.startsWith('run#')).length;
const WRONG = ['failed', 'missed', 'overrunning', 'late'];

beforeEach(async () => {
  ({ sdk: table } = await createTable(inject('dynamodb')));
  clock = fakeClock(DAY);
  await putApiKey(table, { key: 'fb_viewer', role: 'viewer', name: 'viewer', createdAt: DAY });
  const definition = { schedule: 'cron(0 2 * * ? *)', maxRuntime: '10m', startDeadline: '30m' };
  const jobs = Object.fromEntries(JOBS.map((job) => [job, definition]));
  await declareJobs(table, { service: 'orders', jobs, atMs: DAY });
  for (const [n, job] of JOBS.entries()) await ran(job, 'a', SLOT, n === 3 ? 'failed' : 'succeeded');
  clock.advance(3 * HOUR);
  await tick({ table, clock, logger: silentLogger });
});

describe('a list of what is wrong', () => {
  it('reads the runs of what is wrong alone, however many are well', async () => {
    expect(await listed(...WRONG)).toEqual(['nightly-03 failed']);
    expect(runsRead()).toBe(1);
  });

  it('has what failed since the last tick, and reads no other runs for it', async () => {
    await ran('nightly-07', 'b', SLOT + 30 * MINUTE, 'failed');
    expect(await listed(...WRONG)).toEqual(['nightly-03 failed', 'nightly-07 failed']);
    expect(runsRead()).toBe(2);
  });

  it('has not what is well again since the last tick', async () => {
    await ran('nightly-03', 'b', SLOT + 30 * MINUTE, 'succeeded');
    expect(await listed(...WRONG)).toEqual([]);
  });

  it('has what time alone has made wrong since the last tick', async () => {
    await beginRun(table, start('nightly-05', 'b', clock.now()));
    clock.advance(11 * MINUTE);
    expect(await listed('overrunning')).toEqual(['nightly-05 overrunning']);
    clock.advance(23 * HOUR);
    expect((await listed('late', 'missed')).length).toBeGreaterThan(25);
    clock.advance(HOUR);
    expect(await listed('missed')).toContain('nightly-09 missed');
  });

  it('looks into all where the index holds what cannot be read', async () => {
    await table.put({ item: { pk: 'run#evil#job#x', sk: 'run#y', due: due.runs, dueAt: DAY } });
    expect(await listed(...WRONG)).toEqual(['nightly-03 failed']);
    expect(runsRead()).toBe(JOBS.length);
  });
});
