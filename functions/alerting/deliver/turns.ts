// In which order messages go: of a channel that does not deliver the worst goes first and alone, the others when it has been tried. Pure.
import type { Alert } from '../../../store/items/alert-record.ts';
import { sickChannelOf } from '../sick-channel.ts';
import type { Batch } from './batches.ts';

/**
 * Of those in one turn none has to wait for another. The breaker of a channel that fails lets one message try it: which one
 * that is must not be up to who claims its deliveries first. `batches` have the worst first.
 */
export function turnsOf(batches: readonly Batch[], alerts: readonly Alert[]): readonly (readonly Batch[])[] {
  const sick = sickChannels(alerts);
  const tried = new Set<string>();
  const first: Batch[] = [];
  const then: Batch[] = [];
  for (const batch of batches) {
    const waits = sick.has(batch.channel) && tried.has(batch.channel);
    tried.add(batch.channel);
    (waits ? then : first).push(batch);
  }
  return [first, then];
}

/** Those that are said not to deliver, and those that have failed or refused something that still waits for them. */
function sickChannels(alerts: readonly Alert[]): ReadonlySet<string> {
  const sick = new Set<string>();
  for (const { status, condition, deliveries } of alerts) {
    const about = status === 'firing' ? sickChannelOf(condition.key) : undefined;
    if (about !== undefined) sick.add(about);
    for (const { channel, state, error } of deliveries) {
      if (state === 'pending' && error !== undefined) sick.add(channel);
    }
  }
  return sick;
}
