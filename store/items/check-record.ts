// What the item of a check holds: a job that is told of by pings, as healthchecks.io has them, with its newest events.
import { dueChecks, keys } from '../keys.ts';
import type { Item, Key } from '../port.ts';
import { fieldsOf, ITEM_VERSION, UnreadableItem, type Fields } from './fields.ts';
import { NewerItem } from './newer.ts';
import { uniqueKeyOf } from './unique-key.ts';

/** When the next ping is expected: so long after the last one, or as a schedule says. */
export type CheckKind = 'simple' | 'cron' | 'oncalendar';

/** As stored; `grace` and `started` are what a reader sees between the times. */
export type CheckStatus = 'new' | 'up' | 'down' | 'paused';

/** What somebody set. Durations are in ms. */
export interface CheckSettings {
  readonly name: string;
  /** Lower-case letters, digits, hyphens and underscores, or empty; several checks of a service may have the same one. */
  readonly slug: string;
  /** Words with spaces between. */
  readonly tags: string;
  readonly desc: string;
  readonly kind: CheckKind;
  /** Of kind `simple`. */
  readonly timeoutMs: number;
  readonly graceMs: number;
  /** Of kinds `cron` and `oncalendar`. */
  readonly schedule: string;
  readonly timezone: string;
  /** Pings do not end a pause. */
  readonly manualResume: boolean;
  /** `POST` alone, or any method when empty. */
  readonly methods: '' | 'POST';
  /** Words, with commas between, that a ping's body is searched for. */
  readonly startKeywords: string;
  readonly successKeywords: string;
  readonly failureKeywords: string;
  readonly filterSubject: boolean;
  readonly filterBody: boolean;
  readonly filterHttpBody: boolean;
  /** What no keyword fits is a failure, and not ignored. */
  readonly filterDefaultFail: boolean;
  /** Names of channels that its alerts go to, with commas between; undefined leaves it to whoever owns its service. */
  readonly channels?: string | undefined;
}

export type CheckChange = {
  readonly at: number;
  readonly from: CheckStatus;
  readonly to: CheckStatus;
  /** Why it went down: a ping said so, or none came in time. */
  readonly reason?: 'fail' | 'timeout' | undefined;
};

/** `ign` is a ping that was noted and left without effect. */
export type PingKind = 'success' | 'start' | 'fail' | 'log' | 'ign';

/** A ping as it came. */
export type PingRecord = {
  readonly at: number;
  readonly kind: PingKind;
  readonly scheme: string;
  readonly method: string;
  readonly remoteAddress: string;
  readonly userAgent: string;
  /** The run it tells of. */
  readonly rid?: string | undefined;
  readonly exitStatus?: number | undefined;
  /** Since the start of the run that it ends. */
  readonly durationMs?: number | undefined;
  /** The body's length in bytes; with `bodyId` it is an item of its own, else it is `body`. */
  readonly bodySize: number;
  readonly body?: Uint8Array | undefined;
  readonly bodyId?: string | undefined;
};

/** An event with its number: pings and changes of status are counted apart, each from 1. */
export type CheckEvent =
  | { readonly type: 'ping'; readonly n: number; readonly ping: PingRecord }
  | { readonly type: 'change'; readonly n: number; readonly change: CheckChange };

/** A run that has begun and not ended. */
export type OpenRun = { readonly at: number; readonly rid?: string | undefined };

/** Times are ms since the epoch. */
export interface Check extends CheckSettings {
  readonly uuid: string;
  readonly service: string;
  readonly createdAt: number;
  /** What its badge's address says instead of the UUID, which lets anybody ping. */
  readonly badgeKey: string;
  /** What was claimed to make it, if anything was: whoever deletes it gives that up. */
  readonly claimedAs?: string | undefined;
  /** Counts the writes of this item; every write leans on the one it has seen. */
  readonly rev: number;
  readonly status: CheckStatus;
  /** When the status began: the moment something went wrong, not the one it was noticed. */
  readonly since: number;
  readonly pings: number;
  readonly changes: number;
  readonly lastPingAt?: number | undefined;
  /** The start that is waited for an end of. */
  readonly lastStart?: OpenRun | undefined;
  readonly lastDurationMs?: number | undefined;
  /** How long the last runs took that were told of by a start and an end, oldest first. */
  readonly recentMs?: readonly number[] | undefined;
  /** All runs that have begun and not ended, the latest of them. */
  readonly openRuns: readonly OpenRun[];
  /** The events of the last write: they are part of it, and go to the log before the next one. */
  readonly newest: readonly CheckEvent[];
  /** When the monitor has to look at it: when it goes down unless something comes. */
  readonly dueAt?: number | undefined;
  /** What this write tells has not been marked yet: until it is, the check stays due. */
  readonly unmarked?: boolean | undefined;
}

export function itemOfCheck(check: Check): Item & Key {
  const { openRuns, newest, lastStart, unmarked, recentMs, ...plain } = check;
  const { dueAt, since, uuid } = check;
  const waiting = dueAt === undefined && unmarked !== true ? {} : { due: dueChecks(uuid) };
  const toBeMarked = unmarked === true ? { unmarked, dueAt: since, dueThen: dueAt } : {};
  return {
    ...keys.check(check.uuid),
    v: ITEM_VERSION,
    ...plain,
    ...(recentMs === undefined ? {} : { recentMs: [...recentMs] }),
    lastStart: lastStart && { ...lastStart },
    openRuns: openRuns.map((run) => ({ ...run })),
    newest: newest.map(itemOfEvent),
    ...waiting,
    ...toBeMarked,
  };
}

/**
 * Reads an item of a check, or of its log.
 * @throws {NewerItem} when a newer flyball wrote it.
 * @throws {UnreadableItem} when somebody else did. Neither says the UUID, which lets whoever reads logs ping.
 */
function reading<Read>(item: Item, read: (fields: Fields) => Read): Read {
  const { v } = item;
  if (typeof v === 'number' && v > ITEM_VERSION)
    throw new NewerItem(`${nameOf(item)} has version ${v}, and this flyball reads ${ITEM_VERSION}`);
  try {
    return read(fieldsOf(item));
  } catch (error) {
    if (!(error instanceof UnreadableItem)) throw error;
    throw new UnreadableItem(error.message.replace(`Item ${JSON.stringify([item['pk'], item['sk']])}`, nameOf(item)));
  }
}

function nameOf({ pk }: Item): string {
  const uuid = typeof pk === 'string' ? pk.slice(keys.check('').pk.length) : '';
  return `An item of the check ${uniqueKeyOf(uuid).slice(0, 16)}`;
}

/** @throws {UnreadableItem} when a newer flyball, or somebody else, wrote it. */
export const checkOf = (item: Item): Check => reading(item, (fields) => checkFrom(item, fields));

function checkFrom(item: Item, { text, number, optionalText, optionalNumber }: Fields): Check {
  const flag = (name: string) => item[name] === true;
  return {
    uuid: text('uuid'),
    service: text('service'),
    createdAt: number('createdAt'),
    badgeKey: text('badgeKey'),
    claimedAs: optionalText('claimedAs'),
    rev: number('rev'),
    name: text('name'),
    slug: text('slug'),
    tags: text('tags'),
    desc: text('desc'),
    kind: text('kind') as CheckKind,
    timeoutMs: number('timeoutMs'),
    graceMs: number('graceMs'),
    schedule: text('schedule'),
    timezone: text('timezone'),
    manualResume: flag('manualResume'),
    methods: optionalText('methods') === 'POST' ? 'POST' : '',
    startKeywords: text('startKeywords'),
    successKeywords: text('successKeywords'),
    failureKeywords: text('failureKeywords'),
    filterSubject: flag('filterSubject'),
    filterBody: flag('filterBody'),
    filterHttpBody: flag('filterHttpBody'),
    filterDefaultFail: flag('filterDefaultFail'),
    channels: optionalText('channels'),
    status: text('status') as CheckStatus,
    since: number('since'),
    pings: number('pings'),
    changes: number('changes'),
    lastPingAt: optionalNumber('lastPingAt'),
    lastStart: item['lastStart'] as OpenRun | undefined,
    lastDurationMs: optionalNumber('lastDurationMs'),
    recentMs: item['recentMs'] as number[] | undefined,
    openRuns: (item['openRuns'] ?? []) as OpenRun[],
    newest: (item['newest'] ?? []) as CheckEvent[],
    dueAt: optionalNumber(flag('unmarked') ? 'dueThen' : 'dueAt'),
    unmarked: flag('unmarked') || undefined,
  };
}

function itemOfEvent(event: CheckEvent): Item {
  return event.type === 'ping' ? { ...event, ping: { ...event.ping } } : { ...event, change: { ...event.change } };
}

/** The event that an item of the log holds. @throws {UnreadableItem} */
export const eventOf = (item: Item): CheckEvent =>
  reading(item, ({ text, number }) =>
    text('type') === 'ping'
      ? { type: 'ping', n: number('n'), ping: item['ping'] as PingRecord }
      : { type: 'change', n: number('n'), change: item['change'] as CheckChange },
  );
