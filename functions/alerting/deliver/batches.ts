// Which deliveries go in one message: those of one channel, kind and group that are due together. Pure.
import { createHash } from 'node:crypto';
import type { Alert, Delivery } from '../../../store/items/alert-record.ts';
import { worstFirst } from '../alert/severity.ts';
import { isReady } from './attempts.ts';

/** A message lists no more notices; those that are more are counted, or get messages of their own. */
export const MOST_LISTED = 20;

/** Each of these may be a request of its own, and all of them are one attempt. */
const MOST_EVENTS = 10;

export interface BatchEntry {
  readonly alert: Alert;
  readonly delivery: Delivery;
}

export interface Batch {
  readonly channel: string;
  /** The worst alert first: what a message has no room for is the least. */
  readonly entries: readonly BatchEntry[];
}

/**
 * What is to be sent now. What was tried together goes together again, so that its message is the same one; all that was
 * held back goes to a channel at once. `lists` says of which channels each message lists all of its notices. The message
 * with the worst alert comes first: there may be more than this tick has time for. A message says times in one zone, so
 * what `zoneOf` the owners tells apart goes apart.
 */
export function batchesOf(
  alerts: readonly Alert[],
  nowMs: number,
  lists: (channel: string) => boolean,
  zoneOf: (owner: string | undefined) => string = () => '',
): Batch[] {
  const groups = new Map<string, BatchEntry[]>();
  for (const alert of alerts.toSorted(worstFirst)) {
    for (const delivery of alert.deliveries) {
      if (!isReady(delivery, nowMs)) continue;
      const key = together(alert, delivery, zoneOf);
      const group = groups.get(key);
      if (group) group.push({ alert, delivery });
      else groups.set(key, [{ alert, delivery }]);
    }
  }
  return [...groups.values()].flatMap((entries) => {
    const channel = entries[0]?.delivery.channel ?? '';
    if (!lists(channel)) return [{ channel, entries }];
    return Array.from({ length: Math.ceil(entries.length / MOST_EVENTS) }, (_, i) => ({
      channel,
      entries: entries.slice(i * MOST_EVENTS, (i + 1) * MOST_EVENTS),
    }));
  });
}

function together(
  { condition }: Alert,
  { channel, kind, group, messageId }: Delivery,
  zoneOf: (owner: string | undefined) => string,
): string {
  if (messageId !== undefined) return JSON.stringify([channel, kind, messageId]);
  return JSON.stringify([
    channel,
    kind,
    kind === 'digest' ? { owner: condition.owner ?? null } : [group, zoneOf(condition.owner)],
  ]);
}

/** The same for the same deliveries, however often they are tried. */
export function messageIdOf({ channel, entries }: Batch): string {
  const ids = entries.map(({ delivery }) => delivery.id).sort();
  return createHash('sha256')
    .update(JSON.stringify([channel, ids]))
    .digest('hex')
    .slice(0, 32);
}
