// Answers in place of an HTTP resource that refused or failed, and marks every answer a fallback had a part in.
import { withHeader } from '../kernel/answer-header.ts';
import { BusinessFailure, DeadlineExceeded, Misused, Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Policy } from '../kernel/policy.ts';
import { outcomeOfStatus } from '../kernel/outcome.ts';
import type { FallbackStep } from '../kernel/rules/document.ts';
import { parseDuration } from '../kernel/units.ts';
import { answerOf, FALLBACK_HEADER } from './answer.ts';
import { loadBeyond } from './later.ts';
import { markFallback, marksOf, type Mark } from './marks.ts';
import { askOther } from './other.ts';
import { lastGoodOf, stepsFor, type Cause, type Respond } from './steps.ts';

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
      // Kept before it is marked: what a fallback has a part in is kept by nobody.
      if (lastGood && marksOf(invocation) === '' && !invocation.faults) return keep(invocation, lastGood);
    }
    const [step, ...others] = chain && error !== undefined ? stepsFor(chain, causesOf(error)) : [];
    if (step?.respond) respond(invocation, step.respond);
    else if (step) return fallBack(invocation, [step, ...others]);
    mark(invocation);
    return undefined;
  },
};

function respond(invocation: Invocation, rule: Respond): void {
  const { trigger, event, error } = invocation;
  const more = rule.status < 400 ? {} : retryAfterOf(error);
  answer(invocation, answerOf(rule, trigger.face, event, more), {});
}

function answer(invocation: Invocation, response: unknown, given: Mark): void {
  markFallback(invocation, invocation.resource.name, given);
  invocation.response = response;
}

async function fallBack(invocation: Invocation, steps: readonly FallbackStep[]): Promise<void> {
  for (const step of steps) {
    if (step.respond) respond(invocation, step.respond);
    else if (!(await answered(invocation, step))) continue;
    break;
  }
  mark(invocation);
}

/** False when the step has failed and hands on to the next. */
async function answered(invocation: Invocation, step: FallbackStep): Promise<boolean> {
  const { trigger, event, instance } = invocation;
  const made = (rule: Respond) => answerOf(rule, trigger.face, event, {});
  if (step.skip) {
    answer(invocation, made({ status: 204 }), { step: 'skip' });
    return true;
  }
  const beyond = await loadBeyond();
  if (step.lastGood) {
    const nowMs = instance.clock.now();
    const key = beyond.keyOfRequest(invocation, step.lastGood);
    const maxAgeMs = parseDuration(step.lastGood.maxAge);
    const kept = key === undefined ? undefined : beyond.keptBy(instance).find(key, maxAgeMs, nowMs);
    if (kept) answer(invocation, kept.value, { step: 'lastGood', ageMs: nowMs - kept.keptAtMs });
    return kept !== undefined;
  }
  const other = beyond.otherOf(step);
  if (other === undefined) return false;
  try {
    const value = await askOther(other, beyond.askedOf(invocation));
    const body = typeof value === 'string' || isObject(value) ? { body: value } : {};
    const mark = { step: step.function === undefined ? 'dependency' : 'function' } as const;
    answer(invocation, made({ status: 200, ...body }), mark);
    return true;
  } catch (error) {
    // The answer stays what it was, and the log says why.
    if (error instanceof Misused)
      instance.logger.error('flyball cannot fall back as the rules say', { reason: error.message });
    return false;
  }
}

async function keep(invocation: Invocation, lastGood: NonNullable<FallbackStep['lastGood']>): Promise<void> {
  const { isKeepable, keptBy, keyOfRequest } = await loadBeyond();
  const { instance, response } = invocation;
  if (!isKeepable(response, lastGood)) return;
  const key = keyOfRequest(invocation, lastGood);
  if (key !== undefined) keptBy(instance).keep(key, response, instance.clock.now());
}

function mark(invocation: Invocation): void {
  const names = marksOf(invocation);
  if (names === '') return;
  const { response, trigger, event } = invocation;
  invocation.response = withHeader(response, trigger.face, event, FALLBACK_HEADER, names);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

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
