// How alerts are shown: what is wrong, who has been told, what is held back and until when.
import { limitedWords } from './alert/limits.ts';
import { severityOf } from './alert/severity.ts';
import type { Alert, AlertHold, Delivery, TrailEntry } from '../../store/items/alert-record.ts';

export const iso = (at: number): string => new Date(at).toISOString();
const maybe = (at: number | undefined): string | undefined => (at === undefined ? undefined : iso(at));

/** What of an alert a list shows. */
export function alertShown(alert: Alert, nowMs: number) {
  const { id, n, condition, status, since, noticedAt, endedAt, acknowledged, endSummary } = alert;
  const { key, kind, service, name, owner, summary } = condition;
  const limited = limitedWords(alert);
  const sendsAt = sendsAtOf(alert);
  return {
    ...{ id, key, episode: n, status, kind, service, name, owner, severity: severityOf(alert) },
    ...(limited === undefined ? {} : { limited }),
    summary: status === 'resolved' ? (endSummary ?? summary) : summary,
    ...{ since: iso(since), noticedAt: iso(noticedAt), endedAt: maybe(endedAt) },
    ...(acknowledged
      ? { acknowledged: { ...acknowledged, at: iso(acknowledged.at), until: maybe(acknowledged.until) } }
      : {}),
    held: heldOf(alert).map(holdShown),
    // What is held back is visible with a countdown.
    ...(sendsAt === undefined ? {} : { sendsAt: iso(sendsAt), sendsInMs: Math.max(sendsAt - nowMs, 0) }),
    told: toldOf(alert),
    failing: failingOf(alert),
  };
}

/** All of it. */
export function alertInFull(alert: Alert, nowMs: number) {
  const { condition, reopened, resolvedAt, sendNow, deliveries, sentBefore } = alert;
  const { exception, blocks, because, failures, neededBy, runbook, tags, channels } = condition;
  return {
    ...alertShown(alert, nowMs),
    ...{ exception, blocks, because, failures, neededBy: maybe(neededBy), runbook, tags, channels },
    ...{ reopened, resolvedAt: maybe(resolvedAt) },
    ...(sendNow ? { sendNow: { ...sendNow, at: iso(sendNow.at) } } : {}),
    deliveries: deliveries.map(deliveryShown),
    ...(sentBefore > 0 ? { deliveriesForgotten: sentBefore } : {}),
  };
}

/** Holds of an alert that fires, or whose end somebody is still to be told. */
export const heldOf = ({ holds }: Alert): readonly AlertHold[] => holds;

/** When the first of what is held back is sent, if only time stands against it; undefined when nothing is. */
export function sendsAtOf({ holds, status }: Alert): number | undefined {
  if (status !== 'firing') return undefined;
  const moments = holds.flatMap(({ until }) => (until === undefined ? [] : [until]));
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** The channels that have been told, or may have been. */
function toldOf({ deliveries }: Alert): string[] {
  const told = deliveries.filter(({ state, maybeSent }) => state === 'sent' || maybeSent === true);
  return [...new Set(told.map(({ channel }) => channel))];
}

/** The channels that could not be told the last time they were tried, by the error of that. */
function failingOf({ deliveries }: Alert) {
  const last = new Map<string, Delivery>();
  for (const delivery of deliveries) {
    const { channel, state, error } = delivery;
    if (state === 'sent' || (error !== undefined && state !== 'dropped')) last.set(channel, delivery);
  }
  return [...last.values()].flatMap(({ channel, state, attempts, error, notBefore }) =>
    state === 'sent'
      ? []
      : [{ channel, attempts, error, nextAttemptAt: state === 'pending' ? iso(notBefore) : undefined }],
  );
}

export function holdShown({ channel, route, kind, by, since, until, reason, recovered }: AlertHold) {
  return {
    ...(channel === '' ? {} : { channel }),
    ...(route === '' ? {} : { route }),
    ...{ kind, by, since: iso(since), until: maybe(until), reason },
    ...(recovered ? { recovered } : {}),
  };
}

export function deliveryShown(delivery: Delivery) {
  const { id, channel, kind, state, reason, route, step, attempts, maybeSent, messageId, error } = delivery;
  const { decidedAt, notBefore, settledAt } = delivery;
  return {
    ...{ id, channel, kind, state, reason, route, step: step === 0 ? undefined : step },
    ...{ decidedAt: iso(decidedAt), notBefore: state === 'pending' ? iso(notBefore) : undefined },
    ...{
      attempts,
      maybeSent: maybeSent === true ? maybeSent : undefined,
      settledAt: maybe(settledAt),
      messageId,
      error,
    },
  };
}

export function trailShown({ at, what, channel, detail }: TrailEntry) {
  return { at: iso(at), what, ...(channel === undefined || channel === '' ? {} : { channel }), detail };
}
