// What goes to AWS over the network: SNS as its emulator takes it, SES, Systems Manager and Secrets Manager as recorded.
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { NotDelivered } from '../../../../functions/alerting/channel.ts';
import type { ChannelConfig } from '../../../../functions/alerting/channels/config.ts';
import { createChannels } from '../../../../functions/alerting/channels/index.ts';
import { awsSecrets } from '../../../../functions/alerting/channels/secrets.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { AT, message } from '../../../unit/functions/alerting/channels/messages.ts';
import { startReceiver, text, type Received, type Receiver } from './receiver.ts';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.received.length = 0;
  for (const service of ['SESV2', 'SSM', 'SECRETS_MANAGER']) vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, receiver.url);
  vi.stubEnv('AWS_ENDPOINT_URL_SNS', inject('sqs'));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const signal = new AbortController().signal;
const send = (config: ChannelConfig) =>
  createChannels({ clock: fakeClock(AT), privateHosts: [] })('aws', config)(message, signal);

async function failing(sent: Promise<unknown>): Promise<NotDelivered> {
  const error: unknown = await sent.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NotDelivered);
  return error as NotDelivered;
}

function sole(): Received {
  expect(receiver.received).toHaveLength(1);
  return receiver.received[0] as Received;
}

describe('SNS', () => {
  it.each([
    ['alerts-of-channels', {}],
    ['alerts-of-channels.fifo', { FifoTopic: 'true' }],
  ])('publishes to %s, once though it is sent twice where that can be', async (name, Attributes) => {
    const sns = new SNSClient({ region: 'us-east-1' });
    const sqs = new SQSClient({ region: 'us-east-1', useQueueUrlAsEndpoint: false });
    const fifo = name.endsWith('.fifo');
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name, Attributes }));
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: name, ...(fifo ? { Attributes: { FifoQueue: 'true' } } : {}) }),
    );
    const Endpoint = `arn:aws:sqs:us-east-1:${TopicArn.split(':')[4]}:${name}`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    await send({ type: 'sns', topic: TopicArn });
    await send({ type: 'sns', topic: TopicArn });
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    expect(Messages).toHaveLength(fifo ? 1 : 2);
    const { Message, ...rest } = JSON.parse(Messages[0]?.Body ?? '') as { readonly Message: string };
    expect(rest).toMatchObject({
      Subject: '[flyball prod] FIRING deferred settlement/nightly-check: failed 3 times in a row, last at 03:10',
      MessageAttributes: { kind: { Type: 'String', Value: 'firing' }, severity: { Type: 'String', Value: 'deferred' } },
    });
    // The emulator hands all forms on; AWS gives each subscriber its own (test/deploy/alert-channels.test.ts).
    const { sms, default: form } = JSON.parse(Message) as Readonly<Record<string, string>>;
    expect(form).toMatch(/^\[flyball .*\] FIRING.*\nWhy now: held until 08:00\n/);
    expect(sms).toMatch(/^\[flyball .*\] FIRING.*03:10$/);
  });

  it('says what a topic that is gone is', async () => {
    const error = await failing(send({ type: 'sns', topic: 'arn:aws:sns:us-east-1:000000000000:gone' }));
    expect(error).toMatchObject({ retryable: false });
    expect(error.message).toMatch(/^aws \(sns\): SNS answered 404 NotFound/);
  });
});

describe('SES', () => {
  const config: ChannelConfig = {
    type: 'ses',
    from: 'flyball@example.com',
    to: ['orders@example.com'],
    region: 'eu-central-1',
    configurationSet: 'alerts',
  };

  it('sends plain text', async () => {
    receiver.answer(text(200, '{"MessageId":"1"}'));
    await send(config);
    const { method, url, headers, body } = sole();
    expect([method, url]).toEqual(['POST', '/v2/email/outbound-emails']);
    expect(headers.authorization).toMatch(/\/eu-central-1\/ses\/aws4_request/);
    expect(JSON.parse(body)).toEqual({
      FromEmailAddress: 'flyball@example.com',
      Destination: { ToAddresses: ['orders@example.com'] },
      ConfigurationSetName: 'alerts',
      Content: {
        Simple: {
          Subject: {
            Charset: 'UTF-8',
            Data: '[flyball prod] FIRING deferred settlement/nightly-check: failed 3 times in a row, last at 03:10',
          },
          Body: {
            Text: { Charset: 'UTF-8', Data: expect.stringContaining('Owner: team-orders\nBecause of: ') as string },
          },
          Headers: [
            { Name: 'Auto-Submitted', Value: 'auto-generated' },
            { Name: 'X-Flyball-Message', Value: 'b5bb9d8014a0f9b1' },
          ],
        },
      },
    });
  });

  it.each([
    [429, 'TooManyRequestsException', true],
    [400, 'MessageRejected', false],
    [500, 'InternalServiceErrorException', true],
    [403, 'AccessDeniedException', false],
  ])('%d %s: tried again %s', async (status, type, retryable) => {
    receiver.answer(text(status, '{"message":"Email address is not verified."}', { 'x-amzn-errortype': type }));
    const error = await failing(send(config));
    expect(error).toMatchObject({ retryable });
    expect(error.message).toBe(`aws (ses): SES answered ${status} ${type}: "Email address is not verified."`);
    expect(receiver.received).toHaveLength(1);
  });

  it('is tried again when it cannot be reached', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SESV2', 'http://127.0.0.1:9');
    const error = await failing(send(config));
    expect(error).toMatchObject({ retryable: true, maybeDelivered: false });
    expect(error.message).toBe('aws (ses): SES could not be reached (ECONNREFUSED)');
  });
});

describe('a secret', () => {
  const read = awsSecrets(fakeClock(AT));

  it('is a SecureString of Systems Manager, decrypted', async () => {
    receiver.answer(text(200, '{"Parameter":{"Name":"x","Type":"SecureString","Value":"hunter2"}}'));
    expect(await read('ssm:/flyball/prod/alerts/pager', signal)).toBe('hunter2');
    const { headers, body } = sole();
    expect(headers['x-amz-target']).toBe('AmazonSSM.GetParameter');
    expect(JSON.parse(body)).toEqual({ Name: '/flyball/prod/alerts/pager', WithDecryption: true });
  });

  it.each([
    ['secretsmanager:flyball/prod/alerts/pager', 'hunter2', 'hunter2'],
    ['secretsmanager:flyball/prod/alerts/pager#key', '{"key":"hunter2","other":"x"}', 'hunter2'],
  ])('is %s of Secrets Manager', async (reference, SecretString, expected) => {
    receiver.answer(text(200, JSON.stringify({ Name: 'x', SecretString })));
    expect(await read(reference, signal)).toBe(expected);
    const { headers, body } = sole();
    expect(headers['x-amz-target']).toBe('secretsmanager.GetSecretValue');
    expect(JSON.parse(body)).toEqual({ SecretId: 'flyball/prod/alerts/pager' });
  });

  it.each([
    ['ssm:/flyball/prod/x', 400, 'ParameterNotFound', false],
    ['ssm:/flyball/prod/x', 400, 'AccessDeniedException', false],
    ['ssm:/flyball/prod/x', 400, 'ThrottlingException', true, 'no answer'],
    ['ssm:/flyball/prod/x', 500, 'InternalServerError', true, 'no answer'],
    ['secretsmanager:x', 400, 'ResourceNotFoundException', false],
    ['secretsmanager:x', 400, 'AccessDeniedException', false],
    ['secretsmanager:x', 400, 'ThrottlingException', true],
    ['secretsmanager:x', 500, 'InternalServiceError', true],
  ])('%s that answers %d %s is tried again: %s', async (reference, status, __type, retryable, said = __type) => {
    receiver.answer(
      text(status, JSON.stringify({ __type, message: 'no' }), { 'content-type': 'application/x-amz-json-1.1' }),
    );
    const config: ChannelConfig = { type: 'wecom', webhook: reference };
    const error = await failing(
      createChannels({ clock: fakeClock(AT), privateHosts: [] })('chat', config)(message, signal),
    );
    expect(error).toMatchObject({ retryable });
    expect(error.message).toContain(`chat (wecom): ${reference} could not be read (${said}`);
  });

  it('that is no JSON has no fields, and is not shown', async () => {
    receiver.answer(text(200, '{"SecretString":"hunter2"}'));
    const error: unknown = await read('secretsmanager:x#key', signal).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('secretsmanager:x#key: the secret is no JSON object');
    expect(String(error)).not.toContain('hunter2');
  });
});
