// Custom bots of Feishu and Lark: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
import { createHmac } from 'node:crypto';
import type { Message } from '../message.ts';
import { judgedByCode, type Meaning } from './answered.ts';
import { bytesIn } from './cut.ts';
import type { Failure } from './failures.ts';
import { fitted } from './fit.ts';
import type { Answer, OutboundRequest } from './post.ts';
import { textOf, type Line } from './text.ts';

/** Of the whole request body: Feishu takes 20 KB. */
export const FEISHU_BYTES = 20_000;

export function feishuRequest(
  webhook: string,
  secret: string | undefined,
  message: Message,
  nowMs: number,
): OutboundRequest {
  const text = textOf(message);
  const bodyOf = (paragraphs: readonly Paragraph[]) =>
    JSON.stringify({
      ...(secret === undefined ? {} : feishuSignature(secret, nowMs)),
      msg_type: 'post',
      content: { post: { en_us: { title: text.title, content: paragraphs } } },
    });
  const room = FEISHU_BYTES - bytesIn(bodyOf([]));
  const { lines } = fitted(text, room, (line) => bytesIn(JSON.stringify(paragraph(line))) + 1);
  return {
    url: webhook,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: bodyOf(lines.map(paragraph)),
  };
}

type Paragraph = readonly Readonly<Record<string, string>>[];

/** Texts are not parsed: only tags of their own would mention somebody or link somewhere. */
function paragraph(line: Line): Paragraph {
  if (line.length === 0) return [{ tag: 'text', text: ' ' }];
  return line.map(({ text, href, code }) =>
    href === undefined ? { tag: 'text', text: code ? `    ${text}` : text } : { tag: 'a', text, href },
  );
}

/** Base64 of HMAC-SHA256 of nothing, keyed by the seconds and the secret with a line's end between. */
export function feishuSignature(secret: string, nowMs: number): { readonly timestamp: string; readonly sign: string } {
  const timestamp = String(Math.floor(nowMs / 1_000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
}

const MEANINGS: Readonly<Record<number, Meaning>> = {
  11232: { why: 'it takes 100 messages a minute and 5 a second', retryable: true, retryAfterMs: 60_000 },
  19001: { why: 'there is no such bot: was it removed?', secretRefused: true },
  19007: { why: 'the bot is switched off' },
  19021: { why: 'it does not accept the signature', secretRefused: true },
  19022: { why: "the bot's safety settings do not know flyball's address" },
  19024: { why: "the bot's safety settings ask for a keyword: make it flyball" },
};

export function feishuJudged(answer: Answer, nowMs: number): Failure | undefined {
  const failure = judgedByCode(answer, nowMs, { code: 'code', message: 'msg' }, MEANINGS);
  // One code for what it does not understand and for what comes too often.
  const often = failure?.quoted !== undefined && /too many|frequen/i.test(failure.quoted);
  return failure && often ? { ...failure, retryable: true, retryAfterMs: failure.retryAfterMs ?? 60_000 } : failure;
}
