// Group robots of WeCom: https://developer.work.weixin.qq.com/document/path/91770
import type { Message } from '../message.ts';
import { judgedByCode, type Meaning } from './answered.ts';
import { bytesIn } from './cut.ts';
import { harmlessInMarkdown, robotMarkdown } from './dialects.ts';
import type { Failure } from './failures.ts';
import { fitted } from './fit.ts';
import type { Answer, OutboundRequest } from './post.ts';
import { textOf } from './text.ts';

/** Of the content, in UTF-8. */
export const WECOM_BYTES = 4_096;

export function wecomRequest(webhook: string, message: Message): OutboundRequest {
  const text = textOf(message);
  const heading = `### ${harmlessInMarkdown(text.title)}`;
  const { lines } = fitted(text, WECOM_BYTES - bytesIn(heading), (line) => bytesIn(robotMarkdown(line)) + 1);
  const content = [heading, ...lines.map(robotMarkdown)].join('\n');
  return {
    url: webhook,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ msgtype: 'markdown', markdown: { content } }),
  };
}

const MEANINGS: Readonly<Record<number, Meaning>> = {
  [-1]: { why: 'WeCom is busy', retryable: true },
  45009: { why: 'it takes 20 messages a minute', retryable: true, retryAfterMs: 60_000 },
  45033: { why: 'it takes no more at once', retryable: true, retryAfterMs: 10_000 },
  93000: { why: 'there is no such robot: was it removed?', secretRefused: true },
};

export function wecomJudged(answer: Answer, nowMs: number): Failure | undefined {
  return judgedByCode(answer, nowMs, { code: 'errcode', message: 'errmsg' }, MEANINGS);
}
