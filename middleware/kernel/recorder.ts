// What the kernel and the policies report; the telemetry policy puts its own recorder in place of this silent one.
import type { RefusedBy } from './errors.ts';
import type { Invocation } from './invocation.ts';
import type { Reply } from './outbound.ts';
import type { Outcome } from './outcome.ts';

/** A rule that tells its callers apart by a key, as far as the busiest of them are counted. */
export interface KeyedRule {
  readonly name: string;
  /** What the key is made of, e.g. `client` or `path:id`. */
  readonly key: readonly string[];
  /** The key as it may be written down: no secret can be read from it. Asked for seldom. */
  storedKeyOf(raw: string): string;
}

export interface Recorder {
  /**
   * An invocation ended. `durationMs` is the time from flyball's first hook to its last; `invocation` tells the rest:
   * who caused it, how it failed, what it waited for.
   */
  invocation(resource: string, outcome: Outcome, durationMs: number, cold: boolean, invocation?: Invocation): void;
  /** A whole outbound call ended, after all its attempts, with this reply. */
  call(dependency: string, outcome: Outcome, durationMs: number, reply?: Reply, invocation?: Invocation): void;
  /** One attempt of an outbound call ended; `attempt` counts from 1. */
  attempt(dependency: string, outcome: Outcome, durationMs: number, attempt: number, reply?: Reply): void;
  /** A rule refused, or would have refused (`shadow`). `count` is the number of requests or records. */
  refusal(by: RefusedBy, rule: string, resource: string, count: number, shadow: boolean): void;
  /** A rule has met a key, `count` requests or records of it. */
  key(rule: KeyedRule, raw: string, count: number): void;
  /** A breaker of this service changed its state as this instance saw it. */
  transition(breaker: string, from: string, to: string): void;
  /** Something inside flyball worth counting: `contained:throttle`, `store:timeout`, `rules:rejected`, `ungoverned`. */
  internal(event: string): void;
}

const nothing = () => {};

export const silentRecorder: Recorder = {
  invocation: nothing,
  call: nothing,
  attempt: nothing,
  refusal: nothing,
  key: nothing,
  transition: nothing,
  internal: nothing,
};
