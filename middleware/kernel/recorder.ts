// What the kernel and the policies report; the telemetry policy puts its own recorder in place of this silent one.
import type { RefusedBy } from './errors.ts';
import type { Outcome } from './outcome.ts';

export interface Recorder {
  /** An invocation ended. `durationMs` is the time from flyball's first hook to its last. */
  invocation(resource: string, outcome: Outcome, durationMs: number, cold: boolean): void;
  /** A whole outbound call ended, after all its attempts. */
  call(dependency: string, outcome: Outcome, durationMs: number): void;
  /** One attempt of an outbound call ended; `attempt` counts from 1. */
  attempt(dependency: string, outcome: Outcome, durationMs: number, attempt: number): void;
  /** A rule refused, or would have refused (`shadow`). `count` is the number of requests or records. */
  refusal(by: RefusedBy, rule: string, resource: string, count: number, shadow: boolean): void;
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
  transition: nothing,
  internal: nothing,
};
