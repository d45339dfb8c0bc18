// How long an invocation may be held by a leaky bucket, and the waiting itself, which its deadline ends.
import { sleep } from '../kernel/clock.ts';
import { DeadlineExceeded } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Slot } from './limiter.ts';

/** Whoever is held keeps at least this part of its time for the work it came for. */
const KEPT_SHARE = 0.5;

/** How long an invocation may be held at most, µs; records of queues not at all, which come back later by themselves. */
export function holdableUs(invocation: Invocation, maxWaitUs: number): number {
  if (invocation.trigger.kind === 'queue') return 0;
  return Math.max(0, Math.min(maxWaitUs, invocation.remainingMs() * 1000 * (1 - KEPT_SHARE)));
}

/**
 * Waits for the slot whose time comes last, and gives it.
 * @throws {DeadlineExceeded} when the deadline comes before.
 */
export async function lastTurn<Held extends { readonly slot: Slot }>(
  invocation: Invocation,
  held: readonly [Held, ...Held[]],
): Promise<Held> {
  const { clock } = invocation.instance;
  for (;;) {
    // Those before may put it off while it waits.
    const last = held.reduce((latest, one) => (one.slot.fromUs() > latest.slot.fromUs() ? one : latest));
    const waitMs = Math.ceil(last.slot.fromUs() / 1000) - clock.now();
    if (waitMs <= 0) return last;
    try {
      await sleep(clock, waitMs, invocation.signal);
    } catch {
      throw new DeadlineExceeded('the deadline passed while a throttle held the request until its turn');
    }
  }
}
