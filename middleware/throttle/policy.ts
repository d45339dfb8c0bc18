// The throttle policy: admits an invocation or refuses it; of a queue's batch it admits as many records as tokens reach.
import { answerWithDeferred, defer, settlementOf, type Deferral } from '../kernel/deferral.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Policy } from '../kernel/policy.ts';
import { recordsOf } from '../kernel/trigger.ts';
import { Admission, isOfTheStore, noteQuota, type Verdict } from './admission.ts';
import { Memory } from './memory.ts';
import {
  compileThrottles,
  fleetStateOf,
  type CompiledThrottle,
  type ResourceThrottles,
  type Throttles,
} from './rule.ts';

export const throttlePolicy: Policy<Throttles> = {
  name: 'throttle',
  compile: (document, instance) =>
    compileThrottles(
      document,
      instance.state(throttlePolicy, () => new Memory()),
    ),
  before: throttleBefore,
  after: throttleAfter,
};

function throttleBefore(invocation: Invocation, throttles: Throttles): void | Promise<void> {
  const rules = throttles.of(invocation.resource.name);
  // A refusal would stop the whole shard, so streams are not throttled.
  if (!rules || invocation.trigger.kind === 'stream') return undefined;
  const wanted = invocation.trigger.face === 'sqs' ? recordsOf(invocation.event).length : 1;
  const verdict = quickly(invocation, rules, wanted) ?? thoroughly(invocation, rules, wanted);
  if (verdict instanceof Promise) return verdict.then((awaited) => obey(invocation, rules, wanted, awaited));
  if (verdict !== ADMITTED) obey(invocation, rules, wanted, verdict);
  return undefined;
}

const ADMITTED: Verdict = { tokens: 1 };

/** The usual case on the hot path, one rule in memory and one request: admitted without more ado if there is a token. */
function quickly(invocation: Invocation, { enforced, shadow }: ResourceThrottles, wanted: number): Verdict | undefined {
  const [rule] = enforced;
  if (wanted !== 1 || !rule || rule.fleet || enforced.length > 1 || shadow.length > 0) return undefined;
  const nowUs = invocation.nowMs() * 1000;
  const key = rule.rawKeyOf(invocation);
  const grant = rule.limiter.takeHere(rule.memory, key, nowUs, 1);
  if (grant.tokens !== 1) return undefined;
  if (rule.key.length > 0) invocation.instance.recorder.key(rule, key, 1);
  noteQuota(invocation, rule.name, grant);
  return ADMITTED;
}

function thoroughly(invocation: Invocation, rules: ResourceThrottles, wanted: number): Verdict | Promise<Verdict> {
  for (const rule of rules.enforced) {
    if (rule.key.length > 0) invocation.instance.recorder.key(rule, rule.rawKeyOf(invocation), wanted);
  }
  return new Admission(invocation, rules, wanted).run();
}

function obey(invocation: Invocation, rules: ResourceThrottles, wanted: number, { tokens, limit }: Verdict): void {
  if (limit) {
    const { recorder } = invocation.instance;
    recorder.refusal('throttle', limit.rule.name, invocation.resource.name, wanted - tokens, false);
    if (invocation.trigger.face === 'sqs') deferFrom(invocation, tokens, limit.freeAtUs, limit.rule);
    if (tokens === 0) throw limit.refused;
  }
  for (const rule of rules.shadow) observe(invocation, rule, tokens);
}

/** The batch keeps its first records, so that in a FIFO queue the rest of every group stays behind its head. */
function deferFrom(invocation: Invocation, admitted: number, freeAtUs: number, rule: CompiledThrottle): void {
  const { clock, random } = invocation.instance;
  const { spacingUs } = rule.limiter;
  const waitUs = Math.max(0, freeAtUs - clock.now() * 1000);
  const records = recordsOf(invocation.event);
  // One after another as tokens come, and not in step with other instances.
  const deferrals = records
    .slice(admitted)
    .map((record, i): Deferral => ({ record, delayMs: Math.ceil((waitUs + (i + random()) * spacingUs) / 1000) }));
  if (admitted > 0 && typeof invocation.event === 'object') {
    invocation.event = { ...invocation.event, Records: records.slice(0, admitted) };
  }
  defer(invocation, deferrals);
}

/** A rule in shadow takes tokens as if it were in force and tells what it would have refused; nobody waits for it. */
function observe(invocation: Invocation, rule: CompiledThrottle, wanted: number): void {
  const { instance, resource, requestId } = invocation;
  const key = rule.rawKeyOf(invocation);
  if (rule.key.length > 0) instance.recorder.key(rule, key, wanted);
  const record = (tokens: number) => {
    if (tokens < wanted) instance.recorder.refusal('throttle', rule.name, resource.name, wanted - tokens, true);
  };
  if (!rule.fleet) {
    record(rule.limiter.takeHere(rule.memory, key, instance.clock.now() * 1000, wanted).tokens);
    return;
  }
  void instance.syncs.start(`throttle-shadow:${rule.name}:${requestId}`, async () => {
    try {
      record((await rule.limiter.takeFromFleet(invocation, fleetStateOf(rule, key), wanted)).tokens);
    } catch (error) {
      if (!isOfTheStore(error)) throw error;
      instance.recorder.internal('throttle:store-failed');
    }
  });
}

/** Deferred records must be in the answer, or the platform deletes them; unless another policy answers for the batch. */
function throttleAfter(invocation: Invocation): void {
  if (invocation.trigger.face !== 'sqs') return;
  if (!settlementOf(invocation).claimed) invocation.response = answerWithDeferred(invocation);
}
