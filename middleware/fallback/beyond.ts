// The steps of a fallback chain beyond fixed answers: the last good answer, and asking somebody else.
import { Misused, type FailedAnswer } from '../kernel/errors.ts';
import { FALLBACK_HEADER, isInPlace } from '../kernel/in-place.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Asked, Call, Reply } from '../kernel/outbound.ts';
import type { FallbackStep } from '../kernel/rules/document.ts';
import { parseDuration } from '../kernel/units.ts';
import { KeptAnswers, type Kept } from './kept.ts';
import { askedOf, isGood, isKeepable, keyOfCall, keyOfRequest, otherOf, type LastGood } from './keys.ts';
import type { Mark } from './marks.ts';
import { askOther } from './other.ts';

/** Kept as long as the instance lives, whatever the revision of the rules. */
const KEPT = {};

function keptBy(instance: Instance): KeptAnswers {
  return instance.state(KEPT, () => new KeptAnswers());
}

function findKept(instance: Instance, key: string | undefined, { maxAge }: LastGood): Marked<Kept> | undefined {
  if (key === undefined) return undefined;
  const nowMs = instance.clock.now();
  const value = keptBy(instance).find(key, parseDuration(maxAge), nowMs);
  return value && { value, mark: { step: 'lastGood', ageMs: nowMs - value.keptAtMs } };
}

export interface Marked<Value> {
  readonly value: Value;
  readonly mark: Mark;
}

const inPlace = (headers: Asked['headers']) => ({ ...headers, [FALLBACK_HEADER]: '1' });
const markOf = (step: FallbackStep): Mark => ({ step: step.function === undefined ? 'dependency' : 'function' });

/** What a step has for a call; undefined when it has failed and hands on to the next. */
export async function answerCall(step: FallbackStep, call: Call, { sent }: Reply): Promise<Marked<Reply> | undefined> {
  const { instance } = call.invocation;
  if (step.lastGood) {
    const kept = findKept(instance, keyOfCall(call, step.lastGood), step.lastGood);
    const reply = kept?.value.value as Pick<Reply, 'value' | 'response'> | undefined;
    return kept && { value: { outcome: 'ok', sent, ...reply }, mark: kept.mark };
  }
  const other = otherOf(step);
  // Whoever was asked in somebody's place asks nobody in another's: two that stand in for each other would never end.
  if (other === undefined || !call.asked || isInPlace(call.invocation)) return undefined;
  try {
    const limits = { signal: call.signal, timeoutMs: Math.max(0, call.deadlineAt - instance.clock.now()) };
    const value = await askOther(other, { ...call.asked, headers: inPlace(call.asked.headers), ...limits });
    return { value: { outcome: 'ok', value, sent }, mark: markOf(step) };
  } catch (error) {
    // Rules that cannot be meant are not to be hidden by rules.
    if (error instanceof Misused) return { value: { outcome: 'error', error, sent }, mark: markOf(step) };
    return undefined;
  }
}

/** Unless a drill had a part in it, here or further down. */
export function keepReply(call: Call, { value, response }: Reply, lastGood: LastGood): void {
  const { instance, faults } = call.invocation;
  const key =
    faults || (response && !isGood(response.status, (name) => response.headers?.[name]))
      ? undefined
      : keyOfCall(call, lastGood);
  if (key === undefined) return;
  keptBy(instance).keep(key, { value, ...(response && { response: withoutCookies(response) }) }, instance.clock.now());
}

/** Whom a cookie was set for is not who is given the answer next. */
function withoutCookies(response: FailedAnswer): FailedAnswer {
  const headers = { ...response.headers };
  delete headers['set-cookie'];
  return { ...response, headers };
}

/** What a step has for a web request: an answer that was kept, or the body of one. Undefined when it has failed. */
export async function answerRequest(
  invocation: Invocation,
  step: FallbackStep,
): Promise<Marked<{ readonly answer: unknown } | { readonly body: unknown }> | undefined> {
  const { instance } = invocation;
  if (step.lastGood) {
    const kept = findKept(instance, keyOfRequest(invocation, step.lastGood), step.lastGood);
    return kept && { value: { answer: kept.value.value }, mark: kept.mark };
  }
  const other = otherOf(step);
  if (other === undefined) return undefined;
  const asked = askedOf(invocation);
  try {
    return {
      value: { body: await askOther(other, { ...asked, headers: inPlace(asked.headers) }) },
      mark: markOf(step),
    };
  } catch (error) {
    // The answer stays what it was, and the log says why.
    if (error instanceof Misused) {
      instance.logger.error('flyball cannot fall back as the rules say', { reason: error.message });
    }
    return undefined;
  }
}

export function keepAnswer(invocation: Invocation, lastGood: LastGood): void {
  const { instance, response } = invocation;
  const key = isKeepable(response, lastGood) ? keyOfRequest(invocation, lastGood) : undefined;
  if (key !== undefined) keptBy(instance).keep(key, response, instance.clock.now());
}
