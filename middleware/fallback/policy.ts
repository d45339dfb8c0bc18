// Answers in place of an HTTP resource that refused or failed, and marks every answer a fallback had a part in.
import { withHeader } from '../kernel/answer-header.ts';
import { BusinessFailure, DeadlineExceeded, DependencyFailed, Misused, Refused } from '../kernel/errors.ts';
import { FALLBACK_HEADER } from '../kernel/in-place.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Policy } from '../kernel/policy.ts';
import { outcomeOfStatus } from '../kernel/outcome.ts';
import type { FallbackStep } from '../kernel/rules/document.ts';
import { answerOf } from './answer.ts';
import { answerRequest, keepAnswer } from './beyond.ts';
import { markFallback, marksOf, type Mark } from './marks.ts';
import { isFixed, lastGoodOf, stepsFor, type Cause, type Respond } from './steps.ts';

/** Chains by resource name. */
type Compiled = ReadonlyMap<string, readonly FallbackStep[]>;

export const fallbackPolicy: Policy<Compiled> = {
  name: 'fallback',

  compile(rules) {
    const compiled = new Map<string, readonly FallbackStep[]>();
    for (const [name, { fallback }] of Object.entries(rules.resources ?? {}))
      if (fallback) compiled.set(name, fallback);
    return compiled;
  },

  after(invocation, compiled) {
    const { trigger, resource, error } = invocation;
    if (trigger.kind !== 'http') return undefined;
    const chain = compiled.get(resource.name);
    if (chain && error === undefined) {
      const lastGood = lastGoodOf(chain);
      // What a fallback or a drill has a part in is no good answer.
      if (lastGood && marksOf(invocation) === '' && !invocation.faults) keepAnswer(invocation, lastGood);
    }
    const [step, ...others] = chain && error !== undefined ? stepsFor(chain, causesOf(error)) : [];
    if (step && !isFixed(step)) return fallBack(invocation, [step, ...others]);
    if (step) answer(invocation, fixed(invocation, step), step.skip ? { step: 'skip' } : {});
    mark(invocation);
    return undefined;
  },
};

/** The first step that does not fail answers. */
async function fallBack(invocation: Invocation, steps: readonly FallbackStep[]): Promise<void> {
  for (const step of steps) {
    if (isFixed(step)) {
      answer(invocation, fixed(invocation, step), step.skip ? { step: 'skip' } : {});
      break;
    }
    const answered = await answerRequest(invocation, step);
    if (!answered) continue;
    const { value, mark: how } = answered;
    answer(invocation, 'answer' in value ? value.answer : made(invocation, answerOfBody(value.body)), how);
    break;
  }
  mark(invocation);
}

function fixed(invocation: Invocation, { respond }: FallbackStep): unknown {
  if (!respond) return made(invocation, { status: 204 });
  return made(invocation, respond, respond.status < 400 ? {} : retryAfterOf(invocation.error));
}

function made({ trigger, event }: Invocation, rule: Respond, more: Readonly<Record<string, string>> = {}): unknown {
  return answerOf(rule, trigger.face, event, more);
}

const answerOfBody = (body: unknown): Respond => ({
  status: 200,
  ...(typeof body === 'string' || (typeof body === 'object' && body !== null)
    ? { body: body as NonNullable<Respond['body']> }
    : {}),
});

function answer(invocation: Invocation, response: unknown, given: Mark): void {
  markFallback(invocation, invocation.resource.name, given);
  invocation.response = response;
}

function mark(invocation: Invocation): void {
  const names = marksOf(invocation);
  if (names === '') return;
  const { response, trigger, event } = invocation;
  invocation.response = withHeader(response, trigger.face, event, FALLBACK_HEADER, names);
}

/** What an error is to a resource's fallback. One that says "your request is wrong" is an answer, not a failure. */
export function causesOf(error: unknown): Cause[] {
  if (error instanceof Refused) {
    return error.by === 'access' || error.by === 'fault' ? [] : [error.by];
  }
  if (error instanceof DeadlineExceeded) return ['deadline'];
  if (error instanceof BusinessFailure || error instanceof Misused) return [];
  const status = statusOf(error);
  if (status === undefined) return ['failure'];
  const outcome = outcomeOfStatus(status);
  if (outcome === 'ok' || outcome === 'throttled' || status < 500) return [];
  const gaveUp = error instanceof DependencyFailed ? error.gaveUp : undefined;
  return gaveUp === 'breaker' || gaveUp === 'shed' ? ['failure', gaveUp] : ['failure'];
}

/** As `http-errors` and flyball's own errors carry it. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

function retryAfterOf(error: unknown): Record<string, string> {
  const after = error instanceof Refused ? error.headers['retry-after'] : undefined;
  return after === undefined ? {} : { 'retry-after': after };
}
