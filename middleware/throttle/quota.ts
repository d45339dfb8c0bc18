// A quota: so many in each window, who is told when it nears its end, and how long what was used is remembered.
import type { QuotaCounter, QuotaRecord } from '../../store/items/quota.ts';
import type { Instance } from '../kernel/instance.ts';
import type { FleetState } from './limiter.ts';
import type { Window } from './window.ts';

/** A rule's quota, whatever the key. */
export interface Quota {
  readonly limit: number;
  /** The window an instant lies in, epoch ms. */
  readonly windowOf: (nowMs: number) => Window;
  /** Its keys are listed for those who ask what was used, and told of when they near the limit. */
  readonly listed: boolean;
  /** Shares of the limit, in percent, that are told of when they are reached. */
  readonly notify: readonly number[];
}

/** One key's counter in one window, as its instance meets it. */
export interface Counting {
  readonly instance: Instance;
  readonly quota: Quota;
  readonly state: FleetState;
  readonly window: Window;
  readonly counter: QuotaCounter;
}

/** Whoever began something is left so much time to finish it before another instance does. */
export const OTHERS_FINISH_MS = 5_000;
/** Shorter windows are a rate, which nobody is billed for: listing their keys would cost more than counting them. */
const SHORTEST_LISTED_MS = 3_600_000;
/** What is told of unless the rule says otherwise, percent. */
const NOTIFIED: readonly number[] = [80, 100];
/**
 * A counter outlives its window: whatever a day has used can be billed until the end of the following month (62 days at
 * most), and eight days more.
 */
const KEPT_BEYOND_S = 70 * 86_400;
/** Tokens on lease are back this much after the end of their lease, if their instance is invoked. */
const RETURNED_WITHIN_MS = 5_000;

/** Whether the keys of windows of this length are listed. */
export function isListed(windowMs: number): boolean {
  return windowMs >= SHORTEST_LISTED_MS;
}

/** The shares to tell of, in percent, of a rule's `notify`. */
export function notifiedShares(notify: readonly string[] | undefined): readonly number[] {
  return notify?.map((share) => Number.parseInt(share, 10)) ?? NOTIFIED;
}

/** When a counter may be forgotten, s since the epoch. */
export function expirationOf({ endMs }: Window): number {
  return Math.ceil(endMs / 1000) + KEPT_BEYOND_S;
}

/** When there may be a token again, when there is none: as soon as leases may have come back, or the window has ended. */
export function freeAtMs(record: QuotaRecord | undefined, { endMs }: Window, nowMs: number): number {
  if (!record?.leasedUntilMs || record.held === 0) return endMs;
  const backMs = record.leasedUntilMs + RETURNED_WITHIN_MS;
  return backMs > nowMs ? Math.min(backMs, endMs) : endMs;
}
