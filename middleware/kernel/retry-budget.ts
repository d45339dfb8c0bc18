// How many attempts beside the first an instance may make: a share of its requests, of which retries and hedges both take.
import type { Instance } from './instance.ts';
import type { RetryRule } from './rules/document.ts';
import { parseShare } from './units.ts';

/** Three layers of it amplify by 1.06³ < 1.2. */
const DEFAULT_SHARE = 0.06;

/** Ten times 10 % is one request's worth, whatever floating point makes of it. */
const ONE = 1 - 1e-9;

/**
 * Holds no more than one: over any span of time, what is spent ≤ share · requests + what it starts with. Savings would let
 * an instance that was well for long retry everything at the moment a dependency is worst off; so would a floor per time
 * an instance of few requests, and layers of them would multiply.
 */
export class RetryBudget {
  readonly #share: number;
  #tokens: number;

  /** `share` of requests, between 0 and 1; it starts with one unless told otherwise. */
  constructor(share: number, tokens = 1) {
    this.#share = share;
    this.#tokens = tokens;
  }

  /** Counts a request that is not itself somebody's retry. */
  earn(): void {
    this.#tokens = Math.min(1, this.#tokens + this.#share);
  }

  get spendable(): boolean {
    return this.#tokens >= ONE;
  }

  /** Takes one out; false when there is none. */
  spend(): boolean {
    if (!this.spendable) return false;
    this.#tokens = 0;
    return true;
  }
}

/** Budgets live as long as the instance; a rule that changes its share starts a new one. */
const BUDGETS = {};

/** The budget of a dependency's retries under its rule. */
export function retryBudgetOf(dependency: string, { budget: share }: RetryRule, instance: Instance): RetryBudget {
  return budgetIn(BUDGETS, dependency, share === undefined ? DEFAULT_SHARE : parseShare(share), 1, instance);
}

/** One of a kind of budgets, kept on the instance under `kind`. */
export function budgetIn(
  kind: object,
  dependency: string,
  share: number,
  tokens: number,
  instance: Instance,
): RetryBudget {
  const budgets = instance.state(kind, () => new Map<string, { share: number; budget: RetryBudget }>());
  let entry = budgets.get(dependency);
  if (entry?.share !== share) {
    entry = { share, budget: new RetryBudget(share, tokens) };
    budgets.set(dependency, entry);
  }
  return entry.budget;
}
