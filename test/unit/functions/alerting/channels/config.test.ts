// What the routing document may say of a channel: secrets by reference alone, and nowhere to send one that is not its own.
import { describe, expect, it } from 'vitest';
import { channelConfig, secretsOf } from '../../../../../functions/alerting/channels/config.ts';

const ref = 'ssm:/flyball/prod/alerts/pager';
const mail = { from: 'flyball@example.com', to: ['orders@example.com'] };

const accepted: readonly (readonly [string, Record<string, unknown>, readonly string[]])[] = [
  ['a topic', { type: 'sns', topic: 'arn:aws:sns:eu-central-1:123456789012:alerts' }, []],
  ['a FIFO topic in China', { type: 'sns', topic: 'arn:aws-cn:sns:cn-north-1:123456789012:alerts.fifo' }, []],
  ['SES', { type: 'ses', ...mail, region: 'eu-central-1', configurationSet: 'alerts' }, []],
  ['SMTP with a login', { type: 'smtp', server: ref, ...mail }, [ref]],
  ['SMTP without a login', { type: 'smtp', server: 'smtp://relay.example.com:25', ...mail }, []],
  ['SMTP on this machine', { type: 'smtp', server: 'smtp://127.0.0.1:2525', insecure: true, ...mail }, []],
  ['a webhook', { type: 'webhook', url: 'https://hooks.example.com/x', secret: ref }, [ref]],
  [
    'a webhook whose address is a secret',
    { type: 'webhook', url: 'secretsmanager:flyball/prod/alerts/hook#url', secret: ref },
    ['secretsmanager:flyball/prod/alerts/hook#url', ref],
  ],
  ['a webhook on this machine', { type: 'webhook', url: 'http://127.0.0.1:8080/x', secret: ref }, [ref]],
  ['Slack', { type: 'slack', webhook: ref }, [ref]],
  ['PagerDuty', { type: 'pagerduty', routingKey: ref, region: 'eu' }, [ref]],
  ['DingTalk', { type: 'dingtalk', webhook: ref, secret: `${ref}-secret` }, [ref, `${ref}-secret`]],
  ['Feishu', { type: 'feishu', webhook: ref }, [ref]],
  ['Lark', { type: 'lark', webhook: ref, secret: ref }, [ref, ref]],
  ['WeCom', { type: 'wecom', webhook: ref }, [ref]],
];

describe('a channel', () => {
  it.each(accepted)('may be %s', (_name, config, references) => {
    const parsed = channelConfig.parse(config);
    expect(parsed).toEqual(config);
    expect(secretsOf(parsed)).toEqual(references);
  });

  it.each([
    ['a type that there is not', { type: 'telegram' }, 'type is one of'],
    ['a secret in clear', { type: 'slack', webhook: 'https://hooks.slack.com/services/T0/B0/x' }, 'never the secret'],
    ['a key in clear', { type: 'pagerduty', routingKey: 'e93facc04764012d7bfb002500d5d1a6' }, 'never the secret'],
    ['a parameter of no folder', { type: 'wecom', webhook: 'ssm:name' }, 'never the secret'],
    ['an ARN', { type: 'wecom', webhook: 'secretsmanager:arn:aws:secretsmanager:x' }, 'never the secret'],
    ['a password in the address of a server', { type: 'smtp', server: 'smtps://u:p@h', ...mail }, 'login'],
    ['a password in a URL', { type: 'webhook', url: 'https://u:p@h/', secret: ref }, 'https'],
    ['a webhook without TLS', { type: 'webhook', url: 'http://hooks.example.com', secret: ref }, 'https'],
    ['a webhook of files', { type: 'webhook', url: 'file:///etc/passwd', secret: ref }, 'https'],
    ['an unsigned webhook', { type: 'webhook', url: 'https://hooks.example.com' }, 'expected string'],
    ['a server of another kind', { type: 'smtp', server: 'https://h', ...mail }, 'smtp'],
    ['nobody to write to', { type: 'ses', from: 'a@b.example', to: [] }, '>=1'],
    ['a name beside an address', { type: 'ses', from: 'A <a@b.example>', to: ['a@b.example'] }, 'without a name'],
    ['a line in an address', { type: 'ses', from: 'a@b.example\nBcc:x@y.example', to: ['a@b.example'] }, 'address'],
    ['a key that there is not', { type: 'wecom', webhook: ref, mention: 'all' }, 'mention'],
    ['insecure: false', { type: 'smtp', server: ref, insecure: false, ...mail }, 'true'],
    ['a topic by its name', { type: 'sns', topic: 'alerts' }, 'ARN'],
  ])('is not %s', (_name, config, reason) => {
    const parsed = channelConfig.safeParse(config);
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toContain(reason);
  });
});
