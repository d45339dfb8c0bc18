// The two mornings that alerts are for, minute by minute: a job that failed at night and could wait is told of at 08:00, with
// all that there is to know; one that keeps business from going on is told of at once. By a webhook, to a real receiver.
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createChannels } from '../../../functions/alerting/channels/index.ts';
import { compileRouting } from '../../../functions/alerting/routing/compile.ts';
import { routingDocument } from '../../../functions/alerting/routing/schema.ts';
import { jobsAndChecks } from '../../../functions/alerting/signals/marked.ts';
import { changesBefore } from '../../../functions/alerting/signals/changes.ts';
import { tick as alertTick } from '../../../functions/alerting/tick.ts';
import { tick as monitorTick } from '../../../functions/batch-monitor/tick.ts';
import { startAlertReceiver, type AlertReceiver } from '../../../infra/local/alert-receiver.ts';
import { endRun, type RunEnd } from '../../../store/items/job-runs.ts';
import { declareJobs, type JobDefinition } from '../../../store/items/jobs.ts';
import { publishRevision } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { createTable } from '../table.ts';

const MINUTE = 60_000;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/** A Monday in winter: Berlin is an hour ahead. */
const berlin = (time: string) => Date.parse(`2026-03-02T${time}+01:00`);

let table: Table;
let clock: FakeClock;
let receiver: AlertReceiver;

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  clock = fakeClock(berlin('00:00:00'));
  receiver = await startAlertReceiver(0, SECRET);
});
afterEach(() => receiver.stop());

const routing = () =>
  compileRouting(
    routingDocument.parse({
      apiVersion: 'flyball/v1',
      console: 'https://flyball.example/console',
      owners: {
        'team-settlement': { timezone: 'Europe/Berlin', deferUntil: '08:00', channels: ['settlement-hook'] },
      },
      channels: {
        'settlement-hook': {
          type: 'webhook',
          url: `http://127.0.0.1:${receiver.port}/hooks/settlement`,
          secret: 'ssm:/flyball/local/alerts/hook',
        },
      },
      route: { channels: ['owner'] },
    }),
  );

/** What the two ticks do in one minute. */
async function minute(): Promise<void> {
  await monitorTick({ table, clock, logger: silentLogger });
  const inForce = routing();
  const channels = createChannels({
    ...{ clock, privateHosts: ['127.0.0.1'], readSecret: () => Promise.resolve(SECRET) },
  });
  const report = await alertTick({
    ...{ table, clock, logger: silentLogger, cell: 'test', timeoutMs: 55_000, sources: [jobsAndChecks] },
    remainingMs: () => 55_000,
    routing: () => Promise.resolve(inForce),
    channels: ({ channels: named }, name) => {
      const config = named.get(name);
      return config && { type: config.type, send: channels(name, config), eachNotice: true };
    },
    guarded: (_type, _channel, send) => send(new AbortController().signal),
    changesBefore: (service, atMs) => changesBefore(table, service, atMs),
  });
  expect(report).toMatchObject({ failed: 0, complete: true });
}

/** Ticks at these times, in Berlin, and gives what had been received after each. */
async function at(...times: string[]): Promise<number[]> {
  const received: number[] = [];
  for (const time of times) {
    clock.set(berlin(time));
    await minute();
    received.push(receiver.messages.length);
  }
  return received;
}

/** What was said, as the body of a webhook has it: times as ISO text. */
const messages = () => receiver.messages.map(({ body }) => (body as { readonly data: Said }).data);

interface Said {
  readonly notices: readonly { readonly name: string }[];
}

const declare = (jobs: Record<string, JobDefinition>) =>
  declareJobs(table, { service: 'settlement', owner: 'team-settlement', jobs, atMs: clock.now() });
const CHECK: JobDefinition = { schedule: '0 3 * * *', timezone: 'Europe/Berlin' };

async function checkEnds(time: string, end: Partial<RunEnd>): Promise<void> {
  const endedAt = berlin(time);
  const startedAt = berlin('03:00:00') > endedAt - 12 * MINUTE ? berlin('03:00:00') : endedAt - 12 * MINUTE;
  const run = `check-${time}`;
  const about = { service: 'settlement', job: 'check', run, startedAt, instance: 'i', requestId: run };
  await endRun(
    table,
    { ...about, scheduledAt: berlin('03:00:00'), limitAt: endedAt + MINUTE },
    { status: 'succeeded', endedAt, durationMs: endedAt - startedAt, ...end },
  );
}

const checkFails = () =>
  checkEnds('03:12:00', {
    status: 'failed',
    error: {
      name: 'LedgerError',
      message: 'the ledger is 12.40 off',
      causes: [{ name: 'TypeError', message: 'rows is not iterable' }],
      frames: ['compare (settlement/check.ts:31:9)'],
    },
  });

describe('a check job that failed at 03:12', () => {
  it('and that nothing urgent waits for is told of at 08:00:00, with all that there is to know', async () => {
    await publishRevision(table, {
      ...{ service: 'settlement', author: 'alice', note: 'compares all rows', source: '{}', document: {} },
      ...{ at: berlin('02:50:00'), expectedSeq: 0 },
    });
    await declare({ check: CHECK, report: { schedule: '0 10 * * *', timezone: 'Europe/Berlin', after: ['check'] } });
    await checkFails();

    expect(await at('03:12:30', '03:13:30', '05:00:00', '07:00:00', '07:59:59')).toEqual([0, 0, 0, 0, 0]);
    expect(await at('08:00:00', '08:01:00', '09:00:00')).toEqual([1, 1, 1]);

    expect(receiver.messages).toMatchObject([
      { hook: 'settlement', signed: true, body: { timestamp: '2026-03-02T07:00:00.000Z' } },
    ]);
    const [digest] = messages();
    expect(digest).toMatchObject({ kind: 'digest', timezone: 'Europe/Berlin', more: 0 });
    const about = digest?.notices.find(({ name }) => name === 'check');
    expect(about).toMatchObject({
      status: 'firing',
      severity: 'deferred',
      kind: 'job',
      service: 'settlement',
      owner: 'team-settlement',
      summary: 'check failed after 12 min: LedgerError: the ledger is 12.40 off',
      exception: [
        'LedgerError: the ledger is 12.40 off',
        'caused by TypeError: rows is not iterable',
        'at compare (settlement/check.ts:31:9)',
      ],
    });
    expect(about).not.toHaveProperty('blocks');
    expect(JSON.stringify(about)).toContain('rules revision 1 by alice: compares all rows');

    await checkEnds('09:12:00', {});
    await at('09:12:30', '09:15:00');
    expect(messages().slice(1)).toMatchObject([{ kind: 'resolved', notices: [{ name: 'check', status: 'resolved' }] }]);
  });

  it('and was mended in the night is one line at 08:00:00', async () => {
    await declare({ check: CHECK });
    await checkFails();
    await at('03:13:00');
    await checkEnds('05:00:00', {});
    expect(await at('05:01:00', '07:59:59', '08:00:00', '08:30:00')).toEqual([0, 0, 1, 1]);
    expect(messages()).toMatchObject([{ kind: 'digest', notices: [{ name: 'check', status: 'recovered' }] }]);
  });

  it('and that is blocking is told of at once', async () => {
    await declare({ check: { ...CHECK, blocking: true } });
    await checkFails();
    expect(await at('03:12:30')).toEqual([1]);
    expect(messages()).toMatchObject([
      { kind: 'firing', notices: [{ severity: 'realtime', owner: 'team-settlement' }] },
    ]);
  });

  it('and that a blocking job waits for is told of an hour before that has to begin', async () => {
    const trade = { schedule: '30 6 * * *', timezone: 'Europe/Berlin', startDeadline: '15m', after: ['check'] };
    await declare({ check: CHECK, 'open-trade': { ...trade, blocking: true } });
    await checkFails();
    expect(await at('03:12:30', '04:30:00', '05:44:59')).toEqual([0, 0, 0]);
    expect(await at('05:45:00')).toEqual([1]);
    expect(messages()).toMatchObject([
      { notices: [{ name: 'check', severity: 'deferred', blocks: ['settlement:open-trade'] }] },
    ]);
  });

  it('and that comes to be needed in the night is told of when that is published', async () => {
    await declare({ check: CHECK });
    await checkFails();
    expect(await at('03:12:30', '04:00:00')).toEqual([0, 0]);
    await declare({ check: { ...CHECK, blocking: true } });
    expect(await at('04:00:30')).toEqual([1]);
    expect(messages()).toMatchObject([{ notices: [{ name: 'check', severity: 'realtime' }] }]);
  });
});
