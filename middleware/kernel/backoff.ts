// How long to wait before trying again: three curves of growth times four kinds of jitter. Pure, compiled once per rule.
import type { Random } from './clock.ts';
import type { BackoffRule } from './rules/document.ts';
import { parseDuration } from './units.ts';

const DEFAULT_FACTOR = 2;
const DEFAULT_MAX_MS = 60_000;
/** The usual factor of decorrelated jitter. */
const DECORRELATED_FACTOR = 3;

/**
 * The wait in whole ms after an attempt that failed. `attempt` counts from 1; `previousMs` is the wait before that
 * attempt (0 before the first), which only decorrelated jitter looks at.
 */
export type Backoff = (attempt: number, previousMs: number, random: Random) => number;

/**
 * Compiles a rule. Defaults: exponential, factor 2, full jitter, at most 60 s (or `initial`, if that is longer).
 * The jitters are those of Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
 * @throws {RangeError} naming a text that is not a duration.
 */
export function compileBackoff(rule: BackoffRule): Backoff {
  const initialMs = parseDuration(rule.initial);
  const maxMs = longestOf(rule);
  if (rule.jitter === 'decorrelated') return decorrelated(rule, initialMs, maxMs);
  const curve = curveOf(rule, initialMs);
  const wait = (attempt: number) => Math.min(maxMs, curve(attempt));
  switch (rule.jitter ?? 'full') {
    case 'none':
      return (attempt) => Math.round(wait(attempt));
    case 'equal':
      return (attempt, _previousMs, random) => Math.round(wait(attempt) * (0.5 + random() / 2));
    case 'full':
      return (attempt, _previousMs, random) => Math.round(wait(attempt) * random());
  }
}

/** The longest wait of a rule, ms. */
export function longestOf({ initial, max }: BackoffRule): number {
  return max === undefined ? Math.max(DEFAULT_MAX_MS, parseDuration(initial)) : parseDuration(max);
}

function curveOf(rule: BackoffRule, initialMs: number): (attempt: number) => number {
  const factor = rule.factor ?? DEFAULT_FACTOR;
  switch (rule.kind ?? 'exponential') {
    case 'exponential':
      return (attempt) => initialMs * factor ** (attempt - 1);
    case 'linear':
      return (attempt) => initialMs * attempt;
    case 'fixed':
      return () => initialMs;
  }
}

/** A uniform draw between `initial` and an upper end that grows from the previous wait instead of the attempt's number. */
function decorrelated(rule: BackoffRule, initialMs: number, maxMs: number): Backoff {
  const factor = rule.factor ?? DECORRELATED_FACTOR;
  const upperEnd = (previousMs: number): number => {
    switch (rule.kind ?? 'exponential') {
      case 'exponential':
        return previousMs * factor;
      case 'linear':
        return previousMs + 2 * initialMs;
      case 'fixed':
        return initialMs * DECORRELATED_FACTOR;
    }
  };
  return (_attempt, previousMs, random) => {
    const upperMs = upperEnd(Math.max(initialMs, previousMs));
    return Math.round(Math.min(maxMs, initialMs + random() * (upperMs - initialMs)));
  };
}
