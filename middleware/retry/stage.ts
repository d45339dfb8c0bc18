// Repeats attempts outside of the breaker, so that each is admitted by it, within the budget and the deadline.
import { compileBackoff } from '../kernel/backoff.ts';
import { sleep } from '../kernel/clock.ts';
import { DeadlineExceeded, Refused } from '../kernel/errors.ts';
import type { Call, GaveUp, OutboundPolicy, Reply } from '../kernel/outbound.ts';
import { outcomeTest } from '../kernel/outcome.ts';
import { retryBudgetOf } from '../kernel/retry-budget.ts';
import { parseDuration } from '../kernel/units.ts';
import { verdictOf } from './decide.ts';
import { awayMs, comesAgain, isCheaperInQueue, staysRepeatable } from './defer.ts';

const DEFAULT_WHEN = ['connect', 'timeout', 'error', '5xx'];
const DEFAULT_BACKOFF = { initial: '50ms', max: '1s' };

export const retryOutbound: OutboundPolicy = {
  name: 'retry',
  stage(dependency, { retry }, instance) {
    if (!retry) return undefined;
    const { clock, random } = instance;
    const { attempts, deferOver } = retry;
    const mayRetry = outcomeTest(retry.when ?? DEFAULT_WHEN);
    const backoff = compileBackoff(retry.backoff ?? DEFAULT_BACKOFF);
    const deferOverMs = deferOver === undefined ? undefined : parseDuration(deferOver);
    const budget = retryBudgetOf(dependency, retry, instance);

    /** This layer has given up; but for a repetition that would not be harmless, whoever called us must not start over. */
    function ended(call: Call, reply: Reply, gaveUp: GaveUp, deferMs?: number): Reply {
      instance.recorder.internal(`retry:${gaveUp}:${dependency}`);
      call.trace?.note('gave_up', gaveUp);
      if (gaveUp === 'unsafe') return { ...reply, gaveUp };
      return deferMs === undefined ? { ...reply, never: true, gaveUp } : { ...reply, gaveUp, deferMs };
    }

    function defers(call: Call, reply: Reply, waitMs: number, leftMs: number): boolean {
      return (
        isCheaperInQueue(waitMs, leftMs, deferOverMs) &&
        staysRepeatable(call, reply) &&
        comesAgain(call.invocation, clock.now() + awayMs(call.invocation, waitMs), deferOverMs !== undefined)
      );
    }

    return async function retryStage(call, next) {
      const { invocation } = call;
      // The layer above repeats this whole request: repeating its parts as well would multiply.
      const repeated = invocation.noRetry || invocation.attempt > 1;
      if (!repeated) budget.earn();
      let waitMs = 0;
      let made: Reply | undefined;
      // Of any attempt, whatever became of the last one.
      let sent = false;
      const told = (reply: Reply): Reply => (sent && !reply.sent ? { ...reply, sent } : reply);
      for (let attempt = 1; ; attempt++) {
        const one = { ...call, attempt };
        call.attempt = attempt;
        const reply = await next(one);
        sent ||= reply.sent;
        // A hedge within is an attempt too.
        call.attempt = attempt = one.attempt;
        if (made && reply.error instanceof Refused) {
          call.attempt = attempt - 1;
          return ended(call, told(withLaterWait(made, reply)), refusalOf(reply.error));
        }
        const verdict = verdictOf(reply, call.idempotency, mayRetry);
        if (verdict === 'no') return told(reply);
        if (verdict === 'unsafe' || verdict === 'never') return ended(call, told(reply), verdict);
        if (attempt >= attempts) return ended(call, told(reply), 'attempts');
        if (repeated) return ended(call, told(reply), 'repeated');
        waitMs = Math.max(backoff(attempt, waitMs, random), reply.retryAfterMs ?? 0);
        const leftMs = invocation.ended ? 0 : call.deadlineAt - clock.now();
        const deferring = defers(call, reply, waitMs, leftMs);
        if (waitMs >= leftMs && !deferring) return ended(call, told(reply), 'deadline');
        // A record that comes again calls again: elsewhere and later, but no less a repetition.
        if (!budget.spend()) return ended(call, told(reply), 'budget');
        if (deferring) return ended(call, told(reply), 'deferred', awayMs(invocation, waitMs));
        try {
          await pause(call, waitMs);
        } catch (error) {
          return { outcome: 'error', error: reasonOf(error, dependency), sent };
        }
        made = reply;
      }
    };
  },
};

/** What was made and failed is what became of the call: a refusal of its next attempt only says when to come back. */
function withLaterWait(made: Reply, { retryAfterMs = 0 }: Reply): Reply {
  return retryAfterMs > (made.retryAfterMs ?? 0) ? { ...made, retryAfterMs } : made;
}

const refusalOf = ({ by }: Refused): GaveUp => (by === 'breaker' || by === 'shed' ? by : 'refused');

/** Rejects with the signal's reason, or when the handler has answered without waiting for the call. */
function pause({ invocation, dependency, signal }: Call, waitMs: number): Promise<void> {
  const end = new AbortController();
  const forget = invocation.onEnd(() =>
    end.abort(new DeadlineExceeded(`the invocation ended while waiting to call "${dependency}" again`)),
  );
  return sleep(invocation.instance.clock, waitMs, AbortSignal.any([signal, end.signal])).finally(forget);
}

function reasonOf(error: unknown, dependency: string): unknown {
  const deadline = error instanceof DOMException && error.name === 'TimeoutError';
  return deadline ? new DeadlineExceeded(`the deadline passed while waiting to call "${dependency}" again`) : error;
}
