// The recorder that counts: what the kernel and the policies report, kept in memory until the minute is put.
import type { TelemetryMinute } from '../../store/items/telemetry.ts';
import type { RefusedBy } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Reply } from '../kernel/outbound.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { KeyedRule, Recorder } from '../kernel/recorder.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { bucketOf } from './histogram.ts';
import type { Particulars } from './particulars.ts';
import { Counter, GrowingTallies } from './tally.ts';

const MOST_NAMES = 200;

export type Counted = Pick<
  TelemetryMinute,
  'resources' | 'calls' | 'attempts' | 'refusals' | 'shadow' | 'transitions' | 'internal'
>;

export class CountingRecorder implements Recorder {
  /** Invocations that take longer, in ms, count as slow too. */
  slowOverMs = Infinity;
  /** The share of other invocations that are kept as samples. */
  sampleShare = 0;
  /** Grows with whatever is counted. */
  added = 0;
  readonly #resources = new GrowingTallies(MOST_NAMES);
  readonly #calls = new GrowingTallies(MOST_NAMES);
  readonly #attempts = new GrowingTallies(MOST_NAMES);
  readonly #refusals = new Counter(MOST_NAMES);
  readonly #shadow = new Counter(MOST_NAMES);
  readonly #transitions = new Counter(MOST_NAMES);
  readonly #internal = new Counter(MOST_NAMES);
  readonly #onInvocation: () => void;
  /** What is told beside the counts goes there. */
  particulars: Particulars | undefined;

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

  invocation(resource: string, outcome: Outcome, durationMs: number, cold: boolean, invocation?: Invocation): void {
    this.added++;
    const bucket = bucketOf(durationMs);
    const slow = durationMs > this.slowOverMs;
    this.#resources.of(resource).record(outcome, durationMs, bucket, cold, slow);
    if (invocation && this.particulars) this.#tellOf(this.particulars, invocation, outcome, durationMs, bucket, slow);
    this.#onInvocation();
  }

  /** Events and errors are the function's own, and may be anything: what goes wrong here is no harm to it. */
  #tellOf(
    particulars: Particulars,
    invocation: Invocation,
    outcome: Outcome,
    durationMs: number,
    bucket: number,
    slow: boolean,
  ): void {
    try {
      particulars.invocation(invocation, outcome, durationMs, bucket, slow, this.sampleShare);
    } catch {
      this.internal('contained:telemetry');
    }
  }

  call(dependency: string, outcome: Outcome, durationMs: number, reply?: Reply, invocation?: Invocation): void {
    this.added++;
    this.#calls.of(dependency).record(outcome, durationMs, bucketOf(durationMs), false, false);
    if (reply?.error === undefined || !invocation) return;
    try {
      this.particulars?.failedCall(dependency, outcome, reply.error, invocation);
    } catch {
      this.internal('contained:telemetry');
    }
  }

  attempt(dependency: string, outcome: Outcome, durationMs: number, attempt = 1, reply?: Reply): void {
    this.added++;
    this.#attempts.of(dependency).record(outcome, durationMs, bucketOf(durationMs), false, false);
    this.particulars?.attempt(dependency, attempt, reply);
  }

  refusal(by: RefusedBy, rule: string, resource: string, count: number, shadow: boolean): void {
    this.added++;
    (shadow ? this.#shadow : this.#refusals).add(`${by}/${rule}/${resource}`, count);
  }

  key(rule: KeyedRule, raw: string, count: number): void {
    this.particulars?.key(rule, raw, count);
  }

  transition(breaker: string, from: string, to: string): void {
    this.added++;
    this.#transitions.add(`${breaker}/${from}/${to}`, 1);
  }

  internal(event: string): void {
    this.added++;
    this.#internal.add(event, 1);
  }

  /** What was counted since `clear`. */
  read(): Counted {
    return {
      resources: this.#resources.read(),
      calls: this.#calls.read(),
      attempts: this.#attempts.read(),
      refusals: this.#refusals.read(),
      shadow: this.#shadow.read(),
      transitions: this.#transitions.read(),
      internal: this.#internal.read(),
    };
  }

  clear(): void {
    this.#resources.clear();
    this.#calls.clear();
    this.#attempts.clear();
    this.#refusals.clear();
    this.#shadow.clear();
    this.#transitions.clear();
    this.#internal.clear();
  }

  /** What was counted since the last time. */
  take(): Counted {
    const counted = this.read();
    this.clear();
    return counted;
  }
}
