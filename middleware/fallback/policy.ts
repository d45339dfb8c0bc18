// Answers in place of an HTTP resource that refused or failed, and marks every answer a fallback had a part in.
import { BusinessFailure, DeadlineExceeded, Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Policy } from '../kernel/policy.ts';
import { outcomeOfStatus } from '../kernel/outcome.ts';
import type { FallbackStep } from '../kernel/rules/document.ts';
import { answerOf, FALLBACK_HEADER, withHeader } from './answer.ts';
import { markFallback, marksOf } from './marks.ts';
import { stepFor, type Cause } from './steps.ts';

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
    const { trigger, resource, event, error } = invocation;
    if (trigger.kind !== 'http') return;
    const steps = error === undefined ? undefined : compiled.get(resource.name);
    const step = steps && stepFor(steps, causesOf(error));
    if (step) {
      markFallback(invocation, resource.name);
      invocation.response = answerOf(
        step.respond,
        trigger.face,
        event,
        step.respond.status < 400 ? {} : retryAfterOf(error),
      );
    }
    const marks = marksOf(invocation);
    if (marks.size > 0) mark(invocation, [...marks].join(', '));
  },
};

function mark(invocation: Invocation, names: string): void {
  const { response, trigger, event } = invocation;
  invocation.response = withHeader(response, trigger.face, event, FALLBACK_HEADER, names);
}

/** What an error is to a resource's fallback. One that says "your request is wrong" is an answer, not a failure. */
export function causesOf(error: unknown): Cause[] {
  if (error instanceof Refused) {
    return error.by === 'access' || error.by === 'fault' ? [] : [error.by];
  }
  if (error instanceof DeadlineExceeded) return ['deadline'];
  if (error instanceof BusinessFailure) return [];
  const status = statusOf(error);
  if (status === undefined) return ['failure'];
  const outcome = outcomeOfStatus(status);
  return outcome === 'ok' || outcome === 'throttled' || status < 500 ? [] : ['failure'];
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
