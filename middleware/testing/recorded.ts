// What an instance reports, kept for a test to look at; whatever else listens is told as well.
import type { RefusedBy } from '../kernel/errors.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Recorder } from '../kernel/recorder.ts';

interface At {
  /** Epoch ms. */
  readonly at: number;
}

export interface RecordedInvocation extends At {
  readonly resource: string;
  readonly outcome: Outcome;
  readonly durationMs: number;
  /** The first of its instance. */
  readonly cold: boolean;
}

/** A call with all its attempts, or one attempt of it. */
export interface RecordedCall extends At {
  readonly dependency: string;
  readonly outcome: Outcome;
  readonly durationMs: number;
}

export interface RecordedAttempt extends RecordedCall {
  /** From 1: more than that is a retry. */
  readonly attempt: number;
}

export interface RecordedRefusal extends At {
  readonly by: RefusedBy;
  readonly rule: string;
  readonly resource: string;
  /** Requests, or records of a batch. */
  readonly count: number;
  /** It would have been refused, were the rule in force. */
  readonly shadow: boolean;
}

export interface RecordedTransition extends At {
  readonly breaker: string;
  readonly from: string;
  readonly to: string;
}

/** Everything in the order in which it happened. */
export interface Recorded {
  readonly invocations: readonly RecordedInvocation[];
  readonly calls: readonly RecordedCall[];
  readonly attempts: readonly RecordedAttempt[];
  readonly refusals: readonly RecordedRefusal[];
  /** Of breakers, as this instance saw them. */
  readonly transitions: readonly RecordedTransition[];
  /** What happened inside flyball, e.g. `throttle:store-failed`. */
  readonly internal: readonly string[];
}

/** Listens on an instance from now on. */
export function recordedBy(instance: Instance): Recorded {
  const { clock } = instance;
  const recorded = {
    invocations: [] as RecordedInvocation[],
    calls: [] as RecordedCall[],
    attempts: [] as RecordedAttempt[],
    refusals: [] as RecordedRefusal[],
    transitions: [] as RecordedTransition[],
    internal: [] as string[],
  };
  let beneath = instance.recorder;
  const recorder: Recorder = {
    invocation(resource, outcome, durationMs, cold, invocation) {
      recorded.invocations.push({ at: clock.now(), resource, outcome, durationMs, cold });
      beneath.invocation(resource, outcome, durationMs, cold, invocation);
    },
    call(dependency, outcome, durationMs, reply, invocation) {
      recorded.calls.push({ at: clock.now(), dependency, outcome, durationMs });
      beneath.call(dependency, outcome, durationMs, reply, invocation);
    },
    attempt(dependency, outcome, durationMs, attempt, reply) {
      recorded.attempts.push({ at: clock.now(), dependency, outcome, durationMs, attempt });
      beneath.attempt(dependency, outcome, durationMs, attempt, reply);
    },
    refusal(by, rule, resource, count, shadow) {
      recorded.refusals.push({ at: clock.now(), by, rule, resource, count, shadow });
      beneath.refusal(by, rule, resource, count, shadow);
    },
    key(rule, raw, count) {
      beneath.key(rule, raw, count);
    },
    transition(breaker, from, to) {
      recorded.transitions.push({ at: clock.now(), breaker, from, to });
      beneath.transition(breaker, from, to);
    },
    internal(event) {
      recorded.internal.push(event);
      beneath.internal(event);
    },
  };
  // The telemetry policy puts its own recorder here when it is first compiled: it then stands beneath this one.
  Object.defineProperty(instance, 'recorder', { get: () => recorder, set: (other: Recorder) => (beneath = other) });
  return recorded;
}
