// Until when an alert that can wait is held, and what has it sent before that. Pure.
import type { Alert } from '../../../store/items/alert-record.ts';
import type { Owner } from '../routing/document.ts';
import { heldUntil } from '../routing/hours.ts';
import { hoursOf } from '../routing/owners.ts';
import { moment } from '../channels/moments.ts';
import type { Condition } from '../condition.ts';
import { isAlwaysDeferred } from './limits.ts';
import { ownerAt } from '../routing/owners.ts';

/** So long after the owner's hour somebody is still told of what was noticed late; later it waits for the next one. */
const STILL_MORNING_MS = 2 * 3_600_000;
/** So long before something needs it somebody is told. */
export const NEEDED_MARGIN_MS = 3_600_000;

export interface Deferral {
  /** The owner's hour, or what comes before it. */
  readonly until: number;
  /** It is not the owner's hour: it is told of alone, and not with all that waited for that. */
  readonly early: boolean;
  readonly reason: string;
}

/** Of an alert of severity `deferred`. What is over when it is looked at is no hold any more, and says why. */
export function deferralOf(alert: Alert, whose: Owner, nowMs: number): Deferral {
  const { runSince, noticedAt, condition } = alert;
  const bound = isAlwaysDeferred(alert);
  const owner = bound ? whose : ownerAt(whose, condition.deferUntil);
  const hour = hourAfter(owner, runSince, Math.max(noticedAt, runSince));
  const early = earlyReason(alert, owner);
  if (early !== undefined) return { until: nowMs, early: true, reason: early };
  const needed = bound || condition.neededBy === undefined ? Infinity : condition.neededBy - NEEDED_MARGIN_MS;
  if (needed < hour) {
    const by = moment(needed + NEEDED_MARGIN_MS, owner.timezone);
    return { until: needed, early: true, reason: `it is needed by ${by}` };
  }
  return { until: hour, early: false, reason: `held until ${owner.deferUntil} ${owner.timezone}` };
}

/** When somebody who was told is told again that it still burns: never at night, either. */
export const repeatedAt = (alert: Alert, owner: Owner, toldAt: number, repeatMs: number): number =>
  heldUntil(isAlwaysDeferred(alert) ? owner : hoursFor(alert.condition, owner), toldAt + repeatMs);

type Hours = Pick<Owner, 'hours' | 'deferUntil' | 'timezone' | 'failures'>;

const MOST_HOURS = 500;
const made = new Map<string, Owner['hours']>();

/** The hour of its own that a condition may have, in its owner's zone. */
function hoursFor({ deferUntil }: Condition, owner: Owner): Hours {
  if (deferUntil === undefined) return owner;
  const which = `${deferUntil} ${owner.timezone}`;
  const hours = made.get(which) ?? hoursOf(deferUntil, owner.timezone);
  if (made.size >= MOST_HOURS) made.clear();
  made.set(which, hours);
  return { ...owner, deferUntil, hours };
}

function hourAfter(owner: Hours, sinceMs: number, noticedMs: number): number {
  const hour = heldUntil(owner, sinceMs);
  return hour + STILL_MORNING_MS <= noticedMs ? heldUntil(owner, noticedMs) : hour;
}

function earlyReason(alert: Alert, { failures: most }: Hours): string | undefined {
  const { blocks = [], failures = 0 } = alert.condition;
  if (blocks.length > 0 && !alert.blockedAtFirst && !isAlwaysDeferred(alert))
    return `it blocks ${blocks.join(', ')} now`;
  if (most !== undefined && failures >= most) return `it has failed ${failures} times in a row`;
  return undefined;
}
