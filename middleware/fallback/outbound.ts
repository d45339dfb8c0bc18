// Answers for a dependency that could not: outermost, after every attempt and every refusal.
import { DeadlineExceeded, DependencyFailed, FlyballError, Misused, Refused } from '../kernel/errors.ts';
import type { Call, OutboundPolicy, Reply } from '../kernel/outbound.ts';
import { outcomeOfStatus, outcomeTest, type OutcomeTest } from '../kernel/outcome.ts';
import type { FallbackStep } from '../kernel/rules/document.ts';
import { parseDuration } from '../kernel/units.ts';
import { loadBeyond } from './later.ts';
import { markFallback, type Mark } from './marks.ts';
import { askOther } from './other.ts';
import { isFixed, lastGoodOf, stepsFor, type Cause, type Respond } from './steps.ts';

const DEFAULT_FAILURES = ['connect', 'timeout', 'error', '5xx'];

export const fallbackOutbound: OutboundPolicy = {
  name: 'fallback',
  stage(dependency, rule, { clock }) {
    const steps = rule.fallback;
    if (!steps) return undefined;
    const isFailure = outcomeTest(rule.breaker?.failures ?? DEFAULT_FAILURES);
    const lastGood = lastGoodOf(steps);
    if (!isFixed(steps)) void Promise.resolve(loadBeyond()).catch(() => {});
    return async function fallbackStage(call, next) {
      const reply = await next(call);
      if (lastGood && reply.outcome === 'ok') await keep(call, reply, lastGood);
      const [step, ...others] = stepsFor(steps, causesOf(reply, call, isFailure, clock.now()));
      if (!step) return reply;
      // What the steps beyond the first are for is decided when it has failed: most answer.
      for (const one of [step, ...others]) {
        const answered = one.respond ? responded(one.respond, reply, call) : await answerOf(one, call, reply);
        if (!answered) continue;
        markFallback(call.invocation, dependency, answered.mark);
        call.trace?.note('fallback', answered.mark.step ?? true);
        // The refusal itself ends here.
        if (reply.error instanceof Refused) noteRefusal(call, reply.error);
        return answered.reply;
      }
      return reply;
    };
  },
};

interface Answered {
  readonly reply: Reply;
  readonly mark: Mark;
}

function responded(respond: Respond, reply: Reply, call: Call): Answered {
  const { status, body } = respond;
  const outcome = outcomeOfStatus(status);
  if (outcome === 'ok') {
    return { reply: { outcome, value: body, sent: reply.sent, response: { status, body } }, mark: {} };
  }
  return { reply: { ...reply, outcome, error: failedAs(respond, reply, call) }, mark: {} };
}

/** Undefined when the step has failed and hands on to the next. */
async function answerOf(step: FallbackStep, call: Call, { sent }: Reply): Promise<Answered | undefined> {
  if (step.skip) return { reply: { outcome: 'ok', value: undefined, sent }, mark: { step: 'skip' } };
  const beyond = await loadBeyond();
  const nowMs = call.invocation.instance.clock.now();
  if (step.lastGood) {
    const key = beyond.keyOfCall(call, step.lastGood);
    const maxAgeMs = parseDuration(step.lastGood.maxAge);
    const kept = key === undefined ? undefined : beyond.keptBy(call.invocation.instance).find(key, maxAgeMs, nowMs);
    if (!kept) return undefined;
    const mark = { step: 'lastGood', ageMs: nowMs - kept.keptAtMs } as const;
    return { reply: { outcome: 'ok', sent, ...(kept.value as Pick<Reply, 'value' | 'response'>) }, mark };
  }
  const other = beyond.otherOf(step);
  if (other === undefined || !call.asked) return undefined;
  try {
    const limits = { signal: call.signal, timeoutMs: Math.max(0, call.deadlineAt - nowMs) };
    const value = await askOther(other, { ...call.asked, ...limits });
    const mark = { step: step.function === undefined ? 'dependency' : 'function' } as const;
    return { reply: { outcome: 'ok', value, sent }, mark };
  } catch (error) {
    // Rules that cannot be meant are not to be hidden by rules.
    if (error instanceof Misused) return { reply: { outcome: 'error', error, sent }, mark: {} };
    return undefined;
  }
}

/** An answer that a fault of a drill had no part in, and no other fallback. */
async function keep(call: Call, { value, response }: Reply, lastGood: NonNullable<FallbackStep['lastGood']>) {
  const { keptBy, keyOfCall } = await loadBeyond();
  const key = keyOfCall(call, lastGood);
  const { instance } = call.invocation;
  if (key !== undefined) {
    keptBy(instance).keep(key, { value, ...(response ? { response } : {}) }, instance.clock.now());
  }
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
  if (reply.error instanceof FlyballError) Object.assign(failed.headers, reply.error.headers);
  Object.assign(failed.headers, headers);
  return failed;
}

/** An answer such as a 404 is none of these: the dependency did its work. */
export function causesOf(reply: Reply, call: Call, isFailure: OutcomeTest, nowMs: number): Cause[] {
  const { outcome, error } = reply;
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
  return causes;
}

const isTimeout = (reason: unknown) => reason instanceof DOMException && reason.name === 'TimeoutError';
