// Which step of a fallback chain answers for what went wrong. Pure.
import type { FallbackStep } from '../kernel/rules/document.ts';

/** What a step's `when` can name. */
export type Cause = 'breaker' | 'throttle' | 'concurrency' | 'shed' | 'deadline' | 'failure';

/** The first step that answers for one of the causes; a step without `when` answers for all. */
export function stepFor(steps: readonly FallbackStep[], causes: readonly Cause[]): FallbackStep | undefined {
  if (causes.length === 0) return undefined;
  return steps.find((step) => !step.when || step.when.some((cause) => causes.includes(cause)));
}
