// Whether an attempt that failed may be made again, decided from its reply alone. Pure.
import type { Idempotency, Reply } from '../kernel/outbound.ts';
import type { OutcomeTest } from '../kernel/outcome.ts';

/** `no`: another attempt is out of the question here. `never`: nor will one of our caller's help. */
export type Verdict = 'retry' | 'no' | 'never';

export function verdictOf(reply: Reply, idempotency: Idempotency, when: OutcomeTest): Verdict {
  if (reply.outcome === 'ok' || reply.outcome === 'refused' || idempotency === 'once') return 'no';
  if (reply.never) return 'never';
  if (!when(reply.outcome)) return 'no';
  // What cannot have reached the dependency, or was turned away by it, has had no effect that could be repeated.
  const harmless = !reply.sent || reply.outcome === 'connect' || reply.outcome === 'throttled';
  return harmless || idempotency !== 'none' ? 'retry' : 'no';
}
