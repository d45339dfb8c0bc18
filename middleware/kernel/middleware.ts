// Turns policies, in order, into one Middy middleware: begins the invocation, contains errors, ends it exactly once.
import type { MiddlewareObj, Request } from '@middy/core';
import type { Context } from 'aws-lambda';
import { tellBegin, tellEnd } from './after-response.ts';
import { logAnswered } from './answered.ts';
import { enter } from './current.ts';
import { BusinessFailure, DeadlineExceeded, FlyballError, Refused } from './errors.ts';
import type { Instance } from './instance.ts';
import { Invocation } from './invocation.ts';
import { outcomeOfStatus, type Outcome } from './outcome.ts';
import type { Policy } from './policy.ts';
import type { Principal } from './principal.ts';
import { answerFor } from './refusal.ts';
import type { Snapshot } from './rules/snapshot.ts';
import { SYNC_LIMIT_MS } from './sync.ts';
import { triggerOf } from './trigger.ts';

/** What a governed handler finds at `context.flyball`. */
export interface FlyballContext {
  readonly service: string;
  readonly resource: string;
  /** The revision of the rules this invocation runs under; 0 when there are none from the store. */
  readonly revision: number;
  readonly instance: string;
  /** Who the caller is, if `access` has made sure of it. */
  readonly principal: Principal | undefined;
  /** Aborts when the deadline passes. */
  readonly signal: AbortSignal;
  /** ms left until the deadline. */
  remainingMs(): number;
}

export type GovernedContext = Context & { flyball: FlyballContext };

export type GovernMiddleware = MiddlewareObj<unknown, unknown, Error, GovernedContext>;

/** Where the invocation is kept between hooks, also for flyball's other middlewares in the same stack. */
const INVOCATION = Symbol.for('flyball.invocation');

type AnyRequest = Request<unknown, unknown, Error, Context, Record<PropertyKey, unknown>>;

export function invocationOf(request: { internal: object }): Invocation | undefined {
  return (request.internal as Record<PropertyKey, unknown>)[INVOCATION] as Invocation | undefined;
}

/** Ends what another middleware's early return left open: Middy then runs no `after` and no `onError` of ours. */
export function endRequest(request: AnyRequest): Promise<void> | undefined {
  const invocation = invocationOf(request);
  if (!invocation || invocation.ended) return undefined;
  invocation.response = request.response;
  invocation.outcome ??= outcomeOf(invocation, request.response);
  return finish(invocation);
}

/** Tells the extension, if there is one, that a stack with `endStack` serves this request. */
export function beginStack(request: AnyRequest): void {
  tellBegin(request.context.awsRequestId ?? '');
}

/** The last hook of all of a stack, whatever happened in it. */
export function endStack(request: AnyRequest): Promise<void> | undefined {
  const requestId = request.context.awsRequestId ?? '';
  let ending: Promise<void> | undefined;
  try {
    ending = endRequest(request)?.finally(() => tellEnd(requestId));
  } finally {
    if (!ending) tellEnd(requestId);
  }
  return ending;
}

/** One Middy middleware running `policies` in order; several of them share the invocation the first one began. */
export function middlewareOf(instance: Instance, policies: readonly Policy[]): GovernMiddleware {
  for (const policy of policies) instance.rules.register(policy);
  /** How many of the policies' `before` were reached in this request, kept beside the invocation. */
  const REACHED = Symbol('flyball.reached');
  let compiledFor: Snapshot | undefined;
  let compiled: unknown[] = [];

  function rulesFor(snapshot: Snapshot): unknown[] {
    if (snapshot !== compiledFor) {
      compiled = policies.map((policy) => snapshot.of(policy));
      compiledFor = snapshot;
    }
    return compiled;
  }

  /** Runs the rest of the `before` hooks; goes on asynchronously only from the first one that waits. */
  function runBefore(request: AnyRequest, invocation: Invocation, from: number): Promise<void> | undefined {
    const rules = rulesFor(invocation.snapshot);
    for (let i = from; i < policies.length; i++) {
      const policy = policies[i];
      if (!policy) continue;
      request.internal[REACHED] = i + 1;
      if (!policy.before || !instance.trusts(policy.name)) continue;
      try {
        const waiting = policy.before(invocation, rules[i]);
        if (waiting) return resumeBefore(request, invocation, policy, waiting, i + 1);
        instance.absolve(policy.name, 'before');
      } catch (error) {
        refuseOrContain(invocation, policy, error);
      }
    }
    request.event = invocation.event;
    return undefined;
  }

  async function resumeBefore(
    request: AnyRequest,
    invocation: Invocation,
    policy: Policy,
    waiting: Promise<void>,
    next: number,
  ): Promise<void> {
    try {
      await waiting;
      instance.absolve(policy.name, 'before');
    } catch (error) {
      refuseOrContain(invocation, policy, error);
    }
    await runBefore(request, invocation, next);
  }

  /** `after` of the policies reached, last first; goes on asynchronously only from the first one that waits. */
  function runAfter(invocation: Invocation, from: number): Promise<void> | undefined {
    const rules = rulesFor(invocation.snapshot);
    for (let i = from; i >= 0; i--) {
      const policy = policies[i];
      if (!policy?.after || !instance.trusts(policy.name)) continue;
      try {
        const waiting = policy.after(invocation, rules[i]);
        if (waiting) return resumeAfter(invocation, policy, waiting, i - 1);
        instance.absolve(policy.name, 'after');
      } catch (error) {
        instance.contain(policy.name, 'after', error);
      }
    }
    return undefined;
  }

  async function resumeAfter(
    invocation: Invocation,
    policy: Policy,
    waiting: Promise<void>,
    next: number,
  ): Promise<void> {
    try {
      await waiting;
      instance.absolve(policy.name, 'after');
    } catch (error) {
      instance.contain(policy.name, 'after', error);
    }
    await runAfter(invocation, next);
  }

  /** Runs our `after` hooks, hands the response back to Middy, and ends the invocation if this middleware began it. */
  function end(request: AnyRequest, invocation: Invocation): Promise<void> | undefined {
    const waiting = runAfter(invocation, Number(request.internal[REACHED] ?? 0) - 1);
    if (waiting) return endLater(request, invocation, waiting);
    request.response = invocation.response;
    return request.internal[OWNER] === REACHED ? finish(invocation) : undefined;
  }

  async function endLater(request: AnyRequest, invocation: Invocation, waiting: Promise<void>): Promise<void> {
    await waiting;
    request.response = invocation.response;
    if (request.internal[OWNER] === REACHED) await finish(invocation);
  }

  function refuseOrContain(invocation: Invocation, policy: Policy, error: unknown): void {
    if (error instanceof FlyballError) {
      if (error instanceof Refused) invocation.refusal = error;
      throw error;
    }
    instance.contain(policy.name, 'before', error);
  }

  function flyballBefore(request: AnyRequest): Promise<void> | undefined {
    let invocation = invocationOf(request);
    if (invocation) return runBefore(request, invocation, 0);
    invocation = begin(instance, request);
    request.internal[OWNER] = REACHED;
    const waiting = instance.rules.awaitIfStale(invocation.startedAt);
    return waiting ? beforeWithRules(request, invocation, waiting) : runBefore(request, invocation, 0);
  }

  async function beforeWithRules(request: AnyRequest, invocation: Invocation, waiting: Promise<void>): Promise<void> {
    await waiting;
    invocation.storeWaitedMs += instance.clock.now() - invocation.startedAt;
    invocation.snapshot = instance.rules.snapshot;
    invocation.resource = invocation.snapshot.resources.of(invocation.trigger, instance.functionName);
    await runBefore(request, invocation, 0);
  }

  function flyballAfter(request: AnyRequest): Promise<void> | undefined {
    const invocation = invocationOf(request);
    if (!invocation) return undefined;
    invocation.response = request.response;
    invocation.outcome ??= outcomeOf(invocation, request.response);
    return end(request, invocation);
  }

  /** Never throws: a throw here would hide the other middlewares' hooks and the error itself. */
  function flyballOnError(request: AnyRequest): Promise<void> | undefined {
    const invocation = invocationOf(request);
    if (!invocation) return undefined;
    const { error } = request;
    invocation.error = error;
    if (error instanceof Refused) invocation.refusal ??= error;
    invocation.outcome ??= outcomeOfError(error);
    invocation.response = request.response;
    if (request.internal[OWNER] === REACHED && invocation.response === undefined && error instanceof FlyballError) {
      invocation.response = answerFor(invocation, error);
      if (invocation.response !== undefined) logAnswered(invocation, error);
    }
    return end(request, invocation);
  }

  return {
    before: flyballBefore,
    after: flyballAfter,
    onError: flyballOnError,
  };
}

/** Which middleware began the invocation, and so ends it. */
const OWNER = Symbol('flyball.owner');

function begin(instance: Instance, request: AnyRequest): Invocation {
  const now = instance.clock.now();
  const { rules } = instance;
  const invocation = new Invocation(
    instance,
    rules.snapshot,
    triggerOf(request.event),
    request.event,
    request.context,
    now,
  );
  instance.cold = false;
  request.internal[INVOCATION] = invocation;
  enter(invocation);
  (request.context as GovernedContext).flyball = new Face(invocation);
  instance.syncs.startDue(now);
  return invocation;
}

/** What the handler sees of its invocation; getters on a prototype, since one is made for every invocation. */
class Face implements FlyballContext {
  readonly #invocation: Invocation;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
  }

  get service(): string {
    return this.#invocation.instance.service;
  }

  get instance(): string {
    return this.#invocation.instance.id;
  }

  get resource(): string {
    return this.#invocation.resource.name;
  }

  get revision(): number {
    return this.#invocation.snapshot.origin.revision;
  }

  get principal(): Principal | undefined {
    return this.#invocation.principal;
  }

  get signal(): AbortSignal {
    return this.#invocation.signal;
  }

  remainingMs(): number {
    return this.#invocation.remainingMs();
  }
}

/** Records the invocation and settles what runs beside it. */
function finish(invocation: Invocation): Promise<void> | undefined {
  if (invocation.ended) return undefined;
  invocation.ended = true;
  invocation.dispose();
  const { instance } = invocation;
  instance.recorder.invocation(
    invocation.resource.name,
    invocation.outcome ?? 'ok',
    instance.clock.precise() - invocation.startedPrecise,
    invocation.cold,
  );
  // What it has waited for the store already comes off what it may wait now.
  const settling = instance.syncs.settle(invocation.settleMs(SYNC_LIMIT_MS));
  return instance.extension?.keep(invocation.requestId, settling) ? undefined : settling;
}

function outcomeOf(invocation: Invocation, response: unknown): Outcome {
  if (invocation.businessCode !== undefined) return `business:${invocation.businessCode}`;
  if (typeof response === 'object' && response !== null && 'statusCode' in response) {
    const { statusCode } = response;
    if (typeof statusCode === 'number') return outcomeOfStatus(statusCode);
  }
  return 'ok';
}

function outcomeOfError(error: unknown): Outcome {
  if (error instanceof Refused) return 'refused';
  if (error instanceof BusinessFailure) return `business:${error.businessCode}`;
  return error instanceof DeadlineExceeded ? 'timeout' : 'error';
}
