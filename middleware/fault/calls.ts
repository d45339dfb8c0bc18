// Faults of calls to dependencies: met in the place of the dependency, so that the timeout, the breaker and retries see them.
import { sleep } from '../kernel/clock.ts';
import { DeadlineExceeded } from '../kernel/errors.ts';
import type { Call, Reply, Send } from '../kernel/outbound.ts';
import { outcomeOfStatus } from '../kernel/outcome.ts';
import { tell } from './injected.ts';
import { faultPolicy } from './policy.ts';
import { requestIdOf } from './request-id.ts';
import type { Met } from './rule.ts';

/** One attempt; the same of a request meet the same. */
export function inject(call: Call, next: Send): Promise<Reply> {
  const { invocation, dependency } = call;
  const { clock, rules } = invocation.instance;
  const placed = invocation.snapshot.of(faultPolicy).dependencies.get(dependency);
  const nowMs = clock.now();
  if (!placed || !rules.takesFaultsAt(nowMs)) return next(call);
  const met = placed.meets(invocation, requestIdOf(invocation), nowMs);
  if (!met) return next(call);
  tell(invocation, met, dependency);
  return met.shadow ? next(call) : suffer(call, met, next);
}

async function suffer(call: Call, met: Met, next: Send): Promise<Reply> {
  const { clock } = call.invocation.instance;
  call.trace?.note('fault', met.fault);
  if (met.delayMs > 0) {
    call.trace?.note('fault_delay_ms', met.delayMs);
    try {
      await sleep(clock, met.delayMs, call.signal);
    } catch (error) {
      return { outcome: isLate(error) ? 'timeout' : 'error', error, sent: true };
    }
  }
  return met.abort ? aborted(met.fault, met.abort) : next(call);
}

/** As if it had been sent, unless it is the connection that fails: a drill must not be repeated where a failure is not. */
function aborted(fault: string, ending: NonNullable<Met['abort']>): Reply {
  // Not one of flyball's own errors: whoever called is told what it would be of a real failure.
  const error = new Error(`the fault "${fault}" was injected: a drill, the dependency was not asked`);
  if (ending.status === undefined) return { outcome: ending.outcome, error, sent: ending.outcome !== 'connect' };
  const { status } = ending;
  return { outcome: outcomeOfStatus(status), error, sent: true, response: { status, body: undefined } };
}

const isLate = (error: unknown) =>
  error instanceof DeadlineExceeded || (error instanceof DOMException && error.name === 'TimeoutError');
