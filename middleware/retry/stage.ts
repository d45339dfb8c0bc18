// Repeats attempts outside of the breaker, so that each is admitted by it, within the budget and the deadline.
import { compileBackoff } from '../kernel/backoff.ts';
import { sleep } from '../kernel/clock.ts';
import { DeadlineExceeded } from '../kernel/errors.ts';
import type { Instance } from '../kernel/instance.ts';
import type { OutboundPolicy, Reply } from '../kernel/outbound.ts';
import { outcomeTest } from '../kernel/outcome.ts';
import { parseShare } from '../kernel/units.ts';
import { RetryBudget } from './budget.ts';
import { verdictOf } from './decide.ts';

const DEFAULT_WHEN = ['connect', 'timeout', 'error', '5xx'];
const DEFAULT_BACKOFF = { initial: '50ms', max: '1s' };
/** Three layers of it amplify by 1.06³ < 1.2. */
const DEFAULT_BUDGET = 0.06;

/** Budgets live as long as the instance; a rule that changes its share starts a new one. */
const BUDGETS = {};

function budgetOf(dependency: string, share: number, instance: Instance): RetryBudget {
  const budgets = instance.state(BUDGETS, () => new Map<string, { share: number; budget: RetryBudget }>());
  let entry = budgets.get(dependency);
  if (entry?.share !== share) {
    entry = { share, budget: new RetryBudget(share) };
    budgets.set(dependency, entry);
  }
  return entry.budget;
}

export const retryOutbound: OutboundPolicy = {
  name: 'retry',
  stage(dependency, { retry }, instance) {
    if (!retry) return undefined;
    const { clock, random } = instance;
    const { attempts } = retry;
    const mayRetry = outcomeTest(retry.when ?? DEFAULT_WHEN);
    const backoff = compileBackoff(retry.backoff ?? DEFAULT_BACKOFF);
    const budget = budgetOf(
      dependency,
      retry.budget === undefined ? DEFAULT_BUDGET : parseShare(retry.budget),
      instance,
    );

    return async function retryStage(call, next) {
      const { invocation, signal } = call;
      // The layer above repeats this whole request: repeating its parts as well would multiply.
      const repeated = invocation.noRetry || invocation.attempt > 1;
      if (!repeated) budget.earn();
      let waitMs = 0;
      for (let attempt = 1; ; attempt++) {
        call.attempt = attempt;
        const reply = await next({ ...call, attempt });
        const verdict = verdictOf(reply, call.idempotency, mayRetry);
        if (verdict === 'no') return reply;
        if (verdict === 'never' || attempt >= attempts || repeated) return never(reply);
        waitMs = Math.max(backoff(attempt, waitMs, random), reply.retryAfterMs ?? 0);
        if (clock.now() + waitMs >= call.deadlineAt || !budget.spend()) return never(reply);
        try {
          await sleep(clock, waitMs, signal);
        } catch (error) {
          return { outcome: 'error', error: reasonOf(error, dependency), sent: reply.sent };
        }
      }
    };
  },
};

/** This layer has given up: whoever called us must not start over. */
function never(reply: Reply): Reply {
  return reply.never ? reply : { ...reply, never: true };
}

function reasonOf(error: unknown, dependency: string): unknown {
  const deadline = error instanceof DOMException && error.name === 'TimeoutError';
  return deadline ? new DeadlineExceeded(`the deadline passed while waiting to call "${dependency}" again`) : error;
}
