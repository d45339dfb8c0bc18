// What a throttle does with arrivals that can come back later: the oldest ask first, and the others stand in line.
import type { Invocation } from '../kernel/invocation.ts';
import type { Line } from '../kernel/line.ts';
import { endTurn, takeTurn, type Turn } from '../kernel/turn.ts';
import { costOf, type Verdict } from './admission.ts';
import { exhausted } from './refused.ts';
import { fleetStateOf, type CompiledThrottle, type ResourceThrottles } from './rule.ts';

/** Asks the rules for so many tokens. */
type Ask = (wanted: number) => Verdict | Promise<Verdict>;

/**
 * Admits as many of a batch as tokens reach, or the one event there is; the rest of a batch is deferred.
 * @returns how many were admitted. @throws {Refused} when none was.
 */
export function admitInTurn(invocation: Invocation, rules: ResourceThrottles, ask: Ask): number | Promise<number> {
  const turn = takeTurn(
    invocation,
    rules.enforced.map((rule) => lineOf(invocation, rule)),
  );
  if (turn.asking.length === 0) return obey(invocation, rules, turn, { tokens: 0 });
  const verdict = ask(turn.asking.length);
  if (verdict instanceof Promise) return verdict.then((awaited) => obey(invocation, rules, turn, awaited));
  return obey(invocation, rules, turn, verdict);
}

function obey(invocation: Invocation, rules: ResourceThrottles, turn: Turn, { tokens, limit }: Verdict): number {
  const { clock, recorder } = invocation.instance;
  const refuse = (rule: CompiledThrottle, count: number) =>
    recorder.refusal('throttle', rule.name, invocation.resource.name, count, false);
  endTurn(invocation, turn, tokens, limit && { line: lineOf(invocation, limit.rule), freeAtUs: limit.freeAtUs });
  if (limit) refuse(limit.rule, turn.asking.length - tokens);
  const stoodBehind = rules.enforced.find((rule) => lineOf(invocation, rule).id === turn.line?.id);
  if (stoodBehind && turn.held.length > 0) refuse(stoodBehind, turn.held.length);
  if (tokens > 0) return tokens;
  if (limit) throw limit.refused;
  if (stoodBehind) throw exhausted(stoodBehind, turn.untilUs, clock.now() * 1000);
  return tokens;
}

function lineOf(invocation: Invocation, rule: CompiledThrottle): Line {
  const raw = rule.rawKeyOf(invocation);
  const { rule: name, generation, key } = fleetStateOf(rule, raw);
  return {
    id: `${rule.id}#${raw}`,
    spacingUs: rule.limiter.spacingUs * costOf(invocation, rule),
    stored: rule.fleet ? { rule: name, generation, key } : undefined,
  };
}
