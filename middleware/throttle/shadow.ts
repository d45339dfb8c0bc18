// A rule in shadow takes tokens as if it were in force and tells what it would have refused; nobody waits for it.
import type { Invocation } from '../kernel/invocation.ts';
import { askTable, conditionsOf, costOf, isOfTheStore } from './admission.ts';
import type { RawKey } from '../kernel/key.ts';
import type { Conditions, Grant } from './limiter.ts';
import { inForce, type CompiledThrottle } from './rule.ts';

/** Takes what a rule in shadow would have taken of an invocation's `wanted` requests or records, beside the handler. */
export function observe(invocation: Invocation, watched: CompiledThrottle, wanted: number): void {
  const { instance, resource, requestId } = invocation;
  const key = watched.rawKeyOf(invocation);
  const rule = inForce(watched, invocation, key);
  if (rule.key.length > 0) instance.recorder.key(rule, key, wanted);
  const cost = costOf(invocation, rule);
  const conditions = conditionsOf(invocation, rule, cost);
  const record = (tokens: number) => {
    const short = wanted - Math.floor(tokens / cost);
    if (short > 0) instance.recorder.refusal('throttle', rule.name, resource.name, short, true);
  };
  if (cost > rule.mostCost) {
    record(0);
    return;
  }
  const here = takeUnasked(invocation, rule, key, wanted * cost, conditions);
  if (here) {
    record(here.tokens);
    return;
  }
  void instance.syncs.start(`throttle-shadow:${rule.name}:${requestId}`, async () => {
    try {
      record((await takeAsking(invocation, rule, key, wanted * cost, conditions)).tokens);
    } catch (error) {
      if (!isOfTheStore(error)) throw error;
      instance.recorder.internal('throttle:store-failed');
    }
  });
}

/** What is known or held here already; undefined when the fleet must be asked. */
function takeUnasked(
  invocation: Invocation,
  rule: CompiledThrottle,
  key: RawKey,
  tokens: number,
  conditions: Conditions,
): Pick<Grant, 'tokens'> | undefined {
  const { fleet, limiter, memory } = rule;
  const nowUs = invocation.instance.clock.now() * 1000;
  if (!fleet) return limiter.takeHere(memory, key, nowUs, tokens, conditions);
  if (limiter.leasing) return limiter.leasing.take(invocation, rule, key, nowUs, tokens);
  return memory.deniedUntil(key, nowUs + conditions.aheadUs) === undefined ? undefined : { tokens: 0 };
}

function takeAsking(
  invocation: Invocation,
  rule: CompiledThrottle,
  key: RawKey,
  tokens: number,
  conditions: Conditions,
): Promise<Grant> {
  const { leasing } = rule.limiter;
  if (leasing) return leasing.ask(invocation, rule, key, tokens);
  return askTable(invocation, rule, key, tokens, conditions);
}
