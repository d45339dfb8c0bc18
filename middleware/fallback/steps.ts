// Which steps of a fallback chain answer for what went wrong, and what a chain needs besides fixed answers. Pure.
import type { FallbackStep } from '../kernel/rules/document.ts';

/** What a step's `when` can name. */
export type Cause = 'breaker' | 'throttle' | 'concurrency' | 'shed' | 'deadline' | 'failure';

export type Respond = NonNullable<FallbackStep['respond']>;

/** The steps that answer for one of the causes, in order; a step without `when` answers for all. */
export function stepsFor(steps: readonly FallbackStep[], causes: readonly Cause[]): readonly FallbackStep[] {
  if (causes.length === 0) return [];
  return steps.filter(({ when }) => !when || when.some((cause) => causes.includes(cause)));
}

/** What the rule for kept answers says, if the chain has one. */
export function lastGoodOf(steps: readonly FallbackStep[]): FallbackStep['lastGood'] {
  return steps.find(({ lastGood }) => lastGood)?.lastGood;
}

/** True for a step that always answers, and needs nothing that is loaded later. */
export function isFixed({ respond, skip }: FallbackStep): boolean {
  return respond !== undefined || skip !== undefined;
}
