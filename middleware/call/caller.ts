// flyball.call and flyball.run: finds the invocation, sends through the dependency's pipeline, returns or throws.
import { current } from '../kernel/current.ts';
import { DeadlineExceeded, DependencyFailed, FlyballError, Misused, retryAfterSeconds } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Asked, Call, OutboundPolicy, Reply, Send } from '../kernel/outbound.ts';
import type { Policy } from '../kernel/policy.ts';
import { abortable } from './abortable.ts';
import { answeredOf, Parsing, type CallFunction, type ExchangeFunction, type Parse } from './answers.ts';
import { isStream, type As } from './body.ts';
import { replyOfAbort, replyOfError } from './errors.ts';
import { makeKey, type Operation, type OperationTable } from './operation.ts';
import { compilePipelines, type Pipeline, type Pipelines } from './pipeline.ts';
import { retryAfterMs, type OutgoingRequest } from './request.ts';

export interface CallOptions {
  /** Names the operation, as the dependency's `operations` do; in a direct invoke it is also sent. */
  readonly operation?: string;
  /** HTTP method; `POST` unless given. */
  readonly method?: string;
  /** Path under the target's URL, with a query if need be. */
  readonly path?: string;
  /** Sent as JSON; over HTTP a string, bytes and a stream (Node's or the web's) are sent as they are, a stream once. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** By this the callee can tell a repetition; all attempts carry the same. */
  readonly idempotencyKey?: string;
  /** Which of the dependency's breakers judges the call, where the rule has `key: [call]`. Not a secret: it is stored as it is. */
  readonly breakerKey?: string;
  /** What the answer is wanted as; unless given, JSON where its type says so or there is none, and text otherwise. */
  readonly as?: As;
  /** Looks the answer over and gives what the caller works with. What it throws is the cause of a `DependencyFailed`. */
  readonly parse?: Parse<unknown>;
  /** How large an answer may be, unpacked; the rule's `maxAnswer` unless given, 6 MB without. */
  readonly maxAnswerBytes?: number;
  /** Gives up: nothing is awaited or sent after it has aborted, and the call throws its reason. */
  readonly signal?: AbortSignal;
  /** For the whole call with its retries, within the invocation's deadline. */
  readonly timeoutMs?: number;
}

export interface RunOptions {
  /** May be repeated without harm. */
  readonly idempotent?: boolean;
  /** By what a fallback knows its last good result: everything that the result depends on. */
  readonly lastGoodKey?: string;
  readonly operation?: string;
  /** Which of the dependency's breakers judges it, where the rule has `key: [call]`. Not a secret: it is stored as it is. */
  readonly breakerKey?: string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** What the work of a `run` may want to know of its attempt. */
export interface RunInfo {
  /** From 1. */
  readonly attempt: number;
  /** Epoch ms. */
  readonly deadlineAt: number;
}

export type Work<T> = (signal: AbortSignal, info: RunInfo) => Promise<T>;

/** A dependency under the rules of the current invocation, for those who send by themselves. */
export interface Outbound {
  /** False when no rule names it: it has a deadline and is measured, no more. */
  readonly named: boolean;
  readonly operationOf: OperationTable;
  /** Given rather than imported: whoever sends by itself may be there before this is loaded, and without it. */
  readonly reading: Reading;
  /** Makes attempts as the rules say, and records them. Rejects with the reason of a signal that had aborted before. */
  send(attempt: Send, operation: Operation, options: Pick<RunOptions, 'signal' | 'timeoutMs'>): Promise<Ended>;
}

/** Reads what became of an attempt, as calls do. */
const reading = { abortable, replyOfAbort, replyOfError, retryAfterMs };

export type Reading = typeof reading;

/** How a call ended, and what `call` and `run` throw when that is not `ok`. */
export interface Ended {
  readonly reply: Reply;
  readonly failure: (of?: Reply) => unknown;
}

export interface Caller {
  /** Compiles the pipelines; to be among the policies of every middleware. */
  readonly policy: Policy<Pipelines>;
  /** @throws {Refused | DependencyFailed | DeadlineExceeded | Misused}, or the reason of `options.signal`. */
  readonly call: CallFunction;
  /** Like `call`, with the answer's status and headers. */
  readonly exchange: ExchangeFunction;
  /** @throws {Refused | DependencyFailed | DeadlineExceeded}, or the reason of `options.signal`. */
  run<T>(dependency: string, work: Work<T>, options?: RunOptions): Promise<T>;
  /** Undefined outside of an invocation. */
  outbound(dependency: string): Outbound | undefined;
}

/** `policies` are the stages around every attempt, outermost first. */
export function createCaller(policies: readonly OutboundPolicy[]): Caller {
  const policy: Policy<Pipelines> = {
    name: 'call',
    compile: (rules, instance) => compilePipelines(rules, policies, instance),
  };

  async function answer(dependency: string, options: CallOptions, whole: boolean): Promise<Reply> {
    const invocation = current();
    if (!invocation) {
      throw new Misused(
        `flyball.call('${dependency}') was called outside of an invocation; call it from a handler that govern() wraps`,
      );
    }
    const pipelines = invocation.snapshot.of(policy);
    const pipeline = pipelines.get(dependency);
    if (!pipeline?.target) throw unknown(dependency, pipelines, pipeline !== undefined);
    const { target } = pipeline;
    const request = requestOf(options);
    const operation = pipeline.operationOf({
      operation: request.operation,
      method: request.method ?? 'POST',
      path: request.path ?? '/',
      hasKey: request.idempotencyKey !== undefined,
      canMakeKey: true,
    });
    const idempotencyKey = operation.keyMade ? makeKey(invocation.instance.random) : request.idempotencyKey;
    const lasting = request.as === 'stream' ? signalOf(invocation, options.signal) : undefined;
    const outgoing = { ...request, operation: operation.name, idempotencyKey, whole, lasting };
    // Nobody has what a stream held once it has been sent.
    const declared: Operation = isStream(request.body) ? { ...operation, idempotency: 'once' } : operation;
    const parsing = options.parse && new Parsing(options.parse);
    const attempt: Send = parsing
      ? async (one) => parsing.judge(await target(outgoing, one))
      : (one) => target(outgoing, one);
    const { reply, failure } = await exchange(pipeline, invocation, dependency, declared, options, attempt, options);
    if (reply.outcome !== 'ok') throw failure();
    if (!parsing) return reply;
    try {
      return { ...reply, value: parsing.value(reply.value) };
    } catch (error) {
      throw failure({ ...reply, outcome: 'error', error, never: true });
    }
  }

  const call = async (dependency: string, options: CallOptions = {}) =>
    (await answer(dependency, options, false)).value;
  const whole = async (dependency: string, options: CallOptions = {}) =>
    answeredOf(await answer(dependency, options, true));

  async function run<T>(dependency: string, work: Work<T>, options: RunOptions = {}): Promise<T> {
    const invocation = current();
    if (!invocation) {
      const signal = options.signal ?? new AbortController().signal;
      return work(signal, { attempt: 1, deadlineAt: Infinity });
    }
    const pipelines = invocation.snapshot.of(policy);
    const pipeline = pipelines.get(dependency) ?? pipelines.ungoverned(dependency);
    const declared = pipeline.operationOf({ operation: options.operation, hasKey: false });
    const operation: Operation = options.idempotent ? { ...declared, idempotency: 'safe' } : declared;
    const attempt: Send = (one) => worked(work, one);
    const { reply, failure } = await exchange(pipeline, invocation, dependency, operation, options, attempt);
    if (reply.outcome === 'ok') return reply.value as T;
    throw failure();
  }

  function outbound(dependency: string): Outbound | undefined {
    const invocation = current();
    if (!invocation) return undefined;
    const pipelines = invocation.snapshot.of(policy);
    const named = pipelines.get(dependency);
    const pipeline = named ?? pipelines.ungoverned(dependency);
    return {
      named: named !== undefined,
      operationOf: pipeline.operationOf,
      reading,
      send: (attempt, operation, options) => exchange(pipeline, invocation, dependency, operation, options, attempt),
    };
  }

  return { policy, call: call as CallFunction, exchange: whole as ExchangeFunction, run, outbound };
}

function unknown(dependency: string, { names }: Pipelines, known: boolean): Misused {
  if (known) {
    return new Misused(
      `the dependency "${dependency}" has no target; give its rule a target ({ function } or { url }), or use flyball.run`,
    );
  }
  const there = names.length === 0 ? 'the rules name none' : `there are ${names.join(', ')}`;
  return new Misused(
    `no rule names the dependency "${dependency}" (${there}); add it under "dependencies" of the rules`,
  );
}

function requestOf(options: CallOptions): OutgoingRequest {
  const { operation, method, path, body, headers = {}, idempotencyKey, as, maxAnswerBytes } = options;
  return { operation, method: method?.toUpperCase(), path, body, headers, idempotencyKey, as, maxAnswerBytes };
}

async function worked<T>(work: Work<T>, { signal, attempt, deadlineAt }: Call): Promise<Reply> {
  try {
    // Started within the try: work may also throw before it gives a promise.
    const working = work(signal, { attempt, deadlineAt });
    return { outcome: 'ok', value: await abortable(working, signal), sent: true };
  } catch (error) {
    return signal.aborted && error === signal.reason ? replyOfAbort(error, true) : replyOfError(error);
  }
}

/** Sends through the pipeline, and records. */
async function exchange(
  pipeline: Pipeline,
  invocation: Invocation,
  dependency: string,
  { name: operation, idempotency, keyMade }: Operation,
  {
    signal,
    timeoutMs,
    breakerKey,
    lastGoodKey,
  }: Pick<RunOptions, 'signal' | 'timeoutMs' | 'breakerKey' | 'lastGoodKey'>,
  attempt: Send,
  asked?: Asked,
): Promise<Ended> {
  const { clock, recorder } = invocation.instance;
  signal?.throwIfAborted();
  const startedAt = clock.precise();
  const outgoing: Call = {
    invocation,
    dependency,
    operation,
    idempotency,
    keyMade,
    breakerKey,
    asked,
    lastGoodKey,
    attempt: 1,
    deadlineAt: Math.min(invocation.deadlineAt, clock.now() + (timeoutMs ?? Infinity)),
    signal: signalOf(invocation, signal),
  };
  const reply = await pipeline.through(outgoing, (one) => timed(one, attempt));
  recorder.call(dependency, reply.outcome, clock.precise() - startedAt, reply, invocation);
  return { reply, failure: (of = reply) => thrownFor(of, outgoing, signal) };
}

/** Aborts when the invocation's deadline passes, and when the caller gives up. */
function signalOf(invocation: Invocation, callers: AbortSignal | undefined): AbortSignal {
  return callers ? AbortSignal.any([invocation.signal, callers]) : invocation.signal;
}

/** One attempt, recorded. Targets and work end as soon as the attempt's signal aborts. */
async function timed(call: Call, attempt: Send): Promise<Reply> {
  const { clock, recorder } = call.invocation.instance;
  const startedAt = clock.precise();
  const reply = call.signal.aborted ? replyOfAbort(call.signal.reason, false) : await attempt(call);
  recorder.attempt(call.dependency, reply.outcome, clock.precise() - startedAt, call.attempt, reply);
  return reply;
}

function thrownFor(reply: Reply, call: Call, signal: AbortSignal | undefined): unknown {
  const { error, outcome } = reply;
  if (signal?.aborted) return signal.reason;
  if (error instanceof FlyballError) {
    if (reply.never && !(error.headers['x-flyball-retry'] === 'never')) error.headers['x-flyball-retry'] = 'never';
    return error;
  }
  const { clock } = call.invocation.instance;
  if (outcome === 'timeout' && clock.now() >= call.deadlineAt) {
    return new DeadlineExceeded(`"${call.dependency}" had not answered when the deadline passed`, { cause: error });
  }
  const { sent, response, gaveUp, deferMs } = reply;
  const failed = new DependencyFailed(
    { dependency: call.dependency, outcome, attempts: call.attempt, gaveUp, deferMs, sent, response },
    error === undefined ? undefined : { cause: error },
  );
  if (reply.never) failed.headers['x-flyball-retry'] = 'never';
  if (reply.retryAfterMs !== undefined) failed.headers['retry-after'] = retryAfterSeconds(reply.retryAfterMs);
  return failed;
}
