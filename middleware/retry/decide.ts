// Whether an attempt that failed may be made again, decided from its reply alone. Pure.
import type { Idempotency, Reply } from '../kernel/outbound.ts';
import type { OutcomeTest } from '../kernel/outcome.ts';

/**
 * `no`: there is nothing to try again for. `unsafe`: it might have its effect twice, which our caller may know better.
 * `never`: nor will another attempt of our caller's help.
 */
export type Verdict = 'retry' | 'no' | 'unsafe' | 'never';

export function verdictOf(reply: Reply, idempotency: Idempotency, when: OutcomeTest): Verdict {
  if (reply.outcome === 'ok' || reply.outcome === 'refused') return 'no';
  if (idempotency === 'once') return when(reply.outcome) ? 'unsafe' : 'no';
  if (reply.never) return 'never';
  if (!when(reply.outcome)) return 'no';
  return isHarmless(reply) || idempotency !== 'none' ? 'retry' : 'unsafe';
}

/** What cannot have reached the dependency, or was turned away by it, has had no effect that could be repeated. */
export function isHarmless({ sent, outcome }: Reply): boolean {
  return !sent || outcome === 'connect' || outcome === 'throttled';
}
