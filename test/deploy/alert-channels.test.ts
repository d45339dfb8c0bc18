// Alerts by SNS and SES, and secrets of both stores, against an emulated AWS that knows their rules.
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { ChannelConfig } from '../../functions/alerting/channels/config.ts';
import { createChannels } from '../../functions/alerting/channels/index.ts';
import { awsSecrets } from '../../functions/alerting/channels/secrets.ts';
import { CREDENTIALS, REGION } from '../../infra/deploy/moto.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { message } from '../unit/functions/alerting/channels/messages.ts';
import { aws } from './aws.ts';

const signal = new AbortController().signal;
const send = (config: ChannelConfig) =>
  createChannels({ clock: systemClock, privateHosts: [] })('night', config)(message, signal);

beforeAll(() => {
  for (const [name, value] of Object.entries({
    ...CREDENTIALS,
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: inject('moto'),
  })) {
    vi.stubEnv(name, value);
  }
});
/** What is made here is no part of the stack, whose removal is looked at later. */
const made: (readonly [service: string, removal: string, args: Record<string, unknown>])[] = [];
afterAll(async () => {
  for (const removal of made) await aws(...removal);
  vi.unstubAllEnvs();
});

describe('a message', () => {
  it('reaches who subscribes to a topic in the form for them, and those alone that filter for it', async () => {
    const { TopicArn } = await aws<{ TopicArn: string }>('sns', 'create_topic', { Name: 'night' });
    made.push(['sns', 'delete_topic', { TopicArn }]);
    const queues = await Promise.all(
      ['deferred', 'realtime'].map(async (severity) => {
        const { QueueUrl } = await aws<{ QueueUrl: string }>('sqs', 'create_queue', { QueueName: `night-${severity}` });
        made.push(['sqs', 'delete_queue', { QueueUrl }]);
        const Endpoint = TopicArn.replace(':sns:', ':sqs:').replace(/night$/, `night-${severity}`);
        const Attributes = { FilterPolicy: JSON.stringify({ severity: [severity] }), RawMessageDelivery: 'true' };
        await aws('sns', 'subscribe', { TopicArn, Protocol: 'sqs', Endpoint, Attributes });
        return QueueUrl;
      }),
    );
    await send({ type: 'sns', topic: TopicArn });
    const received = await Promise.all(
      queues.map((QueueUrl) => aws<{ Messages?: { Body: string }[] }>('sqs', 'receive_message', { QueueUrl })),
    );
    expect(received.map(({ Messages = [] }) => Messages.map(({ Body }) => Body))).toEqual([
      [expect.stringMatching(/^\[flyball .*\] FIRING deferred .*\nWhy now: held until 08:00\n/)],
      [],
    ]);
  });

  it('goes by SES from an address that is verified, and is refused from another', async () => {
    const config: ChannelConfig = {
      type: 'ses',
      from: 'flyball@example.com',
      to: ['orders@example.com'],
      region: REGION,
    };
    await expect(send(config)).rejects.toMatchObject({ name: 'NotDelivered', retryable: false });
    await aws('sesv2', 'create_email_identity', { EmailIdentity: 'flyball@example.com' });
    await send(config);
    const { SentLast24Hours } = await aws<{ SentLast24Hours: number }>('ses', 'get_send_quota');
    expect(SentLast24Hours).toBe(1);
  });
});

describe('a secret', () => {
  const read = awsSecrets(systemClock);

  it('is read from where it is kept', async () => {
    await aws('ssm', 'put_parameter', { Name: '/flyball/dev/alerts/pager', Type: 'SecureString', Value: 'hunter2' });
    made.push(['ssm', 'delete_parameter', { Name: '/flyball/dev/alerts/pager' }]);
    await aws('secretsmanager', 'create_secret', {
      Name: 'flyball/dev/alerts/hook',
      SecretString: '{"url":"hunter3"}',
    });
    expect(await read('ssm:/flyball/dev/alerts/pager', signal)).toBe('hunter2');
    expect(await read('secretsmanager:flyball/dev/alerts/hook#url', signal)).toBe('hunter3');
  });

  it.each(['ssm:/flyball/dev/alerts/none', 'secretsmanager:flyball/dev/alerts/none'])(
    '%s is none',
    async (reference) => {
      await expect(read(reference, signal)).rejects.toMatchObject({ failure: { retryable: false } });
    },
  );
});
