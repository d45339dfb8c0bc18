// What people do with jobs over HTTP: pauses, resumptions and acknowledgements, what the monitor makes of them, and the trail.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { acknowledged } from '../../../functions/alerting/alert/acts.ts';
import { observe } from '../../../functions/alerting/observe.ts';
import { actRoutes } from '../../../functions/batch-monitor/acts.ts';
import { newCheck, pinged } from '../../../functions/batch-monitor/checks/fold.ts';
import { jobRoutes } from '../../../functions/batch-monitor/routes.ts';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { listMarks, takeMark } from '../../../store/items/alert-marks.ts';
import { changeAlert } from '../../../store/items/alerts.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { readAudit } from '../../../store/items/audit.ts';
import { changeCheck, createCheck } from '../../../store/items/checks.ts';
import { beginRun, endRun, listRuns, type RunStart } from '../../../store/items/job-runs.ts';
import { declareJobs, readJob } from '../../../store/items/jobs.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = Date.UTC(2026, 2, 2);
const UUID = '00000001-aaaa-4000-8000-000000000000';
const reason = 'the database is being moved';
const at = (ms: number) => new Date(ms).toISOString();

let table: Table;
let clock: FakeClock;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(DAY);
  await putApiKey(table, { key: 'fb_editor', role: 'editor', name: 'Ada', createdAt: DAY });
  await declareJobs(table, { service: 'orders', jobs: { hourly: { schedule: '0 * * * *' } }, atMs: DAY });
});

async function send(method: 'GET' | 'POST', path: string, body?: object) {
  const parts = { table, clock, logger: silentLogger, newId: () => `${path}-${clock.now()}` };
  const api = describedApi({ routes: [...jobRoutes(parts), ...actRoutes(parts)], ...parts });
  const headers = { authorization: 'Bearer fb_editor', 'content-type': 'application/json' };
  const event = httpV2({ method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const answer = await api(event, { awsRequestId: 'request-1' });
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? '') as Record<string, unknown> };
}

const act = (what: string, body: object = { reason }, job = 'orders:hourly') =>
  send('POST', `/v1/jobs/${job}/${what}`, body);

/** What a job has not, it shows nothing of. */
const NOTHING = { paused: undefined, acknowledged: undefined };

const stands = async (job = 'orders:hourly') => ({ ...NOTHING, ...(await send('GET', `/v1/jobs/${job}`)).body });

async function tickAt(ms: number): Promise<void> {
  clock.set(ms);
  await tick({ table, clock, logger: silentLogger });
}

const missedSlots = async () =>
  (await listRuns(table, { service: 'orders', job: 'hourly' }, { limit: 50, consistent: true })).runs
    .filter(({ status }) => status === 'missed')
    .map(({ startedAt }) => (startedAt - DAY) / HOUR)
    .reverse();

async function run(ms: number, status: 'succeeded' | 'failed'): Promise<void> {
  const start: RunStart = {
    ...{ service: 'orders', job: 'hourly', run: `run-${ms}`, startedAt: ms, instance: 'i', requestId: 'r' },
    limitAt: ms + 15 * MINUTE,
  };
  await beginRun(table, start);
  await endRun(table, start, { status, endedAt: ms + MINUTE, durationMs: MINUTE });
}

describe('a paused job', () => {
  it('expects nothing until its time is over', async () => {
    clock.set(DAY + 30 * MINUTE);
    const { status, body } = await act('pause', { reason, until: at(DAY + 3 * HOUR) });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'paused',
      since: at(DAY + 30 * MINUTE),
      nextExpectedAt: at(DAY + 3 * HOUR),
      paused: { from: at(DAY + 30 * MINUTE), until: at(DAY + 3 * HOUR), reason, by: 'Ada' },
    });
    await tickAt(DAY + 2 * HOUR);
    expect(await stands()).toMatchObject({ status: 'paused' });
    await tickAt(DAY + 4 * HOUR + 30 * MINUTE);
    expect(await missedSlots()).toEqual([3, 4]);
    expect(await stands()).toMatchObject({ status: 'missed', paused: undefined });
  });

  it('expects nothing, for good, until it is resumed', async () => {
    await act('pause');
    await tickAt(DAY + 5 * HOUR + MINUTE);
    expect((await send('GET', '/v1/jobs/orders:hourly/next')).body['next']).toEqual([]);
    expect((await act('resume', {})).status).toBe(200);
    expect(await stands()).toMatchObject({ status: 'new', paused: undefined });
    await tickAt(DAY + 6 * HOUR + 30 * MINUTE);
    expect(await missedSlots()).toEqual([6]);
  });

  it('is not held to the slot that was awaited, but to those that were missed', async () => {
    clock.set(DAY + 2 * HOUR + MINUTE);
    expect((await act('pause')).body).toMatchObject({ paused: { from: at(DAY + 2 * HOUR) } });
    await tickAt(DAY + 9 * HOUR);
    expect(await missedSlots()).toEqual([1]);
  });

  it('has its runs counted, and is seen to fail', async () => {
    await act('pause');
    await run(DAY + HOUR, 'succeeded');
    await tickAt(DAY + HOUR + 30 * MINUTE);
    expect(await stands()).toMatchObject({ status: 'paused', lastRun: { status: 'succeeded' } });
    await run(DAY + 2 * HOUR, 'failed');
    await tickAt(DAY + 2 * HOUR + 30 * MINUTE);
    expect(await stands()).toMatchObject({ status: 'failed', paused: { reason } });
  });

  it('gets another end by another pause, and keeps its beginning', async () => {
    await act('pause');
    clock.set(DAY + HOUR);
    await act('pause', { reason: 'sooner', until: at(DAY + 2 * HOUR) });
    expect((await readJob(table, 'orders', 'hourly'))?.holds).toEqual([
      { from: DAY, until: DAY + 2 * HOUR, reason: 'sooner', by: 'Ada' },
    ]);
  });

  it('is forgotten after twenty others, and nothing that it covered is expected then', async () => {
    for (let i = 0; i < 25; i++) {
      clock.set(DAY + i * HOUR);
      await act('pause', { reason, until: at(DAY + i * HOUR + MINUTE) });
    }
    const job = await readJob(table, 'orders', 'hourly');
    expect([job?.holds?.length, job?.watchFrom]).toEqual([20, DAY + 4 * HOUR + MINUTE]);
  });

  it.each([
    ['resumed though nobody has paused it', 'resume', {}, 409],
    ['paused without a reason', 'pause', {}, 422],
    ['paused until what is no time', 'pause', { reason, until: 'soon' }, 422],
    ['paused until a time that has passed', 'pause', { reason, until: at(DAY) }, 422],
    ['acknowledged though nothing is wrong with it', 'acknowledge', { reason }, 409],
  ])('is not %s', async (_what, what, body, status) => {
    expect((await act(what, body)).status).toBe(status);
  });

  it('is none that no document has any more', async () => {
    await declareJobs(table, { service: 'orders', jobs: {}, atMs: DAY + 1 });
    expect((await act('pause')).status).toBe(409);
  });
});

describe('an acknowledgement', () => {
  const SEEN = DAY + 2 * HOUR;

  it('holds while the job stands as it did', async () => {
    await run(DAY + HOUR, 'failed');
    await tickAt(SEEN - 50 * MINUTE);
    clock.set(SEEN - 45 * MINUTE);
    const acknowledged = { at: at(SEEN - 45 * MINUTE), reason: 'we are on it', by: 'Ada' };
    expect((await act('acknowledge', { reason: 'we are on it' })).body).toMatchObject({
      status: 'failed',
      acknowledged,
    });
    expect(await stands()).toMatchObject({ acknowledged });
    expect((await send('GET', '/v1/jobs')).body).toMatchObject({ jobs: [{ acknowledged }] });
    await run(SEEN, 'succeeded');
    await run(SEEN + HOUR, 'failed');
    clock.set(SEEN + HOUR + 2 * MINUTE);
    expect(await stands()).toMatchObject({ status: 'failed', acknowledged: undefined });
  });

  it('is marked for its alert, and one that was made there is shown here', async () => {
    await run(DAY + HOUR, 'failed');
    await tickAt(SEEN - 50 * MINUTE);
    const key = 'job/orders/hourly';
    for (const mark of (await listMarks(table, clock.now(), { limit: 9 })).marks) {
      await takeMark(table, mark, clock.now());
    }
    await act('acknowledge');
    expect((await listMarks(table, clock.now(), { limit: 9 })).marks).toMatchObject([{ subject: key }]);
    const { since } = (await readJob(table, 'orders', 'hourly')) ?? { since: 0 };
    const condition = { key, kind: 'job', service: 'orders', name: 'hourly', severity: 'deferred', since } as const;
    await observe({ table, clock }, { ...condition, firing: true, summary: 'hourly failed' }, clock.now());
    const said = { by: 'bob', at: clock.now() + 1, reason: 'seen in the chat' };
    await changeAlert(table, hashOfCondition(key), (alert) => {
      const next = alert && acknowledged(alert, said);
      return next && { alert: next };
    });
    expect(await stands()).toMatchObject({ acknowledged: { by: 'bob', at: at(said.at), reason: said.reason } });
  });

  it('holds until its time at the longest', async () => {
    await run(DAY + HOUR, 'failed');
    clock.set(DAY + HOUR + 2 * MINUTE);
    await act('acknowledge', { reason, until: at(DAY + HOUR + 10 * MINUTE) });
    clock.set(DAY + HOUR + 9 * MINUTE);
    expect(await stands()).toMatchObject({ acknowledged: { reason } });
    clock.set(DAY + HOUR + 10 * MINUTE);
    expect(await stands()).toMatchObject({ acknowledged: undefined });
  });
});

describe('a check', () => {
  beforeEach(async () => {
    const made = newCheck(
      { uuid: UUID, badgeKey: UUID.replace('a', 'b'), service: 'orders', at: DAY },
      { slug: 'import' },
    );
    await createCheck(table, made);
    const ping = { at: DAY, scheme: 'https', method: 'GET', remoteAddress: '', userAgent: '', bodySize: 0 };
    await changeCheck(table, UUID, (check) => pinged(check, { ...ping, kind: 'fail' }));
  });

  it('is paused and resumed as by its own API', async () => {
    expect((await act('pause', { reason }, 'orders:import')).body).toMatchObject({ kind: 'check', status: 'paused' });
    expect((await act('resume', { reason }, 'orders:import')).body).toMatchObject({ status: 'new' });
    expect((await act('resume', { reason }, 'orders:import')).status).toBe(409);
    expect((await act('pause', { reason, until: at(DAY + HOUR) }, 'orders:import')).status).toBe(422);
  });

  it('is acknowledged as a job is', async () => {
    expect((await act('acknowledge', { reason }, 'orders:import')).body).toMatchObject({ acknowledged: { by: 'Ada' } });
    expect(await stands('orders:import')).toMatchObject({ status: 'failed', acknowledged: { reason } });
  });
});

it('leaves who, what and why in the audit log', async () => {
  await act('pause', { reason, until: at(DAY + HOUR) });
  clock.set(DAY + 1);
  await act('resume', {});
  const { entries } = await readAudit(table, { from: DAY, to: DAY + HOUR });
  expect(entries).toMatchObject([
    { actor: 'Ada', action: 'job.resume', service: 'orders', target: 'job hourly' },
    { actor: 'Ada', action: 'job.pause', note: reason, detail: { until: at(DAY + HOUR) } },
  ]);
});
