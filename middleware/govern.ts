// Knows every policy and their order: govern() for a whole function, and each policy as a middleware of its own.
import middy, { type Request } from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Progress } from '../store/items/job-runs.ts';
import type { CallFunction, ExchangeFunction } from './call/answers.ts';
import type { CallOptions, RunInfo, RunOptions } from './call/caller.ts';
import { deadlinePolicy } from './deadline/policy.ts';
import { accountOf, type Counts } from './job-run/account.ts';
import { extensionStarted } from './kernel/after-response.ts';
import { current } from './kernel/current.ts';
import { disabled } from './kernel/disabled.ts';
import { BusinessFailure, Misused, Rejected } from './kernel/errors.ts';
import { instanceFor, type GovernOptions as InstanceOptions } from './kernel/instances.ts';
import {
  beginStack,
  endStack,
  middlewareOf,
  type GovernMiddleware,
  type GovernedContext,
} from './kernel/middleware.ts';
import { requireKnown, requireService } from './kernel/options.ts';
import type { Policy, PolicySlot } from './kernel/policy.ts';
import type { OnTransition } from './kernel/transition.ts';
import {
  accessSlot,
  breakerSlot,
  businessSlot,
  callSlot,
  concurrencySlot,
  fallbackSlot,
  faultSlot,
  jobRunSlot,
  logsSlot,
  peekAt,
  parkSlot,
  quotaSlot,
  redeliverySlot,
  requiredAccessSlot,
  shedSlot,
  throttleSlot,
  traceSlot,
  withCaller,
} from './slots.ts';
import { telemetryPolicy } from './telemetry/policy.ts';
import type { Peeked } from './throttle/peek.ts';
import { tracers } from './trace/runtime.ts';
import type { Tracer } from './trace/tracer.ts';

export interface AccessOptions extends InstanceOptions {
  /** `required`: web requests are refused while no access rules are enforced, also with `FLYBALL_DISABLED=1`. */
  readonly access?: 'required';
}

export interface TraceOptions extends InstanceOptions {
  /** Records in X-Ray's place, e.g. `openTelemetryTracer(api)` of `flyball/opentelemetry`; of the service's whole instance. */
  readonly tracer?: Tracer;
}

export interface BreakerOptions extends InstanceOptions {
  /**
   * Told when a breaker changes as this environment sees it; `decidedHere` on the one that moved it. What it throws is
   * logged, and nothing waits for it. Every function given for a service is told, once.
   */
  readonly onTransition?: OnTransition;
}

export interface GovernOptions extends AccessOptions, BreakerOptions, TraceOptions {
  /** The job this function runs, as the rules' `jobs` name it. */
  readonly job?: string;
}

export interface JobRunOptions extends InstanceOptions {
  /** The job this function runs, as the rules' `jobs` name it. */
  readonly job: string;
}

/** Also those of another middleware: a stack's may share one object. */
const OPTIONS: Readonly<Record<keyof GovernOptions, true>> = {
  service: true,
  bootstrap: true,
  maxStale: true,
  flush: true,
  logger: true,
  access: true,
  tracer: true,
  onTransition: true,
  job: true,
  clock: true,
  random: true,
  table: true,
  instance: true,
};

/**
 * Governs a function by the live rules of its service. Use it first, so that its `after` runs last.
 * @throws {Misused} when the options cannot be meant.
 */
export function govern(options: GovernOptions): GovernMiddleware {
  requireService(options);
  return middlewareFor(options, [
    // Ahead of whatever looks at the event.
    parkSlot,
    telemetryPolicy,
    businessSlot,
    traceSlot,
    accessSlotOf(options),
    ...(options.job === undefined ? [] : [jobRunSlot(options.job)]),
    fallbackSlot,
    redeliverySlot,
    deadlinePolicy,
    faultSlot,
    shedSlot,
    breakerSlot,
    throttleSlot,
    concurrencySlot,
    quotaSlot,
  ]);
}

/** What lets in must not be opened by a slip: whatever else stands there is an error. */
function accessSlotOf({ access }: AccessOptions): PolicySlot {
  if (access === undefined) return accessSlot;
  if (access === 'required') return requiredAccessSlot;
  throw new Misused(`access: "${String(access)}" means nothing; write 'required' or leave it out`);
}

export const access = (options: AccessOptions): GovernMiddleware => middlewareFor(options, [accessSlotOf(options)]);
export const throttle = (options: InstanceOptions): GovernMiddleware =>
  middlewareFor(options, [throttleSlot, quotaSlot]);
export const concurrency = (options: InstanceOptions): GovernMiddleware => middlewareFor(options, [concurrencySlot]);
/** Breakers of resources, and those of dependencies for `flyball.call` and `flyball.run`. */
export const breaker = (options: BreakerOptions): GovernMiddleware => middlewareFor(options, [breakerSlot]);
/** Installs retrying `flyball.call` and `flyball.run`, and redelivery of queue records. */
export const retry = (options: InstanceOptions): GovernMiddleware => middlewareFor(options, [redeliverySlot]);
export const redelivery = (options: InstanceOptions): GovernMiddleware => middlewareFor(options, [redeliverySlot]);
export const deadline = (options: InstanceOptions): GovernMiddleware => middlewareFor(options, [deadlinePolicy]);
export const shed = (options: InstanceOptions): GovernMiddleware => middlewareFor(options, [shedSlot]);
export const fallback = (options: InstanceOptions): GovernMiddleware => middlewareFor(options, [fallbackSlot]);
/** Injects the faults that rules ask for: at the door, in calls and in flyball's own table. */
export const fault = (options: InstanceOptions): GovernMiddleware => middlewareFor(options, [faultSlot]);
export const trace = (options: TraceOptions): GovernMiddleware => middlewareFor(options, [traceSlot]);
export const telemetry = (options: InstanceOptions): GovernMiddleware =>
  middlewareFor(options, [telemetryPolicy, businessSlot]);
export const jobRun = (options: JobRunOptions): GovernMiddleware => middlewareFor(options, [jobRunSlot(options.job)]);

/** What `FLYBALL_DISABLED=1` leaves in its place. */
const STAYING: ReadonlySet<Policy | PolicySlot> = new Set([requiredAccessSlot, parkSlot]);

function middlewareFor(
  options: TraceOptions & BreakerOptions,
  policies: readonly (Policy | PolicySlot)[],
): GovernMiddleware {
  const governing = disabled ? policies.filter((policy) => STAYING.has(policy)) : policies;
  requireService(options);
  requireKnown(options, Object.keys(OPTIONS));
  const instance = instanceFor(options);
  if (options.tracer) tracers.set(instance, requireTracer(options.tracer));
  if (options.onTransition !== undefined) instance.onTransition.add(requireHook(options.onTransition));
  return middlewareOf(instance, disabled ? [callSlot, ...governing] : [logsSlot, callSlot, ...governing]);
}

/** @throws {Misused} when it cannot be told anything. */
function requireHook(hook: OnTransition): OnTransition {
  if (typeof hook === 'function') return hook;
  throw new Misused('onTransition is a function that is told of each change of a breaker');
}

/** @throws {Misused} when it is another's tracer; plain JavaScript may give anything. */
function requireTracer(tracer: NonNullable<TraceOptions['tracer']>): NonNullable<TraceOptions['tracer']> {
  if (typeof tracer.begin === 'function') return tracer;
  throw new Misused("tracer is what openTelemetryTracer(api) of 'flyball/opentelemetry' gives");
}

/**
 * Middy's own settings for a governed function: ends what another middleware's early return leaves open, tells the
 * extension of `after-response` when the function is done, and leaves the deadline to flyball.
 * `middy(governPlugin).use(govern({ service }))`; `governed()` has it built in.
 */
export const governPlugin = {
  requestStart: (request: Request) => beginStack(request),
  requestEnd: (request: Request) => endStack(request),
  timeoutEarlyInMillis: 0,
};

/** `govern()` around a handler in one call. */
export function governed<Event, Result>(
  options: GovernOptions,
  handler: (event: Event, context: GovernedContext) => Promise<Result> | Result,
): (event: Event, context: Context) => Promise<Result> {
  if (typeof handler !== 'function')
    throw new Misused('governed() takes the handler second: governed({ service }, handler)');
  if (handler.length > 2)
    throw new Misused('governed() takes handlers that return a promise, and this one takes a callback: make it async');
  // Middy hands a third argument on, which a handler with a default or rest parameter would take for its own.
  const asLambdaCalls = (event: Event, context: GovernedContext) => handler(event, context);
  const stack = middy<Event, Result>(governPlugin).use(govern(options)).handler(asLambdaCalls);
  return (event, context) => stack(event, context as GovernedContext);
}

function runUnderWay() {
  const invocation = current();
  return invocation && accountOf(invocation).run;
}

/** What domain code calls; it finds the current invocation by itself. */
export const flyball = {
  /** Calls a dependency the rules name. @throws {Refused | DependencyFailed | DeadlineExceeded | Misused} */
  call: ((dependency: string, options?: CallOptions) =>
    withCaller((caller) => caller.call(dependency, options))) as CallFunction,
  /** Like `call`, with the answer's status and headers beside its body. */
  exchange: ((dependency: string, options?: CallOptions) =>
    withCaller((caller) => caller.exchange(dependency, options))) as ExchangeFunction,
  /** Governs any promise as a call to a dependency. @throws {Refused | DependencyFailed | DeadlineExceeded} */
  run: <T>(
    dependency: string,
    work: (signal: AbortSignal, info: RunInfo) => Promise<T>,
    options?: RunOptions,
  ): Promise<T> => withCaller((caller) => caller.run<T>(dependency, work, options)),
  /**
   * Resolves when what an ES module may await at its top level has ended: the registration of the extension of
   * `flush: 'after-response'`, which works during init alone. Never rejects.
   */
  ready: (): Promise<void> => extensionStarted(),
  /**
   * What a throttle has left for the caller of this invocation; takes nothing. Undefined when the rule does not apply here,
   * or the table does not tell in the time there is. Never rejects.
   */
  peek: (throttleName: string): Promise<Peeked | undefined> => peekAt(throttleName),
  /** Ends the invocation as a business failure, counted by its code. @throws {BusinessFailure} always */
  fail(code: string, message?: string): never {
    const invocation = current();
    if (invocation) invocation.businessCode = code;
    throw new BusinessFailure(code, message);
  },
  /**
   * Says that what came can never be done. A queue's record, or a parked event, goes to the dead-letter queue at once,
   * with the reason; of a batch, reject within each record's own promise. @throws {Rejected} always
   */
  reject(reason: string): never {
    throw new Rejected(reason);
  },
  /** What a job run has read, written and failed so far; adds up. */
  counts: (counts: Counts): void => runUnderWay()?.count(counts),
  /** The job run is alive: say so at least as often as its rules' `noHeartbeatFor`. Costs a write every 15 s at most. */
  heartbeat: (): void => runUnderWay()?.hear(),
  /** How far the job run has come; a heartbeat, too. */
  progress: (progress: Progress): void => runUnderWay()?.hear(progress),
} as const;
