// Holds an invocation until its turn in a leaky bucket comes, which its deadline ends.
import { sleep } from '../kernel/clock.ts';
import { DeadlineExceeded } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { Admission, refuse, type Held, type Verdict } from './admission.ts';
import type { ResourceThrottles } from './rule.ts';

/**
 * Waits for its turn; whoever comes too late for it, because the function was busy, asks for another.
 * @throws {Refused} when it gets none, {DeadlineExceeded} when the deadline comes before.
 */
export async function hold(invocation: Invocation, slots: NonNullable<Verdict['held']>): Promise<void> {
  const { clock } = invocation.instance;
  const sinceMs = clock.now();
  let held: Verdict['held'] = slots;
  while (held) {
    const { rule, slot } = await lastTurn(invocation, held);
    if (slot.use(clock.now() * 1000)) return;
    const again: ResourceThrottles = { enforced: [rule], shadow: [], overridden: false, told: false };
    const verdict: Verdict = await new Admission(invocation, again, 1, (clock.now() - sinceMs) * 1000).run();
    if (verdict.limit) refuse(invocation, verdict.limit);
    held = verdict.held;
  }
}

/** Waits for the slot whose time comes last, and gives it. */
async function lastTurn(invocation: Invocation, held: NonNullable<Verdict['held']>): Promise<Held> {
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
