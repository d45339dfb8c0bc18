// What instances of other services are told of a job's runs: by the function that runs it, by pings, and by the tick when nobody else does.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { pingRoutes } from '../../../functions/batch-monitor/checks/pings.ts';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { governed } from '../../../middleware/index.ts';
import { noteHeard } from '../../../store/items/job-heard.ts';
import { beginRun, endRun, listRuns, type RunStart } from '../../../store/items/job-runs.ts';
import { declareJobs, readJob } from '../../../store/items/jobs.ts';
import { readRunning } from '../../../store/items/running-read.ts';
import { noteRunning } from '../../../store/items/running.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2, schedule } from '../../support/events.ts';
import { dying } from '../../support/dying-table.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger, testContext, testInstance } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const DAY = Date.UTC(2026, 2, 2);
const SLOT = DAY + 120 * MINUTE;
const JOB = { service: 'bank', job: 'settlement-batch' };
const rule = { schedule: '0 2 * * *', maxRuntime: '10m', noHeartbeatFor: '5m', announced: true };

let table: Table;
let clock: FakeClock;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(SLOT);
  await declareJobs(table, { service: 'bank', jobs: { [JOB.job]: rule, quiet: { schedule: '0 2 * * *' } }, atMs: DAY });
});

const listed = async (job = JOB.job) => (await readRunning(table, 'bank', job)).map(({ run }) => run);

async function tickAt(ms: number): Promise<void> {
  clock.set(ms);
  expect(await tick({ table, clock, logger: silentLogger })).toMatchObject({ failed: 0 });
}

/** Begun by a function that says no more. */
async function begin(run: string, changes: Partial<RunStart> = {}): Promise<RunStart> {
  const start = {
    ...JOB,
    run,
    startedAt: SLOT,
    instance: 'i',
    requestId: run,
    maxRuntimeAt: SLOT + 10 * MINUTE,
    limitAt: SLOT + 15 * MINUTE,
    ...changes,
  };
  await noteRunning(table, start);
  await beginRun(table, start);
  return start;
}

async function ping(what: string, at: number, job = JOB.job): Promise<void> {
  clock.set(at);
  let ids = 0;
  const parts = { table, newId: () => String(++ids), serviceOf: () => Promise.resolve('bank') };
  const api = describedApi({ routes: pingRoutes(parts), table, clock, logger: silentLogger });
  const answer = await api(httpV2({ method: 'GET', path: `/ping/ping-key/${job}${what}` }), {
    awsRequestId: 'request',
  });
  expect(answer.statusCode).toBe(200);
}

describe('a function that runs an announced job', () => {
  it('says so before its handler begins, and that it is over', async () => {
    const rules = { jobs: { [JOB.job]: rule } };
    const instance = testInstance({ service: 'bank', rules, clock, table });
    const seen: string[][] = [];
    const handler = governed({ service: 'bank', job: JOB.job, instance }, async () => void seen.push(await listed()));
    await handler(schedule(), testContext(clock, 60_000, 'run-1'));
    expect([seen, await listed()]).toEqual([[['run-1']], []]);
  });
});

describe('pings of an announced job', () => {
  it('are told from start to end, each run by its own name', async () => {
    await ping('/start', SLOT);
    expect(await readRunning(table, 'bank', JOB.job)).toMatchObject([{ startedAt: SLOT, until: SLOT + 1440 * MINUTE }]);
    await ping('/log', SLOT + MINUTE);
    expect(await listed()).toHaveLength(1);
    await ping('/fail', SLOT + 2 * MINUTE);
    expect(await listed()).toEqual([]);
  });

  it('cost nothing of a job that nobody waits for', async () => {
    await ping('/start', SLOT, 'quiet');
    expect(await listed('quiet')).toEqual([]);
  });

  it('are told of a job that pauses a resource of its own service', async () => {
    const jobs = { quiet: { schedule: '0 2 * * *', pausing: ['trade'] } };
    await declareJobs(table, { service: 'bank', jobs, atMs: DAY + 1 });
    await ping('/start', SLOT, 'quiet');
    expect(await listed('quiet')).toHaveLength(1);
  });
});

describe('the tick', () => {
  it('takes away a run that was killed, once it is lost', async () => {
    await begin('killed');
    await tickAt(SLOT + 10 * MINUTE);
    // It may well be at work.
    expect(await readJob(table, 'bank', JOB.job)).toMatchObject({ status: 'overrunning' });
    expect(await listed()).toEqual(['killed']);
    await tickAt(SLOT + 15 * MINUTE + 31_000);
    expect(await listed()).toEqual([]);
  });

  it('takes away a run that has fallen silent, long before it must be over', async () => {
    const start = await begin('silent', { silenceMs: 5 * MINUTE });
    await noteHeard(table, start, { heardAt: SLOT + MINUTE });
    await tickAt(SLOT + 5 * MINUTE + 31_000);
    expect(await listed()).toEqual(['silent']);
    await tickAt(SLOT + 6 * MINUTE + 31_000);
    expect(await listed()).toEqual([]);
    const { runs } = await listRuns(table, JOB, { limit: 1 });
    expect(runs).toMatchObject([{ status: 'lost' }]);
  });

  it('takes away what a run that ended could not, and leaves what runs', async () => {
    const [ended] = [await begin('ended'), await begin('running', { startedAt: SLOT + 1 })];
    await endRun(table, ended, { status: 'succeeded', endedAt: SLOT + MINUTE, durationMs: MINUTE });
    await tickAt(SLOT + 2 * MINUTE);
    expect(await listed()).toEqual(['running']);
  });

  it('takes away what is past its time and was never on record', async () => {
    await noteRunning(table, { ...(await begin('known')), run: 'unknown', limitAt: SLOT + MINUTE });
    await tickAt(SLOT + 10 * MINUTE);
    expect(await listed()).toEqual(['known']);
  });

  it.each([0, 1, 2, 3, 4].flatMap((write) => [true, false].map((applied) => ({ write, applied }))))(
    'leaves nothing behind that another look does not take away: dead at write $write, applied: $applied',
    async (death) => {
      const start = await begin('ended');
      await endRun(table, start, { status: 'succeeded', endedAt: SLOT + MINUTE, durationMs: MINUTE });
      clock.set(SLOT + 2 * MINUTE);
      await tick({ table: dying(table, death), clock, logger: silentLogger });
      await tickAt(SLOT + 3 * MINUTE);
      expect(await listed()).toEqual([]);
      expect(await readJob(table, 'bank', JOB.job)).toMatchObject({ status: 'up' });
    },
  );

  it('judges a job whose service has written what nobody can read', async () => {
    const key = { pk: 'now#bank', sk: `job#${JOB.job}` };
    await begin('killed');
    await table.put({ item: { ...key, v: 99 } });
    await tickAt(SLOT + 16 * MINUTE);
    expect(await readJob(table, 'bank', JOB.job)).toMatchObject({ status: 'failed' });
  });
});
