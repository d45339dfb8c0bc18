// What each channel sends over the network, byte for byte: the contract that its service has published.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelConfig } from '../../../../functions/alerting/channels/config.ts';
import { createChannels, hostsNamed } from '../../../../functions/alerting/channels/index.ts';
import { webhookRequest, webhookSignature } from '../../../../functions/alerting/channels/webhook.ts';
import type { Message } from '../../../../functions/alerting/message.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { AT, message, nightly, recovered, resolved } from '../../../unit/functions/alerting/channels/messages.ts';
import { startReceiver, text, type Received, type Receiver } from './receiver.ts';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.received.length = 0;
});

const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const signal = new AbortController().signal;

/** One alert of which nothing is known but what must be. */
const bare: Message = {
  ...message,
  reason: undefined,
  cell: 'prod',
  timezone: 'UTC',
  notices: [
    {
      id: 'a1-1',
      status: 'firing',
      severity: 'realtime',
      kind: 'breaker',
      service: 'orders',
      name: 'payments',
      summary: 'open for 2 min',
      since: AT - 120_000,
    },
  ],
};

async function send(config: ChannelConfig, what: Message, secrets: Record<string, string> = {}): Promise<Received[]> {
  const channels = createChannels({
    clock: fakeClock(AT),
    privateHosts: hostsNamed(' 127.0.0.1, localhost,'),
    readSecret: async (reference) => secrets[reference] ?? '',
    pagerDutyUrl: `${receiver.url}/v2/enqueue`,
  });
  await channels('night', config)(what, signal);
  return receiver.received;
}

function sole(received: readonly Received[]): Received {
  expect(received).toHaveLength(1);
  return received[0] as Received;
}

describe('webhook', () => {
  const config: ChannelConfig = { type: 'webhook', url: '', secret: 'ssm:/flyball/prod/alerts/hook' };
  const secrets = { 'ssm:/flyball/prod/alerts/hook': WHSEC };

  it('posts JSON, signed as Standard Webhooks says', async () => {
    const { method, url, headers, body } = sole(
      await send({ ...config, url: `${receiver.url}/alerts?x=1` }, message, secrets),
    );
    expect([method, url, headers['content-type'], headers['user-agent']]).toEqual([
      'POST',
      '/alerts?x=1',
      'application/json',
      'flyball',
    ]);
    expect(headers['webhook-id']).toBe('b5bb9d8014a0f9b1');
    expect(headers['webhook-timestamp']).toBe(String(AT / 1_000));
    const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const signed = createHmac('sha256', key)
      .update(`b5bb9d8014a0f9b1.${AT / 1_000}.${body}`)
      .digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signed}`);
    expect(JSON.parse(body)).toEqual({
      type: 'alert.firing',
      timestamp: '2026-11-22T07:00:00.000Z',
      data: {
        id: 'b5bb9d8014a0f9b1',
        kind: 'firing',
        reason: 'held until 08:00',
        cell: '123456789012:eu-central-1:prod',
        timezone: 'Europe/Berlin',
        text: expect.stringContaining('Since: 2026-11-22 03:10:00 +01:00, for 4 h 50 min') as string,
        notices: [
          {
            ...nightly,
            exception: ['TypeError: Cannot read properties of undefined', 'at settle (settle.ts:42:7)'],
            since: '2026-11-22T02:10:00.000Z',
            changes: [{ at: '2026-11-22T01:50:00.000Z', what: 'rules of settlement r12 by anna' }],
          },
        ],
        more: 0,
      },
    });
  });

  it('signs as the vector of the specification, and with both secrets while they change', () => {
    // The libraries of Standard Webhooks test themselves with this one.
    const content = 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}';
    const vector = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
    expect(webhookSignature(WHSEC, content)).toBe(vector);
    const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    expect(webhookSignature(`${WHSEC} ${other}`, content)).toBe(`${vector} ${webhookSignature(other, content)}`);
  });

  it.each(['hunter2', 'whsec_', 'whsec_c2hvcnQ=', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])(
    'does not sign with %s',
    (secret) => {
      expect(() => webhookRequest('https://x', secret, message, AT)).toThrow('none of Standard Webhooks');
    },
  );
});

describe('Slack', () => {
  it('posts blocks, with a text for notifications', async () => {
    const { url, headers, body } = sole(
      await send({ type: 'slack', webhook: 'ssm:/flyball/prod/alerts/slack' }, bare, {
        'ssm:/flyball/prod/alerts/slack': `${receiver.url}/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX`,
      }),
    );
    expect(url).toBe('/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(body).toBe(
      '{"text":"[flyball prod] FIRING realtime orders/payments: open for 2 min","mrkdwn":false,"unfurl_links":false,"unfurl_media":false,' +
        '"blocks":[{"type":"header","text":{"type":"plain_text","text":"[flyball prod] FIRING realtime orders/payments: open for 2 min","emoji":false}},' +
        '{"type":"section","text":{"type":"mrkdwn","text":"*FIRING realtime* orders/payments: open for 2 min\\n*Since:* 2026-11-22 06:58:00 +00:00, for 2 min\\n\\nflyball prod · 2026-11-22 07:00:00 +00:00 UTC","verbatim":true}}]}',
    );
  });
});

describe('PagerDuty', () => {
  const config: ChannelConfig = { type: 'pagerduty', routingKey: 'ssm:/flyball/prod/alerts/pager' };
  const secrets = { 'ssm:/flyball/prod/alerts/pager': 'e93facc04764012d7bfb002500d5d1a6' };
  beforeAll(() => receiver.answer(text(202, '{"status":"success","message":"Event processed","dedup_key":"x"}')));
  afterAll(() => receiver.answer(text(200, 'ok')));

  it('sends one event for each notice, by the key of its alert', async () => {
    const notices = [nightly, resolved, recovered];
    const received = await send(config, { ...message, kind: 'digest', notices }, secrets);
    expect(received).toHaveLength(2);
    // They are sent side by side.
    const [first, second] = received.toSorted((a) => (a.body.includes('"trigger"') ? -1 : 1));
    expect(first).toMatchObject({ method: 'POST', url: '/v2/enqueue' });
    expect(JSON.parse(first?.body ?? '')).toEqual({
      routing_key: 'e93facc04764012d7bfb002500d5d1a6',
      event_action: 'trigger',
      dedup_key: '9f86d081884c7d65-3',
      client: 'flyball',
      client_url: 'https://flyball.example.com/console#/alerts/9f86d081884c7d65-3',
      links: [
        { href: 'https://wiki.example.com/settlement', text: 'Runbook' },
        { href: 'https://flyball.example.com/console#/alerts/9f86d081884c7d65-3', text: 'Console' },
      ],
      payload: {
        summary: 'settlement/nightly-check: failed 3 times in a row, last at 03:10',
        source: 'settlement',
        severity: 'warning',
        timestamp: '2026-11-22T02:10:00.000Z',
        component: 'nightly-check',
        group: '123456789012:eu-central-1:prod',
        class: 'job',
        custom_details: {
          since: '2026-11-22 03:10:00 +01:00',
          reason: 'held until 08:00',
          owner: 'team-orders',
          because: 'payments/api: breaker open',
          blocks: ['daily report', 'bank export'],
          exception: ['TypeError: Cannot read properties of undefined', 'at settle (settle.ts:42:7)'],
          changes: ['2026-11-22 02:50:00 +01:00 rules of settlement r12 by anna'],
          runbook: 'https://wiki.example.com/settlement',
        },
      },
    });
    expect(second?.body).toBe(
      '{"routing_key":"e93facc04764012d7bfb002500d5d1a6","event_action":"resolve","dedup_key":"aaaa-1"}',
    );
  });

  it.each([
    ['realtime', 'critical'],
    ['high', 'error'],
    ['deferred', 'warning'],
  ] as const)('%s is %s', async (severity, expected) => {
    const [event] = await send(config, { ...bare, notices: [{ ...nightly, severity }] }, secrets);
    expect(JSON.parse(event?.body ?? '')).toMatchObject({ payload: { severity: expected } });
  });

  it('resolves what a test has triggered', async () => {
    const events = await send(config, { ...bare, kind: 'test', notices: [] }, secrets);
    expect(events.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { event_action: 'trigger', dedup_key: 'flyball-test-b5bb9d8014a0f9b1', payload: { severity: 'info' } },
      { event_action: 'resolve', dedup_key: 'flyball-test-b5bb9d8014a0f9b1' },
    ]);
  });
});

describe('DingTalk', () => {
  beforeAll(() => receiver.answer(text(200, '{"errcode":0,"errmsg":"ok"}')));
  const config: ChannelConfig = {
    type: 'dingtalk',
    webhook: 'ssm:/flyball/prod/alerts/ding',
    secret: 'ssm:/flyball/prod/alerts/sign',
  };

  it('posts markdown to the address of the robot, signed', async () => {
    const { url, headers, body } = sole(
      await send(config, bare, {
        'ssm:/flyball/prod/alerts/ding': `${receiver.url}/robot/send?access_token=0123abcd`,
        'ssm:/flyball/prod/alerts/sign': 'this is secret',
      }),
    );
    // By the Python of DingTalk's page: quote_plus(b64encode(hmac(secret, f'{timestamp}\n{secret}', sha256)))
    expect(url).toBe(
      `/robot/send?access_token=0123abcd&timestamp=${AT}&sign=zuXOTEU07uyU5DqvFEu0cvbU0u3VAuR6kw9qxhEO80A%3D`,
    );
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(body).toBe(
      '{"msgtype":"markdown","markdown":{"title":"［flyball prod］ FIRING realtime orders/payments: open for 2 min",' +
        '"text":"### ［flyball prod］ FIRING realtime orders/payments: open for 2 min\\n\\n**FIRING realtime** orders/payments: open for 2 min\\n\\n' +
        '**Since:** 2026-11-22 06:58:00 +00:00, for 2 min\\n\\nflyball prod · 2026-11-22 07:00:00 +00:00 UTC"},"at":{"isAtAll":false}}',
    );
  });

  it('is not signed where the robot asks for a keyword instead', async () => {
    const { url } = sole(
      await send({ type: 'dingtalk', webhook: 'ssm:/flyball/prod/alerts/ding' }, bare, {
        'ssm:/flyball/prod/alerts/ding': `${receiver.url}/robot/send?access_token=0123abcd`,
      }),
    );
    expect(url).toBe('/robot/send?access_token=0123abcd');
  });
});

describe.each(['feishu', 'lark'] as const)('%s', (type) => {
  beforeAll(() =>
    receiver.answer(text(200, '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}')),
  );

  it('posts paragraphs, with the signature in the body', async () => {
    const { url, body } = sole(
      await send({ type, webhook: 'ssm:/flyball/prod/alerts/bot', secret: 'ssm:/flyball/prod/alerts/sign' }, bare, {
        'ssm:/flyball/prod/alerts/bot': `${receiver.url}/open-apis/bot/v2/hook/xxxxxxxxxxxxxxxxx`,
        'ssm:/flyball/prod/alerts/sign': 'demo',
      }),
    );
    expect(url).toBe('/open-apis/bot/v2/hook/xxxxxxxxxxxxxxxxx');
    // By the Python of Feishu's page: b64encode(hmac(f'{timestamp}\n{secret}', b'', sha256))
    expect(body).toBe(
      `{"timestamp":"${AT / 1_000}","sign":"1yNgqUmq7yGYHjQ9DAWi8WtIhVluHkX+zQoe9dUNe5A=","msg_type":"post","content":{"post":{"en_us":{"title":"[flyball prod] FIRING realtime orders/payments: open for 2 min","content":[` +
        '[{"tag":"text","text":"FIRING realtime"},{"tag":"text","text":" orders/payments: open for 2 min"}],' +
        '[{"tag":"text","text":"Since: "},{"tag":"text","text":"2026-11-22 06:58:00 +00:00, for 2 min"}],[{"tag":"text","text":" "}],' +
        '[{"tag":"text","text":"flyball prod · 2026-11-22 07:00:00 +00:00 UTC"}]]}}}}',
    );
  });
});

describe('WeCom', () => {
  beforeAll(() => receiver.answer(text(200, '{"errcode":0,"errmsg":"ok"}')));

  it('posts markdown', async () => {
    const { url, body } = sole(
      await send({ type: 'wecom', webhook: 'secretsmanager:flyball/prod/alerts/wecom#url' }, bare, {
        'secretsmanager:flyball/prod/alerts/wecom#url': `${receiver.url}/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa`,
      }),
    );
    expect(url).toBe('/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa');
    expect(body).toBe(
      '{"msgtype":"markdown","markdown":{"content":"### ［flyball prod］ FIRING realtime orders/payments: open for 2 min\\n' +
        '**FIRING realtime** orders/payments: open for 2 min\\n**Since:** 2026-11-22 06:58:00 +00:00, for 2 min\\n\\nflyball prod · 2026-11-22 07:00:00 +00:00 UTC"}}',
    );
  });
});
