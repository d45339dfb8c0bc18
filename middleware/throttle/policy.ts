// The throttle policy: admits an invocation or refuses it; of a queue's batch it admits as many records as tokens reach.
import { answerWithDeferred, canWait, settlementOf } from '../kernel/deferral.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Policy } from '../kernel/policy.ts';
import type { ThrottleRule } from '../kernel/rules/document.ts';
import { Admission, noteQuota, refuse, type Verdict } from './admission.ts';
import { isHere, later, provide } from './later.ts';
import { Memory } from './memory.ts';
import { compileThrottles, inForce, isQuota, type ResourceThrottles, type Throttles } from './rule.ts';

/** Rules whose tokens come back soon: asked before what they protect. */
export const throttlePolicy: Policy<Throttles> = policyOf('throttle', (rule) => !isQuota(rule));

/** Quotas by day, week and month: asked last, so that nothing counts against them that something else refuses. */
export const quotaPolicy: Policy<Throttles> = policyOf('quota', isQuota);

function policyOf(name: string, applies: (rule: ThrottleRule) => boolean): Policy<Throttles> {
  const policy: Policy<Throttles> = {
    name,
    compile: ({ throttles = {}, ...document }, instance) =>
      compileThrottles(
        { ...document, throttles: Object.fromEntries(Object.entries(throttles).filter(([, rule]) => applies(rule))) },
        instance.state(policy, () => new Memory()),
      ),
    before: throttleBefore,
    after: throttleAfter,
  };
  return policy;
}

function throttleBefore(invocation: Invocation, throttles: Throttles): void | Promise<void> {
  const rules = throttles.of(invocation.resource.name);
  // A refusal would stop the whole shard, so streams are not throttled.
  if (!rules || invocation.trigger.kind === 'stream') return undefined;
  if (canWait(invocation)) {
    return isHere('inTurn')
      ? throttleInTurn(invocation, rules)
      : loadInTurn().then(() => throttleInTurn(invocation, rules));
  }
  const verdict = ask(invocation, rules, 1);
  if (verdict instanceof Promise) return verdict.then((awaited) => obey(invocation, rules, awaited));
  return verdict === ADMITTED ? undefined : obey(invocation, rules, verdict);
}

async function loadInTurn(): Promise<void> {
  provide({ inTurn: await import('./in-turn.ts') });
}

function throttleInTurn(invocation: Invocation, rules: ResourceThrottles): void | Promise<void> {
  let held: Verdict['held'];
  const noting = (verdict: Verdict) => {
    ({ held } = verdict);
    return verdict;
  };
  const begin = (admitted: number): void | Promise<void> => {
    watch(invocation, rules, admitted);
    return held && later('seldom').hold(invocation, held);
  };
  const admitted = later('inTurn').admitInTurn(invocation, rules, (wanted) => {
    const verdict = ask(invocation, rules, wanted);
    return verdict instanceof Promise ? verdict.then(noting) : noting(verdict);
  });
  return admitted instanceof Promise ? admitted.then(begin) : begin(admitted);
}

function ask(invocation: Invocation, rules: ResourceThrottles, wanted: number): Verdict | Promise<Verdict> {
  return quickly(invocation, rules, wanted) ?? thoroughly(invocation, rules, wanted);
}

const ADMITTED: Verdict = { tokens: 1 };

/** The usual case on the hot path, one rule and one request: admitted without more ado if there is a token in memory. */
function quickly(invocation: Invocation, { enforced, shadow }: ResourceThrottles, wanted: number): Verdict | undefined {
  const [first] = enforced;
  if (wanted !== 1 || !first || enforced.length > 1 || shadow.length > 0) return undefined;
  const key = first.rawKeyOf(invocation);
  const rule = inForce(first, invocation, key);
  if (!rule.plain) return undefined;
  const { leasing } = rule.limiter;
  if (rule.fleet && !leasing) return undefined;
  const nowUs = invocation.nowMs() * 1000;
  if (rule.fleet) {
    if (!leasing?.takeOne(invocation, rule, key, nowUs)) return undefined;
  } else {
    const grant = rule.limiter.takeHere(rule.memory, key, nowUs, 1);
    if (grant.tokens !== 1) return undefined;
    noteQuota(invocation, rule.name, grant);
  }
  if (rule.key.length > 0) invocation.instance.recorder.key(rule, key, 1);
  return ADMITTED;
}

function thoroughly(invocation: Invocation, rules: ResourceThrottles, wanted: number): Verdict | Promise<Verdict> {
  for (const rule of rules.enforced) {
    if (rule.key.length > 0) invocation.instance.recorder.key(rule, rule.rawKeyOf(invocation), wanted);
  }
  return new Admission(invocation, rules, wanted).run();
}

function obey(invocation: Invocation, rules: ResourceThrottles, verdict: Verdict): void | Promise<void> {
  const { tokens, limit, held, told } = verdict;
  if (limit) refuse(invocation, limit);
  if (told) later('seldom').noteTold(invocation, told);
  watch(invocation, rules, tokens);
  return held && later('seldom').hold(invocation, held);
}

function watch(invocation: Invocation, { shadow }: ResourceThrottles, admitted: number): void {
  for (const rule of shadow) later('seldom').observe(invocation, rule, admitted);
}

/** Deferred records must be in the answer, or the platform deletes them; unless another policy answers for the batch. */
function throttleAfter(invocation: Invocation, throttles: Throttles): void {
  if (invocation.trigger.face !== 'sqs') {
    if (throttles.telling && throttles.of(invocation.resource.name)?.told) later('seldom').tell(invocation);
    return;
  }
  if (!settlementOf(invocation).claimed) invocation.response = answerWithDeferred(invocation);
}
