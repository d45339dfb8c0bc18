// What answers mean: which are tried again and when, and which tell that a secret is no longer the one.
import { describe, expect, it } from 'vitest';
import { judged } from '../../../../../functions/alerting/channels/answered.ts';
import { dingtalkJudged } from '../../../../../functions/alerting/channels/dingtalk.ts';
import { explained, holdsSecret } from '../../../../../functions/alerting/channels/failures.ts';
import { feishuJudged } from '../../../../../functions/alerting/channels/feishu.ts';
import { pagerDutyJudged } from '../../../../../functions/alerting/channels/pagerduty.ts';
import { slackJudged } from '../../../../../functions/alerting/channels/slack.ts';
import { wecomJudged } from '../../../../../functions/alerting/channels/wecom.ts';
import { AT } from './messages.ts';

const answer = (status: number, body = '', retryAfter?: string) => ({ status, body, retryAfter });

describe('an answer by its status', () => {
  it.each([200, 201, 202, 204])('%d is delivered', (status) => expect(judged(answer(status), AT)).toBeUndefined());

  it.each([
    [429, { retryable: true, retryAfterMs: undefined }],
    [500, { retryable: true }],
    [503, { retryable: true }],
    [408, { retryable: true }],
    [301, { retryable: false, why: 'it answered 301: redirects are not followed, write where it has moved to' }],
    [400, { retryable: false }],
    [401, { retryable: false, secretRefused: true }],
    [403, { retryable: false, secretRefused: true }],
    [404, { retryable: false, secretRefused: true }],
    [410, { retryable: false, secretRefused: true }],
  ])('%d is %o', (status, expected) => expect(judged(answer(status, 'no'), AT)).toMatchObject(expected));

  it.each([
    ['30', 30_000],
    [new Date(AT + 90_000).toUTCString(), 90_000],
    [new Date(AT - 90_000).toUTCString(), 0],
    ['86400', 3_600_000],
    ['soon', undefined],
    ['-5', 0],
  ])('Retry-After: %s waits %s ms, and an hour at most', (header, expected) => {
    expect(judged(answer(429, '', header), AT)?.retryAfterMs).toBe(expected);
  });
});

describe('an answer by the code in it', () => {
  it.each([
    ['DingTalk', dingtalkJudged, '{"errcode":0,"errmsg":"ok"}'],
    ['WeCom', wecomJudged, '{"errcode":0,"errmsg":"ok"}'],
    ['Feishu', feishuJudged, '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}'],
  ])('0 is delivered by %s', (_name, judge, body) => expect(judge(answer(200, body), AT)).toBeUndefined());

  it.each([
    [
      'DingTalk',
      dingtalkJudged,
      '{"errcode":310000,"errmsg":"sign not match"}',
      { retryable: false, secretRefused: true },
    ],
    [
      'DingTalk',
      dingtalkJudged,
      '{"errcode":130101,"errmsg":"send too fast"}',
      { retryable: true, retryAfterMs: 600_000 },
    ],
    ['DingTalk', dingtalkJudged, '{"errcode":-1,"errmsg":"系统繁忙"}', { retryable: true }],
    [
      'DingTalk',
      dingtalkJudged,
      '{"errcode":40035,"errmsg":"x"}',
      { retryable: false, why: 'it refused the message (40035)' },
    ],
    [
      'WeCom',
      wecomJudged,
      '{"errcode":45009,"errmsg":"api freq out of limit"}',
      { retryable: true, retryAfterMs: 60_000 },
    ],
    [
      'WeCom',
      wecomJudged,
      '{"errcode":93000,"errmsg":"invalid webhook url"}',
      { retryable: false, secretRefused: true },
    ],
    ['Feishu', feishuJudged, '{"code":19021,"msg":"sign match fail"}', { retryable: false, secretRefused: true }],
    ['Feishu', feishuJudged, '{"code":19024,"msg":"Key Words Not Found"}', { retryable: false }],
    ['Feishu', feishuJudged, '{"code":11232,"msg":"frequency limited"}', { retryable: true, retryAfterMs: 60_000 }],
    ['Feishu', feishuJudged, '{"code":9499,"msg":"Bad Request"}', { retryable: false }],
    ['Feishu', feishuJudged, '{"code":9499,"msg":"too many request"}', { retryable: true, retryAfterMs: 60_000 }],
    ['Feishu', feishuJudged, 'busy', { retryable: true }],
    ['WeCom', wecomJudged, '{}', { retryable: true }],
    ['DingTalk', dingtalkJudged, 'null', { retryable: true }],
  ])('of %s (%#)', (_name, judge, body, expected) => expect(judge(answer(200, body), AT)).toMatchObject(expected));

  it('comes before the status, where it is known', () => {
    expect(feishuJudged(answer(400, '{"code":19021,"msg":"x"}'), AT)).toMatchObject({ secretRefused: true });
    expect(feishuJudged(answer(502, '{"code":7}'), AT)).toMatchObject({ retryable: true, why: 'it answered 502' });
  });
});

describe("Slack's and PagerDuty's answers", () => {
  it.each([
    [404, 'no_service', 'the webhook was removed or switched off (no_service)'],
    [410, 'channel_is_archived', 'the channel is archived (channel_is_archived)'],
    [403, 'action_prohibited', 'an administrator does not allow it (action_prohibited)'],
    [400, 'invalid_payload', 'it answered 400: "invalid_payload"'],
  ])('Slack: %d %s', (status, body, expected) => {
    const failure = slackJudged(answer(status, body), AT);
    expect(failure).toMatchObject({ retryable: false });
    expect(failure && explained(failure, [])).toBe(expected);
  });

  it('PagerDuty answers a key that it does not know as it answers nonsense', () => {
    expect(pagerDutyJudged(answer(202), AT)).toBeUndefined();
    expect(pagerDutyJudged(answer(400), AT)).toMatchObject({ retryable: false, secretRefused: true });
    expect(pagerDutyJudged(answer(429), AT)).toMatchObject({ retryable: true });
  });
});

describe('what is quoted', () => {
  const url = 'https://oapi.dingtalk.com/robot/send?access_token=abcdef0123456789';
  it.each([
    ['the token abcdef0123456789 is not exist', [url]],
    [`bad ${encodeURIComponent(url)}`, [url]],
    [`bad ${Buffer.from('hunter2-hunter2').toString('base64')}`, ['hunter2-hunter2']],
    ['login 736d7470 failed', ['smtp']],
    ['535 AHVzZXIAcGEgc3N3b3Jk rejected', ['smtps://user:pa%20ssword@mail.example.com']],
    ['535 pa ssword rejected', ['smtps://user:pa%20ssword@mail.example.com']],
    ['signed with MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']],
    ['HUNTER2-HUNTER2', ['hunter2-hunter2']],
  ])('is left out when a secret is in it: %s', (quoted, secrets) => {
    expect(holdsSecret(quoted, secrets)).toBe(true);
    expect(explained({ why: 'it refused', quoted, retryable: false }, secrets)).toBe(
      'it refused (what it said held a secret, and is left out)',
    );
  });

  it('is one line, and short', () => {
    const said = explained({ why: 'it refused', quoted: `a\nb${'x'.repeat(1_000)}`, retryable: false }, [url]);
    expect(said).toMatch(/^it refused: "a b[x]+…"$/);
    expect(said.length).toBeLessThan(280);
    expect(explained({ why: 'it refused', quoted: '\n', retryable: false }, [])).toBe('it refused');
  });
});
