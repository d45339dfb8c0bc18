import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { admin, eventually, publish, world } from './client.ts';

const lambda = new LambdaClient({
  region: 'us-east-1',
  endpoint: world.lambda,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

const invoke = (name: string, event: object) =>
  lambda.send(new InvokeCommand({ FunctionName: `flyball-local-${name}`, Payload: JSON.stringify(event) }));

describe('the nightly settlement', () => {
  it('is a job whose runs are accounted for', async () => {
    const before = await admin('GET', '/v1/jobs/settlement:nightly-settlement');
    expect(before.body).toMatchObject({ id: 'settlement:nightly-settlement', schedule: 'cron(0 2 * * ? *)' });

    await invoke('nightly-settlement', {
      id: 'event-1',
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      time: '2026-03-02T02:00:00Z',
      resources: ['arn:aws:events:us-east-1:000000000000:rule/nightly'],
      detail: {},
    });
    const run = await eventually('the run', async () => {
      const { body } = await admin('GET', '/v1/jobs/settlement:nightly-settlement/runs');
      return (body['runs'] as { status: string; counts?: { failed?: number } }[])[0];
    });
    expect(run).toMatchObject({ status: 'succeeded', counts: { failed: 0 } });

    await invoke('batch-monitor-tick', {});
    const { body } = await admin('GET', '/v1/jobs/settlement:nightly-settlement');
    expect(body).toMatchObject({ status: 'up', lastRun: { status: 'succeeded' } });
  });

  it('is started by hand, by the function that runs it every night', async () => {
    const reason = 'the file came late';
    const started = await admin('POST', '/v1/jobs/settlement:nightly-settlement/start', { reason });
    expect(started.status, JSON.stringify(started.body)).toBe(202);
    expect(started.body).toMatchObject({ function: 'flyball-local-nightly-settlement', startedBy: { reason } });
    const run = await eventually('the end of the run', async () => {
      const { body } = await admin('GET', '/v1/jobs/settlement:nightly-settlement/runs');
      const runs = body['runs'] as { status: string; startedBy?: { reason?: string } }[];
      return runs.find(({ status, startedBy }) => startedBy?.reason === reason && status !== 'running');
    });
    expect(run).toMatchObject({ status: 'succeeded', startedBy: { reason } });
  });
});

describe('a night in which two jobs fail', () => {
  const SERVICE = 'mornings';
  const WHY = 'LedgerError: the ledger is 12.40 off';

  interface Told {
    readonly hook: string;
    readonly signed: boolean;
    readonly body: { readonly type: string; readonly data: { readonly notices: readonly Record<string, unknown>[] } };
  }
  const toldOf = async (name: string) => {
    const { messages } = (await (await fetch(`${world.alerts}/messages`)).json()) as { readonly messages: Told[] };
    return messages.filter(({ body }) =>
      body.data.notices.some((notice) => notice['service'] === SERVICE && notice['name'] === name),
    );
  };
  const alertOf = async (name: string) => {
    const { body } = await admin('GET', `/v1/alerts?service=${SERVICE}`);
    const alerts = body['alerts'] as { readonly id: string; readonly name: string; readonly status: string }[];
    return alerts.find((alert) => alert.name === name);
  };
  const ticks = async () => {
    await invoke('batch-monitor-tick', {});
    await invoke('alerting-tick', {});
  };

  it('tells of the one that is blocking at once, and holds the other until its owner’s hour or until somebody asks', async () => {
    const job = { schedule: 'cron(0 3 * * ? *)', timezone: 'Europe/Berlin' };
    await publish(SERVICE, {
      ...{ apiVersion: 'flyball/v1', service: SERVICE, owner: 'team-orders' },
      jobs: { check: job, trade: { ...job, blocking: true } },
    });
    const made = await admin('POST', '/v1/keys', { name: 'mornings-cron', role: 'pinger', services: [SERVICE] });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    for (const name of ['check', 'trade']) {
      const pinged = await fetch(`${world.http}/ping/${String(made.body['key'])}/${name}/1`, {
        method: 'POST',
        body: WHY,
      });
      expect(pinged.status).toBe(200);
    }
    const at = await eventually('what is told at once', async () => {
      await ticks();
      return (await toldOf('trade')).find(({ hook }) => hook === 'team-orders');
    });
    expect(at).toMatchObject({ signed: true, body: { type: 'alert.firing' } });
    const exception = [`exit status 1: ${WHY}`];
    expect(at.body.data.notices).toMatchObject([{ severity: 'realtime', owner: 'team-orders', exception }]);

    const held = await eventually('the alert that is held', async () => {
      await ticks();
      return alertOf('check');
    });
    expect(await toldOf('check')).toEqual([]);
    expect(held).toMatchObject({ severity: 'deferred', told: [], held: [{ kind: 'deferred' }, {}] });
    const why = await admin('GET', `/v1/alerts/${held.id}/why`);
    expect(JSON.stringify(why.body)).toContain('08:00 Europe/Berlin');

    const now = await admin('POST', `/v1/alerts/${held.id}/send-now`, { reason: 'the auditors ask' });
    expect(now.status, JSON.stringify(now.body)).toBe(200);
    const sent = await eventually('what was held', async () => {
      await ticks();
      return (await toldOf('check')).find(({ hook }) => hook === 'team-orders');
    });
    expect(sent).toMatchObject({ signed: true, body: { data: { notices: [{ severity: 'deferred' }] } } });
  });
});
