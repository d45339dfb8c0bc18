// How long an invocation may be held by a leaky bucket.
import type { Invocation } from '../kernel/invocation.ts';

/** Whoever is held keeps at least this part of its time for the work it came for. */
const KEPT_SHARE = 0.5;

/** How long an invocation may be held at most, µs; records of queues not at all, which come back later by themselves. */
export function holdableUs(invocation: Invocation, maxWaitUs: number): number {
  if (invocation.trigger.kind === 'queue') return 0;
  return Math.max(0, Math.min(maxWaitUs, invocation.remainingMs() * 1000 * (1 - KEPT_SHARE)));
}
