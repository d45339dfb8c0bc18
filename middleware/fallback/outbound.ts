// Answers for a dependency that could not: outermost, after every attempt and every refusal.
import { DeadlineExceeded, DependencyFailed, FlyballError, Refused } from '../kernel/errors.ts';
import type { Call, OutboundPolicy, Reply } from '../kernel/outbound.ts';
import { outcomeOfStatus, outcomeTest, type OutcomeTest } from '../kernel/outcome.ts';
import type { FallbackStep } from '../kernel/rules/document.ts';
import { markFallback } from './marks.ts';
import { stepFor, type Cause } from './steps.ts';

const DEFAULT_FAILURES = ['connect', 'timeout', 'error', '5xx'];

export const fallbackOutbound: OutboundPolicy = {
  name: 'fallback',
  stage(dependency, rule, { clock }) {
    const steps = rule.fallback;
    if (!steps) return undefined;
    const isFailure = outcomeTest(rule.breaker?.failures ?? DEFAULT_FAILURES);
    return async function fallbackStage(call, next) {
      const reply = await next(call);
      const step = stepFor(steps, causesOf(reply, call, isFailure, clock.now()));
      if (!step) return reply;
      markFallback(call.invocation, dependency);
      call.trace?.note('fallback', true);
      // The refusal itself ends here.
      if (reply.error instanceof Refused) noteRefusal(call, reply.error);
      const { status, body } = step.respond;
      const outcome = outcomeOfStatus(status);
      if (outcome === 'ok') return { outcome, value: body, sent: reply.sent, response: { status, body } };
      return { ...reply, outcome, error: failedAs(step, reply, call) };
    };
  },
};

function noteRefusal({ trace }: Call, { by, rule }: Refused): void {
  trace?.note('refused_by', by);
  trace?.note('refused_rule', rule);
}

/** A fallback that is itself a failure is thrown, carrying what the rule responds. */
function failedAs({ respond: { status, body, headers } }: FallbackStep, reply: Reply, call: Call): DependencyFailed {
  const details = { dependency: call.dependency, attempts: call.attempt, sent: reply.sent };
  const failed = new DependencyFailed(
    { ...details, outcome: outcomeOfStatus(status), response: { status, body } },
    { cause: reply.error },
  );
  if (reply.error instanceof FlyballError) Object.assign(failed.headers, reply.error.headers);
  Object.assign(failed.headers, headers);
  return failed;
}

/** An answer such as a 404 is none of these: the dependency did its work. */
export function causesOf(reply: Reply, call: Call, isFailure: OutcomeTest, nowMs: number): Cause[] {
  const { outcome, error } = reply;
  if (outcome === 'ok') return [];
  if (error instanceof Refused) {
    return error.by === 'access' || error.by === 'fault' ? [] : [error.by];
  }
  if (error instanceof DeadlineExceeded) return ['deadline'];
  // The caller gave up: nobody is there to take a fallback.
  if (call.signal.aborted && !isTimeout(call.signal.reason)) return [];
  const causes: Cause[] = [];
  if (outcome === 'throttled') causes.push('throttle');
  if (outcome === 'timeout' && nowMs >= call.deadlineAt) causes.push('deadline');
  if (isFailure(outcome)) causes.push('failure');
  return causes;
}

const isTimeout = (reason: unknown) => reason instanceof DOMException && reason.name === 'TimeoutError';
