// The outbound pipeline: policies that wrap a call to a dependency, composed once per revision, outermost first.
import type { FailedAnswer } from './errors.ts';
import type { Instance } from './instance.ts';
import type { Invocation } from './invocation.ts';
import type { Outcome } from './outcome.ts';
import type { DependencyRule, RuleDocument } from './rules/document.ts';

/**
 * `none`: not once it may have had an effect; `safe`: may be repeated; `key`: may be repeated under the same idempotency
 * key; `once`: cannot be sent again, whatever became of it, since its body is a stream.
 */
export type Idempotency = 'none' | 'safe' | 'key' | 'once';

/** What is asked of a dependency, as far as it tells one request from another. */
export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the answer is wanted as: bytes are no answer to who wants JSON. */
  readonly as?: 'json' | 'text' | 'bytes' | 'stream';
}

/** One call on its way out. `attempt` and `timeoutMs` are set by the stages it passes. */
export interface Call {
  readonly invocation: Invocation;
  readonly dependency: string;
  readonly operation: string | undefined;
  readonly idempotency: Idempotency;
  /** The key of a call declared `key` is flyball's own making: a later invocation that repeats the work has another. */
  readonly keyMade?: boolean | undefined;
  /** Of what the caller says that it goes to, for breakers of which there is one for each. */
  readonly breakerKey?: string | undefined;
  /** Undefined where it is not known, as of any piece of work. */
  readonly asked?: Asked | undefined;
  /** By what a fallback knows the last good result of a piece of work. */
  readonly lastGoodKey?: string | undefined;
  /** Counts from 1. */
  attempt: number;
  /** Epoch ms after which nothing may be started or awaited any more. */
  deadlineAt: number;
  /** Aborts when the invocation's deadline passes or the caller gives up; narrower for one attempt. */
  signal: AbortSignal;
  /** Headers of this attempt alone, over those the invocation carries: its own place in the trace. */
  readonly carried?: Readonly<Record<string, string>>;
  /** What is recorded of this call, if it is traced; copies of the call share it. */
  trace?: CallTrace;
}

/** Takes what a stage has to say of a call to whoever reads its trace. */
export interface CallTrace {
  note(name: string, value: string | number | boolean): void;
}

/**
 * Why there was no further attempt at a call that failed: it has had its `attempts`; the `budget` is spent; the callee says
 * `never`; the `deadline` comes first; the request is itself somebody's repetition (`repeated`); it would not be harmless
 * (`unsafe`); the wait is cheaper in the queue that brought the work (`deferred`); or flyball refused the further attempt:
 * its `breaker`, its `shed`ding, or whatever else is said to have `refused`.
 */
export type GaveUp =
  'attempts' | 'budget' | 'never' | 'deadline' | 'repeated' | 'unsafe' | 'deferred' | 'breaker' | 'shed' | 'refused';

/** Ends an attempt that another attempt at the same call has made superfluous: it says nothing about the dependency. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** How a call or an attempt ended. Stages pass replies, not exceptions, so that each can judge them. */
export interface Reply {
  readonly outcome: Outcome;
  /** The result, when `outcome` is `ok`. */
  readonly value?: unknown;
  /** What went wrong otherwise; a `Refused` when flyball itself refused. */
  readonly error?: unknown;
  /** False when nothing can have reached the dependency. */
  readonly sent: boolean;
  readonly response?: FailedAnswer;
  /** What the callee asked for in `Retry-After`, in ms. */
  readonly retryAfterMs?: number;
  /** What was sent and what came back, where the transport knows it anyway. */
  readonly bytesOut?: number;
  readonly bytesIn?: number;
  /** What was spoken to, where the transport knows and the rules do not say: `queue:settlement`. */
  readonly target?: string;
  /** The callee says that another attempt cannot help (`x-flyball-retry: never`). */
  readonly never?: boolean;
  /**
   * With an answer that is handed over as a stream: resolves if the dependency breaks it off, with how. The attempt has been
   * judged by then, at its headers.
   */
  readonly broken?: Promise<Reply>;
  readonly gaveUp?: GaveUp;
  /** With `gaveUp: 'deferred'`: after how long the record that brought the work is to come again, ms. */
  readonly deferMs?: number;
}

export type Send = (call: Call) => Promise<Reply>;

/** Wraps the next stage for one dependency. Never rejects: what goes wrong is a reply. */
export type Stage = (call: Call, next: Send) => Promise<Reply>;

export interface OutboundPolicy {
  readonly name: string;
  /** The stage for a dependency under its rule, or undefined when the rule gives this policy nothing to do. */
  stage(dependency: string, rule: DependencyRule, instance: Instance, rules?: RuleDocument): Stage | undefined;
}

/** Composes stages around the last send; the first is the outermost. */
export function compose(stages: readonly Stage[], send: Send): Send {
  return stages.reduceRight<Send>((next, stage) => (call) => stage(call, next), send);
}
