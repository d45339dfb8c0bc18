// Each channel's limits hold for any message there could be, in the units in which the channel counts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesIn, cutToBytes, cutToLength, oneLine } from '../../../../../functions/alerting/channels/cut.ts';
import { DINGTALK_BYTES, dingtalkRequest } from '../../../../../functions/alerting/channels/dingtalk.ts';
import { FEISHU_BYTES, feishuRequest } from '../../../../../functions/alerting/channels/feishu.ts';
import { MAIL_BYTES, mailOf } from '../../../../../functions/alerting/channels/mail.ts';
import { PAGERDUTY_LIMITS, pagerDutyRequests } from '../../../../../functions/alerting/channels/pagerduty.ts';
import { SLACK_LENGTH, SLACK_LIMITS, slackRequest } from '../../../../../functions/alerting/channels/slack.ts';
import { SNS_LIMITS, snsPublish } from '../../../../../functions/alerting/channels/sns.ts';
import { WEBHOOK_BYTES, webhookBody } from '../../../../../functions/alerting/channels/webhook.ts';
import { WECOM_BYTES, wecomRequest } from '../../../../../functions/alerting/channels/wecom.ts';
import type { Message } from '../../../../../functions/alerting/message.ts';
import { anyMessage, message, nightly } from './messages.ts';

interface Parsed {
  readonly markdown: { readonly title: string; readonly text: string; readonly content: string };
  readonly blocks: readonly { readonly type: string; readonly text: { readonly text: string } }[];
  readonly payload?: { readonly summary: string };
  readonly dedup_key: string;
  readonly data: { readonly notices: readonly unknown[]; readonly more: number };
}
const parsed = (body: string) => JSON.parse(body) as Parsed;

const channels: Readonly<Record<string, (any: Message) => void>> = {
  slack(any) {
    const { blocks } = parsed(slackRequest('https://x', any).body);
    expect(blocks.length).toBeLessThanOrEqual(SLACK_LIMITS.blocks);
    for (const { type, text } of blocks) {
      expect(text.text.length).toBeGreaterThan(0);
      expect(text.text.length).toBeLessThanOrEqual(type === 'header' ? SLACK_LIMITS.header : SLACK_LIMITS.section);
    }
    const said = blocks.filter(({ type }) => type === 'section').map(({ text }) => text.text.length);
    expect(said.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(SLACK_LENGTH);
  },
  dingtalk(any) {
    const { markdown } = parsed(dingtalkRequest('https://x', undefined, any, 0).body);
    expect(bytesIn(markdown.text)).toBeLessThanOrEqual(DINGTALK_BYTES);
  },
  feishu(any) {
    const { body } = feishuRequest('https://x', 'secret', any, 1_767_614_400_000);
    expect(bytesIn(body)).toBeLessThanOrEqual(FEISHU_BYTES);
  },
  wecom(any) {
    expect(bytesIn(parsed(wecomRequest('https://x', any).body).markdown.content)).toBeLessThanOrEqual(WECOM_BYTES);
  },
  pagerduty(any) {
    for (const { body } of pagerDutyRequests('https://x', 'key', any)) {
      expect(bytesIn(body)).toBeLessThanOrEqual(PAGERDUTY_LIMITS.event);
      expect(parsed(body).dedup_key.length).toBeLessThanOrEqual(PAGERDUTY_LIMITS.key);
      expect(parsed(body).payload?.summary.length ?? 0).toBeLessThanOrEqual(PAGERDUTY_LIMITS.summary);
    }
  },
  webhook(any) {
    const body = webhookBody(any);
    expect(bytesIn(body)).toBeLessThanOrEqual(WEBHOOK_BYTES);
    const { notices, more } = parsed(body).data;
    expect(notices.length + more).toBe(any.notices.length + any.more);
  },
  sns(any) {
    const { Message: text = '', Subject = '' } = snsPublish({ type: 'sns', topic: 'arn:aws:sns:a:b:c' }, any);
    expect(bytesIn(text)).toBeLessThanOrEqual(SNS_LIMITS.message);
    expect(Subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    expect((JSON.parse(text) as { sms: string }).sms).toMatch(/^[\x20-\x7e]{1,140}$/);
  },
  mail(any) {
    const { subject, text, headers } = mailOf(any);
    expect(bytesIn(text)).toBeLessThanOrEqual(MAIL_BYTES + 1);
    expect(subject).not.toMatch(/\p{Cc}/u);
    expect(Object.values(headers).join('')).toMatch(/^[\x21-\x7e]+$/);
  },
};

describe('whatever there is to say', () => {
  it.each(Object.keys(channels))('%s takes it', (name) => {
    fc.assert(fc.property(anyMessage, channels[name] ?? fail), { numRuns: 12 });
  });

  it.each(Object.keys(channels))('%s takes twenty long alerts in Chinese and emoji', (name) => {
    const long = {
      ...nightly,
      summary: '支付服务👩‍👩‍👧‍👦'.repeat(300),
      exception: Array.from({ length: 40 }, () => '异常👍🏽'.repeat(200)),
    };
    (channels[name] ?? fail)({ ...message, notices: Array.from({ length: 20 }, () => long) });
  });
});

function fail(): never {
  throw new Error('no such channel');
}

describe('cutting', () => {
  it.each([
    ['结算失败', 12, '结算失败'],
    ['结算失败', 11, '结算…'],
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abc…'],
    ['ok 👩‍👩‍👧‍👦!', 12, 'ok…'],
    ['👍🏽👍🏽', 12, '👍🏽…'],
    ['abcd', 2, ''],
  ])('%s in %d bytes is %s', (text, limit, expected) => {
    expect(cutToBytes(text, limit)).toBe(expected);
  });

  it('counts as services do that count characters', () => {
    expect(cutToLength('结算失败', 4)).toBe('结算失败');
    expect(cutToLength('结算失败了', 4)).toBe('结算失…');
  });

  it('makes one line of any text', () => {
    expect(oneLine(' a\r\n\tb\u2028c\u202ed\0\ud800 ')).toBe('a b c d �');
  });

  it('never halves a character and never goes beyond the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(60), (text, limit) => {
        const cut = cutToBytes(text, limit);
        expect(bytesIn(cut)).toBeLessThanOrEqual(Math.max(limit, 0));
        expect(cut.isWellFormed()).toBe(true);
        if (bytesIn(text) <= limit) expect(cut).toBe(text);
      }),
    );
  });
});
