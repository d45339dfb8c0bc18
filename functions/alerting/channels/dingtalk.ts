// DingTalk's custom robots: https://open.dingtalk.com/document/robots/custom-robot-access
import { createHmac } from 'node:crypto';
import type { Message } from '../message.ts';
import { judgedByCode, type Meaning } from './answered.ts';
import { bytesIn } from './cut.ts';
import { harmlessInMarkdown, robotMarkdown } from './dialects.ts';
import type { Failure } from './failures.ts';
import { fitted } from './fit.ts';
import type { Answer, OutboundRequest } from './post.ts';
import { textOf } from './text.ts';
import { withQuery } from './urls.ts';

/** Of the text of a message. DingTalk's pages give no limit for custom robots, and 15,000 bytes for those of apps. */
export const DINGTALK_BYTES = 15_000;

export function dingtalkRequest(
  webhook: string,
  secret: string | undefined,
  message: Message,
  nowMs: number,
): OutboundRequest {
  const text = textOf(message);
  const title = harmlessInMarkdown(text.title);
  const heading = `### ${title}`;
  const room = DINGTALK_BYTES - bytesIn(heading) - 4;
  const { lines } = fitted(text, room, (line) => bytesIn(robotMarkdown(line)) + 2);
  // Each line is a paragraph, or the next one would go on in it.
  const body = {
    msgtype: 'markdown',
    markdown: { title, text: [heading, ...lines.map(robotMarkdown)].filter((line) => line !== '').join('\n\n') },
    at: { isAtAll: false },
  };
  return {
    url: secret === undefined ? webhook : withQuery(webhook, dingtalkSignature(secret, nowMs)),
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}

/** Base64 of HMAC-SHA256, keyed by the secret, of the ms and the secret with a line's end between. */
export function dingtalkSignature(
  secret: string,
  nowMs: number,
): { readonly timestamp: string; readonly sign: string } {
  const timestamp = String(Math.floor(nowMs));
  return { timestamp, sign: createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64') };
}

/** Too many messages close a robot for ten minutes. */
const TOO_MANY: Meaning = {
  why: 'it takes 20 messages a minute, and no more for ten minutes now',
  retryable: true,
  retryAfterMs: 600_000,
};
const NO_ROBOT: Meaning = { why: 'there is no such robot: was it removed?', secretRefused: true };

const MEANINGS: Readonly<Record<number, Meaning>> = {
  [-1]: { why: 'DingTalk is busy', retryable: true },
  130101: TOO_MANY,
  302033: TOO_MANY,
  410100: TOO_MANY,
  90030: TOO_MANY,
  300001: NO_ROBOT,
  300005: NO_ROBOT,
  400101: NO_ROBOT,
  400106: NO_ROBOT,
  400013: { why: 'the group is gone' },
  400102: { why: 'the robot is switched off' },
  310000: {
    why: "the robot's safety settings do not let it through: the secret for its signature, a keyword (flyball), or addresses",
    secretRefused: true,
  },
};

export function dingtalkJudged(answer: Answer, nowMs: number): Failure | undefined {
  return judgedByCode(answer, nowMs, { code: 'errcode', message: 'errmsg' }, MEANINGS);
}
