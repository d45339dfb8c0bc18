// The middleware stack of an AWS SDK v3 client, as far as flyball touches it: by shape, so that the SDK is not imported.

/** What passes down a stack. */
export interface Args {
  /** The command's input. */
  readonly input?: unknown;
  /** The HTTP request, once it is made. */
  readonly request?: unknown;
}

/** What comes back up. */
export interface Answer {
  readonly response?: unknown;
  /** What `client.send` resolves with. */
  readonly output?: unknown;
}

export type Handler = (args: Args) => Promise<Answer>;

/** One for each command that is sent. */
export interface Context {
  /** `GetItemCommand` */
  readonly commandName?: string;
  readonly __smithy_context?: unknown;
}

export type Middleware = (next: Handler, context: Context) => Handler;

/** Where a middleware stands, and what it is called. */
export interface Place {
  readonly name?: string | undefined;
  readonly step?: string | undefined;
  readonly priority?: string | undefined;
  readonly tags?: readonly string[];
  readonly override?: boolean;
}

export interface Stack {
  add(middleware: Middleware, place: Place): void;
  addRelativeTo(middleware: Middleware, place: Place): void;
  /** Copies all its middlewares into another stack. */
  applyToStack(stack: Stack): void;
}

/** The SDK's own name of the middleware that repeats requests, and the place that signing is placed after. */
const RETRY: Place = { name: 'retryMiddleware', step: 'finalizeRequest', priority: 'high', tags: ['RETRY'] };

/**
 * Puts what `wrap` makes of the client's own retry middleware in its place. It is replaced rather than removed, since
 * others (signing) stand relative to it; and it is handed over, since without an invocation it is still the one to use.
 */
export function replaceRetry(stack: Stack, wrap: (own: Middleware | undefined) => Middleware): void {
  let own: Middleware | undefined;
  let place = RETRY;
  stack.applyToStack({
    add(middleware, { name, step = RETRY.step, priority = RETRY.priority }) {
      if (name !== RETRY.name) return;
      own = middleware;
      place = { ...RETRY, step, priority };
    },
    addRelativeTo: () => undefined,
    applyToStack: () => undefined,
  });
  stack.add(wrap(own), { ...place, override: true });
}

/** Puts a middleware where a command's input can still be changed. */
export function addFirst(stack: Stack, name: string, middleware: Middleware): void {
  stack.add(middleware, { name, step: 'initialize', priority: 'high', override: true });
}

/** Puts a middleware right before the request leaves, when it has been signed. */
export function addLast(stack: Stack, name: string, middleware: Middleware): void {
  stack.add(middleware, { name, step: 'deserialize', priority: 'low', override: true });
}
