// Turns policies, in order, into one Middy middleware: begins the invocation, contains errors, ends it exactly once.
import type { MiddlewareObj, Request } from '@middy/core';
import type { Context } from 'aws-lambda';
import { ActivePolicies, type Active } from './active.ts';
import { tellBegin, tellEnd } from './after-response.ts';
import { enter } from './current.ts';
import { BusinessFailure, DeadlineExceeded, FlyballError, Refused } from './errors.ts';
import { Face, type GovernedContext } from './face.ts';
import type { Instance } from './instance.ts';
import { Invocation } from './invocation.ts';
import { outcomeOfStatus, type Outcome } from './outcome.ts';
import type { Policy, PolicySlot } from './policy.ts';
import { SYNC_LIMIT_MS } from './sync.ts';
import { triggerOf } from './trigger.ts';

export type { FlyballContext, GovernedContext } from './face.ts';

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

/** How far a request has come through the policies of one middleware. */
interface Passage {
  /** This middleware began the invocation, and so ends it. */
  readonly owns: boolean;
  active: readonly Active[];
  /** How many of them have had their `before`. */
  reached: number;
}

const NONE: readonly Active[] = [];

/** One Middy middleware running policies in order; several of them share the invocation the first one began. */
export function middlewareOf(instance: Instance, places: readonly (Policy | PolicySlot)[]): GovernMiddleware {
  const policies = new ActivePolicies(instance, places);
  /** Kept beside the invocation. */
  const PASSAGE = Symbol('flyball.passage');

  const passageOf = (request: AnyRequest) => request.internal[PASSAGE] as Passage | undefined;

  function flyballBefore(request: AnyRequest): Promise<void> | undefined {
    const begun = invocationOf(request);
    const invocation = begun ?? begin(instance, request);
    const passage: Passage = { owns: !begun, active: NONE, reached: 0 };
    request.internal[PASSAGE] = passage;
    if (begun) return pass(request, invocation, passage);
    const { rules } = instance;
    const stale = rules.awaitIfStale(invocation.startedAt);
    if (stale || rules.loading) return beforeWithRules(request, invocation, passage, stale);
    if (rules.beside) rules.assign(invocation);
    invocation.untimed = true;
    return pass(request, invocation, passage);
  }

  async function beforeWithRules(
    request: AnyRequest,
    invocation: Invocation,
    passage: Passage,
    stale: Promise<void> | undefined,
  ): Promise<void> {
    if (stale) {
      await stale;
      invocation.storeWaitedMs += instance.clock.now() - invocation.startedAt;
    }
    await instance.rules.loading;
    instance.rules.assign(invocation);
    await pass(request, invocation, passage);
  }

  function pass(request: AnyRequest, invocation: Invocation, passage: Passage): Promise<void> | undefined {
    const active = policies.of(invocation);
    if (active instanceof Promise) return passLater(request, invocation, passage, active);
    passage.active = active;
    return runBefore(request, invocation, passage, 0);
  }

  async function passLater(
    request: AnyRequest,
    invocation: Invocation,
    passage: Passage,
    active: Promise<readonly Active[]>,
  ): Promise<void> {
    invocation.untimed = false;
    passage.active = await active;
    await runBefore(request, invocation, passage, 0);
  }

  /** Runs the rest of the `before` hooks; goes on asynchronously only from the first one that waits. */
  function runBefore(
    request: AnyRequest,
    invocation: Invocation,
    passage: Passage,
    from: number,
  ): Promise<void> | undefined {
    const { active } = passage;
    for (let i = from; i < active.length; i++) {
      const one = active[i];
      if (!one) continue;
      const { policy, rules } = one;
      passage.reached = i + 1;
      if (!policy.before || !instance.trusts(policy.name)) continue;
      try {
        const waiting = policy.before(invocation, rules);
        if (waiting) return resumeBefore(request, invocation, passage, policy, waiting);
        instance.absolve(policy.name, 'before');
      } catch (error) {
        refuseOrContain(invocation, policy, error);
      }
    }
    invocation.untimed = false;
    request.event = invocation.event;
    return undefined;
  }

  async function resumeBefore(
    request: AnyRequest,
    invocation: Invocation,
    passage: Passage,
    policy: Policy,
    waiting: Promise<void>,
  ): Promise<void> {
    invocation.untimed = false;
    try {
      await waiting;
      instance.absolve(policy.name, 'before');
    } catch (error) {
      refuseOrContain(invocation, policy, error);
    }
    await runBefore(request, invocation, passage, passage.reached);
  }

  function refuseOrContain(invocation: Invocation, policy: Policy, error: unknown): void {
    invocation.untimed = false;
    if (error instanceof FlyballError) {
      if (error instanceof Refused) invocation.refusal = error;
      throw error;
    }
    instance.contain(policy.name, 'before', error);
  }

  /** `after` of the policies reached, last first; goes on asynchronously only from the first one that waits. */
  function runAfter(invocation: Invocation, active: readonly Active[], from: number): Promise<void> | undefined {
    for (let i = from; i >= 0; i--) {
      const one = active[i];
      if (!one?.policy.after || !instance.trusts(one.policy.name)) continue;
      const { policy, rules } = one;
      try {
        const waiting = policy.after?.(invocation, rules);
        if (waiting) return resumeAfter(invocation, active, policy, waiting, i - 1);
        instance.absolve(policy.name, 'after');
      } catch (error) {
        instance.contain(policy.name, 'after', error);
      }
    }
    return undefined;
  }

  async function resumeAfter(
    invocation: Invocation,
    active: readonly Active[],
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
    await runAfter(invocation, active, next);
  }

  /** Runs our `after` hooks, hands the response back to Middy, and ends the invocation if this middleware began it. */
  function end(request: AnyRequest, invocation: Invocation): Promise<void> | undefined {
    const passage = passageOf(request);
    const waiting = passage && runAfter(invocation, passage.active, passage.reached - 1);
    if (waiting) return endLater(request, invocation, waiting);
    request.response = invocation.response;
    return passage?.owns ? finish(invocation) : undefined;
  }

  async function endLater(request: AnyRequest, invocation: Invocation, waiting: Promise<void>): Promise<void> {
    await waiting;
    request.response = invocation.response;
    if (passageOf(request)?.owns) await finish(invocation);
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
    invocation.outcome ??= outcomeOfError(error, request.response);
    invocation.response = request.response;
    if (passageOf(request)?.owns && invocation.response === undefined && error instanceof FlyballError) {
      const answering = answer(invocation, error);
      if (answering) return answering.then(() => end(request, invocation));
    }
    return end(request, invocation);
  }

  return {
    before: flyballBefore,
    after: flyballAfter,
    onError: flyballOnError,
  };
}

/** Loaded with the first error of ours: most functions answer for themselves. */
let answerTo: ((invocation: Invocation, error: FlyballError) => unknown) | undefined;

export async function loadAnswers(): Promise<void> {
  ({ answerTo } = await import('./answer.ts'));
}

/** Puts what the trigger understands in place of the error; a promise only the first time. Never throws. */
function answer(invocation: Invocation, error: FlyballError): Promise<void> | undefined {
  if (!answerTo) return answerLater(invocation, error);
  invocation.response = answerTo(invocation, error);
  return undefined;
}

async function answerLater(invocation: Invocation, error: FlyballError): Promise<void> {
  try {
    await loadAnswers();
    invocation.response = answerTo?.(invocation, error);
  } catch (failure) {
    // Then the platform sees the error itself.
    invocation.instance.contain('answer', 'after', failure);
  }
}

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
  if (instance.open.size > 0) instance.serving(now);
  instance.open.add(invocation);
  request.internal[INVOCATION] = invocation;
  enter(invocation);
  (request.context as GovernedContext).flyball = new Face(invocation);
  instance.syncs.startDue(now);
  return invocation;
}

/** Records the invocation and settles what runs beside it. */
function finish(invocation: Invocation): Promise<void> | undefined {
  if (invocation.ended) return undefined;
  invocation.ended = true;
  invocation.dispose();
  const { instance } = invocation;
  instance.open.delete(invocation);
  const closing = invocation.atEnd?.();
  instance.recorder.invocation(
    invocation.resource.name,
    invocation.outcome ?? 'ok',
    instance.clock.precise() - invocation.startedPrecise - invocation.injectedMs,
    invocation.cold,
    invocation,
  );
  // What it has waited for the store already comes off what it may wait now.
  const syncing = instance.syncs.idle
    ? undefined
    : instance.syncs.settle(invocation.settleMs(SYNC_LIMIT_MS), () => instance.serving(instance.clock.now()));
  const settling = closing ? closing.then(() => syncing) : syncing;
  return instance.extension?.keep(invocation.requestId, settling) ? undefined : settling;
}

function outcomeOf(invocation: Invocation, response: unknown): Outcome {
  if (invocation.businessCode !== undefined) return `business:${invocation.businessCode}`;
  const outcome = outcomeOfAnswer(response);
  const code = outcome === 'ok' ? invocation.judge?.(response) : undefined;
  return code === undefined ? outcome : `business:${code}`;
}

function outcomeOfAnswer(response: unknown): Outcome {
  if (typeof response === 'object' && response !== null && 'statusCode' in response) {
    const { statusCode } = response;
    if (typeof statusCode === 'number') return outcomeOfStatus(statusCode);
  }
  return 'ok';
}

/** `response` is what another middleware has made of the error: a 404 that was thrown is a 404 to whoever asked. */
function outcomeOfError(error: unknown, response: unknown): Outcome {
  if (error instanceof Refused) return 'refused';
  if (error instanceof BusinessFailure) return `business:${error.businessCode}`;
  if (error instanceof DeadlineExceeded) return 'timeout';
  const answered = error instanceof FlyballError ? 'ok' : outcomeOfAnswer(response);
  return answered === 'ok' ? 'error' : answered;
}
