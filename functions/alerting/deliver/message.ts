// What a message says: notices of alerts as they stand when it is sent. Pure.
import { severityOf } from '../alert/severity.ts';
import type { Notice, Message } from '../message.ts';
import type { Routing } from '../routing/document.ts';
import { ownerOf } from '../routing/targets.ts';
import { messageIdOf, MOST_LISTED, type Batch, type BatchEntry } from './batches.ts';

export interface Said {
  readonly routing: Routing;
  readonly cell: string;
  readonly nowMs: number;
  /** The summary of the alert of a key. */
  readonly summaryOf: (key: string) => string | undefined;
  /** How many alerts are quiet because of the one of a key. */
  readonly followersOf: (key: string) => number;
  /** What changed in the hour before an alert began, by its id. */
  readonly changes: ReadonlyMap<string, Notice['changes']>;
}

const MOST_REASONS = 3;

export function messageOf(batch: Batch, said: Said): Message {
  const { entries } = batch;
  const { routing, cell, nowMs } = said;
  const [first] = entries;
  return {
    id: messageIdOf(batch),
    kind: first?.delivery.kind ?? 'firing',
    reason: reasonOf(entries, said),
    cell,
    notices: entries.slice(0, MOST_LISTED).map((entry) => noticeOf(entry, said)),
    more: Math.max(0, entries.length - MOST_LISTED),
    at: nowMs,
    timezone: ownerOf(routing, first?.alert.condition.owner).timezone,
  };
}

function reasonOf(entries: readonly BatchEntry[], { followersOf }: Said): string {
  const reasons = [...new Set(entries.map(({ delivery }) => delivery.reason))];
  const more = reasons.length > MOST_REASONS ? [`${reasons.length - MOST_REASONS} more reasons`] : [];
  const burning = entries.filter(({ alert }) => alert.status === 'firing');
  const quiet = burning.reduce((sum, { alert }) => sum + followersOf(alert.condition.key), 0);
  const followers = quiet === 0 ? [] : [`it speaks for ${quiet} more that fire`];
  return [...reasons.slice(0, MOST_REASONS), ...more, ...followers].join('; ');
}

function noticeOf({ alert, delivery }: BatchEntry, { routing, summaryOf, changes }: Said): Notice {
  const { id, condition, since, endedAt, endSummary } = alert;
  const { kind, service, name, owner, exception, blocks, because, runbook } = condition;
  const isOver = delivery.kind === 'resolved' || delivery.recovered === true;
  return {
    id,
    status: delivery.recovered === true ? 'recovered' : isOver ? 'resolved' : 'firing',
    severity: severityOf(alert),
    kind,
    service,
    name,
    owner,
    summary: isOver ? (endSummary ?? condition.summary) : condition.summary,
    since,
    endedAt,
    exception,
    blocks,
    because: because === undefined ? undefined : summaryOf(because),
    changes: changes.get(id),
    runbook,
    link: linkTo(routing.console, id),
  };
}

const linkTo = (console: string | undefined, id: string): string | undefined =>
  console === undefined ? undefined : `${console.replace(/\/+$/, '')}/alerts/${id}`;
