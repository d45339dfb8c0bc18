// The webhook: the message as JSON, signed as Standard Webhooks says (https://www.standardwebhooks.com, version 1.0.0).
import { createHash, createHmac } from 'node:crypto';
import type { Message, Notice } from '../message.ts';
import { Failed } from './failures.ts';
import type { OutboundRequest } from './post.ts';
import { plain } from './dialects.ts';
import { fitted } from './fit.ts';
import { bytesIn } from './cut.ts';
import { short, some, textOf } from './text.ts';

/** Of the whole body. What does not fit is counted in `more`. */
export const WEBHOOK_BYTES = 256 * 1_024;
const TEXT_BYTES = 16 * 1_024;

export function webhookRequest(url: string, secret: string, message: Message, nowMs: number): OutboundRequest {
  const id = idOf(message.id);
  const timestamp = String(Math.floor(nowMs / 1_000));
  const body = webhookBody(message);
  return {
    url,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': webhookSignature(secret, `${id}.${timestamp}.${body}`),
    },
    body,
  };
}

/** What is signed has dots between its parts. */
function idOf(id: string): string {
  return /^[\w-]{1,128}$/.test(id) ? id : createHash('sha256').update(id).digest('hex');
}

/** Of `id.timestamp.body`; one for each secret, so that a receiver that knows the old or the new one believes it. */
export function webhookSignature(secret: string, content: string): string {
  return secret
    .split(/\s+/)
    .filter((one) => one !== '')
    .map((one) => `v1,${createHmac('sha256', keyOf(one)).update(content).digest('base64')}`)
    .join(' ');
}

function keyOf(secret: string): Buffer {
  const [, base64 = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const key = Buffer.from(base64, 'base64');
  if (key.length >= 24 && key.length <= 64) return key;
  throw new Failed({
    why: 'its secret is none of Standard Webhooks: whsec_ and 24 to 64 random bytes in base64',
    retryable: false,
    secretRefused: true,
  });
}

export function webhookBody(message: Message): string {
  const { lines } = fitted(textOf(message), TEXT_BYTES, (line) => bytesIn(plain(line)) + 1);
  const notices = message.notices.map(noticeOf);
  const body = (listed: number) =>
    JSON.stringify({
      type: `alert.${message.kind}`,
      timestamp: iso(message.at),
      data: {
        id: message.id,
        kind: message.kind,
        ...(message.reason === undefined ? {} : { reason: short(message.reason, 240) }),
        cell: short(message.cell, 120),
        timezone: short(message.timezone, 64),
        text: lines.map(plain).join('\n'),
        notices: notices.slice(0, listed),
        more: message.more + notices.length - listed,
      },
    });
  let listed = notices.length;
  while (listed > 0 && bytesIn(body(listed)) > WEBHOOK_BYTES) listed = Math.floor(listed / 2);
  return body(listed);
}

function noticeOf(notice: Notice): Record<string, unknown> {
  const { endedAt, owner, exception, blocks, because, changes, runbook, link } = notice;
  return {
    id: short(notice.id, 256),
    status: notice.status,
    severity: notice.severity,
    kind: notice.kind,
    service: short(notice.service, 120),
    name: short(notice.name, 120),
    ...(owner === undefined ? {} : { owner: short(owner, 120) }),
    summary: short(notice.summary, 480),
    since: iso(notice.since),
    ...(endedAt === undefined ? {} : { endedAt: iso(endedAt) }),
    ...(exception === undefined ? {} : { exception: some(exception).map((line) => short(line, 240)) }),
    ...(blocks === undefined ? {} : { blocks: some(blocks).map((name) => short(name, 120)) }),
    ...(because === undefined ? {} : { because: short(because, 480) }),
    ...(changes === undefined
      ? {}
      : { changes: some(changes).map(({ at, what }) => ({ at: iso(at), what: short(what, 240) })) }),
    ...(runbook === undefined ? {} : { runbook: short(runbook, 1_000) }),
    ...(link === undefined ? {} : { link: short(link, 1_000) }),
  };
}

/** Nothing where there is no such moment. */
export function iso(ms: number): string | null {
  const moment = new Date(ms);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}
