// What an observation makes of an alert: an episode begins, goes on, ends, or begins again. Pure.
import { isDeepStrictEqual } from 'node:util';
import { hashOfCondition } from '../../../store/alert-keys.ts';
import type { Alert, TrailEntry } from '../../../store/items/alert-record.ts';
import type { Condition } from '../condition.ts';
import { shortened } from './condition-size.ts';
import { isWorse, severityOf } from './severity.ts';
import { isEnd, isUnsettled, lastTold } from './told.ts';
import { withTrail } from './trail.ts';

/** What goes wrong again so soon after it was well goes on as the same episode. */
export const REOPEN_WITHIN_MS = 5 * 60_000;

/** Clocks of those who look differ by less: who has looked so much later than it is now had one that was wrong. */
export const CLOCK_ERROR_MS = 30_000;

export interface Observed {
  readonly alert: Alert;
  /** The episode before, which is over for good. */
  readonly before?: Alert | undefined;
}

/**
 * The alert after a condition was seen; undefined when nothing is new. `seenAt` is when whoever looked began to look: what
 * was seen before the last change says nothing, unless that was seen by a clock that has gone back since.
 */
export function observed(
  alert: Alert | undefined,
  said: Condition,
  { seenAt, nowMs }: { readonly seenAt: number; readonly nowMs: number },
): Observed | undefined {
  const condition = shortened(said);
  if (alert !== undefined && seenAt < alert.seenAt && alert.seenAt <= nowMs + CLOCK_ERROR_MS) return undefined;
  if (!condition.firing) {
    return alert?.status === 'firing' ? { alert: ended(alert, condition, seenAt, nowMs) } : undefined;
  }
  if (alert === undefined) return { alert: begun(condition, 1, seenAt, nowMs) };
  if (alert.status === 'firing') {
    const next = goneOn(alert, condition, seenAt, nowMs);
    return next && { alert: next };
  }
  const settled = alert.holds.length === 0 && !alert.deliveries.some(isUnsettled);
  const quiet = nowMs - (alert.resolvedAt ?? nowMs) >= REOPEN_WITHIN_MS;
  // Who is still to be told of the end of this one would not know which of two episodes burns.
  if (!settled || !quiet) return { alert: reopened(alert, condition, seenAt, nowMs) };
  return { alert: begun(condition, alert.n + 1, seenAt, nowMs, alert.rev), before: alert };
}

function begun(condition: Condition, n: number, seenAt: number, nowMs: number, rev = 0): Alert {
  const hash = hashOfCondition(condition.key);
  return {
    hash,
    n,
    id: `${hash}-${n}`,
    rev,
    condition,
    status: 'firing',
    since: condition.since,
    noticedAt: nowMs,
    seenAt,
    reopened: 0,
    runFrom: 0,
    runSince: condition.since,
    blockedAtFirst: blocks(condition),
    seq: 1,
    deliveries: [],
    sentBefore: 0,
    holds: [],
    trail: [{ at: nowMs, what: 'fired', detail: condition.summary }],
    trailForgotten: 0,
    dueAt: nowMs,
  };
}

function goneOn(alert: Alert, condition: Condition, seenAt: number, nowMs: number): Alert | undefined {
  if (isDeepStrictEqual(plain(condition), plain(alert.condition))) return undefined;
  const { severity } = alert.condition;
  const trail: TrailEntry[] = [];
  if (condition.severity !== severity) {
    trail.push({ at: nowMs, what: 'changed', detail: `its severity was ${severity} and is ${condition.severity}` });
  }
  if (blocks(condition) && !blocks(alert.condition)) {
    trail.push({ at: nowMs, what: 'changed', detail: `it blocks ${condition.blocks?.join(', ') ?? ''}` });
  }
  return withTrail({ ...alert, condition, seenAt, dueAt: Math.min(alert.dueAt ?? nowMs, nowMs) }, trail);
}

function ended(alert: Alert, condition: Condition, seenAt: number, nowMs: number): Alert {
  return withTrail(
    {
      ...alert,
      status: 'resolved',
      // Facts that come late may say that it was never wrong: an end does not come before its beginning.
      endedAt: Math.max(condition.since, alert.since),
      resolvedAt: nowMs,
      endSummary: condition.summary === '' ? undefined : condition.summary,
      seenAt,
      dueAt: nowMs,
    },
    [{ at: nowMs, what: 'resolved', detail: condition.summary }],
  );
}

function reopened(alert: Alert, condition: Condition, seenAt: number, nowMs: number): Alert {
  const channels = [...new Set(alert.deliveries.map(({ channel }) => channel))];
  const someHeardOfEnd = channels.some((channel) => {
    const last = lastTold(alert, channel);
    return last !== undefined && isEnd(last);
  });
  return withTrail(
    {
      ...alert,
      condition,
      status: 'firing',
      endedAt: undefined,
      resolvedAt: undefined,
      endSummary: undefined,
      seenAt,
      reopened: alert.reopened + 1,
      ...(someHeardOfEnd ? { runFrom: alert.seq, runSince: condition.since, sendNow: undefined } : {}),
      // Who acknowledged it has heard that it is over.
      acknowledged: someHeardOfEnd || endsAcknowledgement(alert, condition) ? undefined : alert.acknowledged,
      dueAt: nowMs,
    },
    [{ at: nowMs, what: 'reopened', detail: condition.summary }],
  );
}

const endsAcknowledgement = ({ acknowledged, limit }: Alert, condition: Condition): boolean =>
  acknowledged !== undefined && isWorse(severityOf({ condition, limit }), acknowledged.severity);

const blocks = ({ blocks = [] }: Condition): boolean => blocks.length > 0;

/** Without what is undefined: an item holds nothing of it. */
const plain = (condition: Condition): unknown =>
  Object.fromEntries(Object.entries(condition).filter(([, value]) => value !== undefined));
