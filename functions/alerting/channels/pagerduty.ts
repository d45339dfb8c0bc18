// PagerDuty's Events API v2: one event for each notice. https://developer.pagerduty.com/docs/events-api-v2-overview
import { createHash } from 'node:crypto';
import type { Severity } from '../condition.ts';
import type { Message, Notice } from '../message.ts';
import { judged } from './answered.ts';
import { cutToLength } from './cut.ts';
import type { Failure } from './failures.ts';
import type { Answer, OutboundRequest } from './post.ts';
import { link, short, some, titleOf, webAddress, what } from './text.ts';
import { iso } from './webhook.ts';
import { moment } from './moments.ts';

/** Of PagerDuty's: a summary has at most 1,024 characters, an event 512 KB, a key 255 characters. */
export const PAGERDUTY_LIMITS = { summary: 1_024, event: 512 * 1_024, key: 255 } as const;

const ADDRESSES = {
  us: 'https://events.pagerduty.com/v2/enqueue',
  eu: 'https://events.eu.pagerduty.com/v2/enqueue',
} as const;

const SEVERITIES: Readonly<Record<Severity, string>> = { realtime: 'critical', high: 'error', deferred: 'warning' };

export function pagerDutyAddress(region: 'us' | 'eu' = 'us'): string {
  return ADDRESSES[region];
}

/** In the order in which they are to be sent: a test is triggered and resolved. */
export function pagerDutyRequests(url: string, routingKey: string, message: Message): OutboundRequest[] {
  const { kind } = message;
  const events = kind === 'test' ? testOf(message) : message.notices.flatMap((notice) => eventOf(message, notice));
  return events.map((event) => ({
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ routing_key: routingKey, ...event }),
  }));
}

/** Nobody was told of what recovered while it was held back, so there is nothing to resolve. */
function eventOf(message: Message, notice: Notice): Record<string, unknown>[] {
  const key = { dedup_key: keyOf(notice.id) };
  if (notice.status === 'recovered') return [];
  if (notice.status === 'resolved') return [{ event_action: 'resolve', ...key }];
  const href = notice.link === undefined ? undefined : webAddress(notice.link);
  const links = [link('Runbook', notice.runbook), link('Console', notice.link)].flatMap((piece) =>
    piece?.href === undefined ? [] : [{ href: piece.href, text: piece.text }],
  );
  return [
    {
      event_action: 'trigger',
      ...key,
      client: 'flyball',
      ...(href === undefined ? {} : { client_url: href }),
      ...(links.length > 0 ? { links } : {}),
      payload: {
        summary: cutToLength(what(notice), PAGERDUTY_LIMITS.summary),
        source: short(notice.service, 120),
        severity: SEVERITIES[notice.severity],
        timestamp: iso(notice.since) ?? undefined,
        component: short(notice.name, 120),
        group: short(message.cell, 120),
        class: notice.kind,
        custom_details: detailsOf(message, notice),
      },
    },
  ];
}

function detailsOf({ timezone, reason }: Message, notice: Notice): Record<string, unknown> {
  const { owner, exception, blocks, because, changes, runbook } = notice;
  return {
    since: moment(notice.since, timezone),
    ...(reason === undefined ? {} : { reason: short(reason, 240) }),
    ...(owner === undefined ? {} : { owner: short(owner, 120) }),
    ...(because === undefined ? {} : { because: short(because, 480) }),
    ...(blocks === undefined ? {} : { blocks: some(blocks).map((name) => short(name, 120)) }),
    ...(exception === undefined ? {} : { exception: some(exception).map((line) => short(line, 240)) }),
    ...(changes === undefined
      ? {}
      : { changes: some(changes).map((change) => `${moment(change.at, timezone)} ${short(change.what, 240)}`) }),
    ...(runbook === undefined ? {} : { runbook: short(runbook, 1_000) }),
  };
}

function testOf(message: Message): Record<string, unknown>[] {
  const key = { dedup_key: keyOf(`flyball-test-${message.id}`) };
  const payload = { summary: titleOf(message), source: short(message.cell, 120) || 'flyball', severity: 'info' };
  return [
    { event_action: 'trigger', ...key, client: 'flyball', payload },
    { event_action: 'resolve', ...key },
  ];
}

function keyOf(id: string): string {
  return id.length <= PAGERDUTY_LIMITS.key ? id : createHash('sha256').update(id).digest('hex');
}

/** A key that PagerDuty does not know is a 400 as well, as what it does not understand. */
export function pagerDutyJudged(answer: Answer, nowMs: number): Failure | undefined {
  const failure = judged(answer, nowMs);
  if (!failure || answer.status !== 400) return failure;
  return { ...failure, why: 'it does not accept the event; is the routing key right? (400)', secretRefused: true };
}
