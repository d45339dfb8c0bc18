// Channels that do not deliver are something that is wrong with flyball itself. Pure.
import type { Alert, Delivery } from '../../../store/items/alert-record.ts';
import type { Condition } from '../condition.ts';
import { channelKey } from '../sick-channel.ts';
import type { Outcome } from './attempts.ts';

/** Who has failed so often has failed for some minutes. */
const MANY_ATTEMPTS = 4;

/** What an attempt says of its channel; undefined when it says nothing yet. */
export function channelCondition(
  channel: string,
  outcome: Outcome,
  deliveries: readonly Pick<Delivery, 'state' | 'attempts' | 'firstTriedAt'>[],
  nowMs: number,
): Condition | undefined {
  const base = { key: channelKey(channel), kind: 'flyball', service: 'flyball', name: `channel ${channel}` } as const;
  if (outcome.outcome === 'sent') {
    const summary = `The channel ${channel} delivers again.`;
    return { ...base, severity: 'high', firing: false, since: nowMs, summary };
  }
  if (outcome.outcome === 'refused') return undefined;
  const failing = deliveries.filter(({ state, attempts }) => state === 'dead' || attempts >= MANY_ATTEMPTS);
  if (failing.length === 0) return undefined;
  const since = Math.min(...failing.map(({ firstTriedAt = nowMs }) => firstTriedAt));
  const summary = `The channel ${channel} does not deliver: ${outcome.reason}`;
  return { ...base, severity: 'high', firing: true, since, summary };
}

export const isOfChannel = ({ condition }: Alert, channel: string): boolean => condition.key === channelKey(channel);
