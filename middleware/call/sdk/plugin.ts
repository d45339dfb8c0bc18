// flyballPlugin: governs an AWS SDK v3 client as a dependency of the rules, in the place of the SDK's own retries.
import { current } from '../../kernel/current.ts';
import { Misused } from '../../kernel/errors.ts';
import type { Call, Reply } from '../../kernel/outbound.ts';
import type { Outbound, Reading } from '../caller.ts';
import { abortMiddleware, withSignal } from './abort.ts';
import { isAnswer, isSkewCorrected, replyOfSdkError } from './errors.ts';
import { messageAttributes } from './message-attributes.ts';
import { operationName, sdkOperation } from './operation.ts';
import { targetOfInput } from './target.ts';
import {
  addFirst,
  addLast,
  replaceRetry,
  type Answer,
  type Args,
  type Context,
  type Handler,
  type Middleware,
  type Stack,
} from './stack.ts';

export interface FlyballPluginOptions {
  /** Operations that may be repeated without harm, beside those that read: `['UpdateItem']`. */
  readonly idempotent?: readonly string[];
  /**
   * Of an SQS client: messages carry how long the caller of this invocation waits, as `x-flyball-deadline` (epoch ms), and
   * `traceparent` if there is one, where they have room for attributes. Default false.
   */
  readonly deadline?: boolean;
}

/** What `client.middlewareStack.use` takes. */
export interface FlyballPlugin {
  applyToStack(stack: object): void;
}

/** Gives dependencies under the rules of the current invocation; a promise only until the code for it is loaded. */
export interface Outbounds {
  outbound(dependency: string): Outbound | undefined | Promise<Outbound | undefined>;
}

/** Of flyball's middlewares, the client's own retry middleware: applied twice, the later plugin governs alone. */
const replaced = new WeakMap<Middleware, Middleware>();

/** @throws {Misused} without the name of a dependency. */
export function sdkPlugin(
  outbounds: Outbounds,
  dependency: string,
  { idempotent = [], deadline = false }: FlyballPluginOptions = {},
): FlyballPlugin {
  requireName(dependency);
  const repeatable = new Set(idempotent);
  return {
    applyToStack(given) {
      const stack = given as Stack;
      replaceRetry(stack, (found) => {
        const own = (found && replaced.get(found)) ?? found;
        const governing = governed(outbounds, dependency, repeatable, own);
        if (own) replaced.set(governing, own);
        return governing;
      });
      addLast(stack, 'flyballAbort', abortMiddleware);
      if (deadline) addFirst(stack, 'flyballMessageAttributes', messageAttributes(current));
    },
  };
}

/** Leaves the client as it is. @throws {Misused} without the name of a dependency. */
export function inertPlugin(dependency: string): FlyballPlugin {
  requireName(dependency);
  return { applyToStack: () => undefined };
}

function requireName(dependency: unknown): void {
  if (typeof dependency === 'string' && dependency !== '') return;
  throw new Misused("flyballPlugin() takes the name of the dependency: flyballPlugin('inventory-table')");
}

function governed(
  outbounds: Outbounds,
  dependency: string,
  idempotent: ReadonlySet<string>,
  own: Middleware | undefined,
): Middleware {
  return (next, context) => {
    const name = operationName(context.commandName);
    const repeating = own ? own(next, context) : next;
    const send = (outbound: Outbound | undefined, args: Args): Promise<Answer> => {
      if (!outbound) return repeating(args);
      // Until a rule names the dependency, the client goes on repeating by itself.
      const once = outbound.named ? next : repeating;
      const operation = sdkOperation(name, args, outbound.operationOf, idempotent);
      return sent(outbound, operation, args, once, signalOf(context));
    };
    return function flyballRetry(args) {
      const outbound = outbounds.outbound(dependency);
      return outbound instanceof Promise ? outbound.then((there) => send(there, args)) : send(outbound, args);
    };
  };
}

/** One command, governed. What the SDK threw is thrown as it is: flyball's own errors say what flyball has decided. */
async function sent(
  outbound: Outbound,
  operation: ReturnType<typeof sdkOperation>,
  args: Args,
  next: Handler,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  if (signal?.aborted) throw abortErrorOf(signal);
  const attempts = new Attempts(args, next, outbound.reading);
  const target = targetOfInput(args.input);
  const make = async (call: Call): Promise<Reply> => ({
    ...(await attempts.make(call)),
    ...(target ? { target } : {}),
  });
  const { reply, failure } = await outbound.send(make, operation, signal ? { signal } : {});
  if (reply.outcome === 'ok')
    return attempts.resultOf(reply.value) ?? { output: { $metadata: {}, ...bodyOf(reply.value) } };
  if (signal?.aborted) throw abortErrorOf(signal);
  if (!attempts.threw(reply.error)) throw failure();
  defer(reply);
  throw reply.error;
}

/** What the service answered, also when the SDK throws it. */
type Answered = { readonly value: Answer } | { readonly thrown: unknown };

/** The attempts at one command, one after the other or, hedged, side by side. */
class Attempts {
  readonly #args: Args;
  readonly #next: Handler;
  readonly #reading: Reading;
  readonly #answers = new Set<unknown>();
  readonly #failures = new Set<unknown>();

  constructor(args: Args, next: Handler, reading: Reading) {
    this.#args = args;
    this.#next = next;
    this.#reading = reading;
  }

  async make(call: Call): Promise<Reply> {
    const { signal } = call;
    const { abortable, replyOfAbort } = this.#reading;
    carry(call, this.#args.request);
    try {
      const value = await abortable(this.#exchange(signal), signal);
      stamp(value.output, call.attempt);
      return this.#answered({ value });
    } catch (error) {
      if (signal.aborted && (error === signal.reason || isAbortError(error))) return replyOfAbort(signal.reason, true);
      stamp(error, call.attempt);
      if (isAnswer(error)) {
        return this.#answered({ thrown: error });
      }
      this.#failures.add(error);
      return replyOfSdkError(error, call.invocation.instance.clock.now(), this.#reading);
    }
  }

  /** Whether this is what the SDK threw. */
  threw(error: unknown): boolean {
    return this.#failures.has(error);
  }

  /** Undefined for what is not the service's answer. @throws the answer, if it was one that the SDK throws. */
  resultOf(value: unknown): Answer | undefined {
    if (!this.#answers.has(value)) return undefined;
    const answer = value as Answered;
    if ('value' in answer) return answer.value;
    throw answer.thrown;
  }

  #answered(answer: Answered): Reply {
    this.#answers.add(answer);
    return { outcome: 'ok', value: answer, sent: true };
  }

  async #exchange(signal: AbortSignal): Promise<Answer> {
    const args = withSignal(this.#args, signal);
    try {
      return await this.#next(args);
    } catch (error) {
      if (!isSkewCorrected(error)) throw error;
      return this.#next(args);
    }
  }
}

/** Says on the SDK's own error when the record that brought the work is to come again. */
function defer({ error, deferMs, gaveUp }: Reply): void {
  if (deferMs === undefined || !(error instanceof Error) || !Object.isExtensible(error)) return;
  Object.assign(error, { deferMs, gaveUp });
}

/** The attempt's own place in the trace; other headers of flyball's mean nothing to an AWS service. */
function carry({ carried, invocation }: Call, request: unknown): void {
  const trace = { ...invocation.carried, ...carried }['x-amzn-trace-id'];
  if (trace === undefined || typeof request !== 'object' || request === null || !('headers' in request)) return;
  const { headers } = request;
  if (typeof headers === 'object' && headers !== null) (headers as Record<string, string>)['x-amzn-trace-id'] = trace;
}

/** As the SDK's own middleware does: how many attempts it took. */
function stamp(carrier: unknown, attempts: number): void {
  if (typeof carrier !== 'object' || carrier === null) return;
  const given = '$metadata' in carrier ? carrier.$metadata : undefined;
  if (typeof given === 'object' && given !== null) Object.assign(given, { attempts });
  else if (carrier instanceof Error && Object.isExtensible(carrier))
    Object.assign(carrier, { $metadata: { attempts } });
}

/** The body of a fallback's answer is the command's output. */
function bodyOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

/** The signal that was given to `send`. */
function signalOf({ __smithy_context: smithy }: Context): AbortSignal | undefined {
  const signal =
    typeof smithy === 'object' && smithy !== null && 'abortSignal' in smithy ? smithy.abortSignal : undefined;
  return signal instanceof AbortSignal ? signal : undefined;
}

/** As the SDK throws it. */
function abortErrorOf(signal: AbortSignal): Error {
  const error = new Error('Request aborted', { cause: signal.reason });
  error.name = 'AbortError';
  return error;
}

function isAbortError(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
