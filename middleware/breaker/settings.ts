// A breaker's rule compiled once per revision: numbers instead of strings, defaults filled in.
import { outcomeTest, type OutcomeTest } from '../kernel/outcome.ts';
import type { BreakerRule, DependencyRule } from '../kernel/rules/document.ts';
import { parseDuration, parseShare } from '../kernel/units.ts';
import type { Thresholds } from './machine.ts';
import { WINDOW_BUCKETS } from './window.ts';

export interface BreakerSettings extends Thresholds {
  /** Width of one of the window's buckets. */
  readonly bucketMs: number;
  /** A call that took longer is slow. */
  readonly slowOverMs: number | undefined;
  /** So many failures in a row open it for this instance alone. */
  readonly consecutiveFailures: number | undefined;
  readonly isFailure: OutcomeTest;
  /** Decides and records, never refuses. */
  readonly shadow: boolean;
  /** How long an attempt may take, as far as the rule says. */
  readonly attemptMs: number;
}

const DEFAULT_WINDOW_MS = 30_000;
const DEFAULT_MINIMUM_CALLS = 20;
const DEFAULT_FAILURE_RATE = 0.5;
const DEFAULT_OPEN_FOR_MS = 5_000;
const DEFAULT_OPEN_FOR_FACTOR = 2;
const DEFAULT_MAX_OPEN_FOR_MS = 60_000;
const DEFAULT_PROBES = 1;
export const DEFAULT_RAMP_STAGE = '5s';
const DEFAULT_FAILURES = ['connect', 'timeout', 'error', '5xx'];
/** A probe's slot is leased for this long when no `attemptTimeout` says how long an attempt takes. */
const DEFAULT_ATTEMPT_MS = 10_000;

/** @throws {RangeError} naming a text that is not a duration or a share. */
export function breakerSettings(
  rule: BreakerRule,
  dependency: Pick<DependencyRule, 'attemptTimeout'>,
): BreakerSettings {
  const { window, failureRate, slow, openFor } = rule;
  const windowMs = window ? parseDuration(window.time) : DEFAULT_WINDOW_MS;
  const openForMs = openFor ? parseDuration(openFor.initial) : DEFAULT_OPEN_FOR_MS;
  return {
    bucketMs: Math.max(1, Math.ceil(windowMs / WINDOW_BUCKETS)),
    minimumCalls: window?.minimumCalls ?? DEFAULT_MINIMUM_CALLS,
    failureRate: failureRate === undefined ? DEFAULT_FAILURE_RATE : parseShare(failureRate),
    slowOverMs: slow && parseDuration(slow.over),
    slowRate: slow && parseShare(slow.rate),
    consecutiveFailures: rule.consecutiveFailures,
    openForMs,
    openForFactor: openFor?.factor ?? DEFAULT_OPEN_FOR_FACTOR,
    maxOpenForMs: Math.max(
      openForMs,
      openFor?.max === undefined ? DEFAULT_MAX_OPEN_FOR_MS : parseDuration(openFor.max),
    ),
    probes: rule.halfOpen?.probes ?? DEFAULT_PROBES,
    ramp: rule.halfOpen?.ramp?.map(parseShare) ?? [],
    rampStageMs: parseDuration(rule.halfOpen?.rampStage ?? DEFAULT_RAMP_STAGE),
    isFailure: outcomeTest(rule.failures ?? DEFAULT_FAILURES),
    shadow: rule.mode === 'shadow',
    attemptMs: dependency.attemptTimeout === undefined ? DEFAULT_ATTEMPT_MS : parseDuration(dependency.attemptTimeout),
  };
}
