// What a source of signals says of one thing that can be wrong, as it is kept with the alert.

/**
 * `realtime` wakes somebody at any hour, `high` is sent at once where nothing holds it back, `deferred` waits for the hour
 * its owner has set.
 */
export type Severity = 'realtime' | 'high' | 'deferred';

/** What kinds of things can be wrong. */
export type ConditionKind =
  'job' | 'check' | 'breaker' | 'throttle' | 'quota' | 'slo' | 'rule' | 'saturation' | 'business' | 'fleet' | 'flyball';

export interface Condition {
  /** Deduplicates: the same for as long as it is about the same, e.g. `job/settlement/nightly`. */
  readonly key: string;
  readonly kind: ConditionKind;
  readonly service: string;
  /** Within the service: the job, the rule, the objective. */
  readonly name: string;
  readonly owner?: string | undefined;
  readonly severity: Severity;
  readonly firing: boolean;
  /** Epoch ms: when it went wrong, not when it was noticed; of what does not fire, when it was well again. */
  readonly since: number;
  /** One sentence: what is wrong, in numbers where there are any. */
  readonly summary: string;
  /** The first lines of the exception, redacted. */
  readonly exception?: readonly string[] | undefined;
  /** What stands still or waits because of it, as people name it. */
  readonly blocks?: readonly string[] | undefined;
  /** The key of the condition that this one is because of: the root cause speaks. */
  readonly because?: string | undefined;
  /** How often in a row it has failed. */
  readonly failures?: number | undefined;
  /** Epoch ms: something that depends on it has its deadline then; what is deferred is not held longer. */
  readonly neededBy?: number | undefined;
  /** A time of the day, such as 06:30, that takes the place of its owner's hour. */
  readonly deferUntil?: string | undefined;
  readonly runbook?: string | undefined;
  /** What else it can be routed and silenced by. */
  readonly tags?: readonly string[] | undefined;
  /** Names of channels that its source asks for, in place of its owner's. */
  readonly channels?: readonly string[] | undefined;
}
