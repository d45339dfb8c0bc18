// Sends one message: its deliveries are claimed, it is sent once, and what came of it is written down.
import { Refused } from '../../../middleware/kernel/errors.ts';
import { errorFields } from '../../../middleware/kernel/logger.ts';
import { changeAlert, listAsDead, type Alert } from '../../../store/items/alerts.ts';
import { StoreUnavailable } from '../../../store/port.ts';
import { sideBySide } from '../../api/passes.ts';
import { NotDelivered } from '../channel.ts';
import type { Message } from '../message.ts';
import type { Channel, TickParts } from '../tick-parts.ts';
import { after, claimed, type Outcome } from './attempts.ts';
import { messageIdOf, type Batch, type BatchEntry } from './batches.ts';

/** Whoever has claimed a delivery is certainly gone so long after its tick had to end. */
const CLAIM_MARGIN_MS = 30_000;
const SIDE_BY_SIDE = 8;
/** What is written down after a message was sent is tried so often: what is not written down is sent again. */
const RECORD_TRIES = 3;

export type SendParts = Pick<TickParts, 'table' | 'clock' | 'logger' | 'timeoutMs' | 'guarded'>;

export interface Sent {
  /** The alerts as they stand then. */
  readonly alerts: readonly Alert[];
  /** Undefined when others had claimed all of it, or could not be claimed at all. */
  readonly outcome: Outcome | undefined;
  readonly deliveries: number;
}

export async function sendBatch(
  parts: SendParts,
  batch: Batch,
  channel: Channel | undefined,
  messageFor: (batch: Batch) => Promise<Message>,
): Promise<Sent> {
  const claims = await claim(parts, batch);
  if (claims.length === 0) return { alerts: [], outcome: undefined, deliveries: 0 };
  const outcome = await attempt(parts, { ...batch, entries: claims }, channel, messageFor);
  const alerts = await record(parts, claims, outcome);
  return { alerts, outcome, deliveries: claims.length };
}

/** Those that are ours to send: of each alert its deliveries in this message. */
async function claim({ table, clock, logger, timeoutMs }: SendParts, batch: Batch): Promise<BatchEntry[]> {
  const messageId = messageIdOf(batch);
  const ours: BatchEntry[] = [];
  await sideBySide(SIDE_BY_SIDE, batch.entries, async (entry) => {
    const { alert: seen, delivery } = entry;
    const ids = new Set([delivery.id]);
    try {
      const nowMs = clock.now();
      const until = nowMs + timeoutMs + CLAIM_MARGIN_MS;
      const { alert, changed } = await changeAlert(
        table,
        seen.hash,
        (current) => {
          const next = current && claimed(current, { ids, messageId, nowMs, until });
          return next && { alert: next };
        },
        seen,
      );
      const own = alert?.deliveries.find(({ id }) => id === delivery.id);
      if (changed && alert && own) ours.push({ alert, delivery: own });
    } catch (error) {
      logger.error('a delivery could not be claimed', { delivery: delivery.id, ...errorFields(error) });
    }
  });
  // As the batch has them, whoever was claimed first.
  const own = new Map(ours.map((entry) => [entry.delivery.id, entry]));
  return batch.entries.flatMap(({ delivery }) => own.get(delivery.id) ?? []);
}

async function attempt(
  { guarded }: SendParts,
  batch: Batch,
  channel: Channel | undefined,
  messageFor: (batch: Batch) => Promise<Message>,
): Promise<Outcome> {
  if (!channel) {
    const reason = `the routing document has no channel ${batch.channel}`;
    return { outcome: 'failed', reason, retryable: false, maybeDelivered: false };
  }
  let failure: unknown;
  try {
    const message = await messageFor(batch);
    await guarded(channel.type, batch.channel, async (signal) => {
      try {
        await channel.send(message, signal);
      } catch (error) {
        failure = error;
        // What is wrong with one channel says nothing of others of its type.
        if (!(error instanceof NotDelivered) || error.retryable) throw error;
      }
    });
  } catch (error) {
    failure ??= error;
  }
  return failure === undefined ? { outcome: 'sent' } : outcomeOf(failure);
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof Refused) {
    return { outcome: 'refused', reason: `${error.by} ${error.rule} refused`, retryAfterMs: error.retryAfterMs };
  }
  if (error instanceof NotDelivered) {
    const { message: reason, retryable, retryAfterMs, maybeDelivered } = error;
    return { outcome: 'failed', reason, retryable, retryAfterMs, maybeDelivered };
  }
  // Of others nobody knows what their words hold.
  const reason = `no answer (${error instanceof Error ? error.name : typeof error})`;
  return { outcome: 'failed', reason, retryable: true, maybeDelivered: true };
}

/** What cannot be written down stays claimed, and is sent again when the claim has run out. */
async function record(parts: SendParts, claims: readonly BatchEntry[], outcome: Outcome): Promise<Alert[]> {
  const { logger } = parts;
  const known: Alert[] = [];
  await sideBySide(SIDE_BY_SIDE, claims, async (entry) => {
    for (let tries = 1; tries <= RECORD_TRIES; tries++) {
      try {
        const alert = await recordOne(parts, entry, outcome);
        if (alert) known.push(alert);
        return;
      } catch (error) {
        if (error instanceof StoreUnavailable && tries < RECORD_TRIES) continue;
        const fields = { delivery: entry.delivery.id, outcome: outcome.outcome, ...errorFields(error) };
        logger.error('what became of a delivery could not be written down', fields);
        return;
      }
    }
  });
  return known;
}

async function recordOne(
  { table, clock }: SendParts,
  { alert: seen, delivery }: BatchEntry,
  outcome: Outcome,
): Promise<Alert | undefined> {
  const ids = new Set([delivery.id]);
  const nowMs = clock.now();
  // An entry of the list whose delivery is not dead is passed over: it comes first.
  const expected = after(seen, ids, outcome, nowMs);
  const isDead = expected?.deliveries.some(({ id, state }) => id === delivery.id && state === 'dead') === true;
  if (expected && isDead) await listAsDead(table, expected, delivery);
  const { alert } = await changeAlert(
    table,
    seen.hash,
    (current) => {
      const next = current && after(current, ids, outcome, nowMs);
      return next && { alert: next };
    },
    seen,
  );
  return alert;
}
