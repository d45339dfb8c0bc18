// What people do with an alert: acknowledge it, have it sent now, have a dead delivery tried again. Pure.
import type { Alert, AlertAcknowledgement, SendNow } from '../../../store/items/alert-record.ts';
import { severityOf } from './severity.ts';
import { withTrail } from './trail.ts';

/** Nobody is told again while it holds; undefined when the alert is over. */
export function acknowledged(alert: Alert, said: Omit<AlertAcknowledgement, 'severity'>): Alert | undefined {
  if (alert.status === 'resolved') return undefined;
  const { by, at, until, reason } = said;
  const end = until === undefined ? '' : ` until ${new Date(until).toISOString()}`;
  return withTrail({ ...alert, acknowledged: { ...said, severity: severityOf(alert) }, dueAt: at }, [
    { at, what: 'acknowledged', detail: `by ${by}${end}${reason ? `: ${reason}` : ''}` },
  ]);
}

/** Undefined when nobody has acknowledged it. */
export function unacknowledged(
  alert: Alert,
  { by, at }: { readonly by: string; readonly at: number },
): Alert | undefined {
  if (!alert.acknowledged) return undefined;
  return withTrail({ ...alert, acknowledged: undefined, ...(alert.dueAt === undefined ? {} : { dueAt: at }) }, [
    { at, what: 'unacknowledged', detail: `by ${by}` },
  ]);
}

/** What is held back is sent by the next tick; undefined when the alert is over. */
export function sentNow(alert: Alert, sendNow: SendNow): Alert | undefined {
  if (alert.status === 'resolved') return undefined;
  const { by, at, reason } = sendNow;
  return withTrail({ ...alert, sendNow: { ...sendNow }, dueAt: at }, [
    { at, what: 'send-now', detail: `by ${by}: ${reason}` },
  ]);
}

/** A dead delivery is tried again from the start; undefined when it is not dead, or not the last word to its channel. */
export function retried(
  alert: Alert,
  delivery: string,
  { by, at }: { readonly by: string; readonly at: number },
): Alert | undefined {
  const dead = alert.deliveries.find(({ id, state }) => id === delivery && state === 'dead');
  if (!dead) return undefined;
  const hasLater = alert.deliveries.some(
    ({ channel, seq, state }) => channel === dead.channel && seq > dead.seq && state !== 'dropped',
  );
  if (hasLater) return undefined;
  const deliveries = alert.deliveries.map((one) =>
    one === dead
      ? { ...one, state: 'pending' as const, attempts: 0, firstTriedAt: undefined, settledAt: undefined, notBefore: at }
      : one,
  );
  return withTrail({ ...alert, deliveries, dueAt: at }, [
    { at, what: 'retried', channel: dead.channel, detail: `${dead.kind}, by ${by}` },
  ]);
}
