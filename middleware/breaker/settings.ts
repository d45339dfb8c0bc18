// A breaker's rule compiled once per revision: numbers instead of strings, defaults filled in.
import { outcomeTest, type OutcomeTest } from '../kernel/outcome.ts';
import type { BreakerRule, DependencyRule } from '../kernel/rules/document.ts';
import { parseDuration, parseShare } from '../kernel/units.ts';
import type { DetectSettings, WindowShape } from './detect.ts';
import type { Thresholds } from './machine.ts';
import { SEGMENTS } from './call-window.ts';
import { FAST_BUCKETS, type SurgeSettings } from './surge.ts';
import { WINDOW_BUCKETS } from './window.ts';

export interface BreakerSettings extends Thresholds, DetectSettings {
  /** A call that took longer is slow. */
  readonly slowOverMs: number | undefined;
  /** So many failures in a row open it for this instance alone. */
  readonly consecutiveFailures: number | undefined;
  readonly isFailure: OutcomeTest;
  /** Neither a failure nor a success, whatever `isFailure` says. */
  readonly isIgnored: OutcomeTest;
  /** Decides and records, never refuses. */
  readonly shadow: boolean;
  /** How long an attempt may take, as far as the rule says. */
  readonly attemptMs: number;
  /** For how long a probe keeps its slot, unless its invocation ends before: what it says later is not heard. */
  readonly leaseMs: number;
}

const DEFAULT_WINDOW_MS = 30_000;
const DEFAULT_SURGE_TIME = '600ms';
const DEFAULT_MINIMUM_CALLS = 20;
const DEFAULT_FAILURE_RATE = 0.5;
const DEFAULT_OPEN_FOR_MS = 5_000;
const DEFAULT_OPEN_FOR_FACTOR = 2;
const DEFAULT_MAX_OPEN_FOR_MS = 60_000;
const DEFAULT_PROBES = 1;
export const DEFAULT_RAMP_STAGE = '5s';
const DEFAULT_FAILURES = ['connect', 'timeout', 'error', '5xx'];
/** So much time must be left for a probe when no `attemptTimeout` says how long an attempt takes. */
const DEFAULT_ATTEMPT_MS = 10_000;
/** And so long its slot is leased: whoever takes longer than its lease is not heard, and so would never close it. */
const LONGEST_LEASE_MS = 60_000;

/** @throws {RangeError} naming a text that is not a duration or a share. */
export function breakerSettings(
  rule: BreakerRule,
  dependency: Pick<DependencyRule, 'attemptTimeout'>,
): BreakerSettings {
  const { slow, openFor } = rule;
  const openForMs = openFor ? parseDuration(openFor.initial) : DEFAULT_OPEN_FOR_MS;
  const { attemptTimeout } = dependency;
  const attemptMs = attemptTimeout === undefined ? DEFAULT_ATTEMPT_MS : parseDuration(attemptTimeout);
  return {
    ...detecting(rule),
    slowOverMs: slow && parseDuration(slow.over),
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
    isIgnored: outcomeTest(rule.ignored ?? []),
    shadow: rule.mode === 'shadow',
    attemptMs,
    leaseMs: attemptTimeout === undefined ? LONGEST_LEASE_MS : attemptMs,
  };
}

/** When it opens. */
function detecting(rule: BreakerRule): DetectSettings {
  const { window, slow } = rule;
  const held = window && 'calls' in window ? window.calls : DEFAULT_MINIMUM_CALLS;
  const minimumCalls = window?.minimumCalls ?? Math.min(DEFAULT_MINIMUM_CALLS, held);
  const failureRate = rule.failureRate === undefined ? DEFAULT_FAILURE_RATE : parseShare(rule.failureRate);
  return {
    window: shapeOf(window),
    minimumCalls,
    failureRate,
    slowRate: slow && parseShare(slow.rate),
    surge: surgeOf(rule, minimumCalls, failureRate),
    quorum: rule.quorum ?? 'auto',
  };
}

function shapeOf(window: BreakerRule['window']): WindowShape {
  if (window && 'calls' in window) {
    return { kind: 'calls', segmentCalls: Math.max(1, Math.ceil(window.calls / SEGMENTS)) };
  }
  const windowMs = window && 'time' in window ? parseDuration(window.time) : DEFAULT_WINDOW_MS;
  return { kind: 'time', bucketMs: Math.max(1, Math.ceil(windowMs / WINDOW_BUCKETS)) };
}

/** What a surge does not say itself is as in the window: who wants more calls there wants them here as well. */
function surgeOf({ surge = {} }: BreakerRule, minimumCalls: number, failureRate: number): SurgeSettings | undefined {
  if (surge === 'off') return undefined;
  return {
    bucketMs: Math.max(1, Math.ceil(parseDuration(surge.time ?? DEFAULT_SURGE_TIME) / FAST_BUCKETS)),
    failureRate: surge.failureRate === undefined ? failureRate : parseShare(surge.failureRate),
    minimumCalls: surge.minimumCalls ?? Math.max(DEFAULT_MINIMUM_CALLS, minimumCalls),
  };
}
