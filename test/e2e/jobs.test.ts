import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { admin, eventually, world } from './client.ts';

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
});
