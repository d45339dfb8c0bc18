import { beforeEach, describe, expect, inject, it } from 'vitest';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { beginRun, endRun, listRuns, type RunStart } from '../../../store/items/job-runs.ts';
import { declareJobs, readJob } from '../../../store/items/jobs.ts';
import { StoreUnavailable, type Table } from '../../../store/port.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = Date.UTC(2026, 2, 2);
const SLOT = DAY + 2 * HOUR;
const NIGHTLY = { service: 'orders', job: 'nightly' };

let table: Table;
let clock: FakeClock;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(DAY);
  await declare(table);
});

function declare(on: Table) {
  return declareJobs(on, {
    service: 'orders',
    owner: 'team-orders',
    jobs: { nightly: { schedule: 'cron(0 2 * * ? *)', maxRuntime: '10m', startDeadline: '10m' } },
    atMs: DAY,
  });
}

const start = (changes: Partial<RunStart> = {}): RunStart => ({
  ...NIGHTLY,
  run: 'request-1',
  startedAt: SLOT + 2_000,
  scheduledAt: SLOT,
  instance: 'i',
  requestId: 'request-1',
  maxRuntimeAt: SLOT + 10 * MINUTE,
  limitAt: SLOT + 15 * MINUTE,
  ...changes,
});

const failure = {
  status: 'failed',
  endedAt: SLOT + MINUTE,
  durationMs: 58_000,
  error: { name: 'TypeError', message: 'no rows' },
} as const;

function tickAt(ms: number, on: Table = table) {
  clock.set(ms);
  return tick({ table: on, clock, logger: silentLogger });
}

const statusOf = async (on: Table = table) => (await readJob(on, 'orders', 'nightly'))?.status;
const runsOf = async (on: Table = table) => (await listRuns(on, NIGHTLY, { limit: 20, consistent: true })).runs;

/** What an observer sees at the end: the job without its write counter, and its runs. */
async function outcome(on: Table) {
  const job = await readJob(on, 'orders', 'nightly');
  return { job: { ...job, rev: 0 }, runs: await runsOf(on) };
}

describe('the tick', () => {
  it('marks a slot that nobody started, once, at the moment it was missed', async () => {
    expect(await tickAt(DAY)).toMatchObject({ jobs: 1 });
    expect(await tickAt(SLOT + 9 * MINUTE)).toMatchObject({ jobs: 0 });
    await tickAt(SLOT + 10 * MINUTE);
    await tickAt(SLOT + 11 * MINUTE);
    expect(await readJob(table, 'orders', 'nightly')).toMatchObject({ status: 'missed', since: SLOT + 10 * MINUTE });
    expect((await runsOf()).map((run) => [run.status, run.startedAt])).toEqual([['missed', SLOT]]);
  });

  it('marks a run that outlasts its time while it still runs, and takes that back when it succeeds', async () => {
    await tickAt(DAY);
    await beginRun(table, start());
    await tickAt(SLOT + 10 * MINUTE);
    expect(await statusOf()).toBe('overrunning');
    expect((await runsOf()).map((run) => run.status)).toEqual(['overran']);
    await endRun(table, start(), { status: 'succeeded', endedAt: SLOT + 11 * MINUTE, durationMs: 658_000 });
    await tickAt(SLOT + 12 * MINUTE);
    expect(await statusOf()).toBe('up');
    expect((await runsOf()).map((run) => run.status)).toEqual(['succeeded']);
  });

  it('marks the job failed with the exception at hand', async () => {
    await tickAt(DAY);
    await beginRun(table, start());
    await endRun(table, start(), failure);
    await tickAt(SLOT + 2 * MINUTE);
    expect(await readJob(table, 'orders', 'nightly')).toMatchObject({ status: 'failed', since: SLOT + MINUTE });
    expect((await runsOf())[0]).toMatchObject({ status: 'failed', error: { name: 'TypeError', message: 'no rows' } });
  });

  it('gives up a run that the platform ended without a word, at the moment it did', async () => {
    await tickAt(DAY);
    await beginRun(table, start({ maxRuntimeAt: undefined }));
    await tickAt(SLOT + HOUR);
    expect(await readJob(table, 'orders', 'nightly')).toMatchObject({ status: 'failed', since: SLOT + 15 * MINUTE });
    expect((await runsOf())[0]).toMatchObject({ status: 'lost', endedAt: SLOT + 15 * MINUTE });
  });

  it('looks at nothing that is not due', async () => {
    await tickAt(DAY);
    expect(await tickAt(DAY + HOUR)).toEqual({ runs: 0, jobs: 0, checks: 0, failed: 0, complete: true });
  });

  it('says the same when it runs twice at once', async () => {
    await tickAt(DAY);
    await beginRun(table, start());
    await endRun(table, start(), failure);
    clock.set(SLOT + 26 * HOUR);
    await Promise.all(Array.from({ length: 3 }, () => tick({ table, clock, logger: silentLogger })));
    const job = await readJob(table, 'orders', 'nightly');
    expect(job?.changes.map(({ to }) => to)).toEqual(['failed', 'missed']);
    expect((await runsOf()).map((run) => run.status)).toEqual(['missed', 'failed']);
  });

  it('names the job that it could not look at, in a field that no logger keeps for itself', async () => {
    const fields: Record<string, unknown>[] = [];
    const logger = {
      ...silentLogger,
      error: (_message: string, more: Record<string, unknown>) => void fields.push(more),
    };
    expect(await tick({ table: dying(table, 0), clock, logger })).toMatchObject({ failed: 1 });
    expect(fields).toEqual([{ job: 'orders:nightly', error: 'StoreUnavailable', reason: 'the tick died here' }]);
  });

  it('ends in the same state whichever of its writes it dies before', async () => {
    const live = async (on: Table, tickThen: () => Promise<unknown>) => {
      await declare(on);
      await beginRun(on, start());
      await endRun(on, start(), failure);
      await tickThen();
      await tickAt(SLOT + 26 * HOUR, on);
      await tickAt(SLOT + 26 * HOUR + MINUTE, on);
      return outcome(on);
    };
    const straight = (await createTable(inject('dynamodb'))).sdk;
    const expected = await live(straight, () => tickAt(SLOT + 26 * HOUR, straight));
    for (let dies = 0; dies < 6; dies++) {
      const other = (await createTable(inject('dynamodb'))).sdk;
      expect(await live(other, () => tickAt(SLOT + 26 * HOUR, dying(other, dies)))).toEqual(expected);
    }
  });
});

/** The table until its write number `dies`; from then on nothing is written any more. */
function dying(inner: Table, dies: number): Table {
  let writes = 0;
  const write = <T>(perform: () => Promise<T>) =>
    writes++ >= dies ? Promise.reject(new StoreUnavailable('connect', 'the tick died here')) : perform();
  return {
    ...inner,
    put: (request) => write(() => inner.put(request)),
    update: (request) => write(() => inner.update(request)),
    delete: (request) => write(() => inner.delete(request)),
  };
}
