// The arithmetic of error budgets, as in the SRE workbook, chapter 5: what may be bad, what is left, and how fast it goes. Pure.
import type { Events } from './events.ts';

const MINUTE_MS = 60_000;

export interface Budget {
  /** The share of requests that may be bad. */
  readonly share: number;
  /** 1 when nothing was bad, 0 when all is spent, less when more is. */
  readonly leftShare: number;
  /** Of as many requests as there were. */
  readonly requests: { readonly allowed: number; readonly left: number };
  /** The same as time in which everything fails, at even traffic. */
  readonly minutes: { readonly allowed: number; readonly left: number };
}

/** 99.9 % leaves 0.001, without the dust of binary fractions. */
export function badShareOf(objective: number): number {
  return Number((1 - objective).toPrecision(10));
}

/** Over the objective's own window, in ms. */
export function budgetOf({ total, bad }: Events, objective: number, windowMs: number): Budget {
  const share = badShareOf(objective);
  const allowed = share * total;
  const leftShare = total === 0 ? 1 : 1 - bad / allowed;
  const minutes = (share * windowMs) / MINUTE_MS;
  return {
    share,
    leftShare,
    requests: { allowed, left: allowed - bad },
    minutes: { allowed: minutes, left: minutes * leftShare },
  };
}

/** How many times as fast as the window allows the budget is being spent: 1 spends it exactly; null without requests. */
export function burnRateOf({ total, bad }: Events, objective: number): number | null {
  return total === 0 ? null : bad / total / badShareOf(objective);
}

/** The share that was good; null without requests. */
export function attainedOf({ total, bad }: Events): number | null {
  return total === 0 ? null : (total - bad) / total;
}
