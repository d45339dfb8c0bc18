// Answers for a dependency that could not: outermost, after every attempt and every refusal.
import {
  DeadlineExceeded,
  DependencyFailed,
  FlyballError,
  Misused,
  Refused,
  retryAfterSeconds,
} from '../kernel/errors.ts';
import type { Call, OutboundPolicy, Reply } from '../kernel/outbound.ts';
import { outcomeOfStatus, outcomeTest, type OutcomeTest } from '../kernel/outcome.ts';
import type { FallbackStep } from '../kernel/rules/document.ts';
import { answerCall, keepReply, type Marked } from './beyond.ts';
import { fallenBack, markFallback } from './marks.ts';
import { lastGoodOf, stepsFor, type Cause, type Respond } from './steps.ts';

const DEFAULT_FAILURES = ['connect', 'timeout', 'error', '5xx'];

export const fallbackOutbound: OutboundPolicy = {
  name: 'fallback',
  stage(dependency, rule, { clock }) {
    const chain = rule.fallback;
    if (!chain) return undefined;
    const isFailure = outcomeTest(rule.breaker?.failures ?? DEFAULT_FAILURES);
    const lastGood = lastGoodOf(chain);
    return async function fallbackStage(call, next) {
      const before = lastGood && fallenBack(call.invocation);
      const reply = await next(call);
      if (lastGood && reply.outcome === 'ok' && fallenBack(call.invocation) === before)
        keepReply(call, reply, lastGood);
      for (const step of stepsFor(chain, causesOf(reply, call, isFailure, clock.now()))) {
        const answered = await answerOf(step, call, reply);
        if (!answered) continue;
        markFallback(call.invocation, dependency, answered.mark);
        call.trace?.note('fallback', answered.mark.step ?? true);
        // The refusal itself ends here.
        if (reply.error instanceof Refused) noteRefusal(call, reply.error);
        return answered.value;
      }
      return reply;
    };
  },
};

/** Undefined when the step has failed and hands on to the next. */
async function answerOf(step: FallbackStep, call: Call, reply: Reply): Promise<Marked<Reply> | undefined> {
  if (step.respond) return { value: responded(step.respond, reply, call), mark: {} };
  if (step.skip) return { value: { outcome: 'ok', value: undefined, sent: reply.sent }, mark: { step: 'skip' } };
  return answerCall(step, call, reply);
}

function responded(respond: Respond, reply: Reply, call: Call): Reply {
  const { status, body } = respond;
  const outcome = outcomeOfStatus(status);
  if (outcome === 'ok') return { outcome, value: body, sent: reply.sent, response: { status, body } };
  return { ...reply, outcome, error: failedAs(respond, reply, call) };
}

function noteRefusal({ trace }: Call, { by, rule }: Refused): void {
  trace?.note('refused_by', by);
  trace?.note('refused_rule', rule);
}

/** A fallback that is itself a failure is thrown, carrying what the rule responds. */
function failedAs({ status, body, headers }: Respond, reply: Reply, call: Call): DependencyFailed {
  const details = { dependency: call.dependency, attempts: call.attempt, sent: reply.sent };
  const failed = new DependencyFailed(
    { ...details, outcome: outcomeOfStatus(status), response: { status, body } },
    { cause: reply.error },
  );
  if (reply.retryAfterMs !== undefined) failed.headers['retry-after'] = retryAfterSeconds(reply.retryAfterMs);
  if (reply.error instanceof FlyballError) Object.assign(failed.headers, reply.error.headers);
  Object.assign(failed.headers, headers);
  return failed;
}

/** An answer such as a 404 is none of these: the dependency did its work. */
export function causesOf(reply: Reply, call: Call, isFailure: OutcomeTest, nowMs: number): Cause[] {
  const { outcome, error, gaveUp } = reply;
  if (outcome === 'ok') return [];
  if (error instanceof Misused) return [];
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
  // It failed, and its next attempt was refused: both went wrong.
  if (gaveUp === 'breaker' || gaveUp === 'shed') causes.push(gaveUp);
  return causes;
}

const isTimeout = (reason: unknown) => reason instanceof DOMException && reason.name === 'TimeoutError';
