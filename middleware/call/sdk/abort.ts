// Ends the request of an attempt, socket and all, when the attempt's signal aborts. The SDK takes a signal from whoever
// calls `send` alone, so it is given to the client's request handler together with the request it is for.
import type { Args, Context, Middleware } from './stack.ts';

/** Travels from the attempt to the request with what is passed down the stack. */
const SIGNAL = Symbol('flyball.signal');

/** By the request, as it is when it leaves. */
const signals = new WeakMap<object, AbortSignal>();
const prepared = new WeakSet<object>();

interface SignalledArgs extends Args {
  readonly [SIGNAL]?: AbortSignal;
}

export function withSignal(args: Args, signal: AbortSignal): Args {
  const signalled: SignalledArgs = { ...args, [SIGNAL]: signal };
  return signalled;
}

/** Without a request handler in reach the attempt is over all the same; only its socket is left to the SDK. */
export const abortMiddleware: Middleware = (next, context) =>
  function flyballAbort(args: SignalledArgs) {
    const { request, [SIGNAL]: signal } = args;
    if (signal && isObject(request)) {
      const handler = requestHandlerOf(context);
      if (handler) prepare(handler);
      signals.set(request, signal);
    }
    return next(args);
  };

interface RequestHandler {
  handle(request: unknown, options?: Readonly<Record<string, unknown>>): unknown;
}

/** Its `handle` adds the signal to requests that have one; others pass as they did, whichever client they are of. */
function prepare(handler: RequestHandler): void {
  if (prepared.has(handler)) return;
  prepared.add(handler);
  const handle = handler.handle.bind(handler);
  handler.handle = (request, options) => {
    const signal = isObject(request) ? signals.get(request) : undefined;
    return handle(request, signal ? { ...options, abortSignal: signal } : options);
  };
}

/** The signer is given the client's configuration, which has the handler; no other way leads there from a stack. */
function requestHandlerOf(context: Context): RequestHandler | undefined {
  const path = ['selectedHttpAuthScheme', 'httpAuthOption', 'signingProperties', 'config', 'requestHandler'];
  let found: unknown = context.__smithy_context;
  for (const name of path) found = isObject(found) ? (found as Record<string, unknown>)[name] : undefined;
  return isHandler(found) ? found : undefined;
}

function isHandler(value: unknown): value is RequestHandler {
  return (
    isObject(value) && Object.isExtensible(value) && typeof (value as Partial<RequestHandler>).handle === 'function'
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
