// What the rules of a scenario promise at any moment of its history.
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { parseRate } from '../../../middleware/kernel/rates.ts';
import type { Scenario } from './scenario.ts';
import { BEGIN_MS } from '../../simulation/world.ts';

/** Epoch ms of a second of the history. */
export const at = (second: number): number => BEGIN_MS + second * 1000;

export interface Bound {
  readonly burst: number;
  readonly ratePerMs: (nowMs: number) => number;
}

/** Rate and burst of the rules that may be in force; while a change spreads, those of both. */
export function boundThrough({ rule, grayRule, change }: Scenario): Bound {
  const first = boundOf([rule, ...(grayRule ? [grayRule] : [])]);
  if (!change) return { burst: first.burst, ratePerMs: () => first.ratePerMs };
  const last = boundOf([change.rule]);
  const both = { burst: first.burst + last.burst, ratePerMs: first.ratePerMs + last.ratePerMs };
  const [fromMs, toMs] = [at(change.atS), at(change.atS + change.withinS)];
  return {
    burst: both.burst,
    // Whoever changes last may still admit under the old rule until then.
    ratePerMs: (nowMs) => (nowMs < fromMs ? first : nowMs < toMs ? both : last).ratePerMs,
  };
}

export function burstOf({ limit, burst }: ThrottleRule): number {
  return burst ?? Math.max(1, Math.floor(parseRate(limit).tokens));
}

export function boundOf(rules: readonly ThrottleRule[]): { ratePerMs: number; burst: number } {
  let [ratePerMs, burst] = [0, 0];
  for (const rule of rules) {
    const { tokens, perMs } = parseRate(rule.limit);
    ratePerMs += tokens / perMs;
    burst += burstOf(rule);
  }
  return { ratePerMs, burst };
}
