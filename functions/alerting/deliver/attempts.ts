// What an attempt makes of a delivery: claimed before it, sent, tried again later or given up after it. Pure.
import type { Alert, Delivery, TrailEntry } from '../../../store/items/alert-record.ts';
import { withTrail } from '../alert/trail.ts';

/** After the first attempt, the second, and so on; then always as long as the last. */
const BACKOFF_MS = [30_000, 60_000, 120_000, 300_000, 600_000, 900_000];
/**
 * Ticks come once a minute, and each sends a moment later or earlier than the last: so much earlier somebody may try again,
 * for what is due a second after a tick would wait for a minute more.
 */
const SLACK_MS = 25_000;
/** No attempt is made later than this after the first. */
export const TRIED_FOR_MS = 6 * 3_600_000;

export interface Claim {
  readonly ids: ReadonlySet<string>;
  readonly messageId: string;
  readonly nowMs: number;
  /** Nobody else tries before. */
  readonly until: number;
}

export const isReady = ({ state, notBefore }: Delivery, nowMs: number): boolean =>
  state === 'pending' && notBefore <= nowMs;

/** Undefined unless all of them are still to be sent. */
export function claimed(alert: Alert, { ids, messageId, nowMs, until }: Claim): Alert | undefined {
  const wanted = alert.deliveries.filter(({ id }) => ids.has(id));
  if (wanted.length !== ids.size || !wanted.every((delivery) => isReady(delivery, nowMs))) return undefined;
  return {
    ...alert,
    dueAt: Math.min(alert.dueAt ?? until, until),
    deliveries: alert.deliveries.map((delivery) =>
      ids.has(delivery.id)
        ? {
            ...delivery,
            state: 'claimed',
            messageId,
            claimedUntil: until,
            attempts: delivery.attempts + 1,
            firstTriedAt: delivery.firstTriedAt ?? nowMs,
          }
        : delivery,
    ),
  };
}

/** What came of an attempt. `refused` is no attempt: nobody was asked. */
export type Outcome =
  | { readonly outcome: 'sent' }
  | { readonly outcome: 'refused'; readonly reason: string; readonly retryAfterMs?: number | undefined }
  | {
      readonly outcome: 'failed';
      readonly reason: string;
      readonly retryable: boolean;
      readonly maybeDelivered: boolean;
      readonly retryAfterMs?: number | undefined;
    };

/** Undefined when there is nothing left to say. */
export function after(alert: Alert, ids: ReadonlySet<string>, came: Outcome, nowMs: number): Alert | undefined {
  const trail: TrailEntry[] = [];
  const deliveries = alert.deliveries.map((delivery) => {
    // That it arrived is true whoever tries it just now, or has given it up since; anything else is of one's own attempt.
    const concerns = came.outcome === 'sent' ? delivery.state !== 'sent' : delivery.state === 'claimed';
    if (!ids.has(delivery.id) || !concerns) return delivery;
    const next = afterOne(delivery, came, nowMs);
    const { what, detail } = saidOf(next, came);
    trail.push({ at: nowMs, what, channel: delivery.channel, detail });
    return next;
  });
  return trail.length === 0 ? undefined : withTrail({ ...alert, deliveries, dueAt: nowMs }, trail);
}

function afterOne(delivery: Delivery, came: Outcome, nowMs: number): Delivery {
  const free = { ...delivery, claimedUntil: undefined };
  switch (came.outcome) {
    case 'sent':
      return { ...free, state: 'sent', settledAt: nowMs, error: undefined };
    case 'refused': {
      const attempts = delivery.attempts - 1;
      const waitMs = Math.max(BACKOFF_MS[0] ?? 0, (came.retryAfterMs ?? 0) - SLACK_MS);
      return { ...free, state: 'pending', attempts, notBefore: nowMs + waitMs, error: came.reason };
    }
    case 'failed': {
      const failed = { ...free, error: came.reason, maybeSent: delivery.maybeSent === true || came.maybeDelivered };
      const waitMs = Math.max(BACKOFF_MS[0] ?? 0, backoffMs(delivery.attempts) - SLACK_MS, came.retryAfterMs ?? 0);
      const notBefore = nowMs + waitMs;
      const isTimeUp = notBefore > (delivery.firstTriedAt ?? nowMs) + TRIED_FOR_MS;
      if (!came.retryable || isTimeUp) return { ...failed, state: 'dead', settledAt: nowMs };
      return { ...failed, state: 'pending', notBefore };
    }
  }
}

/**
 * Channels that have just taken a message take what waits for another attempt as well, as far as this tick has not tried
 * it. Undefined when nothing waits.
 */
export function dueAgain(
  alert: Alert,
  channels: ReadonlySet<string>,
  tried: ReadonlySet<string>,
  nowMs: number,
): Alert | undefined {
  const waits = ({ id, channel, state, error, notBefore }: Delivery) =>
    state === 'pending' && error !== undefined && notBefore > nowMs && channels.has(channel) && !tried.has(id);
  if (!alert.deliveries.some(waits)) return undefined;
  const deliveries = alert.deliveries.map((one) => (waits(one) ? { ...one, notBefore: nowMs } : one));
  return { ...alert, deliveries, dueAt: nowMs };
}

const backoffMs = (attempts: number): number =>
  BACKOFF_MS[Math.min(attempts, BACKOFF_MS.length) - 1] ?? BACKOFF_MS[0] ?? 0;

function saidOf(delivery: Delivery, came: Outcome): Pick<TrailEntry, 'what' | 'detail'> {
  if (came.outcome === 'sent') return { what: 'sent', detail: delivery.kind };
  if (delivery.state === 'dead') {
    return { what: 'dead', detail: `${delivery.kind}, given up after ${delivery.attempts} attempts: ${came.reason}` };
  }
  return {
    what: 'failed',
    detail: `${delivery.kind}, again at ${new Date(delivery.notBefore).toISOString()}: ${came.reason}`,
  };
}
