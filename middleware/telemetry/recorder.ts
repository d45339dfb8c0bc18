// The recorder that counts: what the kernel and the policies report, kept in memory until the minute is put.
import type { TelemetryMinute } from '../../store/items/telemetry.ts';
import type { RefusedBy } from '../kernel/errors.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Recorder } from '../kernel/recorder.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { Counter, GrowingTallies } from './tally.ts';

const MOST_NAMES = 200;

export type Counted = Pick<
  TelemetryMinute,
  'resources' | 'calls' | 'attempts' | 'refusals' | 'shadow' | 'transitions' | 'internal'
>;

export class CountingRecorder implements Recorder {
  /** Invocations that take longer, in ms, count as slow too. */
  slowOverMs = Infinity;
  readonly #resources = new GrowingTallies(MOST_NAMES);
  readonly #calls = new GrowingTallies(MOST_NAMES);
  readonly #attempts = new GrowingTallies(MOST_NAMES);
  readonly #refusals = new Counter(MOST_NAMES);
  readonly #shadow = new Counter(MOST_NAMES);
  readonly #transitions = new Counter(MOST_NAMES);
  readonly #internal = new Counter(MOST_NAMES);
  readonly #onInvocation: () => void;

  /** `onInvocation` runs after each invocation has been counted. */
  constructor(onInvocation: () => void) {
    this.#onInvocation = onInvocation;
  }

  /** Makes the tallies of what the rules name, so that counting allocates nothing. */
  prepare(rules: RuleDocument): void {
    this.#resources.of('default');
    for (const name of Object.keys(rules.resources ?? {})) this.#resources.of(name);
    for (const name of Object.keys(rules.dependencies ?? {})) {
      this.#calls.of(name);
      this.#attempts.of(name);
    }
  }

  invocation(resource: string, outcome: Outcome, durationMs: number, cold: boolean): void {
    this.#resources.of(resource).record(outcome, durationMs, cold, durationMs > this.slowOverMs);
    this.#onInvocation();
  }

  call(dependency: string, outcome: Outcome, durationMs: number): void {
    this.#calls.of(dependency).record(outcome, durationMs, false, false);
  }

  attempt(dependency: string, outcome: Outcome, durationMs: number): void {
    this.#attempts.of(dependency).record(outcome, durationMs, false, false);
  }

  refusal(by: RefusedBy, rule: string, resource: string, count: number, shadow: boolean): void {
    (shadow ? this.#shadow : this.#refusals).add(`${by}/${rule}/${resource}`, count);
  }

  transition(breaker: string, from: string, to: string): void {
    this.#transitions.add(`${breaker}/${from}/${to}`, 1);
  }

  internal(event: string): void {
    this.#internal.add(event, 1);
  }

  /** What was counted since the last time. */
  take(): Counted {
    return {
      resources: this.#resources.take(),
      calls: this.#calls.take(),
      attempts: this.#attempts.take(),
      refusals: this.#refusals.take(),
      shadow: this.#shadow.take(),
      transitions: this.#transitions.take(),
      internal: this.#internal.take(),
    };
  }
}
