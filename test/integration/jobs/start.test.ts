// Starting a function's job by hand over HTTP: which function, what it is sent, and when it is refused.
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { actRoutes } from '../../../functions/batch-monitor/acts.ts';
import { newCheck } from '../../../functions/batch-monitor/checks/fold.ts';
import { lambdaInvoker } from '../../../functions/batch-monitor/invoker.ts';
import { jobRoutes } from '../../../functions/batch-monitor/routes.ts';
import { startRoutes, type Starter } from '../../../functions/batch-monitor/start.ts';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { triggerOf } from '../../../middleware/kernel/trigger.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import { readAudit } from '../../../store/items/audit.ts';
import { createCheck } from '../../../store/items/checks.ts';
import { beginRun, endRun, type RunStart } from '../../../store/items/job-runs.ts';
import { declareJobs } from '../../../store/items/jobs.ts';
import type { JobDefinition } from '../../../store/items/job-definition.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable, emulated } from '../table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = Date.UTC(2026, 2, 2);
const NOW = DAY + 6 * HOUR;
const ARN = 'arn:aws:lambda:eu-central-1:111122223333:function';
const HOURLY = { service: 'orders', job: 'hourly' };
const reason = 'the file came late';
const at = (ms: number) => new Date(ms).toISOString();

/** As much of Lambda as asynchronous invokes need: takes them, or answers with an error. */
let server: Server;
let invoked: { readonly url: string; readonly type: unknown; readonly event: unknown }[];
let fault: { readonly status: number; readonly type: string; readonly message: string } | undefined;
let client: LambdaClient;

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      if (fault) {
        const { status, type, message } = fault;
        response.writeHead(status, { 'x-amzn-errortype': type, 'content-type': 'application/json' });
        response.end(JSON.stringify({ Message: message }));
        return;
      }
      const { url = '', headers } = request;
      invoked.push({ url, type: headers['x-amz-invocation-type'], event: JSON.parse(body) });
      response.writeHead(202, { 'x-amzn-requestid': `request-${invoked.length}` }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the operating system gave no port');
  client = new LambdaClient({ ...emulated, endpoint: `http://127.0.0.1:${address.port}`, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

let table: Table;
let clock: FakeClock;
let names: readonly string[];

beforeEach(async () => {
  invoked = [];
  fault = undefined;
  names = ['settle-*', 'reports'];
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(NOW);
  await putApiKey(table, { key: 'fb_publisher', role: 'publisher', name: 'Ada', createdAt: DAY });
  await putApiKey(table, { key: 'fb_other', role: 'publisher', name: 'Ben', createdAt: DAY });
  await declare({ schedule: '0 * * * *' });
});

const declare = (definition: JobDefinition) =>
  declareJobs(table, { service: 'orders', jobs: { hourly: definition }, atMs: DAY + clock.now() - NOW });

let ids = 0;
async function send(method: 'GET' | 'POST', path: string, body?: object, headers: Record<string, string> = {}) {
  const starter: Starter = {
    ...{ cell: '111122223333:eu-central-1:prod', names, prefix: 'flyball-prod-' },
    invoke: lambdaInvoker(() => Promise.resolve(client)),
  };
  const parts = { table, clock, logger: silentLogger, newId: () => `id-${++ids}`, starter };
  const api = describedApi({ routes: [...jobRoutes(parts), ...actRoutes(parts), ...startRoutes(parts)], ...parts });
  const all = { authorization: 'Bearer fb_publisher', 'content-type': 'application/json', ...headers };
  const event = httpV2({ method, path, headers: all, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const answer = await api(event, { awsRequestId: 'request-1' });
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? '') as Record<string, unknown> };
}

const start = (body?: object, headers?: Record<string, string>, job = 'orders:hourly') =>
  send('POST', `/v1/jobs/${job}/start`, body, headers);

async function run(ms: number, more: Partial<RunStart> = {}, ended = true): Promise<void> {
  const begun: RunStart = {
    ...{ ...HOURLY, run: `run-${ms}`, startedAt: ms, instance: 'i', requestId: 'r', limitAt: ms + 15 * MINUTE },
    ...{ function: `${ARN}:settle-hourly:live`, schedule: 'every-hour' },
    ...more,
  };
  await beginRun(table, begun);
  if (ended) await endRun(table, begun, { status: 'succeeded', endedAt: ms + MINUTE, durationMs: MINUTE });
}

describe('a job whose function is known by its runs', () => {
  beforeEach(() => run(DAY + HOUR));

  it('is started by the alias that its schedule starts, with the event that its schedule sends', async () => {
    const { status, body } = await start({ reason });
    expect(status).toBe(202);
    expect(body).toEqual({
      ...{ job: 'orders:hourly', at: at(NOW), function: 'settle-hourly:live', run: 'request-1' },
      startedBy: { by: 'Ada', reason },
    });
    expect(invoked).toHaveLength(1);
    const [{ url, type, event } = { url: '', type: '', event: {} }] = invoked;
    expect(url).toBe('/2015-03-31/functions/settle-hourly/invocations?Qualifier=live');
    expect(type).toBe('Event');
    expect(event).toEqual({
      version: '0',
      id: expect.any(String) as string,
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '111122223333',
      time: '2026-03-02T06:00:00Z',
      region: 'eu-central-1',
      resources: ['arn:aws:events:eu-central-1:111122223333:rule/every-hour'],
      detail: {},
      flyball: { startedBy: { by: 'Ada', reason } },
    });
    expect(triggerOf(event)).toMatchObject({ kind: 'schedule', source: 'every-hour' });
  });

  it('leaves an entry in the audit log', async () => {
    await start({ reason, payload: { secret: 'word' } });
    const { entries } = await readAudit(table, { from: DAY, to: NOW + HOUR });
    expect(entries).toMatchObject([
      {
        ...{ actor: 'Ada', action: 'job.start', service: 'orders', target: 'job hourly', note: reason },
        detail: { function: 'settle-hourly:live', run: 'request-1', payload: 'given' },
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain('word');
  });

  it.each([
    [{ day: '2027-01-01' }, { day: '2027-01-01', flyball: { startedBy: { by: 'Ada' } } }],
    [{ flyball: 'mine' }, { flyball: 'mine' }],
    [
      ['a', 1],
      ['a', 1],
    ],
    ['all', 'all'],
    [null, null],
    [0, 0],
  ])('is sent %j in place of that event', async (payload, event) => {
    expect((await start({ payload })).status).toBe(202);
    expect(invoked[0]?.event).toEqual(event);
  });

  it('needs no body', async () => {
    expect(await start()).toMatchObject({ status: 202, body: { startedBy: { by: 'Ada' } } });
  });

  it('tells of its function, and of who started a run', async () => {
    await run(DAY + 2 * HOUR, { startedBy: { by: 'Ada', reason }, schedule: undefined });
    expect((await send('GET', '/v1/jobs/orders:hourly')).body).toMatchObject({ function: 'settle-hourly:live' });
    const { body } = await send('GET', '/v1/jobs/orders:hourly/runs');
    expect((body['runs'] as object[])[0]).toMatchObject({
      ...{ function: 'settle-hourly:live', startedBy: { by: 'Ada', reason } },
    });
  });

  it('is known when that run has long been followed by others that no function has made', async () => {
    await tick({ table, clock, logger: silentLogger });
    for (let i = 0; i < 11; i++) {
      await run(DAY + 2 * HOUR + i * MINUTE, { run: `ping-${i}`, function: undefined, schedule: undefined });
    }
    expect(await start()).toMatchObject({ status: 202, body: { function: 'settle-hourly:live' } });
  });

  it('is started by what has run it last, wherever that was deployed', async () => {
    await run(DAY + 3 * HOUR, { function: `${ARN}:settle-new` });
    await start();
    expect(invoked[0]?.url).toBe('/2015-03-31/functions/settle-new/invocations');
  });

  it('may be started beside a run, unless its rules forbid that', async () => {
    await run(NOW - MINUTE, {}, false);
    expect((await start()).status).toBe(202);
    clock.advance(1);
    await declare({ schedule: '0 * * * *', overlap: 'forbid' });
    expect(await start()).toMatchObject({ status: 409, body: { code: 'UNDER_WAY', run: `run-${NOW - MINUTE}` } });
    expect(invoked).toHaveLength(1);
  });

  it('is started by each of two at once, unless its rules forbid that', async () => {
    const both = await Promise.all([start(), start(undefined, { authorization: 'Bearer fb_other' })]);
    expect(both.map(({ status }) => status)).toEqual([202, 202]);
    expect(invoked).toHaveLength(2);
  });

  it('is started once by two at once when its rules forbid another run, and again when that has ended', async () => {
    clock.advance(1);
    await declare({ schedule: '0 * * * *', overlap: 'forbid' });
    const both = await Promise.all([start(), start(undefined, { authorization: 'Bearer fb_other' })]);
    expect(both.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(invoked).toHaveLength(1);
    clock.advance(30_000);
    expect(await start()).toMatchObject({ status: 409, body: { code: 'UNDER_WAY' } });
    await run(NOW + 5_000, { run: 'request-1', startedBy: { by: 'Ada' } });
    clock.advance(2 * MINUTE);
    expect((await start()).status).toBe(202);
  });

  it('is started again a minute after a start of which no run was seen', async () => {
    clock.advance(1);
    await declare({ schedule: '0 * * * *', overlap: 'forbid' });
    await start();
    clock.advance(MINUTE);
    expect((await start()).status).toBe(202);
  });

  it('is not started while somebody has paused it, or its rules have', async () => {
    await send('POST', '/v1/jobs/orders:hourly/pause', { reason: 'the database is being moved' });
    const byHand = await start();
    expect(byHand).toMatchObject({ status: 409, body: { code: 'PAUSED' } });
    expect(byHand.body['detail']).toBe('orders:hourly is paused by Ada: the database is being moved. Resume it first.');
    await send('POST', '/v1/jobs/orders:hourly/resume');
    clock.advance(1);
    await declare({ schedule: '0 * * * *', pauses: [{ from: at(NOW), to: at(NOW + HOUR) }] });
    const planned = await start();
    expect(planned).toMatchObject({ status: 409, body: { code: 'PAUSED' } });
    expect(planned.body['detail']).toContain('until 2026-03-02T07:00:00.000Z');
    expect(invoked).toHaveLength(0);
  });

  it('is not started when no document has it any more', async () => {
    clock.advance(1);
    await declareJobs(table, { service: 'orders', jobs: {}, atMs: clock.now() });
    expect(await start()).toMatchObject({ status: 409, body: { code: 'RETIRED' } });
  });
});

describe('a job is not started, and it is said why, whose function', () => {
  it.each([
    [undefined, 'NO_FUNCTION', /^No run of orders:hourly has said by which function/],
    [
      `${ARN}:other`,
      'FUNCTION_NOT_STARTABLE',
      /may not start other: .+ parameter startableFunctions .+ settle-\*,reports\.$/,
    ],
    [`${ARN}:flyball-prod-config-center`, 'FUNCTION_NOT_STARTABLE', /nobody starts functions of the control plane/],
    ['arn:aws:lambda:us-east-1:111122223333:function:settle-it', 'FUNCTION_ELSEWHERE', /no function of this account/],
    [
      'arn:aws:lambda:eu-central-1:444455556666:function:settle-it',
      'FUNCTION_ELSEWHERE',
      /no function of this account/,
    ],
    ['not a function', 'FUNCTION_ELSEWHERE', /not a function/],
  ])('is %s', async (named, code, says) => {
    await run(DAY + HOUR, { function: named });
    const { status, body } = await start();
    expect(status).toBe(409);
    expect(body['code']).toBe(code);
    expect(body['detail']).toMatch(says);
    expect(invoked).toHaveLength(0);
  });

  it('the stack names none', async () => {
    names = [];
    await run(DAY + HOUR);
    const { status, body } = await start();
    expect(status).toBe(409);
    expect(body['detail']).toMatch(/parameter startableFunctions .+ it names none\.$/);
  });

  it.each([
    [403, 'AccessDeniedException', 409, 'FUNCTION_NOT_STARTABLE', /permissions boundary .+ not authorized$/],
    [404, 'ResourceNotFoundException', 409, 'FUNCTION_GONE', /knows no settle-hourly:live any more/],
    [429, 'TooManyRequestsException', 503, 'LAMBDA_BUSY', /try again/],
    [413, 'RequestTooLargeException', 422, 'INVALID_PAYLOAD', /RequestTooLargeException: not authorized/],
  ])('Lambda answers with %i %s', async (status, type, answered, code, says) => {
    await run(DAY + HOUR);
    fault = { status, type, message: 'not authorized' };
    const refused = await start({ reason }, { 'idempotency-key': 'a' });
    expect(refused).toMatchObject({ status: answered, body: { code } });
    expect(refused.body['detail']).toMatch(says);
    fault = undefined;
    // Nothing was started, so that the same start is good again.
    expect((await start({ reason }, { 'idempotency-key': 'a' })).status).toBe(202);
  });
});

describe('a start that is sent again', () => {
  beforeEach(() => run(DAY + HOUR));

  it('under its idempotency key within a day is the same one', async () => {
    const first = await start({ reason }, { 'idempotency-key': 'deploy-7' });
    clock.advance(23 * HOUR);
    expect(await start({ reason }, { 'idempotency-key': 'deploy-7' })).toEqual(first);
    expect(invoked).toHaveLength(1);
    clock.advance(HOUR);
    expect((await start({ reason }, { 'idempotency-key': 'deploy-7' })).status).toBe(202);
    expect(invoked).toHaveLength(2);
  });

  it('under the key of somebody else, or another key, is another one', async () => {
    await start({ reason }, { 'idempotency-key': 'deploy-7' });
    await start({ reason }, { 'idempotency-key': 'deploy-7', authorization: 'Bearer fb_other' });
    await start({ reason }, { 'idempotency-key': 'deploy-8' });
    await start({ reason });
    expect(invoked).toHaveLength(4);
  });

  it('with another body is refused', async () => {
    await start({ reason }, { 'idempotency-key': 'deploy-7' });
    const other = await start({ reason: 'another' }, { 'idempotency-key': 'deploy-7' });
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(invoked).toHaveLength(1);
  });

  it('after an answer that nobody has had is not sent to Lambda again', async () => {
    fault = { status: 500, type: 'ServiceException', message: 'oh' };
    const unknown = await start({ reason }, { 'idempotency-key': 'deploy-7' });
    expect(unknown).toMatchObject({ status: 503, body: { code: 'START_UNKNOWN' } });
    fault = undefined;
    const again = await start({ reason }, { 'idempotency-key': 'deploy-7' });
    expect(again).toMatchObject({ status: 409, body: { code: 'START_UNKNOWN' } });
    expect(invoked).toHaveLength(0);
  });

  it('needs a key that a header holds', async () => {
    expect((await start({ reason }, { 'idempotency-key': 'a key' })).status).toBe(400);
    expect((await start({ reason }, { 'idempotency-key': 'a'.repeat(256) })).status).toBe(400);
  });
});

it('a check is no job that anybody starts', async () => {
  const UUID = '00000001-aaaa-4000-8000-000000000000';
  await createCheck(
    table,
    newCheck({ uuid: UUID, badgeKey: UUID.replace('a', 'b'), service: 'orders', at: DAY }, { slug: 'backup' }),
  );
  expect(await start(undefined, undefined, 'orders:backup')).toMatchObject({
    status: 409,
    body: { code: 'NOT_DECLARED' },
  });
});
