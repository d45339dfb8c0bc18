// What is decided about an alert at a moment: who is told what, what is held back and why, and when to look again. Pure.
import type { Alert, AlertHold, Delivery } from '../../../store/items/alert-record.ts';
import { burning } from './burning.ts';
import { Draft } from './draft.ts';
import type { Around } from './holding.ts';
import { limitedWords, underLimit } from './limits.ts';
import { over } from './over.ts';
import { withTrail } from './trail.ts';

export type { Around } from './holding.ts';

/** What burns is looked at at least so often, whatever is expected of it. */
export const REVIEW_MS = 10 * 60_000;

/**
 * The alert with the deliveries and holds that are right now; the very same one when nothing has changed. It is asked as
 * often as one likes: what was decided is not decided again.
 */
export function decided(alert: Alert, around: Around): Alert {
  const { nowMs } = around;
  const limited = limitedNow(alert, around);
  const draft = new Draft(limited, nowMs);
  if (limited.status === 'firing') burning(limited, draft, around);
  else over(limited, draft, around);
  return draft.done((deliveries, holds) => {
    const next = Math.min(...deliveries.map(momentOf), ...holds.map(({ until = Infinity }) => until));
    if (alert.status === 'firing') return Math.min(next, nowMs + REVIEW_MS);
    return isSettled(deliveries, holds) ? undefined : Math.min(next, nowMs + REVIEW_MS);
  });
}

/** What the limit makes of it now is said where that is another thing than before. */
function limitedNow(alert: Alert, { routing, nowMs }: Around): Alert {
  const limited = underLimit(alert, routing);
  const [words, before] = [limitedWords(limited), limitedWords(alert)];
  if (limited === alert || words === before) return limited;
  return withTrail(limited, [{ at: nowMs, what: 'limited', detail: words ?? 'no limit holds for it any more' }]);
}

function momentOf({ state, notBefore, claimedUntil = 0 }: Delivery): number {
  if (state === 'pending') return notBefore;
  return state === 'claimed' ? claimedUntil : Infinity;
}

const isSettled = (deliveries: readonly Delivery[], holds: readonly AlertHold[]): boolean =>
  holds.length === 0 && deliveries.every((delivery) => momentOf(delivery) === Infinity);
