// When to wait for another attempt not here, where the time is billed, but in the queue that brought the work.
import { longestOf } from '../kernel/backoff.ts';
import { deadlineAtOf } from '../kernel/batch.ts';
import { canWait, heldRecordsOf, settlementOf } from '../kernel/deferral.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Call, Reply } from '../kernel/outbound.ts';
import { isHarmless } from './decide.ts';

/** A re-queue costs as much as 0.7 s of the smallest function, and the work before the call once more. */
const DEFER_OVER_MS = 5_000;
/** SQS counts in whole seconds. */
const SHORTEST_MS = 1_000;

/** How long a record stays away is not for whom it calls to decide. */
const LONGEST_TOLD_MS = 900_000;

/** Whether a wait of `waitMs` is to be spent in the queue, with `leftMs` until the deadline. Pure. */
export function isCheaperInQueue(waitMs: number, leftMs: number, overMs: number = DEFER_OVER_MS): boolean {
  // Here it would not come to another attempt at all.
  if (waitMs >= leftMs) return true;
  return waitMs >= SHORTEST_MS && (waitMs > overMs || waitMs > leftMs / 2);
}

/**
 * Whether what brought this invocation comes back by itself, alone, when the call throws, and is not too late then. Of
 * several records the handler knows which one the call was for, if it settles each by itself: whoever writes `deferOver`
 * says that it does.
 */
export function comesAgain(invocation: Invocation, atMs: number, asked: boolean): boolean {
  if (!canWait(invocation)) return false;
  const { claimed, parked } = settlementOf(invocation);
  const records = heldRecordsOf(invocation);
  if (!claimed || records.some((record) => (deadlineAtOf(record) ?? Infinity) <= atMs)) return false;
  if (asked || parked) return true;
  // Without a rule nobody has said that the event source reads which records have failed.
  return invocation.resource.rule?.redelivery !== undefined && records.length === 1;
}

/** After how long a record comes again whose call is told to wait for `waitMs`: longer only as its own rule says. */
export function awayMs({ resource }: Invocation, waitMs: number): number {
  const backoff = resource.rule?.redelivery?.backoff;
  return Math.min(waitMs, Math.max(LONGEST_TOLD_MS, backoff ? longestOf(backoff) : 0));
}

/** A key made for this call is not known to the next delivery: what may have had its effect is not begun anew. */
export function staysRepeatable({ keyMade }: Call, reply: Reply): boolean {
  return !keyMade || isHarmless(reply);
}
