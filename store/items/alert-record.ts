// What the item of an alert holds: one episode of a condition, from firing until resolved, with all that was decided and sent.
import { alertKeys, DUE_ALERTS } from '../alert-keys.ts';
import type { Item, Key } from '../port.ts';
import type { Condition, Severity } from './alert-condition.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

export type DeliveryKind = 'firing' | 'repeat' | 'escalation' | 'digest' | 'resolved';

/**
 * `claimed` is being sent, or was when somebody died; `dead` could not be delivered; `dropped` was not to be sent any
 * more before it was.
 */
export type DeliveryState = 'pending' | 'claimed' | 'sent' | 'dead' | 'dropped';

/** One notice to one channel. Times are ms since the epoch. */
export type Delivery = {
  /** `<alert>-<seq>`. */
  readonly id: string;
  /** Counts the deliveries of an alert from 1: those to one channel are sent in this order. */
  readonly seq: number;
  readonly channel: string;
  readonly kind: DeliveryKind;
  readonly state: DeliveryState;
  /** Why it was decided, for people. */
  readonly reason: string;
  /** The place in the routing document that names the channel. */
  readonly route: string;
  /** Of the escalation that it is, counted from 1; 0 for who is told at once. */
  readonly step: number;
  /** Notices of one channel, kind and group go together. */
  readonly group: string;
  /** How severe the alert was then. */
  readonly severity: Severity;
  /** It was well again before anybody was told: one line is enough. */
  readonly recovered?: boolean | undefined;
  readonly decidedAt: number;
  /** Not sent before. */
  readonly notBefore: number;
  readonly attempts: number;
  readonly firstTriedAt?: number | undefined;
  /** Nobody can tell whether it arrived: whoever sent it died, or had no answer. */
  readonly maybeSent?: boolean | undefined;
  readonly claimedUntil?: number | undefined;
  /** Of the message it was last part of. */
  readonly messageId?: string | undefined;
  /** When it was sent, given up or dropped. */
  readonly settledAt?: number | undefined;
  /** Why it was not delivered the last time, or why it was dropped. */
  readonly error?: string | undefined;
};

/** In the order in which they are looked for. `unrouted`: there is nobody to tell. */
export type HoldKind = 'unrouted' | 'acknowledged' | 'inhibited' | 'silenced' | 'muted' | 'deferred';

/** What keeps a channel from being told, as last decided. */
export type AlertHold = {
  /** Empty for all. */
  readonly channel: string;
  readonly route: string;
  readonly kind: HoldKind;
  /** The silence, the window, the key of the cause, who acknowledged. */
  readonly by?: string | undefined;
  readonly since: number;
  /** Undefined when it ends with something else than time. */
  readonly until?: number | undefined;
  /** For people. */
  readonly reason: string;
  /** It was well again before the hold was over. */
  readonly recovered?: boolean | undefined;
};

/** A change of what is decided, or what came of it: `why` is made of these. */
export type TrailEntry = {
  readonly at: number;
  readonly what:
    | 'fired'
    | 'changed'
    | 'limited'
    | 'resolved'
    | 'reopened'
    | 'acknowledged'
    | 'unacknowledged'
    | 'send-now'
    | 'held'
    | 'released'
    | 'decided'
    | 'sent'
    | 'failed'
    | 'dead'
    | 'dropped'
    | 'retried';
  readonly channel?: string | undefined;
  readonly detail: string;
};

export type AlertAcknowledgement = {
  readonly by: string;
  readonly at: number;
  readonly until?: number | undefined;
  readonly reason?: string | undefined;
  /** It holds for what is no worse than this. */
  readonly severity: Severity;
};

export type SendNow = { readonly by: string; readonly at: number; readonly reason: string };

/** What the routing document lets become of it at most, whatever its source says. */
export type AlertLimit = {
  /** Its place in the document: `/limits/0`. */
  readonly by: string;
  readonly severity: Severity;
  /** Those that its source may ask for; undefined of all. */
  readonly channels?: readonly string[] | undefined;
};

/** Times are ms since the epoch. */
export interface Alert {
  /** Of the condition's key. */
  readonly hash: string;
  /** Counts the episodes of the condition from 1. */
  readonly n: number;
  /** `<hash>-<n>`. */
  readonly id: string;
  /** Counts the writes of this item; every write leans on the one it has seen. */
  readonly rev: number;
  /** As it was seen when it last fired. */
  readonly condition: Condition;
  /** As last decided. */
  readonly limit?: AlertLimit | undefined;
  readonly status: 'firing' | 'resolved';
  /** When it went wrong first. */
  readonly since: number;
  readonly noticedAt: number;
  /** When the truth was read that last changed it: what was read earlier says nothing new. */
  readonly seenAt: number;
  /** When it was well again. */
  readonly endedAt?: number | undefined;
  /** When that was noticed. */
  readonly resolvedAt?: number | undefined;
  /** What its source said when it was well. */
  readonly endSummary?: string | undefined;
  /** How often it went wrong again within this episode. */
  readonly reopened: number;
  /** Deliveries from this `seq` on are of the time since it last went wrong again. */
  readonly runFrom: number;
  /** When that time began, as its source says. */
  readonly runSince: number;
  /** It blocked something when it was first seen: only what comes to block later is sent before its hour for that. */
  readonly blockedAtFirst: boolean;
  readonly acknowledged?: AlertAcknowledgement | undefined;
  /** Holds are passed over once. */
  readonly sendNow?: SendNow | undefined;
  /** Of the next delivery: old ones that are settled are forgotten. */
  readonly seq: number;
  readonly deliveries: readonly Delivery[];
  /** How many of the forgotten ones were sent. */
  readonly sentBefore: number;
  readonly holds: readonly AlertHold[];
  /** Oldest first. */
  readonly trail: readonly TrailEntry[];
  /** Entries of the middle of the trail that are not kept. */
  readonly trailForgotten: number;
  /** When something is to be decided or sent; undefined when all is settled. */
  readonly dueAt?: number | undefined;
}

/** So long are alerts kept that are over. */
export const ALERTS_KEPT_MS = 90 * 86_400_000;

export function itemOfAlert(alert: Alert): Item & Key {
  return { ...alertKeys.alert(alert.hash), ...bodyOf(alert), ...waitingOf(alert) };
}

/** An episode that another follows: as it stands, in no index. */
export function itemOfEpisode(alert: Alert): Item & Key {
  return { ...alertKeys.alertEpisode(alert.hash, alert.n), ...bodyOf(alert), expiration: expirationOf(alert) };
}

function bodyOf(alert: Alert): Item {
  const { condition, deliveries, holds, trail, acknowledged, sendNow, limit, ...plain } = alert;
  return {
    v: ITEM_VERSION,
    ...plain,
    condition: itemOfCondition(condition),
    limit: limit && { ...limit, channels: limit.channels && [...limit.channels] },
    acknowledged: acknowledged && { ...acknowledged },
    sendNow: sendNow && { ...sendNow },
    deliveries: deliveries.map((delivery) => ({ ...delivery })),
    holds: holds.map((hold) => ({ ...hold })),
    trail: trail.map((entry) => ({ ...entry })),
  };
}

function waitingOf(alert: Alert): Item {
  return alert.dueAt === undefined ? { expiration: expirationOf(alert) } : { due: DUE_ALERTS };
}

const expirationOf = ({ resolvedAt, noticedAt }: Alert): number =>
  Math.ceil(((resolvedAt ?? noticedAt) + ALERTS_KEPT_MS) / 1000);

function itemOfCondition({ exception, blocks, tags, channels, ...plain }: Condition): Item {
  return {
    ...plain,
    exception: exception && [...exception],
    blocks: blocks && [...blocks],
    tags: tags && [...tags],
    channels: channels && [...channels],
  };
}

/** @throws {UnreadableItem} when a newer flyball, or somebody else, wrote it. */
export function alertOf(item: Item): Alert {
  const { text, number, optionalNumber, optionalText } = fieldsOf(item);
  return {
    hash: text('hash'),
    n: number('n'),
    id: text('id'),
    rev: number('rev'),
    condition: item['condition'] as unknown as Condition,
    limit: item['limit'] as AlertLimit | undefined,
    status: text('status') as Alert['status'],
    since: number('since'),
    noticedAt: number('noticedAt'),
    seenAt: number('seenAt'),
    endedAt: optionalNumber('endedAt'),
    resolvedAt: optionalNumber('resolvedAt'),
    endSummary: optionalText('endSummary'),
    reopened: number('reopened'),
    runFrom: number('runFrom'),
    runSince: number('runSince'),
    blockedAtFirst: item['blockedAtFirst'] === true,
    acknowledged: item['acknowledged'] as AlertAcknowledgement | undefined,
    sendNow: item['sendNow'] as SendNow | undefined,
    seq: number('seq'),
    deliveries: (item['deliveries'] ?? []) as Delivery[],
    sentBefore: number('sentBefore'),
    holds: (item['holds'] ?? []) as AlertHold[],
    trail: (item['trail'] ?? []) as TrailEntry[],
    trailForgotten: number('trailForgotten'),
    dueAt: optionalNumber('dueAt'),
  };
}
