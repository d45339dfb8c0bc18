// The ends of what was forced for a time: nobody writes them down, since nobody does anything, and lists of changes have them.
import { readBreakerTransitions, type BreakerTransitionItem } from '../../store/items/breaker-log.ts';
import type { Table } from '../../store/port.ts';

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
}

/** A page of one breaker's changes, newest first, with the ends that belong to it. */
export async function withEnds(
  table: Table,
  service: string,
  transitions: readonly BreakerTransitionItem[],
  span: Span,
): Promise<BreakerTransitionItem[]> {
  const ends = await Promise.all(
    transitions.map(async (forced, i) => {
      const { breaker, key, epoch, until } = forced;
      if (!forced.to.startsWith('FORCED_') || until === undefined) return undefined;
      if (until > span.nowMs || until < span.fromMs || until >= span.toMs) return undefined;
      if (transitions.slice(0, i).some((later) => later.key === key && later.epoch < until)) return undefined;
      const meanwhile = { breaker, key, fromMs: epoch + 1, toMs: until, limit: 1 };
      // A page may begin after what ended it early.
      const { transitions: before } = await readBreakerTransitions(table, service, meanwhile);
      return before.length > 0 ? undefined : endOf(forced, until, transitions.slice(i));
    }),
  );
  return [...transitions, ...ends.filter((end) => end !== undefined)].sort((a, b) => b.epoch - a.epoch);
}

/** It goes on from the state beneath: that before the first of those that were forced one after the other. */
function endOf(
  { service, breaker, key, to, by, reason }: BreakerTransitionItem,
  until: number,
  older: readonly BreakerTransitionItem[],
): BreakerTransitionItem {
  const first = older.find((one) => one.key === key && !one.from.startsWith('FORCED_'));
  const beneath = first?.from ?? 'CLOSED';
  return { service, breaker, key, from: to, to: beneath, epoch: until, cause: 'forcedUntil', by, reason };
}
